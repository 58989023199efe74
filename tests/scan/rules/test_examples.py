"""The two examples of each item hold its rule: it speaks for a fail on the bad one, and not on the good one."""

from __future__ import annotations

import pytest
from examples import Case, answer, cases

from checklist.scan.found import Suggested


@pytest.mark.parametrize("case", [case for case in cases() if case.side == "bad"], ids=str)
def test_the_bad_example_yields_the_suggestion_to_fail(case: Case) -> None:
    finding = answer(case)
    assert finding.suggests is Suggested.FAIL, finding
    assert finding.evidence


@pytest.mark.parametrize("case", [case for case in cases() if case.side == "good"], ids=str)
def test_the_good_example_does_not(case: Case) -> None:
    finding = answer(case)
    assert finding.suggests is not Suggested.FAIL, finding

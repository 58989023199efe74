"""A proof that proves nothing does not pass, and an item has one proof."""

from __future__ import annotations

import pytest

from content.examples import Code
from content.proofs import Proof, UnusedExampleError, all_proofs, proves

pytestmark = pytest.mark.content


def runs_nothing(bad: Code, good: Code) -> None:
    assert bad.source != good.source


def runs_the_bad_one_only(bad: Code, good: Code) -> None:
    assert bad.compiled() != good.compiled()
    bad.run(app=None, timezone=None)


@pytest.mark.parametrize("function", [runs_nothing, runs_the_bad_one_only])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_proof_that_leaves_an_example_unused_fails(function: object, swapped: bool) -> None:
    proof = Proof("celery-tasks", "publish-after-commit", "memory", function)  # this pair only defines a function
    with pytest.raises(UnusedExampleError):
        proof.run(swapped)


def test_an_item_has_one_proof() -> None:
    known = all_proofs()[0]
    with pytest.raises(ValueError, match="proven twice"):
        proves(known.checklist, known.item)(runs_nothing)

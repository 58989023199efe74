"""Every proof passes on the examples as they stand, and fails when the bad and the good one change places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from pytest_django import DjangoDbBlocker

from content.proofs import Proof, all_proofs

pytestmark = [
    pytest.mark.content,
    pytest.mark.filterwarnings("ignore:coroutine 'fetch_pages' was never awaited"),  # what its bad example does
]

MARKS = {"django": [pytest.mark.django_db(transaction=True)]}

every_proof = pytest.mark.parametrize(
    "proof", [pytest.param(proof, marks=MARKS.get(proof.kind, []), id=str(proof)) for proof in all_proofs()]
)


@pytest.fixture(autouse=True)
def freedom_to_connect(proof: Proof, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests may use Django's test database only; proofs with a database of their own may use that."""
    with django_db_blocker.unblock() if proof.kind == "database" else nullcontext():
        yield


@every_proof
def test_the_bad_example_misbehaves_and_the_good_one_does_not(proof: Proof) -> None:
    proof.run()


@every_proof
def test_swapped_examples_fail_the_proof(proof: Proof) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        proof.run(swapped=True)

"""Each item of each checklist is proven or cited, most are proven, and the tables in the repository say so."""

from __future__ import annotations

import pytest

from content import table
from content.examples import checklists, item_of
from content.proofs import CITED, all_proofs

pytestmark = pytest.mark.content

every_checklist = pytest.mark.parametrize("slug", sorted(checklists()))


@every_checklist
def test_each_item_is_proven_or_cited(slug: str) -> None:
    assert table.without_proof(slug) == []


@every_checklist
def test_at_least_four_fifths_of_the_items_are_proven(slug: str) -> None:
    assert table.proven_share(slug) >= 0.8


@every_checklist
def test_the_table_in_the_repository_is_the_one_that_the_proofs_make(slug: str) -> None:
    assert table.path_of(slug).read_text() == table.table(slug), "stale; run `make proofs`"


def test_proofs_say_in_a_docstring_what_is_seen() -> None:
    assert [proof.name for proof in all_proofs() if not proof.function.__doc__] == []


def test_no_proof_or_citation_is_left_over_from_an_item_that_is_gone() -> None:
    for checklist, item in [(proof.checklist, proof.item) for proof in all_proofs()] + list(CITED):
        assert item_of(checklist, item)


def test_cited_items_name_a_source_and_a_reason_and_are_not_proven_too() -> None:
    for key, reason in CITED.items():
        assert reason and item_of(*key).sources, key
    assert not set(CITED) & {(proof.checklist, proof.item) for proof in all_proofs()}

"""An edition as HTML: made once per process, and made again by a newer renderer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries
from sample_content import CAP, CONTENT, ITEMS

from checklist.catalogue import loader, richtext
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import RenderedItem, rendered


@pytest.fixture
def cap(edition: Edition) -> RenderedItem:
    """The item that uses every key."""
    return next(rendered(edition).items)


def test_every_item_is_there_in_order(edition: Edition) -> None:
    assert [item.slug for item in rendered(edition).items] == ITEMS


def test_an_edition_knows_its_number_and_its_content(edition: Edition) -> None:
    assert (rendered(edition).number, rendered(edition).content) == (1, CONTENT)


def test_the_summary_is_markdown(edition: Edition) -> None:
    assert rendered(edition).summary == "<p>Hold one task against <em>this</em>.</p>"


@pytest.mark.parametrize(
    ("field", "html"),
    [
        ("title", "Cap the number of retries with <code>max_retries</code>"),
        ("why", "<p>A task without a cap <strong>never</strong> ends.</p>"),
        ("severity_why", "It blocks a worker."),
        ("default", "<code>3</code>"),
        ("exceptions", "<p>Tasks that run once.</p>"),
    ],
)
def test_an_items_texts_are_html(cap: RenderedItem, field: str, html: str) -> None:
    assert getattr(cap, field) == html


@pytest.mark.parametrize("field", ["bad", "good"])
def test_an_items_examples_are_code(cap: RenderedItem, field: str) -> None:
    assert getattr(cap, field).startswith("<pre><code>")


def test_an_item_without_examples_has_none(edition: Edition) -> None:
    backoff = list(rendered(edition).items)[1]
    assert (backoff.bad, backoff.good, backoff.exceptions) == (None, None, "")


def test_html_in_a_text_is_shown_and_not_used(db: None) -> None:
    texts = replace(CAP.texts, title="<script>x</script>", why="<img src=x onerror=alert(1)>")
    hostile = replace(CAP, texts=texts, needs=())
    loader.load([replace(CONTENT, sections=(replace(CONTENT.sections[0], items=(hostile,)),))])
    item = next(rendered(Edition.objects.get()).items)
    assert "<script" not in item.title
    assert "<img" not in item.why


def test_what_an_item_leans_on_is_named_by_its_title(cap: RenderedItem) -> None:
    assert cap.needs == (("backoff", "Title of backoff"),)


def test_an_edition_is_rendered_once(edition: Edition, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = rendered(edition)
    with django_assert_num_queries(0):
        assert rendered(Edition(digest=edition.digest, number=1)) is first


def test_another_version_of_the_renderer_renders_again(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rendered(edition)
    monkeypatch.setattr(richtext, "RENDERER_VERSION", richtext.RENDERER_VERSION + 1)
    assert rendered(edition) is not first

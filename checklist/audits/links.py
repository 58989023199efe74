"""The two links of an audit under control: replaced, switched off, made to expire. Writes audits, as `service.py` does."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from checklist.audits import history
from checklist.audits.models import Audit, new_token
from checklist.audits.writing import locked, separate, touch

Link = Literal["edit", "view"]


@transaction.atomic
def replace(*, audit: Audit, link: Link) -> None:
    """Give `audit` a new link that is live for good; whoever has the old one finds nothing there.

    Nor in an audit that was started from this one: only its own starter still sees there what this one says.
    """
    opened: dict[str, object] = {"view_off": False} if link == "view" else {}
    _change(audit, link, "replaced", {f"{link}_token": new_token(), f"{link}_expires": None, **opened})
    if link == "edit":
        separate(audit)


@transaction.atomic
def expire(*, audit: Audit, link: Link, at: datetime | None) -> None:
    """Let a link live until `at`, `None`: for good."""
    words = f"live until {at:%Y-%m-%d %H:%M} UTC" if at else "live for good"
    _change(audit, link, words, {f"{link}_expires": at})


@transaction.atomic
def switch_view_link(*, audit: Audit, on: bool) -> None:
    """Switch the view link off, or on again as it was."""
    if locked(audit, is_always_possible=True).view_off == on:
        _change(audit, "view", "switched on" if on else "switched off", {"view_off": not on})


@transaction.atomic
def close(*, audit: Audit, is_closed: bool) -> None:
    """Switch both links off for everybody, its starter too, or on again: what the operator of the site does about abuse."""
    if locked(audit, is_always_possible=True).is_closed != is_closed:
        words = "closed by the operator" if is_closed else "opened by the operator"
        history.record(audit, [history.of_the_audit(audit, "links", words)])
        touch(audit, is_closed=is_closed)


def _change(audit: Audit, link: Link, words: str, values: dict[str, object]) -> None:
    """Write `values` and what happened in words; the history never holds a token."""
    locked(audit, is_always_possible=True)
    history.record(audit, [history.of_the_audit(audit, f"{link} link", words)])
    touch(audit, **values)

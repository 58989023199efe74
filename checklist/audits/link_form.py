"""The form that changes a link of an audit. What it refuses, it explains."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from datetime import date as Day  # noqa: N812 - a field of the form is named date

from django import forms
from django.utils import timezone

from checklist.audits import links
from checklist.audits.models import Audit


class LinksForm(forms.Form):
    """Change one link: replace it, switch it off or on, or say until when it lives."""

    PERIODS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}

    link = forms.ChoiceField(choices=[("edit", "edit"), ("view", "view")])
    action = forms.ChoiceField(choices=[(name, name) for name in ("replace", "off", "on", "expire")])
    until = forms.ChoiceField(required=False, choices=[(name, name) for name in (*PERIODS, "date", "never")])
    date = forms.DateField(required=False, error_messages={"invalid": "A date looks like 2026-12-31."})

    def clean(self) -> dict[str, object]:
        """`at` is when the link shall expire, `None` for never; only the view link can be switched off."""
        found = self.cleaned_data
        if found.get("action") in {"off", "on"} and found.get("link") == "edit":
            raise forms.ValidationError("The edit link cannot be switched off; replace it.")
        if found.get("action") == "expire":
            found["at"] = self._moment(found.get("until", ""), found.get("date"))
        return found

    def _moment(self, until: str, day: Day | None) -> datetime | None:
        now = timezone.now()
        if until in self.PERIODS:
            return now + self.PERIODS[until]
        if until == "never":
            return None
        if day is None:
            raise forms.ValidationError("Say until when: a day, a week, a date, or for good.")
        at = datetime.combine(day, time.max, tzinfo=UTC).replace(microsecond=0)
        if at <= now:
            raise forms.ValidationError("That date is over.")
        return at

    def carry_out(self, audit: Audit) -> None:
        """Do what was asked."""
        link, action = self.cleaned_data["link"], self.cleaned_data["action"]
        if action == "replace":
            links.replace(audit=audit, link=link)
        elif action == "expire":
            links.expire(audit=audit, link=link, at=self.cleaned_data["at"])
        else:
            links.switch_view_link(audit=audit, on=action == "on")

"""What may be posted to an audit. HTML is written by hand in the templates; these only validate."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.http import QueryDict

from checklist.audits.lists import SORTS, Wish
from checklist.audits.models import NAME_LENGTH, NOTE_LENGTH, TASK_LENGTH, URL_LENGTH
from checklist.audits.questions import FIELD
from checklist.audits.report import Outcome, Verdict
from checklist.catalogue.content import Question


def url_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=URL_LENGTH,
        validators=[
            RegexValidator(r"^[hH][tT][tT][pP][sS]?://", "A link starts with https:// or http://.", code="scheme"),
            URLValidator(
                schemes=["http", "https"],
                message="This is not a complete link, for instance https://example.org/pull/1.",
            ),
        ],
        error_messages={"max_length": f"A link has at most {URL_LENGTH} characters."},
    )


def _task_field() -> forms.CharField:
    return forms.CharField(
        max_length=TASK_LENGTH,
        error_messages={
            "required": "Name the task, for instance billing.tasks.charge.",
            "max_length": f"A task's name has at most {TASK_LENGTH} characters.",
        },
    )


def _base_field() -> forms.IntegerField:
    problem = "A base is the number of a revision."
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), problem),
    )


class ChangeForm(forms.Form):
    """What may accompany every change: the revision that the writer had in view, the writer's own id for the change, and a name."""

    base = _base_field()
    change = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,64}\Z",
        required=False,
        error_messages={"invalid": "A change is 1 to 64 letters, digits, hyphens or underscores."},
    )
    by = forms.CharField(
        required=False,
        max_length=NAME_LENGTH,
        error_messages={"max_length": f"A name has at most {NAME_LENGTH} characters."},
    )

    @property
    def problems(self) -> list[str]:
        """Why the post was refused, apart from task and URL, which have a place of their own for it."""
        others = {name: errors for name, errors in self.errors.items() if name not in ("task", "url")}
        return [str(error) for errors in others.values() for error in errors]


class QuestionsForm(ChangeForm):
    """Answer the questions of an edition, each in a field `question-<slug>`; one that is left out is not answered."""

    def __init__(self, data: QueryDict, questions: Iterable[Question]) -> None:
        super().__init__(data)
        self.questions = tuple(questions)
        for question in self.questions:
            self.fields[f"base-{FIELD}{question.slug}"] = _base_field()
            self.fields[f"{FIELD}{question.slug}"] = forms.ChoiceField(
                required=False,
                choices=[("yes", "yes"), ("no", "no")],
                error_messages={"invalid_choice": "A question is answered with yes or no."},
            )

    @property
    def asked(self) -> list[tuple[Question, bool]]:
        """Each question and whether it still says yes, to show what was typed."""
        return [(question, self.data.get(f"{FIELD}{question.slug}") != "no") for question in self.questions]

    def clean(self) -> dict[str, object]:
        """What was posted; `questions` maps the slug of each answered question to whether it says yes, `bases` to its revision."""
        found = self.cleaned_data
        answers = {question.slug: found.get(f"{FIELD}{question.slug}") for question in self.questions}
        own = {slug: found.get(f"base-{FIELD}{slug}") for slug in answers}
        bases = {slug: found.get("base") if base is None else base for slug, base in own.items()}
        return {
            **{name: found[name] for name in ("task", "url") if name in found},
            "questions": {slug: value == "yes" for slug, value in answers.items() if value},
            "bases": {slug: base for slug, base in bases.items() if base is not None},
            "change": found.get("change", ""),
            "by": found.get("by", ""),
        }


class StartForm(QuestionsForm):
    """Start an audit."""

    task = _task_field()
    url = url_field()


class AgainForm(forms.Form):
    """Audit the same task on its next change."""

    url = url_field()


class CorrectForm(ChangeForm):
    """Correct task or URL; a field that is left out is `None` and stays as it is."""

    task = _task_field()
    url = url_field()

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.left_out = {name for name in ("task", "url") if name not in self.data}
        for name in self.left_out:
            self.fields[name].required = False

    def clean(self) -> dict[str, str | None]:
        """The fields that were posted; refuses a post without any."""
        if self.left_out == {"task", "url"}:
            raise forms.ValidationError("Post a task, a url, or both.")
        found = self.cleaned_data
        posted = {name: None if name in self.left_out else found.get(name) for name in ("task", "url")}
        return {**posted, "by": found.get("by", "")}


class AnswerForm(ChangeForm):
    """Answer one item: a verdict, a note, or both. A form that posts both names their bases apart, `base-verdict` and `base-note`."""

    verdict = forms.ChoiceField(
        required=False,
        choices=[(verdict.value, verdict.value) for verdict in Verdict],
        error_messages={"invalid_choice": "A verdict is one of pass, fail, na, open."},
    )
    note = forms.CharField(
        required=False,
        strip=False,
        max_length=NOTE_LENGTH,
        error_messages={"max_length": f"A note has at most {NOTE_LENGTH:,} characters; this one has %(show_value)d."},
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        if "note" in data:
            self.data = {**data.dict(), "note": str(data["note"]).replace("\r\n", "\n").replace("\r", "\n")}

    def clean_verdict(self) -> str | None:
        """The verdict that was posted, `None` when it was left out; an empty one is refused."""
        if "verdict" not in self.data:
            return None
        if not self.cleaned_data["verdict"]:
            raise forms.ValidationError("A verdict is one of pass, fail, na, open.")
        return str(self.cleaned_data["verdict"])

    def clean_note(self) -> str | None:
        """The note that was posted, `None` when it was left out."""
        return str(self.cleaned_data["note"]) if "note" in self.data else None

    def clean(self) -> dict[str, object]:
        """What `service.answer` takes; refuses a post without verdict and note."""
        if not {"verdict", "note"} & set(self.data):
            raise forms.ValidationError("Post a verdict, a note, or both.")
        found = self.cleaned_data
        own = {name: found.get(f"base-{name}") for name in ("verdict", "note")}
        bases = {name: found.get("base") if base is None else base for name, base in own.items()}
        return {
            "verdict": found.get("verdict"),
            "note": found.get("note"),
            "bases": {name: base for name, base in bases.items() if base is not None},
            "change": found.get("change", ""),
            "by": found.get("by", ""),
        }


# Names with a hyphen, which no attribute of a class can have.
AnswerForm.base_fields |= {f"base-{name}": _base_field() for name in ("verdict", "note")}


class SuggestionForm(ChangeForm):
    """What becomes of a suggestion: `accept:<fingerprint>`, `dismiss:<fingerprint>`, or `open:<fingerprint>` to show it again."""

    suggestion = forms.RegexField(
        r"^(accept|dismiss|open):[0-9a-f]{12}\Z",
        error_messages=dict.fromkeys(
            ("required", "invalid"), "A suggestion is accepted, dismissed or opened again, by its name."
        ),
    )

    def clean(self) -> dict[str, object]:
        """The verb and the fingerprint apart."""
        verb, _, finding = self.cleaned_data.get("suggestion", "").partition(":")
        return {**self.cleaned_data, "verb": verb, "finding": finding}


class AcceptAllForm(ChangeForm):
    """Which suggestions to accept: each `item` is `<slug>:<fingerprint>`."""

    item = forms.Field(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.items = data.getlist("item")

    def clean_item(self) -> dict[str, str]:
        """The fingerprints by the slugs of their items."""
        if not self.items:
            raise forms.ValidationError("Choose at least one suggestion.")
        if not all(re.fullmatch("[a-z0-9-]{1,60}:[0-9a-f]{12}", item) for item in self.items):
            raise forms.ValidationError("A suggestion is named by its item and its finding.")
        return dict(item.split(":") for item in self.items)


class MoveForm(ChangeForm):
    """Move an audit to another edition, which is named by its number."""

    edition = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class WishForm(forms.Form):
    """Which audits of a list to show; what it does not know it leaves out, so that an old bookmark still shows a list."""

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        data = self.data
        sort = data.get("sort", "")
        outcome = data.get("outcome", "")
        return Wish(
            words=str(data.get("q", ""))[:TASK_LENGTH].replace("\x00", ""),
            outcome=outcome if outcome in list(Outcome) else "",
            checklist=str(data.get("checklist", ""))[:60].replace("\x00", ""),
            sort=sort if sort in SORTS else "changed",
        )

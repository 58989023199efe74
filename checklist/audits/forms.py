"""What may be posted to an audit. HTML is written by hand in the templates; these only validate."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.http import QueryDict

from checklist.audits.answering import Wanted
from checklist.audits.models import NAME_LENGTH, NOTE_LENGTH, TASK_LENGTH, URL_LENGTH
from checklist.audits.report import Verdict
from checklist.catalogue.content import Question

PREFIX = "question-"
BASES = ("base", "base-verdict", "base-note")


def _url_field() -> forms.CharField:
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


class QuestionsForm(forms.Form):
    """Answer the questions of an edition, each in a field `question-<slug>`; one that is left out is not answered."""

    def __init__(self, data: QueryDict, questions: Iterable[Question]) -> None:
        super().__init__(data)
        self.questions = tuple(questions)
        for question in self.questions:
            self.fields[f"{PREFIX}{question.slug}"] = forms.ChoiceField(
                required=False,
                choices=[("yes", "yes"), ("no", "no")],
                error_messages={"invalid_choice": "A question is answered with yes or no."},
            )

    @property
    def asked(self) -> list[tuple[Question, bool]]:
        """Each question and whether it still says yes, to show what was typed."""
        return [(question, self.data.get(f"{PREFIX}{question.slug}") != "no") for question in self.questions]

    @property
    def problems(self) -> list[str]:
        """Why answers to questions were refused."""
        return [str(error) for name, errors in self.errors.items() if name.startswith(PREFIX) for error in errors]

    def clean(self) -> dict[str, object]:
        """What was posted; `questions` maps the slug of each answered question to whether it says yes."""
        answers = {name: value for name, value in self.cleaned_data.items() if name.startswith(PREFIX)}
        others = {name: value for name, value in self.cleaned_data.items() if name not in answers}
        return {
            **others,
            "questions": {name.removeprefix(PREFIX): value == "yes" for name, value in answers.items() if value},
        }


class StartForm(QuestionsForm):
    """Start an audit."""

    task = _task_field()
    url = _url_field()


class CorrectForm(forms.Form):
    """Correct task or URL; a field that is left out is `None` and stays as it is."""

    task = _task_field()
    url = _url_field()

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.left_out = {name for name in self.fields if name not in self.data}
        for name in self.left_out:
            self.fields[name].required = False

    def clean(self) -> dict[str, str | None]:
        """The fields that were posted; refuses a post without any."""
        if self.left_out == set(self.fields):
            raise forms.ValidationError("Post a task, a url, or both.")
        return {name: None if name in self.left_out else value for name, value in self.cleaned_data.items()}


class AnswerForm(forms.Form):
    """Answer one item: a verdict, a note, or both.

    `base` is the revision of the field that the writer had in view; a form that posts both fields names them apart, as `base-verdict`
    and `base-note`. `change` is the writer's own id for this change, `by` a name.
    """

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
    change = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,64}$",
        required=False,
        error_messages={"invalid": "A change is 1 to 64 letters, digits, hyphens or underscores."},
    )
    by = forms.CharField(
        required=False,
        max_length=NAME_LENGTH,
        error_messages={"max_length": f"A name has at most {NAME_LENGTH} characters."},
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for name in BASES:
            self.fields[name] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=2**31 - 1,
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), "A base is the number of a revision."
                ),
            )
        if "note" in data:
            self.data = {**data.dict(), "note": str(data["note"]).replace("\r\n", "\n").replace("\r", "\n")}

    def clean_verdict(self) -> str:
        """The verdict that was posted; an empty one is refused."""
        value = self.cleaned_data["verdict"]
        if "verdict" in self.data and not value:
            raise forms.ValidationError("A verdict is one of pass, fail, na, open.")
        return str(value)

    def clean(self) -> dict[str, object]:
        """Verdict and note as `Wanted`, `None` for one that was left out; refuses a post without either."""
        if not {"verdict", "note"} & set(self.data):
            raise forms.ValidationError("Post a verdict, a note, or both.")
        return {
            "verdict": self._wanted("verdict"),
            "note": self._wanted("note"),
            "change": self.cleaned_data.get("change", ""),
            "by": self.cleaned_data.get("by", ""),
        }

    def _wanted(self, name: str) -> Wanted | None:
        if name not in self.data or name not in self.cleaned_data:
            return None
        base = self.cleaned_data.get(f"base-{name}")
        return Wanted(self.cleaned_data[name], self.cleaned_data.get("base") if base is None else base)


class MoveForm(forms.Form):
    """Move an audit to another edition, which is named by its number."""

    edition = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    by = forms.CharField(required=False, max_length=NAME_LENGTH)

"""What may be posted to an audit. HTML is written by hand in the templates; these only validate."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.http import QueryDict

from checklist.audits.models import NOTE_LENGTH, TASK_LENGTH, URL_LENGTH
from checklist.audits.report import Verdict
from checklist.catalogue.content import Question

PREFIX = "question-"


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
    """Answer one item; a field that is left out is `None` and stays as it is."""

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

    def clean_verdict(self) -> Verdict | None:
        """The verdict that was posted; an empty one is refused."""
        if "verdict" not in self.data:
            return None
        value = self.cleaned_data["verdict"]
        if not value:
            raise forms.ValidationError("A verdict is one of pass, fail, na, open.")
        return Verdict(value)

    def clean_note(self) -> str | None:
        """The note that was posted."""
        return self.cleaned_data["note"] if "note" in self.data else None

    def clean(self) -> dict[str, object]:
        """Refuses a post without verdict and note."""
        if not {"verdict", "note"} & set(self.data):
            raise forms.ValidationError("Post a verdict, a note, or both.")
        return self.cleaned_data

"""The code that a person gives to be scanned: pasted, as files, as a diff, or carried by a page from the step before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from checklist.audits.forms import url_field
from checklist.audits.models import new_token
from checklist.exports.characters import encodable
from checklist.scan import patch
from checklist.scan.found import Unread
from checklist.scan.sandbox import MOST_BYTES
from checklist.scan.scanned import ScannedTask
from checklist.scan.source import UnreadableError, decode
from checklist.scan.whole import UNKNOWN_CHARACTER

PASTED = "pasted.py"
LONGEST = (
    2 * MOST_BYTES
)  # characters of a field: JSON and the line ends of a form take two for one; `clean` counts the source itself
_SIZE = {"max_length": f"At most {MOST_BYTES // 1000:,} kB of code and diff are scanned at once."}
_PATH = re.compile(r"(?!/)(?:[^/\x00-\x1f]+/)*[^/\x00-\x1f]+\.py")
_signer = signing.Signer(salt="checklist.audits.code")


def _text_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST,
        error_messages={**_SIZE, "null_characters_not_allowed": "This is not text: it holds null bytes."},
    )


class CodeForm(forms.Form):
    """Source text, and a diff that says which of its tasks matter.

    `code` is pasted text, `files` are Python files, `given` is what an earlier step read of both, as JSON of paths with texts. `keep` asks
    for the source to be stored. `once` names the choice, signed by the page that offers it.
    """

    code = _text_field()
    diff = _text_field()
    given = _text_field()
    keep = forms.BooleanField(required=False)
    url = url_field()
    once = forms.CharField(required=False, max_length=200)

    def __init__(self, data: QueryDict, files: MultiValueDict[str, UploadedFile[Any]]) -> None:
        super().__init__(data, files)
        self.sources: dict[str, str] = {}
        self.unread: list[Unread] = []

    @property
    def problems(self) -> list[str]:
        """Why the post was refused."""
        return [str(error) for errors in self.errors.values() for error in errors]

    @property
    def carried(self) -> str:
        """What was read, for the next step to post as `given`."""
        return _as_json(self.sources)

    @property
    def pasted(self) -> str:
        """What was pasted, in this step or before: the page that asks again shows it."""
        given = self.before.get(PASTED, "")
        return str(self.data.get("code") or given)

    @property
    def given_files(self) -> dict[str, str]:
        """The files that a step before read: a browser does not send them again."""
        return {path: text for path, text in self.before.items() if path != PASTED}

    @property
    def carried_files(self) -> str:
        """These files, to be posted as `given`."""
        return _as_json(self.given_files)

    @property
    def before(self) -> dict[str, str]:
        """What a step before read."""
        return getattr(self, "cleaned_data", {}).get("given") or {}

    def clean_given(self) -> dict[str, str]:
        """The files that an earlier step read."""
        text = self.cleaned_data["given"]
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not all(
            isinstance(content, str) and _PATH.fullmatch(path) and encodable(path + content) == path + content
            for path, content in found.items()
        ):
            raise forms.ValidationError("What was given before cannot be read: give the code again.")
        return found

    def clean_once(self) -> str:
        """The name of the choice, "" when there is none. Only names that we gave count: nobody may guess the audits of others."""
        signed = self.cleaned_data["once"]
        try:
            return _signer.unsign(signed) if signed else ""
        except signing.BadSignature:
            raise forms.ValidationError("This choice is not one of ours: find the tasks again.") from None

    def clean(self) -> dict[str, Any]:
        """Everything that was given, read into `sources` and `unread`, and the diff with the text of its file."""
        found = self.cleaned_data
        self.sources = dict(found.get("given") or {})
        if found.get("code", "").strip():
            self._add(PASTED, found["code"].replace("\r\n", "\n").replace("\r", "\n"))
        for file in self.files.getlist("files"):
            self._read(file)
        diff = "\n".join([found.get("diff", "").replace("\r\n", "\n"), *map(_text, self.files.getlist("diff-file"))])
        found["diff"] = diff if diff.strip() else ""
        if not self.errors and not (self.sources or found["diff"]):
            unread = "; ".join(f"{one.path} {one.reason}" for one in self.unread)
            raise forms.ValidationError(unread or "Paste some code, choose files, or give a diff.")
        size = sum(len(text.encode("utf-8", "replace")) for text in [*self.sources.values(), found["diff"]])
        if size > MOST_BYTES:
            raise forms.ValidationError(f"This has {size // 1000:,} kB. {_SIZE['max_length']}")
        return found

    def _read(self, file: UploadedFile[Any]) -> None:
        name = file.name or ""
        if not _PATH.fullmatch(name):
            self.unread.append(Unread(name, "is no Python file (.py)"))
            return
        try:
            self._add(name, decode(file.read()))
        except UnreadableError as error:
            self.unread.append(Unread(name, str(error)))

    def _add(self, path: str, text: str) -> None:
        """Two files of one name, from two folders, are both kept: browsers do not say where a file comes from."""
        number = 2
        unique = path
        while unique in self.sources:
            unique, number = f"{number}/{path}", number + 1
        self.sources[unique] = text


def _as_json(sources: dict[str, str]) -> str:
    """Paths with texts, as a page can hold them."""
    return encodable(json.dumps(sources, ensure_ascii=False))


def _text(file: UploadedFile[Any]) -> str:
    """The text of a diff's file, without nulls: `git diff --text` has them of pictures, and the field that carries it takes none."""
    return patch.decode(file.read()).replace("\r\n", "\n").replace("\0", UNKNOWN_CHARACTER)


def new_choice() -> str:
    """The name of a choice, for the page that offers it."""
    return _signer.sign(new_token())


def key(scanned: ScannedTask) -> str:
    """What a form calls a task of a scan."""
    return f"{scanned.task.path}:{scanned.task.line}:{scanned.task.name}"


def named(tasks: Iterable[ScannedTask], names: Iterable[str]) -> list[ScannedTask]:
    """The tasks of these keys; a program may also give what `--task` of the command line takes."""
    wanted = set(names)
    return [each for each in tasks if {key(each), *each.task.names} & wanted]


def title(scanned: ScannedTask) -> str:
    """What the audit of a task is called: as Celery registers it where the code says so, else by its module and name."""
    task = scanned.task
    name = task.options.get("name")
    if name and name.is_known and isinstance(name.value, str) and name.value.strip():
        return name.value
    module = task.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return task.name if task.path == PASTED else f"{module}.{task.name}"

"""Fields and their values, right and wrong, and the ways to send them."""

from __future__ import annotations

import json

import scans
from django.forms import Form
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sample_content import CONTENT

from checklist.audits.code_form import CodeForm
from checklist.audits.forms import AcceptAllForm, AgainForm, AnswerForm, CorrectForm, MoveForm, StartForm
from checklist.audits.link_form import LinksForm

from .texts import mostly, quoted, raw, texts

FORM, SEVERAL = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"

# The fields that a route reads: those of its form, what the form names when it is made, and what its page asks for.
FORMS: dict[str, type[Form]] = {
    "checklists/<slug:slug>/audits/": StartForm,
    "audits/<token:token>/": CorrectForm,
    "audits/<token:token>/items/<slug:item>/": AnswerForm,
    "audits/<token:token>/questions/": StartForm,
    "audits/<token:token>/again/": AgainForm,
    "audits/<token:token>/edition/": MoveForm,
    "checklists/<slug:slug>/code/": CodeForm,
    "audits/<token:token>/scan/": CodeForm,
    "audits/<token:token>/suggestions/": AcceptAllForm,
    "audits/<token:token>/links/": LinksForm,
    "mine/<int:number>/links/": LinksForm,
}
MORE = {
    "checklists/<slug:slug>/audits/": ("question-scheduled", "base-question-scheduled"),
    "audits/<token:token>/questions/": ("question-scheduled", "base-question-scheduled"),
    "audits/<token:token>/items/<slug:item>/": ("base-verdict", "base-note", "suggestion"),
    "checklists/<slug:slug>/code/": ("task", "files", "diff-file"),
    "audits/<token:token>/scan/": ("task", "files", "diff-file"),
    "audits/<token:token>/history/": ("page",),
    "audits/<token:token>/items/<slug:item>/history/": ("page",),
    "audits/<token:token>/export.<str:extension>": ("names",),
    "shared/<token:token>/export.<str:extension>": ("names",),
    "mine/": ("q", "outcome", "checklist", "sort", "page"),
    "mine/<int:number>/delete/": ("for-good",),
}
# Without `_to_field`: Django 5.2 answers 500 to staff who send it empty.
ADMIN = (
    *("username", "password", "next", "action", "_selected_action", "select_across", "index", "q", "p", "o", "all", "e", "_popup"),
    *("_changelist_filters", "edition__checklist__id__exact", "outcome__exact", "deleted__isempty", "is_closed__exact", "app_label", "model_name"),
)  # fmt: skip
# What no form of ours has and other frameworks look for.
TEMPTING = (
    "next",
    "url",
    "redirect",
    "return_to",
    "_method",
    "csrfmiddlewaretoken",
    "format",
    "callback",
    "debug",
    "__proto__",
    "a[]",
    "a.b",
)
RIGHT = {
    "task": ["billing.tasks.charge", "t", "charge"],
    "url": ["", "https://example.org/pull/1"],
    "verdict": ["pass", "fail", "na", "open"],
    "note": ["", "seen", "x" * 4000],
    "change": ["", "first", "second", "new"],
    "by": ["", "Ada"],
    "code": ["", scans.CODE, "x = 1", "def :"],
    "given": ["", json.dumps({"tasks.py": scans.CODE}), "{}", "[]"],
    "diff": ["", "--- a/tasks.py\n+++ b/tasks.py\n@@ -1 +1 @@\n-x\n+y\n"],
    "keep": ["", "on"],
    "suggestion": [f"{verb}:{scans.FOUND}" for verb in ("accept", "dismiss", "open")],
    "item": [f"backoff:{scans.FOUND}"],
    "question-scheduled": ["yes", "no"],
    "edition": ["1", "2"],
    "link": ["edit", "view"],
    "action": ["replace", "off", "on", "expire", "close_links", "open_links"],
    "until": ["day", "week", "date", "never"],
    "date": ["2030-01-01", "9999-12-31", "2020-01-01"],
    "sort": ["task", "changed"],
    "outcome": ["approve"],
    "checklist": [CONTENT.slug],
    "page": ["1", "2", "last"],
    "next": ["/admin/", "//evil.example/", "https://evil.example/"],
    "_selected_action": ["1", "2", "x"],
    "q": ["task", "a b"],
}
NUMBER = ["", "0", "1", "2"]  # what stands in every other field

Fields = list[tuple[str, bytes]]


def fields(route: str) -> tuple[str, ...]:
    """The names of the fields that a route reads."""
    if route.startswith("admin/"):
        return ADMIN
    form = FORMS.get(route)
    return (*(form.base_fields if form else ()), *MORE.get(route, ()))


def pairs(route: str, limit: int) -> SearchStrategy[Fields]:
    """Fields with their values: mostly those of the route, two in three with a value that is right; some repeated, some of no form."""
    name = st.sampled_from(fields(route) or TEMPTING)
    right = name.flatmap(
        lambda found: st.sampled_from(RIGHT.get(found, NUMBER)).map(lambda value: (found, value.encode()))
    )
    strange = st.tuples(st.sampled_from(TEMPTING) | texts().map(lambda text: text[:50]), raw())
    tempting = st.tuples(st.sampled_from(TEMPTING), st.sampled_from([value.encode() for value in RIGHT["next"]]))
    kinds = st.sampled_from([right] * 12 + [st.tuples(name, raw())] * 6 + [strange, tempting])
    return st.lists(kinds.flatmap(lambda kind: kind), max_size=limit)


def encoded(found: Fields) -> bytes:
    """The fields as an ordinary form sends them."""
    named = ((quoted(name.encode("utf-8", "surrogatepass")), quoted(value)) for name, value in found)
    return "&".join(f"{name}={value}" for name, value in named).encode()


def multipart(found: Fields, *, files: bool = False) -> bytes:
    """The fields as a form with files sends them."""
    extra = b'; filename="../../x"\r\nContent-Type: text/html' if files else b""
    head = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    return b"".join([*(head % (name.encode("utf-8", "replace"), extra, value) for name, value in found), b"--b--\r\n"])


def objects(found: Fields) -> bytes:
    """The fields as JSON."""
    return json.dumps({name: value.decode("latin-1") for name, value in found}).encode()


def bodies(route: str) -> SearchStrategy[tuple[str, bytes]]:
    """A content type and a body, which mostly belong together."""
    charsets = ("utf-16", "utf-7", "idna", "rot13", "x", "\xff", "punycode", "undefined")
    kinds = [
        SEVERAL,
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 300,
        "text/plain",
        "",
        "\xff",
        "a/b;",
    ]
    kinds += [f"{kind}; charset={name}" for kind in (FORM, SEVERAL) for name in charsets]
    other = st.one_of(
        pairs(route, 4).map(lambda found: (SEVERAL, multipart(found))),
        pairs(route, 4).map(lambda found: (SEVERAL, multipart(found, files=True))),
        pairs(route, 4).map(lambda found: (SEVERAL, multipart(found)[:-20])),
        pairs(route, 3).map(lambda found: (SEVERAL, objects(found))),
        pairs(route, 3).map(lambda found: ("application/json", objects(found))),
        st.tuples(st.sampled_from(kinds), pairs(route, 4).map(encoded) | raw()),
        st.just((FORM, b"&".join([b"task=t"] * 150))),
        st.just((FORM, b"note=" + b"x" * 300_000)),
        st.just((SEVERAL, multipart([("note", b"x")] * 150, files=True))),
    )
    return mostly(pairs(route, 6).map(lambda found: (FORM, encoded(found))), other)

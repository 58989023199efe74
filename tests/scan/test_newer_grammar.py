"""Files in the grammar of Pythons newer than the one that runs: what is read of them, and that places are those of the text as written."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from checklist.scan import scanning, source
from checklist.scan.subject import Subject

from .test_finder import scanned

NEWER = "try: ...\nexcept A, B: ...\n"


def read(text: str) -> source.Module:
    return source.parse("tasks.py", dedent(text))


def sources(text: str, kind: type[ast.expr]) -> list[str]:
    """The expressions of a kind as they are written, in the order of the text."""
    module = read(text)
    found = [node for node in ast.walk(module.tree) if isinstance(node, kind)]
    return [module.source(node) for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))]


@pytest.mark.parametrize("written", ['f"{P}.high"', 'f"{P["x"]}.high"', 't"{P}.high"', '"a" f"{P["x"]}" "b"'])
def test_a_string_with_a_value_in_it_is_unknown_and_shown_as_written(written: str) -> None:
    found = scanned(NEWER + f"@app.task(queue={written}, name={written}, max_retries=7)\ndef charge(): ...")
    subject = Subject(found.declarations[0], found)
    queue, retries = subject.option("queue"), subject.option("max_retries")
    assert (queue.source, queue.value, queue.is_known) == (written, None, False)
    assert (retries.source, retries.value) == ("7", 7)


FIELDS = {
    "the same quotes": 'f"{a.get("k")}"',
    "the same quotes, three times": "f'''{a.get('''k''')}'''",
    "a backslash": r"""f"{'\n'.join(a.get(k))}" """,
    "a comment": 'f"""{\n  a.get(k)  # why\n}"""',
    "a line end": 'f"{\n  a.get(k)\n}"',
    "a backslash at the end of a line": 'f"""{a\\\n  .get(k)}"""',
    "a format": 'f"{x["y"]:>{a.get(k)}.{z}}"',
    "a format in a format": 'f"{x:{y:{a.get(k)}}}"',
    "a conversion and blanks": 'f"{a.get(k)!r  }"',
    "a name of its own": 'f"{a.get(k)=}{x["y"] = !r:>3}"',
    "strings in strings": 'f"{f"{f"{f"{f"{f"{a.get(k)}"}"}"}"}"}"',
    "braces and names of characters": r'f"{{\N{EM DASH} {x["y"]}}} {a.get(k)}"',
    "strings side by side": '("ä" f"ö{x["y"]}"  # why\n  rf"\\d{a.get(k)}" "ü")',
    "a raw string": r'rf"\d{x["y"]}\{a.get(k)}"',
    "a template": "t'{a.get(k)}'",
    "a template in a string": "f\"{t'{a.get(k)}'}\"",
    "more values": 'f"{a.get(k), x["y"]}"',
    "a generator": 'f"{[*(yield), x["y"], a.get(k)]}"',
    "a lambda": 'f"{(lambda: x["y"])} {a.get(k)}"',
}


@pytest.mark.parametrize("written", FIELDS.values(), ids=FIELDS)
def test_what_stands_in_a_string_is_seen_where_it_is_written(written: str) -> None:
    calls = sources(f"{NEWER}ä = g(1), {written}, g(2)\n", ast.Call)
    assert [" ".join(call.split()) for call in calls if "get(" in call and "join" not in call] in (
        ["a.get(k)"],
        ['a.get("k")'],
        ["a.get('''k''')"],
        ["a\\ .get(k)"],
    )
    assert calls[0] == "g(1)" and calls[-1] == "g(2)"


@pytest.mark.parametrize("written", FIELDS.values(), ids=FIELDS)
def test_a_string_is_shown_as_written_and_said_again_in_words(written: str) -> None:
    module = read(f"{NEWER}x = {written}\n")
    value = module.tree.body[-1].value  # type: ignore[attr-defined]
    assert module.source(value).strip("()") == " ".join(written.split()).strip("()")
    assert not isinstance(value, ast.Constant) and ast.parse(ast.unparse(value))


def test_a_string_that_is_read_anyway_is_left_alone() -> None:
    module = read(NEWER + "x = f'{a!r:>{w}} {{}}'\n")
    assert ast.dump(module.tree.body[-1]) == ast.dump(ast.parse("x = f'{a!r:>{w}} {{}}'").body[-1])


def test_a_result_that_a_string_waits_for_is_found() -> None:
    assert sources(NEWER + 'logger.info(f"{charge.delay(k["id"]).get()}", 1)\n', ast.Call)[1:] == [
        'charge.delay(k["id"]).get()',
        'charge.delay(k["id"])',
    ]


def test_places_after_what_is_new_are_those_of_the_text() -> None:
    text = """
        def f[
            T: (int, str),
        ](x: T) -> list[T]: return g(x)
        type Pair[
            T,
        ] = tuple[T, T]
        try: ...
        except* A, B: h(1); k(2)
    """
    assert sources(text, ast.Call) == ["g(x)", "h(1)", "k(2)"]
    module = read(text)
    assert [getattr(node, "lineno", 0) for node in module.tree.body] == [2, 5, 8]
    assert module.evidence(module.tree.body[-1].handlers[0]).text == "except* A, B: h(1); k(2)"  # type: ignore[attr-defined]


def test_unpacking_in_a_comprehension_is_shown_as_written() -> None:
    assert sources("x = f([*g(y) for y in z], {**h(y) for y in z})\n", ast.Call) == [
        "f([*g(y) for y in z], {**h(y) for y in z})",
        "g(y)",
        "h(y)",
    ]


def test_an_attribute_of_a_type_is_no_alias() -> None:
    assert sources(NEWER + "type(self).x = g(1)\ntype (self).y = g(2)\n", ast.Call) == [
        "type(self)",
        "g(1)",
        "type (self)",
        "g(2)",
    ]


def test_an_option_that_celery_ignores_is_told_as_it_is_written() -> None:
    text = NEWER + '@shared_task(name=f\'{P}.y\', queue=f"{d["q"]}", retry_limit=4)\ndef f(): ...\n'
    (task,) = scanning.scan({"tasks.py": "from celery import shared_task\n" + text}, {"known": "known-options"}).tasks
    assert task.suggestions[0].finding.text.startswith("`retry_limit=4` is ignored by Celery, line 4")


LATER = {
    "type parameters over several lines": (
        "def charge[\n    T: (int, str),  # why\n    *Ts,\n](x: T): ...",
        "def charge(x: T):\n    ...",
    ),
    "defaults of type parameters": (
        "class A[T = int, *Ts = *tuple[int, ...], **P = [int, str]](B[T]): ...",
        "class A(B[T]):\n    ...",
    ),
    "type parameters that begin with stars": (
        "class A[*Ts = *tuple[int]]: ...\ndef f[**P = [int]](): ...",
        "class A:\n    ...\n\ndef f():\n    ...",
    ),
    "a default of an alias": ("type X[T = dict[str, int]] = list[T]\nx = 1", "pass\nx = 1"),
    "lazy imports": (
        "lazy import a.b as c\nlazy from . import (\n  d, e)\nif x: lazy import f",
        "import a.b as c\nfrom . import d, e\nif x:\n    import f",
    ),
    "groups without brackets": ("try: ...\nexcept* A, B: ...", "try:\n    ...\nexcept* (A, B):\n    ..."),
    "unpacking in a list": ("x = [*(y or w) async for y in z]", "x = [~(y or w) async for y in z]"),
    "unpacking in an argument": ("f(*charge.s(y) for y in z)", "f((~charge.s(y) for y in z))"),
    "unpacking in a set": ("x = {*y[0] for y in z}", "x = {~y[0] for y in z}"),
    "unpacking in a dictionary": ("x = {**f(y, 1) for y in z}", "x = {~~f(y, 1) for y in z}"),
}


@pytest.mark.parametrize("text, words", LATER.values(), ids=LATER)
def test_newer_grammar_is_said_in_older_words(text: str, words: str) -> None:
    assert ast.unparse(read(text + "\n").tree) == words


NAMES = """
lazy = match = type = case = 1
type.x = lazy.import_ = f(type, lazy)
match type[0]:
    case [1, *_]: ...
a = type
b[0] = a[*c]
def g(*args: *Ts): return (n := {**a, "b": [x for x in a]})
try: ...
except A as lazy: raise lazy from None
with (a as b, c as d): f(*a, *[b for b in c], **d), (*(e for e in a),), [e for *e, g in a]
"""


@pytest.mark.parametrize("newer", ["lazy import x\n", "class A[T = int]: ...\n", "x = {**y for y in z}\n", NEWER])
def test_beside_newer_grammar_older_text_means_the_same(newer: str) -> None:
    before, after = ast.parse(NAMES).body, read(NAMES + newer).tree.body[: len(ast.parse(NAMES).body)]
    assert [ast.dump(node, include_attributes=True) for node in after] == [
        ast.dump(node, include_attributes=True) for node in before
    ]


@pytest.mark.parametrize(
    "text",
    [
        "try: ...\nexcept A, B as e: ...",
        "lazy x\n",
        "class A[T = int: ...",
        "f'{x' t'{y}'",
        'f"{x["y"]}" = 1',
        "f(**x for x in y)",
    ],
)
def test_what_is_no_python_of_any_age_is_not_read(text: str) -> None:
    with pytest.raises(source.UnreadableError):
        read(text)

"""Whatever is done to a valid file, it loads or is refused with a located message; nothing else ever comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist.catalogue.spec import read_bytes

QUICK = settings(max_examples=300, deadline=2000, derandomize=True)

SMALL = Path(__file__).with_name("small.yaml").read_text()
LINES = SMALL.splitlines()
PIECES = [
    *"\t\0\r\n\"'|>-:?[]{}*&!%#@`~=<\\",
    *(
        "- ",
        ": ",
        "? ",
        "&a ",
        "*a",
        "!!python/object:os.system ",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "%TAG ! x\n",
    ),
    *(
        "\u202e",
        "\ufeff",
        "\u2028",
        '"\\ud800"',
        '"\\U00110000"',
        "0x1",
        "1e999",
        ".inf",
        "9" * 5000,
        "2026-11-22",
        "yes",
    ),
    *("[x](javascript:y)", "<b>", "![x](y)", "[x](#y)", "```", "slug: small", "critical"),
]
INDEX = st.integers(0, len(LINES) - 1)
EDITS = st.one_of(
    st.tuples(st.just("delete"), INDEX, st.just("")),
    st.tuples(st.just("repeat"), INDEX, st.just("")),
    st.tuples(st.just("replace"), INDEX, st.sampled_from(LINES) | st.text(max_size=20)),
    st.tuples(st.just("insert"), st.integers(0, len(SMALL)), st.sampled_from(PIECES) | st.characters()),
    st.tuples(
        st.just("swap"), INDEX, st.sampled_from(["title", "slug", "items", "severity", "why", "when", "revision"])
    ),
)


def edited(text: str, edit: tuple[str, int, str]) -> str:
    """`text` after one edit of a line or a character."""
    verb, where, new = edit
    if verb == "insert":
        return text[:where] + new + text[where:]
    lines = text.splitlines() or [""]
    where %= len(lines)
    line = lines[where]
    key, colon, rest = line.partition(":")
    swapped = key[: len(key) - len(key.lstrip(" -"))] + new + colon + rest
    lines[where : where + 1] = {"delete": [], "repeat": [line] * 2, "replace": [new], "swap": [swapped]}[verb]
    return "\n".join(lines) + "\n"


def assert_loads_or_is_refused(raw: bytes) -> None:
    content, problems = read_bytes(raw, Path("small.yaml"))
    last = len(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    assert (content is None) == bool(problems)
    for problem in problems:
        assert 1 <= problem.line <= last
        assert problem.message.strip()
        assert problem.place.strip()
        assert str(problem).isprintable()
    if content:
        assert len(content.digest) == 64


@QUICK
@given(st.lists(EDITS, min_size=1, max_size=6))
def test_an_edited_text(edits):
    text = SMALL
    for edit in edits:
        text = edited(text, edit)
    assert_loads_or_is_refused(text.encode("utf-8", "replace"))


@QUICK
@given(st.integers(0, len(SMALL)), st.integers(0, 5), st.binary(max_size=8))
def test_random_bytes_in_a_text(where, gone, new):
    raw = SMALL.encode()
    assert_loads_or_is_refused(raw[:where] + new + raw[where + gone :])


@QUICK
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_nothing_but_random_bytes(raw):
    assert_loads_or_is_refused(raw)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(max_size=30)
    | st.sampled_from(PIECES)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["slug", "title", "x"]), inner),
    max_leaves=6,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in `data`."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


PLACES = places(yaml.safe_load(SMALL))[1:]


@QUICK
@given(st.sampled_from(PLACES), TREES)
def test_a_tree_with_one_value_replaced(place, value):
    data = yaml.safe_load(SMALL)
    parent = data
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    assert_loads_or_is_refused(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "surrogatepass"))


@QUICK
@given(st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_a_tree_with_one_value_copied_elsewhere(source, target):
    data, copied = yaml.safe_load(SMALL), yaml.safe_load(SMALL)
    for step in source:
        copied = copied[step]
    parent = data
    for step in target[:-1]:
        parent = parent[step]
    parent[target[-1]] = copied
    assert_loads_or_is_refused(yaml.safe_dump(data).encode())

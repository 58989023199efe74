"""Texts and bytes that somebody could send in any place."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

NASTY = [
    "", " ", "\x00", "a\x00b", "\r\n", "\x1b[2J", "\x7f", "\ufeff", "\u202eevil", "\u200b", "\ud800", "\udfff", "\uffff", "\U0010ffff", "\U000e0041",
    "e\u0301" * 50, "\U0001f469\u200d\U0001f4bb", "<script>", "' OR 1=1 --", "%", "%%", "%s", "{}", "{{7*7}}", "${x}", "../../etc/passwd", "\\", '"',
    "null", "None", "true", "NaN", "-0", "1e999", "0x10", "1_000", "\u0661", "\u00b2", "9" * 30, "9" * 5000, "-1", "2026-11-22", "0000-00-00",
    "99999-99-99", "//evil.example/", "https://evil.example/", "javascript:alert(1)", "http://[", "http://[::1", "https://a:b@c:99999/", "x" * 201,
    "x" * 4001, "\n" * 4001, "x" * 70_000,
]  # fmt: skip


def mostly(right: SearchStrategy[T], wrong: SearchStrategy[T]) -> SearchStrategy[T]:
    """What is right, but for one time in ten: a request with one fault gets further than one with many."""
    return st.sampled_from([False] * 9 + [True]).flatmap(lambda is_wrong: wrong if is_wrong else right)


def texts() -> SearchStrategy[str]:
    """Any text, lone surrogates included."""
    return st.sampled_from(NASTY) | st.text(st.characters(), max_size=40)


def raw() -> SearchStrategy[bytes]:
    """A text as bytes of some encoding, or bytes that are no text."""
    encodings = st.sampled_from(["utf-8", "utf-16", "latin-1", "utf-7", "cp037"])
    encoded = st.builds(lambda text, name: text.encode(name, "replace"), texts(), encodings)
    surrogates = texts().map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(
        surrogates, encoded, st.binary(max_size=30), st.sampled_from([b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80"])
    )


def quoted(content: bytes) -> str:
    """The bytes, each as %XX."""
    return "".join(f"%{byte:02X}" for byte in content)


def pieces() -> SearchStrategy[str]:
    """What may stand between two slashes of a path: bytes, percent-encoded or not."""
    return raw().map(lambda content: quoted(content[:3000])) | raw().map(
        lambda content: content[:3000].decode("latin-1")
    )

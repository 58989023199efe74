"""How the work of a scan is counted."""

from __future__ import annotations

import pytest

from checklist.scan.effort import PER_SCAN, TooMuchError, limit, once_per_scan, spend


def test_work_above_the_limit_is_refused() -> None:
    with pytest.raises(TooMuchError), limit(10):
        spend(11)


def test_what_is_found_once_for_all_files_does_not_count_for_the_file_that_asks_first() -> None:
    @once_per_scan
    def length(text: str) -> int:
        spend(100)
        return len(text)

    with limit(10):
        assert length("abc") == 3
        spend(10)


def test_what_takes_too_much_is_refused_each_time_and_tried_once() -> None:
    tried = []

    @once_per_scan
    def endless(text: str) -> int:
        tried.append(text)
        spend(PER_SCAN + 1)
        return 0

    for _ in range(3):
        with pytest.raises(TooMuchError):
            endless("abc")
    assert tried == ["abc"]

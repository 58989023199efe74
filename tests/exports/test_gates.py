"""The models of the merge gates against figures that the gates themselves gave."""

from __future__ import annotations

import pytest
from gates import GATES

# Markdown, then the open tasks that stilliard, mheap and kentaro count in it.
FIGURES = [
    ("- [x] T", 0, 0, 0),
    ("- [ ] T", 1, 1, 1),
    ("- [ ] N/A ~~T~~ why", 0, 1, 1),
    ("- [x] ~~T~~ N/A why", 0, 0, 0),
    ("- ~~T~~ N/A why", 0, 0, 0),
    ("- [~] T", 0, 0, 0),
    ("- [ ] T\n  - note", 0, 1, 1),
    ("- [ ] T<br>note", 1, 1, 1),
    ("- [ ] T ... the N/A of last time", 0, 1, 1),
    ("- [ ] T \\<!-- hi", 1, 0, 1),
    ("- [ ] T \\<!-- hi\n- [ ] U\n- [ ] V", 3, 0, 3),
    ("- [ ] T \\<!-- hi -->\n- [ ] U", 2, 2, 2),
    ("- [ ] T OPTIONAL", 0, 1, 1),
    ("- [ ] T POST-MERGE", 0, 1, 1),
    ("- [x] T see - [ ] U", 0, 0, 1),
    ("<details>\n<summary>2</summary>\n\n- [ ] T\n- [x] U\n\n</details>\n\n- [ ] V", 2, 2, 2),
]


@pytest.mark.parametrize(("markdown", "stilliard", "mheap", "kentaro"), FIGURES)
def test_models_count_what_the_gates_count(markdown: str, stilliard: int, mheap: int, kentaro: int) -> None:
    counted = {name: len(gate(markdown)) for name, gate in GATES.items()}
    assert counted == {"stilliard": stilliard, "mheap": mheap, "kentaro": kentaro}

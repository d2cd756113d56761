"""No text becomes a formula, and none is lost."""

from __future__ import annotations

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from alerts.spreadsheet import as_csv

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"))
DANGEROUS = tuple("=+-@|%\t＝＋－＠")


@given(st.lists(TEXT, min_size=1, max_size=4))
@example(["=1+1"])
@example([" \u00a0@SUM(A1)"])
@example(["\ufeff=cmd"])
def test_every_cell_reads_back_as_it_was_or_behind_an_apostrophe(cells: list[str]) -> None:
    text = as_csv([str(n) for n in range(len(cells))], [cells])
    read = list(csv.reader(io.StringIO(text)))[1] if any(cells) or len(cells) > 1 else cells
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
    assert not any(cell.lstrip(" \u00a0\u3000\ufeff\u200b").startswith(DANGEROUS) for cell in read)

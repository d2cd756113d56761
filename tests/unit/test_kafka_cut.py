"""Chunks end at a number of records and at a weight of bytes."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from agents.runtimes.kafka.chunks import cut


class Record(NamedTuple):
    """What a chunk looks at."""

    offset: int
    value: bytes | None


@given(st.lists(st.none() | st.binary(max_size=40), max_size=40), st.integers(1, 9), st.integers(1, 100))
def test_all_records_in_order_and_no_chunk_too_large(
    values: list[bytes | None], most: int, weight: int
) -> None:
    records = [Record(offset, value) for offset, value in enumerate(values)]
    parts = list(cut(records, most, weight))
    assert [record for part in parts for record in part] == records
    for part in parts:
        assert 0 < len(part) <= most
        assert len(part) == 1 or sum(len(record.value or b"") for record in part) <= weight

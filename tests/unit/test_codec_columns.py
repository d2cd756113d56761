"""Rows of a table become mentions by a column mapping."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.codec import decode_line, decode_lines
from streams.columns import Columns
from streams.errors import BadRecord
from streams.repair import Defaults

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NEWS = Defaults(feed="uutiset", platform="news", language="fi")


def test_several_columns_are_joined_for_the_text_and_a_missing_id_comes_from_the_row() -> None:
    columns = Columns(["t", "otsikko", "lead"], {"text": "otsikko + lead", "published_at": "t"}, "news")
    rows = [["2018-11-15 09:31:00+00:00", "Posti", "lakko"], ["2018-11-15 09:31:00+00:00", "Posti", ""]]
    first, second = decode_lines([columns.line(row) for row in rows], NOW, defaults=NEWS).mentions
    assert (first.text, second.text) == ("Posti\nlakko", "Posti")
    assert first.id.startswith("news:row-")
    assert first.id != second.id
    assert columns.line(rows[0]) == columns.line(rows[0])


def test_nested_fields_lists_and_numbers_come_from_columns_too() -> None:
    header = ["id", "platform", "text", "published_at", "author.handle", "engagement.likes", "tags", "reach"]
    row = ["x:1", "x", "hei", "1795172400", "@a", "12", "yksi, kaksi", ""]
    mention = decode_line(Columns(header, None, None).line(row), NOW)
    assert (mention.author.handle, mention.engagement.likes) == ("@a", 12)
    assert (mention.tags, mention.reach) == (("yksi", "kaksi"), None)


def test_a_column_whose_name_holds_a_plus_is_taken_as_it_is() -> None:
    columns = Columns(["a + b", "t"], {"text": "a + b", "published_at": "t"}, "news")
    assert decode_line(columns.line(["hei", "2020-01-01"]), NOW, defaults=NEWS).text == "hei"


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(BadRecord, match="no column 'lead'"):
        Columns(["t", "otsikko"], {"text": ["otsikko", "lead"]}, "news")


def test_a_short_row_misses_a_field_and_says_so() -> None:
    columns = Columns(["text", "published_at"], None, "news")
    (letter,) = decode_lines([columns.line(["hei"])], NOW, defaults=NEWS).dead_letters
    assert (letter.reason, letter.detail) == ("missing_field", "published_at is missing")

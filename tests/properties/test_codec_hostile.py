"""Whatever bytes come in: no error but BadRecord, and every valid neighbour survives."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.bad_input import REASONS, TEXT_LIMIT_BYTES
from streams.codec import decode_line, decode_lines, encode
from streams.columns import Columns
from streams.errors import BadRecord
from streams.plain_text import BIDI, CONTROLS, SURROGATES, plain
from streams.records import Mention
from streams.repair import Defaults, repair

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FIELDS = [*Mention.model_fields, "schema", "unknown"]

# Any text, lone surrogates and controls included.
wild_text = st.text(st.characters(exclude_categories=()), max_size=60)
markup = ["<p>x</p>", "&#0;", "&#xd800;", "<script>"]
nasty = st.sampled_from(["", "\x00", "\ud800", "\u202e", *markup, "9" * 400, "-1", "1e999", "NaN", "x" * 600])
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**30, -1, 0, 10**400, 1795172400]))
scalars = st.one_of(st.none(), st.booleans(), numbers, wild_text, nasty)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(wild_text, inner, max_size=4),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(FIELDS), values, max_size=12)
broken_json = objects.map(lambda fields: json.dumps(fields).encode())
wild_bytes = wild_text.map(lambda text: text.encode(errors="surrogatepass"))
hostile = st.one_of(st.binary(max_size=300), broken_json, wild_bytes)


def valid(number: int) -> dict[str, Any]:
    return {"id": f"x:{number}", "platform": "x", "text": "hei", "published_at": "2026-11-20T11:00:00Z"}


@given(hostile)
def test_decoding_raises_nothing_but_bad_record(raw: bytes) -> None:
    with contextlib.suppress(BadRecord):
        mention = decode_line(raw, NOW)
        assert decode_line(encode(mention), NOW).id == mention.id


@given(hostile)
def test_every_reason_is_one_of_the_fixed_set(raw: bytes) -> None:
    assert {letter.reason for letter in decode_lines([raw], NOW).dead_letters} <= set(REASONS)


@given(st.lists(hostile, max_size=8), st.data())
def test_valid_neighbours_survive_and_all_else_is_accounted_for(
    bad: list[bytes], data: st.DataObject
) -> None:
    lines = [*bad, *(json.dumps(valid(number)).encode() for number in range(5))]
    shuffled = data.draw(st.permutations(lines))
    decoded = decode_lines(shuffled, NOW, defaults=Defaults(feed="f"))
    assert {f"x:{number}" for number in range(5)} <= {mention.id for mention in decoded.mentions}
    refused = sum(not letter.repaired for letter in decoded.dead_letters)
    blank = sum(not line.strip() for line in shuffled)
    assert len(decoded.mentions) + refused == len(shuffled) - blank


@given(objects)
def test_hostile_optional_fields_never_lose_a_mention(fields: dict[str, Any]) -> None:
    optional = {name: value for name, value in fields.items() if name != "op"}
    mention = decode_line(json.dumps(optional | valid(1)), NOW)
    assert (mention.id, mention.text) == ("x:1", "hei")


@given(wild_text | nasty)
def test_what_goes_on_is_clean(text: str) -> None:
    mention = decode_line(json.dumps(valid(1) | {"text": text, "title": text, "author": {"name": text}}), NOW)
    name = mention.author.name if mention.author else None
    for said in filter(None, (mention.text, mention.title, name)):
        assert not any(pattern.search(said) for pattern in (CONTROLS, BIDI, SURROGATES))
        assert len(said.encode()) <= TEXT_LIMIT_BYTES


@given(objects, st.booleans())
def test_the_quick_way_never_differs_from_the_patient_way(fields: dict[str, Any], escaped: bool) -> None:
    raw = json.dumps(valid(1) | fields, ensure_ascii=escaped).encode(errors="surrogatepass")
    with contextlib.suppress(BadRecord):
        slow, repairs = repair(raw, NOW)
        fast = decode_line(raw, NOW)
        assert fast.model_copy(update={"version": slow.version}) == slow or repairs


@given(st.text(st.sampled_from("<>/!-&;#abp x'\"="), max_size=200))
def test_plain_text_of_any_markup_is_a_text(markup: str) -> None:
    assert len(plain(markup)) <= len(markup) + 1


@given(st.lists(st.lists(wild_text, max_size=5), max_size=5))
def test_any_table_is_read_or_refused_row_by_row(rows: list[list[str]]) -> None:
    columns = Columns(["text", "published_at", "id"], None, "news")
    good = columns.line(["hei", "2026-11-20", "x:good"])
    decoded = decode_lines([*map(columns.line, rows), good], NOW, defaults=Defaults(platform="news"))
    assert "x:good" in {mention.id for mention in decoded.mentions}

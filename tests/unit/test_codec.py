"""Mentions in and out of lines of JSON: what is read, what is repaired, what is refused, all counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from streams.bad_input import LINE_LIMIT_BYTES, REASONS, TEXT_LIMIT_BYTES
from streams.codec import decode_line, decode_lines, encode
from streams.errors import BadRecord
from streams.recent import Recent
from streams.repair import Defaults

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEXT = "Posti on myöhässä"


def line(**fields: object) -> bytes:
    given = {"id": "x:1", "platform": "x", "text": TEXT, "published_at": "2026-11-20T11:00:00Z"}
    return json.dumps(given | fields).encode()


def reasons(raw: bytes) -> list[tuple[str, bool]]:
    return [(letter.reason, letter.repaired) for letter in decode_lines([raw], NOW).dead_letters]


def refused(raw: bytes) -> str:
    with pytest.raises(BadRecord) as caught:
        decode_line(raw, NOW)
    assert caught.value.reason in REASONS
    return caught.value.reason


def without(field: str) -> bytes:
    fields = json.loads(line())
    del fields[field]
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20T11:00:00Z",
        "2026-11-20T13:00:00+02:00",
        "2026-11-20 11:00:00+00:00",
        "2026-11-20T11:00:00",
        1795172400,
        1795172400000,
        1795172400000000,
        1795172400000000000,
        "1795172400",
        "1795172400000",
        "Fri, 20 Nov 2026 13:00:00 +0200",
    ],
)
def test_every_common_way_to_write_a_time_is_read_as_utc(written: object) -> None:
    mention = decode_line(line(published_at=written), NOW)
    assert mention.published_at == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert mention.published_at.utcoffset() == timedelta(0)
    assert reasons(line(published_at=written)) == []


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "malformed"),
        (b"[]", "malformed"),
        (b"null", "malformed"),
        (b'"text"', "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"a":' * 50_000, "malformed"),
        (b'{"id":' + b"1" * 5000 + b"}", "malformed"),
        (b" " * (LINE_LIMIT_BYTES + 1), "too_large"),
        (without("id"), "missing_field"),
        (without("platform"), "missing_field"),
        (without("text"), "missing_field"),
        (without("published_at"), "missing_field"),
        (line(id=""), "missing_field"),
        (line(text=None), "missing_field"),
        (line(id=["a"]), "bad_field"),
        (line(id="x" * 513), "bad_field"),
        (line(text={"a": 1}), "bad_field"),
        (line(platform="<script>"), "bad_field"),
        (line(op="explode"), "bad_field"),
        (line(published_at="yesterday"), "bad_time"),
        (line(published_at="2026-13-45T00:00:00Z"), "bad_time"),
        (line(published_at="0001-01-01T00:00:00+14:00"), "bad_time"),
        (line(published_at=10**300), "bad_time"),
        (line().replace(b'"2026-11-20T11:00:00Z"', b"1e999"), "bad_time"),
        (line(published_at=0), "old_time"),
        (line(published_at="1970-01-01T00:00:00Z"), "old_time"),
        (line(published_at="1999-12-31T23:59:59Z"), "old_time"),
        (line(published_at=True), "bad_time"),
        (line(published_at="2026-11-20T12:05:01Z"), "future_time"),
        (line(published_at="2099-01-01T00:00:00Z"), "future_time"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    assert refused(raw) == reason


def test_five_minutes_ahead_is_still_a_clock_that_runs_fast() -> None:
    assert decode_line(line(published_at="2026-11-20T12:05:00Z"), NOW).id == "x:1"


@pytest.mark.parametrize(
    ("raw", "reason", "field", "value"),
    [
        (line(text="a\x00b"), "control_characters", "text", "ab"),
        (line().replace(b"Posti on", b"Pos\x00ti on"), "control_characters", "text", "Posti on myöhässä"),
        (line(text="a\u009bb\x7f"), "control_characters", "text", "ab"),
        (line(text="a\ud800b"), "lone_surrogate", "text", "a\ufffdb"),
        (line(text="\u202eitsoP\u202c"), "bidi", "text", "itsoP"),
        (line().replace(b"Posti", b"\xe2\x80\x8fPos\xe2\x81\xa6ti"), "bidi", "text", TEXT),
        (line().replace(b"Posti", b"Pos\x7fti"), "control_characters", "text", TEXT),
        (line().replace(b"Posti", b"Pos\xc2\x9bti"), "control_characters", "text", TEXT),
        (line().replace(b"Posti", b"\xd8\x9cPosti"), "bidi", "text", TEXT),
        (line(title="\u061cx"), "bidi", "title", "x"),
        (line(id="x:\u202e1"), "bidi", "id", "x:\\u202e1"),
        (line(text="<p>Hei <b>Pos</b>ti</p><script>alert(1)</script>"), "html", "text", "Hei Posti"),
        (line(text="H&amp;M &lt;3"), "html", "text", "H&M <3"),
        (line(text="a&#x202e;b"), "html", "text", "ab"),
        (line(reach=-5), "negative_count", "reach", None),
        (line(reach=10**30), "bad_optional", "reach", None),
        (line(negativity=1.5), "bad_optional", "negativity", None),
        (line(negativity=-0.5), "bad_optional", "negativity", None),
        (line(url="javascript:alert(1)"), "bad_optional", "url", None),
        (line(language={"a": 1}), "bad_optional", "language", None),
        (line(observed_at=0), "bad_optional", "observed_at", None),
        (line(edited_at="never"), "bad_optional", "edited_at", None),
        (line(tags=["a", {}, "b"]), "bad_optional", "tags", ("a", "b")),
        (line(in_reply_to="x:1"), "cyclic_reply", "in_reply_to", None),
        (line(platform="uusi-kanava"), "unknown_platform", "platform", "uusi-kanava"),
        (line().replace(b"\\u00f6", b"\xf6").replace(b"\\u00e4", b"\xe4"), "encoding", "text", TEXT),
    ],
)
def test_what_can_be_put_right_goes_on_and_is_kept(
    raw: bytes, reason: str, field: str, value: object
) -> None:
    assert getattr(decode_line(raw, NOW), field) == value
    assert (reason, True) in reasons(raw)


def test_a_negative_count_becomes_unknown_and_its_neighbours_stay() -> None:
    engagement, author = {"likes": -1, "replies": 7}, {"id": "a", "followers": -2}
    mention = decode_line(line(engagement=engagement, author=author), NOW)
    assert (mention.engagement.likes, mention.engagement.replies) == (None, 7)
    assert (mention.author.id, mention.author.followers) == ("a", None)


def test_a_megabyte_of_text_is_cut_at_64_kilobytes_inside_no_character() -> None:
    text = decode_line(line(text="ä" * 1_000_000), NOW).text
    assert text == "ä" * (TEXT_LIMIT_BYTES // 2)
    assert reasons(line(text="a" + "ä" * 500_000)) == [("too_long", True)]


@pytest.mark.parametrize("text", ["1 < 2", "I <3 you & AT&T", "<ivaa> joo </ivaa>", "a&copy=1", "x<y>z", ""])
def test_a_text_that_only_looks_like_markup_stays_as_it_is(text: str) -> None:
    assert decode_line(line(text=text), NOW).text == text
    assert reasons(line(text=text)) == []


def test_emoji_joiners_and_astral_characters_are_no_bad_input() -> None:
    family = "👨‍👩‍👧 🏳️‍🌈 – ”lainaus”"
    assert decode_line(line(text=family), NOW).text == family
    assert reasons(line(text=family)) == []


def test_numbers_as_ids_unknown_fields_and_nulls_are_taken_without_a_word() -> None:
    raw = line(id=17, author={"id": 4, "secret": 1}, more={"a": [1]}, tags=None, op=None, schema="mention/1")
    mention = decode_line(raw, NOW)
    assert (mention.id, mention.author.id, mention.op, mention.tags) == ("17", "4", "create", ())
    assert reasons(raw) == []


def test_a_deletion_needs_no_text() -> None:
    raw = json.loads(line(op="deleted"))
    del raw["text"]
    assert decode_line(json.dumps(raw), NOW).op == "delete"


def test_two_edits_without_a_version_are_two_events_and_one_edit_twice_is_one() -> None:
    first, second = (decode_line(line(op="update", text=text), NOW) for text in ("yksi", "kaksi"))
    again = decode_line(line(op="update", text="yksi"), NOW)
    assert first.event_key != second.event_key
    assert first.event_key == again.event_key


def test_an_id_with_other_content_is_refused_and_an_exact_repetition_passes() -> None:
    decoded = decode_lines([line(), line(text="muuta"), line()], NOW)
    assert [mention.text for mention in decoded.mentions] == [TEXT] * 2
    (letter,) = decoded.dead_letters
    assert (letter.reason, letter.position) == ("duplicate_content", "line 1")


@pytest.mark.parametrize("size", [1, 2, 5])
def test_what_contradicts_is_noticed_the_same_whatever_the_batches(size: int) -> None:
    lines = [
        line(id="x:a", in_reply_to="x:b"),
        line(id="x:b", in_reply_to="x:a"),
        line(id="x:c", platform="uusi"),
        line(id="x:a", text="muuta"),
        line(id="x:d", platform="uusi"),
    ]
    recent = Recent()
    batches = [decode_lines(lines[at : at + size], NOW, recent=recent) for at in range(0, 5, size)]
    mentions = [mention for batch in batches for mention in batch.mentions]
    letters = [letter.reason for batch in batches for letter in batch.dead_letters]
    assert [(m.id, m.in_reply_to) for m in mentions] == [
        ("x:a", "x:b"), ("x:b", None), ("x:c", None), ("x:d", None)
    ]  # fmt: skip
    assert letters == ["cyclic_reply", "unknown_platform", "duplicate_content"]


def test_what_a_feed_knows_fills_what_is_missing_and_its_name_always_stands() -> None:
    defaults = Defaults(feed="arkisto", platform="news", language="fi", negativity=1.0)
    bare = decode_line(without("platform"), NOW, defaults=defaults)
    full = decode_line(line(platform="x", language="sv", negativity=0, feed="toinen"), NOW, defaults=defaults)
    null = decode_line(line(platform="x", language=None, negativity=None), NOW, defaults=defaults)
    assert (bare.feed, bare.platform, bare.language, bare.negativity) == ("arkisto", "news", "fi", 1.0)
    assert (full.feed, full.platform, full.language, full.negativity) == ("arkisto", "x", "sv", 0.0)
    assert (null.language, null.negativity) == ("fi", 1.0)


def test_the_quick_and_the_patient_way_read_a_clean_line_alike() -> None:
    from streams.repair import repair

    author, engagement = {"id": "a", "followers": 3}, {"likes": 1}
    raw = line(author=author, tags=["x"], engagement=engagement, url="https://a.fi/", reach=4)
    assert repair(raw, NOW) == (decode_line(raw, NOW), ())


def test_what_is_encoded_is_read_back_equal() -> None:
    mention = decode_line(line(author={"id": "a"}, tags=["x"], negativity=0.25, engagement={"likes": 1}), NOW)
    assert decode_line(encode(mention), NOW) == mention


def test_one_bad_line_stops_no_other() -> None:
    decoded = decode_lines([line(id="x:1"), b"{oops", b"", b"  ", b"\x00", line(id="x:2")], NOW)
    assert [mention.id for mention in decoded.mentions] == ["x:1", "x:2"]
    assert [letter.position for letter in decoded.dead_letters] == ["line 1", "line 4"]


def test_a_dead_letter_keeps_only_the_beginning_of_what_came() -> None:
    (letter,) = decode_lines([b"{" + b"\xff" * 100_000], NOW).dead_letters
    assert len(letter.raw) == 2_000


def test_hostile_markup_is_read_in_no_time() -> None:
    for piece in ("<a ", "<!--", "<div>", "<script>", "&amp;", "</p", "<p x='"):
        decode_line(line(text=piece * (TEXT_LIMIT_BYTES // len(piece))), NOW)

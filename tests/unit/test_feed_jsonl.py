"""Files as a feed: every line once, wherever reading stopped, rotated, packed or broken."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.clock import ManualClock
from streams.feeds.feed import FeedBatch
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def line(number: object, text: str = "hei") -> bytes:
    fields = {"id": f"x:{number}", "platform": "x", "text": text, "published_at": "2026-11-20T11:00:00Z"}
    return json.dumps(fields).encode() + b"\n"


def feed(path: Path, **settings: object) -> JsonlFeed:
    given = {"name": "arkisto", "path": path, "batch_size": 2, "poll_seconds": 0.01, **settings}
    return JsonlFeed(JsonlFeedSettings.model_validate(given), ManualClock(NOW))


def ids(batches: list[FeedBatch]) -> list[str]:
    return [mention.id.removeprefix("x:") for batch in batches for mention in batch.mentions]


async def all_of(source: JsonlFeed, cursor: str | None = None) -> list[FeedBatch]:
    return [batch async for batch in source.read(cursor)]


class Following:
    """A feed that is read while the test goes on writing."""

    def __init__(self, source: JsonlFeed, cursor: str | None = None) -> None:
        self.batches: list[FeedBatch] = []
        self._source = source
        self._task = asyncio.create_task(self._read(cursor))

    async def _read(self, cursor: str | None) -> None:
        async for batch in self._source.read(cursor):
            self.batches.append(batch)

    async def until(self, *numbers: object) -> None:
        async with asyncio.timeout(5):
            while ids(self.batches) != [str(number) for number in numbers]:
                assert not self._task.done()
                await asyncio.sleep(0.005)

    async def looks(self) -> None:
        await asyncio.sleep(0.08)

    async def stop(self) -> str | None:
        await self._source.close()
        await self._task
        return self.batches[-1].cursor if self.batches else None


@pytest.mark.parametrize("packed", [False, True])
async def test_reading_from_any_cursor_gives_exactly_the_rest(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("a.jsonl.gz" if packed else "a.jsonl")
    content = b"".join(map(line, range(7))) + line(7).rstrip()
    path.write_bytes(gzip.compress(content) if packed else content)
    batches = await all_of(feed(path))
    assert ids(batches) == [str(number) for number in range(8)]
    for index, batch in enumerate(batches):
        assert ids(await all_of(feed(path), batch.cursor)) == ids(batches[index + 1 :])


async def test_a_folder_is_read_in_the_order_of_names_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "2.jsonl").write_bytes(line(3))
    (tmp_path / "1.jsonl.gz").write_bytes(gzip.compress(line(1) + line(2)))
    (tmp_path / ".hidden.jsonl").write_bytes(line(8))
    (tmp_path / "note.txt").write_bytes(line(9))
    assert ids(await all_of(feed(tmp_path))) == ["1", "2", "3"]


async def test_bad_lines_are_kept_with_their_place_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line(1) + b"\n" + b"{oops\n" + line(2))
    batches = await all_of(feed(tmp_path / "a.jsonl", batch_size=10))
    assert ids(batches) == ["1", "2"]
    (letter,) = batches[0].dead_letters
    assert (letter.feed, letter.reason, letter.raw) == ("arkisto", "malformed", "{oops\n")
    assert letter.position == f"a.jsonl@{len(line(1)) + 1}"


async def test_the_feed_gives_its_name_and_defaults(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line(1))
    (batch,) = await all_of(feed(tmp_path / "a.jsonl", language="fi", negativity=1))
    (mention,) = batch.mentions
    assert (mention.feed, mention.language, mention.negativity) == ("arkisto", "fi", 1.0)


async def test_a_last_line_waits_for_its_newline_while_the_file_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2)[:20])
    reading = Following(feed(path, follow=True))
    await reading.until(1)
    await reading.looks()
    with path.open("ab") as file:
        file.write(line(2)[20:])
    await reading.until(1, 2)
    await reading.stop()
    assert [letter for batch in reading.batches for letter in batch.dead_letters] == []


async def test_new_files_in_a_folder_are_picked_up_even_when_they_sort_first(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(line(1))
    reading = Following(feed(tmp_path, follow=True))
    await reading.until(1)
    (tmp_path / "a.jsonl").write_bytes(line(2))
    await reading.until(1, 2)
    with (tmp_path / "b.jsonl").open("ab") as file:
        file.write(line(3))
    await reading.until(1, 2, 3)
    await reading.stop()


async def test_a_file_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "later.jsonl"
    reading = Following(feed(path, follow=True))
    await reading.looks()
    path.write_bytes(line(1))
    await reading.until(1)
    await reading.stop()


async def test_a_file_moved_aside_is_read_to_its_end_and_the_new_one_from_its_beginning(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1))
    reading = Following(feed(path, follow=True))
    await reading.until(1)
    with path.open("ab") as file:
        path.rename(tmp_path / "a.jsonl.1")
        path.write_bytes(line(3))
        file.write(line(2) + line("2b").rstrip())
    await reading.looks()
    await reading.stop()
    assert sorted(ids(reading.batches)) == ["1", "2", "2b", "3"]
    assert not any(batch.gaps for batch in reading.batches)


async def test_a_rotation_while_nobody_read_is_caught_up_from_the_cursor(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2) + line(3))
    first = await anext(feed(path, follow=True).read(None))
    assert ids([first]) == ["1", "2"]
    path.rename(tmp_path / "a.jsonl.1")
    path.write_bytes(line(4))
    reading = Following(feed(path, follow=True), first.cursor)
    await reading.until(3, 4)
    cursor = await reading.stop()
    again = Following(feed(path, follow=True), cursor)
    await again.looks()
    await again.stop()
    assert ids(again.batches) == []


@pytest.mark.parametrize("longer", [False, True])
async def test_a_file_emptied_and_written_anew_is_read_anew_and_the_gap_is_recorded(
    tmp_path: Path, longer: bool
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2))
    reading = Following(feed(path, follow=True))
    await reading.until(1, 2)
    fresh = [line(number) for number in (range(3, 9) if longer else range(3, 4))]
    path.write_bytes(b"".join(fresh))  # the same inode
    await reading.until(1, 2, *range(3, 3 + len(fresh)))
    await reading.stop()
    (gap,) = [gap for batch in reading.batches for gap in batch.gaps]
    assert (gap.feed, gap.reason) == ("arkisto", "file_replaced")


def test_a_file_written_anew_between_two_of_its_batches_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2) + line(3))
    source = feed(path, follow=True)
    reading = source.batches(None)
    first = next(reading)
    path.write_bytes(b"".join(line(number) for number in range(4, 10)))  # the same inode
    rest = [*reading, *source.batches(first.cursor)]
    assert ids([first, *rest]) == ["1", "2", "4", "5", "6", "7", "8", "9"]
    assert [gap.reason for batch in rest for gap in batch.gaps] == ["file_replaced"]


async def test_a_finished_file_may_be_deleted_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line(1))
    reading = Following(feed(tmp_path, follow=True))
    await reading.until(1)
    (tmp_path / "a.jsonl").unlink()
    await reading.looks()
    (tmp_path / "b.jsonl").write_bytes(line(2))
    await reading.until(1, 2)
    cursor = await reading.stop()
    assert "a.jsonl" not in (cursor or "")
    assert not any(batch.gaps for batch in reading.batches)


async def test_a_packed_file_that_ends_early_gives_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    packed = gzip.compress(b"".join(line(number, os.urandom(30).hex()) for number in range(2_000)))
    path.write_bytes(packed[: len(packed) // 2])
    batches = await all_of(feed(path, batch_size=100))
    assert len(ids(batches)) > 500
    assert ids(batches) == [str(number) for number in range(len(ids(batches)))]
    assert [letter.reason for letter in batches[-1].dead_letters] == ["malformed"]


async def test_a_line_beyond_all_limits_is_passed_over_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + b'{"text":"' + b"x" * 40_000_000 + b"\n" + line(2))
    batches = await all_of(feed(path))
    assert ids(batches) == ["1", "2"]
    assert [letter.reason for batch in batches for letter in batch.dead_letters] == ["too_large"]


@pytest.mark.parametrize(
    "cursor", ["", "{", "[]", "7", '{"files":{"a.jsonl":[1]}}', '{"files":3}', '{"at":"x"}']
)
async def test_a_cursor_that_makes_no_sense_means_from_the_beginning(tmp_path: Path, cursor: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(line(1))
    assert ids(await all_of(feed(tmp_path / "a.jsonl"), cursor)) == ["1"]


async def test_a_missing_file_is_an_error_that_is_counted_and_ends_the_reading(tmp_path: Path) -> None:
    source = feed(tmp_path / "no.jsonl")
    assert await all_of(source) == []
    assert source.health.errors["unreachable"] == 1
    assert not source.health.alive


# --- tables

HEADER = "t,otsikko,lead\n"
COLUMNS = {"published_at": "t", "text": "otsikko + lead"}
Table = Callable[..., JsonlFeed]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    def written(content: str | bytes, name: str = "a.csv", **settings: object) -> JsonlFeed:
        raw = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return feed(tmp_path / name, columns=COLUMNS, platform="news", **settings)

    return written


def texts(batches: list[FeedBatch]) -> list[str]:
    return [mention.text for batch in batches for mention in batch.mentions]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
async def test_rows_with_line_breaks_in_them_resume_exactly(table: Table, name: str) -> None:
    rows = "".join(f'2020-01-0{day},"otsikko {day}\ntoinen","a, ""b"""\n' for day in range(1, 8))
    source = table(HEADER + rows, name)
    batches = await all_of(source)
    assert texts(batches) == [f'otsikko {day}\ntoinen\na, "b"' for day in range(1, 8)]
    for index, batch in enumerate(batches):
        assert texts(await all_of(source, batch.cursor)) == texts(batches[index + 1 :])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_the_delimiter_is_seen_from_the_header(table: Table, delimiter: str) -> None:
    content = (HEADER + "2020-01-01,yksi,kaksi\n").replace(",", delimiter)
    assert texts(await all_of(table(content))) == ["yksi\nkaksi"]


async def test_a_table_from_windows_keeps_its_umlauts(table: Table) -> None:
    assert texts(await all_of(table((HEADER + "2020-01-01,Höyläämö,\r\n").encode("cp1252")))) == ["Höyläämö"]


async def test_a_quote_that_is_never_closed_costs_one_row(table: Table) -> None:
    rows = '2020-01-01,yksi,\n2020-01-02,"kaksi,\n2020-01-03,kolme,\n2020-01-04,neljä,\n'
    batches = await all_of(table(HEADER + rows))
    assert texts(batches) == ["yksi", "kolme", "neljä"]
    assert [letter.reason for batch in batches for letter in batch.dead_letters] == ["malformed"]


async def test_a_table_without_the_mapped_columns_is_refused_by_name(table: Table) -> None:
    source = table("a,b\n1,2\n")
    (batch,) = await all_of(source)
    assert "no column 't'" in batch.dead_letters[0].detail
    assert source.health.errors["malformed"] == 1


async def test_a_followed_table_waits_for_the_rest_of_a_row(table: Table, tmp_path: Path) -> None:
    reading = Following(table(HEADER + '2020-01-01,yksi,\n2020-01-02,"kaksi\n', follow=True))
    await reading.looks()
    with (tmp_path / "a.csv").open("a") as file:
        file.write('jatkuu",\n')
    await reading.looks()
    await reading.stop()
    assert texts(reading.batches) == ["yksi", "kaksi\njatkuu"]

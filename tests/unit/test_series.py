"""`palovahti series`: any export of counts goes in, one verdict a row comes out, in the order of the file."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import cos, pi
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.cli.app import main
from agents.cli.exits import Exit
from agents.cli.series import judge
from agents.series_file import BadSeries, Row, read_series
from agents.watch.policy import WatchPolicy
from agents.watch.series import SeriesWatch, bin_minutes

START = datetime(2026, 1, 5, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process: exit code, output, errors."""

    def ran(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        told = capfd.readouterr()
        return int(code), told.out, told.err

    return ran


def values(width: int, days: int, *, storm_at: float | None = None) -> list[tuple[str, int]]:
    """Some 20 an hour by day, few by night, in bins of so many minutes; a storm of six hours or one bin."""
    found = []
    for at in range(0, days * 1440, width):
        usual = width / 60 * (12 - 8 * cos(2 * pi * at / 1440))
        storming = storm_at is not None and storm_at * 1440 <= at < storm_at * 1440 + max(360, width)
        noise = (at * 7919) % 5 - 2
        found.append(
            (f"{START + timedelta(minutes=at):%Y-%m-%d %H:%M:%S}", round(usual + noise * usual / 10))
        )
        if storming:
            found[-1] = (found[-1][0], found[-1][1] * 30 + 30)
    return found


def table(rows: Iterable[Sequence[object]], header: str = "timestamp,value") -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def written(tmp_path: Path, text: str, name: str = "counts.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def verdicts(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("width", [1, 5, 15, 30, 60, 240, 1440])
def test_a_storm_pages_in_bins_of_any_width_and_calm_does_not(run: Run, tmp_path: Path, width: int) -> None:
    days = {1: 4, 5: 10, 1440: 60}.get(width, 21)
    storm_at = days - 2
    rows = values(width, days, storm_at=storm_at)
    code, out, err = run("series", written(tmp_path, table(rows)), "--json")
    assert (code, err) == (Exit.DONE, "")
    found = verdicts(out)
    assert [(each["timestamp"], each["value"]) for each in found] == [(at, float(v)) for at, v in rows]
    storm = f"{START + timedelta(days=storm_at):%Y-%m-%d %H:%M:%S}"
    pages = [str(each["timestamp"]) for each in found if each["page"]]
    assert len(pages) == 1
    assert storm <= pages[0] <= f"{START + timedelta(days=storm_at, hours=6):%Y-%m-%d %H:%M:%S}"


def test_a_row_is_one_object_with_exactly_the_promised_names(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("series", written(tmp_path, table(values(60, 1))), "--json")
    assert list(verdicts(out)[0]) == ["timestamp", "value", "score", "threshold", "page"]
    assert isinstance(verdicts(out)[0]["page"], bool)


def test_the_first_rows_teach_what_is_usual_and_never_page(run: Run, tmp_path: Path) -> None:
    """An export begins in the middle of life: thousands an hour from the first row on are no storm."""
    rows = [(at, value * 1000) for at, value in values(60, 8)]
    _, out, _ = run("series", written(tmp_path, table(rows)), "--json")
    assert not any(each["page"] for each in verdicts(out))
    assert all(float(str(each["score"])) <= 0 for each in verdicts(out)[:24])


def test_several_series_in_one_file_are_judged_each_by_itself_in_the_files_order(
    run: Run, tmp_path: Path
) -> None:
    """Interleaved, one of them calm; alone it gets the same verdicts."""
    calm, wild = values(60, 10), values(60, 10, storm_at=8)
    mixed = [row for a, b in zip(calm, wild, strict=True) for row in ((*a, "calm"), (*b, "wild"))]
    _, out, _ = run("series", written(tmp_path, table(mixed, "timestamp,value,series")), "--json")
    found = verdicts(out)
    assert [(each["timestamp"], each["series"]) for each in found] == [(row[0], row[2]) for row in mixed]
    assert {each["series"] for each in found if each["page"]} == {"wild"}
    _, alone, _ = run("series", written(tmp_path, table(wild), "alone.csv"), "--json")
    without = [{k: v for k, v in each.items() if k != "series"} for each in found if each["series"] == "wild"]
    assert without == verdicts(alone)


def test_a_series_column_without_a_name_in_it_is_told_as_it_is(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(
        "series", written(tmp_path, table([("2026-01-05", 1, "")], "timestamp,value,series")), "--json"
    )
    assert verdicts(out)[0]["series"] == ""


def test_packed_is_the_same_as_plain(run: Run, tmp_path: Path) -> None:
    text = table(values(60, 9, storm_at=8))
    packed = tmp_path / "counts.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert run("series", packed, "--json") == run("series", written(tmp_path, text), "--json")


@pytest.mark.parametrize(
    "text",
    [
        "\ufefftimestamp,value\n2026-01-05 00:00,3\n2026-01-05 01:00,4\n",
        "timestamp;value\r\n2026-01-05 00:00;3\r\n2026-01-05 01:00;4\r\n",
        'Value , Timestamp,note\n3,"2026-01-05 00:00",x\n\n4,"2026-01-05 01:00"\n',
        "timestamp,value\n2026-01-05T02:00+02:00,3\n2026-01-05T01:00Z,4",
    ],
    ids=["byte order mark", "semicolons", "other columns", "zones"],
)
def test_exports_of_other_tools_are_read(run: Run, tmp_path: Path, text: str) -> None:
    rows = read_series(written(tmp_path, text))
    begin = int(START.timestamp() // 60)
    assert [(row.minute, row.value) for row in rows] == [(begin, 3.0), (begin + 60, 4.0)]


def test_rows_in_any_order_of_time_get_the_same_verdicts(tmp_path: Path) -> None:
    rows = read_series(written(tmp_path, table(values(60, 10, storm_at=8))))
    policy = WatchPolicy()
    straight = {row.minute: verdict for row, verdict in judge(rows, policy, lambda: None)}
    turned = judge(rows[::-1], policy, lambda: None)
    assert [row for row, _ in turned] == rows[::-1]
    assert {row.minute: verdict for row, verdict in turned} == straight


def test_the_hour_that_clocks_repeat_in_autumn_does_not_count_twice() -> None:
    once, twice = SeriesWatch(WatchPolicy(), 60), SeriesWatch(WatchPolicy(), 60)
    hours = range(0, 60 * 24 * 9, 60)
    expected = [once.judge(at, 40.0) for at in hours]
    assert [twice.judge(at, value) for at in hours for value in (40.0, 38.0)][::2] == expected


def test_one_row_is_judged_and_none_is_no_error(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("series", written(tmp_path, table([("2026-01-05 12:00", 5)])), "--json")
    assert [each["page"] for each in verdicts(out)] == [False]
    assert run("series", written(tmp_path, table([])), "--json") == (Exit.DONE, "", "")
    code, out, _ = run("series", written(tmp_path, table([])))
    assert (code, out) == (Exit.DONE, "no rows: there is nothing to judge\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column 'timestamp' (it is empty); name the columns timestamp,value"),
        (b"time,value\n", "no column 'timestamp' (it has time, value)"),
        (b"timestamp,count\n", "no column 'value' (it has timestamp, count)"),
        (b"timestamp,value\n2026-01-05,many\n", "line 2: 'many' is no count; write it like 12"),
        (b"timestamp,value\n2026-01-05,1\n2026-01-06,nan\n", "line 3: 'nan' is no count"),
        (b"timestamp,value\n2026-01-05,1e300\n", "line 2: '1e300' is no count"),
        (b"timestamp,value\nyesterday,1\n", "line 2: 'yesterday' is no time; write it like 2026-11-21 14:00"),
        (b"timestamp,value\n,1\n", "line 2: '' is no time"),
        (b"timestamp,value\n0206-01-05,1\n", "line 2: '0206-01-05' is no time"),
        ("timestamp,value\n2026-01-05,1ä\n".encode("utf-16"), "this is not UTF-8"),
        (b"timestamp,value\n2026-01-05," + b"9" * 200_000 + b"\n", "this is no CSV"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_place_and_remedy(
    run: Run, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    code, out, err = run("series", path, "--json")
    assert (code, out, len(err.splitlines())) == (Exit.INPUT, "", 1)
    assert err.startswith(f"palovahti: {path}")
    assert said in err


def test_a_damaged_archive_a_folder_and_a_missing_file_are_input_errors(run: Run, tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(table(values(5, 3)).encode())[:-200])
    plain = written(tmp_path, table(values(5, 1)), "plain.csv.gz")
    for path in (cut, plain, tmp_path, tmp_path / "none.csv"):
        code, out, err = run("series", path)
        assert (code, out, len(err.splitlines())) == (Exit.INPUT, "", 1)
        assert str(path) in err


def test_an_empty_value_counts_as_none_and_a_negative_one_too() -> None:
    watch, other = SeriesWatch(WatchPolicy(), 60), SeriesWatch(WatchPolicy(), 60)
    assert watch.judge(0, -5.0) == other.judge(0, 0.0)


def test_people_see_bars_marks_and_pages(run: Run, tmp_path: Path) -> None:
    code, out, err = run("series", written(tmp_path, table(values(60, 10, storm_at=8))))
    head, bars, marks, page = out.splitlines()
    assert (code, err) == (Exit.DONE, "")
    assert head == "series  2026-01-05 00:00:00 to 2026-01-14 23:00:00, 240 values, one every 1 h"
    assert bars[marks.index("▲")] in "▄▅▆▇█"
    assert page.startswith("  page  2026-01-13 00:00:00  value ")
    assert "by chance once in" in page
    _, calm, _ = run("series", written(tmp_path, table(values(60, 10))))
    assert calm.splitlines()[-1] == "  no page"


def test_a_smaller_budget_asks_for_more(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, table(values(60, 2)))
    thresholds = [
        verdicts(run("series", path, "--json", "--budget", budget)[1])[0]["threshold"] for budget in (1, 0.1)
    ]
    assert thresholds == [1.4834, 2.4834]


def test_on_a_terminal_there_is_progress_and_none_of_it_in_the_output(tmp_path: Path) -> None:
    """Standard error a terminal, standard output a file: the file holds the verdicts alone."""
    path = written(tmp_path, table(values(5, 4)))
    ours, theirs = pty.openpty()
    with (tmp_path / "out").open("wb") as out:
        command = [sys.executable, "-m", "agents", "series", str(path), "--json"]
        done = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=out, stderr=theirs)
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        os.close(ours)
    assert done.wait() == Exit.DONE
    assert b"counts.csv" in shown
    assert len(verdicts((tmp_path / "out").read_text())) == 4 * 288


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # the other end is closed
        return b""


@given(st.lists(st.integers(1, 2000), min_size=2, max_size=20), st.integers(1, 1440))
def test_a_few_missing_rows_do_not_change_the_width(gaps: list[int], width: int) -> None:
    """Twice as many regular distances as gaps."""
    starts, at = [0], 0
    for gap in gaps:
        for distance in (width, width, gap):
            at += distance
            starts.append(at)
    assert bin_minutes(starts) == width


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 20_000), st.floats(0, 1e12)), min_size=1, max_size=40
    )
)
def test_whatever_stands_in_the_rows_each_gets_a_verdict(rows: list[tuple[str, int, float]]) -> None:
    found = judge([Row(name, "", at, value) for name, at, value in rows], WatchPolicy(), lambda: None)
    assert [(row.series, row.minute, row.value) for row, _ in found] == rows
    assert all(verdict.score == verdict.score for _, verdict in found)


def test_a_bad_series_is_an_input_error() -> None:
    assert issubclass(BadSeries, OSError)

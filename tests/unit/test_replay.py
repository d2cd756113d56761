"""`palovahti replay`: recorded mentions in, what would have paged out; the same bytes however it is cut."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from agents.cli.app import main
from agents.cli.exits import Exit
from agents.demo import CONFIGURATION, STREAM, stored_lines
from agents.replay import Replay
from agents.settings import load_settings
from streams.codec import decode_lines
from tests.recordings import CONFIG, Line, quiet, storm, story, write

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
STORM = START + timedelta(hours=48)
NAMES = ["type", "at", "topic", "thread", "severity", "score", "threshold", "evidence", "incident"]


@dataclass
class Ran:
    """What a replay did."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.out.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["type"] == kind]


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `palovahti replay` with a configuration; dead letters go into the test's own folder."""
    config = tmp_path / "palovahti.yaml"
    config.write_text(CONFIG, encoding="utf-8")

    def ran(*words: object) -> Ran:
        given = [*map(str, words), "-c", str(config), "--dead-letters", str(tmp_path / "dead.jsonl")]
        code = main(["replay", *given])
        told = capfd.readouterr()
        return Ran(int(code), told.out, told.err)

    return ran


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two quiet days, a storm, a quiet day."""
    return write(tmp_path / "story.jsonl", story(START))


def minutes_into_storm(record: dict[str, Any]) -> float:
    return (datetime.fromisoformat(record["at"]) - STORM).total_seconds() / 60


def test_a_storm_is_decided_paged_and_resolved_in_the_promised_form(run: Run, recording: Path) -> None:
    ran = run(recording, "--json")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    first, second = ran.records[:2]
    assert (first["type"], second["type"], ran.records[-1]["type"]) == ("escalation", "page", "resolved")
    assert list(first) == NAMES
    assert list(second)[: len(NAMES)] == NAMES
    assert 0 < minutes_into_storm(first) < 45
    assert first["at"].endswith("Z")
    assert {record["incident"] for record in ran.records} == {first["incident"]}
    assert {record["topic"] for record in ran.records} == {"Kotikori"}
    assert first["score"] >= first["threshold"]
    assert 1 <= first["severity"] <= 5
    assert isinstance(first["evidence"]["negative_last_hour"], float)
    assert len(second["lines"]) == 5
    assert second["suggestion"]["text"]
    assert {each["type"] for each in ran.records} <= {"escalation", "page", "resolved", "reopened"}


def test_every_rise_of_severity_is_a_decision_and_a_page(run: Run, recording: Path) -> None:
    ran = run(recording, "--json")
    severities = [record["severity"] for record in ran.of("escalation")]
    assert severities == sorted(set(severities))
    assert [record["severity"] for record in ran.of("page")] == severities


@pytest.mark.parametrize("batch", [1, 7, 100, 5000, 10**9])
def test_the_same_bytes_whatever_the_batch_size(run: Run, recording: Path, batch: int) -> None:
    whole = run(recording, "--json")
    assert run(recording, "--json", "--batch", batch).out == whole.out


@pytest.mark.slow
def test_the_demos_recording_too_gives_the_same_records_whatever_the_batch_size() -> None:
    settings = load_settings(CONFIGURATION, {})
    mentions = decode_lines(
        [one.encode() for one in stored_lines()], datetime(2027, 1, 1, tzinfo=UTC)
    ).mentions

    def told(batch: int) -> str:
        replay, rest = Replay(settings), iter(mentions)
        records = []
        while chunk := list(islice(rest, batch)):
            records += replay.step(chunk)
        return json.dumps(records + replay.finish())

    whole = told(len(mentions))
    assert '"page"' in whole
    assert [batch for batch in (1, 7, 100, 5000) if told(batch) != whole] == []


def test_another_process_gives_the_same_bytes(run: Run, recording: Path, tmp_path: Path) -> None:
    """Nothing hangs on the order of sets or on hashes, which differ from process to process."""
    command = [
        sys.executable,
        "-m",
        "agents",
        "replay",
        recording,
        "--json",
        "-c",
        tmp_path / "palovahti.yaml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == run(recording, "--json").out


def test_several_files_are_merged_by_time_packed_or_not(run: Run, recording: Path, tmp_path: Path) -> None:
    lines = story(START)
    odd = write(tmp_path / "odd.jsonl.gz", lines[1::2])
    even = write(tmp_path / "even.jsonl", lines[::2])
    assert run(odd, even, "--json").out == run(recording, "--json").out


def test_a_table_is_read_by_its_columns(run: Run, recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["aika", "otsikko", "teksti", "kirjoittaja"])
        for one in story(START):
            first, _, rest = one["text"].partition(" ")
            table.writerow([one["published_at"], first, rest, one["author"]["id"]])
    mapping = ("published_at=aika", "text=otsikko + teksti", "author.id = kirjoittaja")
    ran = run(path, "--json", "--negativity", 1, *(word for each in mapping for word in ("--columns", each)))
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert [record["topic"] for record in ran.of("page")][:1] == ["Kotikori"]
    assert ran.of("page")[0]["evidence"]["channels"].keys() == {"csv"}


def test_negativity_is_set_only_where_a_mention_carries_none(run: Run, tmp_path: Path) -> None:
    mild = [{**one, "text": "Kotikori", "negativity": 0.0} for one in storm(STORM)]
    bare = [{key: value for key, value in one.items() if key != "negativity"} for one in mild]
    calm = quiet(START, 48)
    assert run(write(tmp_path / "bare.jsonl", calm + bare), "--json", "--negativity", 1).of("page")
    assert not run(write(tmp_path / "mild.jsonl", calm + mild), "--json", "--negativity", 1).of("page")


def test_since_and_until_cut_out_a_stretch_in_the_organisations_time(run: Run, recording: Path) -> None:
    """The storm lasts from 08.00 to 09.00 in Helsinki: what lies before it is seen, or it is not."""
    whole = run(recording, "--json").of("page")
    assert run(recording, "--json", "--until", "2026-03-04 08:00").records == []
    assert run(recording, "--json", "--until", "2026-03-04T06:00Z").records == []
    assert run(recording, "--json", "--since", "2026-03-04 09:00").records == []
    assert run(recording, "--json", "--since", "2026-03-02").of("page") == whole


def test_a_time_that_is_none_is_a_wrong_use(run: Run, recording: Path) -> None:
    ran = run(recording, "--since", "eilen")
    assert ran.code == Exit.USAGE
    assert "--since: 'eilen' is no time; write it like 2026-11-21" in ran.err


def test_what_is_unusable_is_counted_and_kept_and_the_rest_goes_on(
    run: Run, tmp_path: Path, recording: Path
) -> None:
    whole = run(recording, "--json").out
    lines: list[Line | str] = list(story(START))
    lines[10:10] = ["{", '["a"]', '{"id":"x:1","platform":"x","published_at":"2026-03-02T06:00:00Z"}']
    lines.append('{"id":"x:2","platform":"x","text":"a","published_at":"1970-01-01T00:00:00Z"}')
    ran = run(write(tmp_path / "broken.jsonl", lines), "--json")
    assert (ran.code, ran.out) == (Exit.DONE, whole)
    kept = [json.loads(one) for one in (tmp_path / "dead.jsonl").read_text().splitlines()]
    assert sorted(one["reason"] for one in kept) == ["malformed", "malformed", "missing_field", "old_time"]
    assert "malformed 2, missing_field 1, old_time 1" in ran.err
    assert str(tmp_path / "dead.jsonl") in ran.err


def test_a_file_in_which_nothing_is_usable_is_an_error_with_a_hint(run: Run, tmp_path: Path) -> None:
    ran = run(write(tmp_path / "log.jsonl", ["no", "json", "here"]))
    assert ran.code == Exit.INPUT
    assert "malformed 3" in ran.err
    assert ran.err.splitlines()[-1].startswith("nothing was usable: replay takes JSON lines, or CSV")


def test_a_recording_in_the_wrong_order_is_told(run: Run, tmp_path: Path) -> None:
    ran = run(write(tmp_path / "newest-first.jsonl", story(START)[::-1]), "--json")
    assert "sort the recording by time of publication" in ran.err


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "csv"])
def test_an_empty_file_is_no_error(run: Run, tmp_path: Path, suffix: str) -> None:
    assert run(write(tmp_path / f"empty.{suffix}", []), "--json") == Ran(Exit.DONE, "", "")


def test_an_empty_packed_file_of_no_bytes_is_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl.gz").touch()
    assert run(tmp_path / "empty.jsonl.gz", "--json").code == Exit.DONE


def test_a_damaged_archive_gives_what_came_before_the_damage(
    run: Run, recording: Path, tmp_path: Path
) -> None:
    whole = write(tmp_path / "whole.jsonl.gz", story(START))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole.read_bytes()[:-300])
    ran = run(cut, "--json")
    assert ran.code == Exit.DONE
    assert ran.of("page")
    assert "malformed 1" in ran.err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.jsonl", "none.jsonl: there is no such file"),
        ("folder", "folder is a folder; name the files in it: "),
        ("pipe", "pipe cannot be read twice, as a pipe; write it to a file first"),
        ("t.csv", "t.csv: no column 'otsikko'; the columns are 'a', 'b'; name them with --columns"),
    ],
)
def test_what_cannot_be_replayed_is_one_line_that_says_what_to_do(
    run: Run, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    subprocess.run(["mkfifo", tmp_path / "pipe"], check=True)
    ran = run(tmp_path / name, "--columns", "text=otsikko")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.INPUT, "", 1)
    assert said in ran.err


def test_a_column_without_its_field_is_a_wrong_use(run: Run, recording: Path) -> None:
    ran = run(recording, "--columns", "otsikko")
    assert ran.code == Exit.USAGE
    assert "'otsikko' has no '='; write field=column, such as text=title" in ran.err


def test_a_configuration_with_a_mistake_stops_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "palovahti.yaml").write_text("topics: []\n")
    ran = run(tmp_path / "none.jsonl")
    assert (ran.code, ran.out) == (Exit.CONFIGURATION, "")


def test_people_see_pages_with_their_lines_in_local_time_and_a_summary(run: Run, recording: Path) -> None:
    ran = run(recording)
    assert (ran.code, ran.err) == (Exit.DONE, "")
    lines = ran.out.splitlines()
    page = next(at for at, one in enumerate(lines) if "  page  " in one)
    assert lines[page].startswith("2026-03-04 08:")
    assert all(one.startswith("    ") for one in lines[page + 1 : page + 6])
    assert "Vastausehdotus" in lines[page + 5]
    told = {one[:22].strip(): one[22:].split() for one in lines[-5:]}
    pages = sum("  page  " in one for one in lines)
    assert told["mentions"][0] == "264"
    assert told["of a topic"] == ["264"]
    assert told["pages"] == [str(pages)]


def test_a_page_that_no_receiver_wants_is_none(run: Run, recording: Path, tmp_path: Path) -> None:
    """The pager takes severity 5 alone; what is decided is told all the same."""
    picky = CONFIG + "receivers: [{type: console, name: a, min_severity: 5}]\n"
    everything = run(recording, "--json")
    (tmp_path / "palovahti.yaml").write_text(picky, encoding="utf-8")
    ran = run(recording, "--json")
    assert [record["severity"] for record in ran.of("page") if record["severity"] < 5] == []
    assert ran.of("escalation") == everything.of("escalation")


def test_what_was_deleted_is_never_quoted(run: Run, tmp_path: Path) -> None:
    """Each complaint is deleted a minute after it came: the counts stay, no suggestion repeats a word."""
    angry = storm(STORM, count=60, minutes=20)
    gone = [
        {
            "id": one["id"],
            "op": "delete",
            "platform": "mastodon",
            "text": "",
            "published_at": one["published_at"],
            "observed_at": (datetime.fromisoformat(one["published_at"]) + timedelta(minutes=1)).isoformat(),
        }
        for one in angry
    ]
    both = [each for pair in zip(angry, gone, strict=True) for each in pair]
    kept = run(write(tmp_path / "kept.jsonl", quiet(START, 48) + angry), "--json").of("page")
    ran = run(write(tmp_path / "gone.jsonl", quiet(START, 48) + both), "--json").of("page")
    assert ran
    assert "”" in kept[0]["suggestion"]["text"]
    assert "”" not in ran[0]["suggestion"]["text"]


def test_the_reader_of_the_output_may_go_away(recording: Path, tmp_path: Path, run: Run) -> None:
    replayed = f"{sys.executable} -m agents replay {recording} -c {tmp_path / 'palovahti.yaml'}"
    for flag in ("--json", ""):
        command = f"{replayed} {flag} | true; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
        assert (done.stdout.splitlines()[-1], done.stderr) == (str(int(Exit.CLOSED)), "")


def test_the_demos_recording_from_the_command_line(run: Run, tmp_path: Path) -> None:
    """The last two of its eleven days, as a person would try it."""
    (tmp_path / "palovahti.yaml").write_text(CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    ran = run(STREAM, "--json", "--since", "2026-04-02")
    assert ran.code == Exit.DONE
    assert "malformed 3" in ran.err
    assert all(record["at"] >= "2026-04-01T21:00:00Z" for record in ran.records)

"""`palovahti streams` as people and programs meet it, on a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agents.cli.app import main
from agents.stages.records import time_mark
from streams.kafka.copying import put
from streams.kafka.creating import create_streams
from streams.kafka.dead_letters import Refused, letter
from streams.kafka.reading import Raw
from streams.kafka.settings import KafkaSettings
from streams.names import MENTIONS, STREAMS
from tests.build import AT, mention

pytestmark = pytest.mark.kafka
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(kafka: KafkaSettings, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `palovahti streams` on the test's broker; gives exit code, output and errors."""
    config = tmp_path / "palovahti.yaml"
    told = json.dumps({"bootstrap": kafka.bootstrap, "prefix": kafka.prefix, "partitions": kafka.partitions})
    config.write_text(f"topics: [{{name: Posti, terms: [Posti]}}]\nkafka: {told}\n")

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["streams", *words, "--config", str(config)])
        return (int(code), *capfd.readouterr())

    return ran


def mentions(kafka: KafkaSettings, number: int) -> list[Raw]:
    create_streams(kafka)
    records = [
        Raw("mentions", n % 3, 0, AT, f"x:{n}".encode(), mention(id=f"x:{n}").model_dump_json().encode())
        for n in range(number)
    ]
    put(kafka, records)
    return records


def test_a_check_before_creating_is_no_and_after_it_yes(run: Run) -> None:
    code, told, _ = run("check")
    assert code == 1
    assert "mentions: is not there; run: palovahti streams create" in told
    assert run("create")[0] == 0
    code, told, _ = run("check", "--json")
    assert code == 0
    assert [json.loads(line)["stream"] for line in told.splitlines()] == [each.name for each in STREAMS]


def test_tail_shows_records_to_people_and_to_machines(run: Run, kafka: KafkaSettings) -> None:
    mentions(kafka, 5)
    code, told, _ = run("tail", "mentions", "-n", "3")
    assert code == 0
    assert len(told.splitlines()) == 3
    _, told, _ = run("tail", "mentions", "-n", "3", "--json")
    assert all(json.loads(line)["value"]["id"] == json.loads(line)["key"] for line in told.splitlines())


def test_replay_gives_out_lines_or_copies_to_another_installation(run: Run, kafka: KafkaSettings) -> None:
    given = mentions(kafka, 4)
    put(kafka, [Raw("mentions", 2, 0, AT, None, time_mark(5.0))])
    code, told, _ = run("replay", "mentions", "--since", "2026-01-01")
    assert code == 0
    assert sorted(told.splitlines()) == sorted(raw.value.decode() for raw in given if raw.value)
    trial = kafka.model_copy(update={"prefix": f"{kafka.prefix}trial."})
    create_streams(trial, [MENTIONS])
    code, told, _ = run("replay", "mentions", "--since", "2026-01-01", "--into", trial.prefix, "--json")
    assert (code, json.loads(told)["records"]) == (0, 5)


def test_a_stream_that_nobody_knows_is_a_wrong_use(run: Run) -> None:
    code, _, told = run("tail", "mention")
    assert code == 2
    assert "no stream mention; there are feeds, mentions, " in told


def test_lag_without_a_group_says_so(run: Run, kafka: KafkaSettings) -> None:
    mentions(kafka, 1)
    assert run("lag") == (0, "No group has read yet.\n", "")


def test_dead_letters_are_listed_shown_mended_and_put_back(
    run: Run, kafka: KafkaSettings, tmp_path: Path
) -> None:
    create_streams(kafka)
    bad = Raw("mentions", 1, 7, AT, b"x:1", b'{"id": 1')
    put(kafka, [letter(Refused(replace(bad, offset=n), "not_json", "column 9")) for n in (7, 8)])
    code, told, _ = run("dead-letters")
    assert code == 0
    assert "mentions/1/7" in told
    assert "2 not_json" in told
    assert run("dead-letters", "show", "mentions/1/7")[1] == '{"id": 1'
    mended = tmp_path / "mended.json"
    mended.write_text('{"id": "x:1"}')
    assert run("dead-letters", "replay")[0] == 2
    assert run("dead-letters", "replay", "--all", "--with", str(mended))[0] == 2
    code, told, _ = run("dead-letters", "replay", "mentions/1/7", "--with", str(mended), "--json")
    assert (code, json.loads(told)) == (0, {"put_back": 1, "left": []})
    assert run("dead-letters", "replay", "--reason", "not_json")[:2] == (0, "1 put back.\n")
    assert run("dead-letters")[1] == "No dead letters.\n"
    assert run("dead-letters", "replay", "--all")[0] == 1
    assert run("dead-letters", "show", "mentions/1/7")[0] == 1
    values = [json.loads(line) for line in run("tail", "mentions", "--json")[1].splitlines()]
    assert {json.dumps(value.get("value")) for value in values} == {'{"id": "x:1"}', "null"}

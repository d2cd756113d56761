"""`score` answers every line, in order, whatever it is given."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.cli.score import Line, batches

ROOT = Path(__file__).parents[2]


def lines(data: bytes) -> list[Line]:
    return [line for batch in batches(io.BytesIO(data)) for line in batch]


def score(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "agents", "score", *options]
    return subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\r\nb", ["a", "b"]),
        (b"\n\na\n\n", ["", "", "a", ""]),
        (b"a\x00b\n", ["a\x00b"]),
        (b"\xff\n", ["\ufffd"]),
        (b'[1]\n{"text": "x"}\n', ["[1]", '{"text": "x"}']),
    ],
)
def test_each_line_is_a_text(data: bytes, texts: list[str]) -> None:
    assert [line.text for line in lines(data)] == texts
    assert not any(line.is_odd for line in lines(data))


def test_json_lines_are_known_by_the_first_line_that_is_not_empty() -> None:
    data = b'\n{"text": "a", "language": "sv"}\n{"text": "\\ud800"}\nbroken {\n\n{"text": 1}\n'
    data += b'{"text": "b", "language": 2}'
    assert lines(data) == [
        Line(""),
        Line("a", "sv"),
        Line("\ud800"),
        Line("broken {", is_odd=True),
        Line(""),
        Line('{"text": 1}', is_odd=True),
        Line("b"),
    ]


def test_deep_nesting_is_no_error() -> None:
    deep = b"[" * 100_000
    assert lines(b'{"text": "a"}\n' + deep)[1].is_odd


@given(st.lists(st.binary(max_size=20).filter(lambda raw: b"\n" not in raw), max_size=20))
def test_there_are_as_many_answers_as_lines(raw: list[bytes]) -> None:
    assert len(lines(b"".join(line + b"\n" for line in raw))) == len(raw)


def test_a_slow_stream_is_answered_as_it_comes() -> None:
    class Slow(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:  # noqa: ARG002
            return self.read(4)

    found = list(batches(Slow(b"ab\ncd\nef\ngh")))
    assert [[line.text for line in batch] for batch in found] == [["ab"], ["cd"], ["ef"], ["gh"]]


def test_json_gives_one_object_a_line_in_order() -> None:
    texts = ["Aivan surkeaa palvelua, en tule enää ikinä!", "", "Kiitos, loistavaa palvelua!", "\ud800"]
    told = score("\n".join(json.dumps({"text": text}) for text in texts).encode(), "--json")
    assert (told.returncode, told.stderr) == (0, b"")
    found = [json.loads(line) for line in told.stdout.splitlines()]
    assert [sorted(each) for each in found] == [["label", "language", "negativity"]] * 4
    assert all(0 <= each["negativity"] <= 1 and each["label"] in ("neg", "neu", "pos") for each in found)
    assert found[0]["negativity"] > found[2]["negativity"]
    assert found[0]["language"] == "fi"


def test_a_language_that_is_given_is_kept() -> None:
    told = score(b'{"text": "hej", "language": "sv"}', "--json")
    assert json.loads(told.stdout)["language"] == "sv"


def test_people_get_columns_and_no_control_codes() -> None:
    told = score(b"\x1b[31mhei\n")
    assert told.returncode == 0
    assert b"\x1b[31m" not in told.stdout
    assert b"hei" in told.stdout


def test_odd_lines_are_counted_on_standard_error() -> None:
    told = score(b'{"text": "a"}\nbroken\n', "--json")
    assert (told.returncode, len(told.stdout.splitlines())) == (0, 2)
    assert told.stderr.startswith(b"score: 1 lines were no JSON object")

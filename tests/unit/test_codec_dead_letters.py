"""The dead-letter file stays bounded, private, and never stops the stream."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from streams.dead_letters import DeadLetterFile
from streams.records import DeadLetter


def letter(number: int) -> DeadLetter:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return DeadLetter(
        feed="f", reason="malformed", detail="", position=f"line {number}", raw="{", seen_at=now
    )


def test_letters_are_appended_one_a_line_readable_by_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "dead.jsonl"
    path.parent.mkdir()
    path.touch(0o644)
    file = DeadLetterFile(path)
    assert file.append([letter(1), letter(2)]) == 2
    assert file.append([]) == 0
    assert [json.loads(text)["position"] for text in path.read_text().splitlines()] == ["line 1", "line 2"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_file_moves_aside_and_only_the_newest_are_kept(tmp_path: Path) -> None:
    file = DeadLetterFile(tmp_path / "dead.jsonl", max_bytes=400, keep=2)
    for number in range(40):
        file.append([letter(number)])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["dead.jsonl", "dead.jsonl.1", "dead.jsonl.2"]
    assert all(path.stat().st_size <= 400 for path in tmp_path.iterdir())
    assert "line 39" in (tmp_path / "dead.jsonl").read_text()


def test_one_large_batch_rotates_inside_and_loses_nothing_recent(tmp_path: Path) -> None:
    file = DeadLetterFile(tmp_path / "dead.jsonl", max_bytes=1_000, keep=1)
    assert file.append(letter(number) for number in range(20)) == 20
    assert all(path.stat().st_size <= 1_000 for path in tmp_path.iterdir())


def test_where_nothing_can_be_written_the_loss_is_counted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = DeadLetterFile(tmp_path / "file" / "dead.jsonl")
    assert file.append([letter(1)]) == 0
    assert file.lost == 1


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "dead.jsonl").symlink_to(tmp_path / "elsewhere")
    file = DeadLetterFile(tmp_path / "dead.jsonl")
    assert file.append([letter(1)]) == 0
    assert not (tmp_path / "elsewhere").exists()

"""`palovahti drill` as a person runs it: in a process of its own, on a new user's configuration."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agents.cli.readiness import preparation
from agents.settings import load_settings
from streams.clock import SystemClock

ROOT = Path(__file__).parents[2]


def palovahti(config: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agents", *words]
    environment = {"PALOVAHTI_CONFIG": str(config), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "palovahti.yaml"
    assert palovahti(file, "init", str(file), "--topic", "Kotikori").returncode == 0
    return file


@pytest.mark.slow
def test_it_ends_with_a_report_beside_the_store_and_is_remembered(config: Path) -> None:
    """Nobody answers: the report says so, the code is 1, and readiness knows of the drill."""
    done = palovahti(config, "drill", "--speed", "120", "--minutes", "20", "--port", "0")
    assert done.returncode == 1, done.stderr
    assert "It can reach: drill. Nothing else exists in it." in done.stderr
    folder = next((config.parent / "var" / "drills").iterdir())
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["drill"] is True
    assert "not_answered" in report["misses"] or report["misses"] == ["not_paged"]
    assert "DRILL" in (folder / "report.md").read_text(encoding="utf-8")
    assert "HARJOITUS (DRILL)" in done.stdout
    known = preparation(load_settings(config, {}), SystemClock().now())
    assert known.last_drill is not None
    assert known.drill_misses == len(report["misses"])
    again = palovahti(config, "drill", "--folder", str(folder))
    assert again.returncode == 2
    assert "held there already" in again.stderr


def test_an_answer_without_a_drill_goes_nowhere(config: Path, tmp_path: Path) -> None:
    done = palovahti(config, "drill", "answer", str(tmp_path), said="Selvitämme.")
    assert done.returncode == 1
    assert "no drill runs" in done.stderr
    assert not (tmp_path / "feeds").exists()


def test_an_empty_answer_is_none(config: Path, tmp_path: Path) -> None:
    assert palovahti(config, "drill", "answer", str(tmp_path), said="  \n").returncode == 2


def test_a_topic_that_is_not_there_is_named(config: Path) -> None:
    done = palovahti(config, "drill", "--topic", "Muu")
    assert done.returncode == 3
    assert "there is Kotikori" in done.stderr

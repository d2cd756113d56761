"""The page of the benchmark, its pictures, the made-up data, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from agents.bench import data, headlines, made_data, page, places, plots, suite
from agents.bench.setup import Setup


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up data."""
    return made_data.write(tmp_path_factory.mktemp("made"))


def storm_row(part: str, what: str, budget: float) -> dict[str, object]:
    sizes = {f"recall_x{size:g}": 0.5 for size in places.SIZES}
    bounds = {f"interval_x{size:g}": (0.4, 0.6) for size in places.SIZES}
    figures = {"recall": 0.5, "lead_minutes": 60, "lead_deciles": [10, 20, 30, 40, 50, 60, 70, 80, 90]}
    rate = {"false_pages_month": 0.8, "false_pages_interval": (0.1, 2.0)}
    return {"part": part, "what": what, "budget": budget, **sizes, **bounds, **figures, **rate}


ROWS = [
    storm_row("injections", "shipped scorer, fi", 1.0),
    storm_row("injections", "shipped scorer, fi", 4.0),
    storm_row("peers", "MACD", 1.0),
    {"part": "peers", "what": "river ADWIN", "skipped": "not installed"},
    {"part": "budgets", "what": "brands <&>", "budget": 0.25, "pages": 3, "months": 9.0, "pages_month": 0.3,
     "interval": (0.1, 0.9), "upper_over_budget": 3.6},
    {"part": "controls", "what": "bots", "pages": 0, "streams": 5,
     "trace": ((-1.0, 5, 2.0, 0.1, 1.5), (0.0, 300, 290.0, 0.2, 1.5), (1.0, 9, 3.0, 0.0, 1.5))},
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(plots.PICTURES))
def test_every_picture_is_a_whole_svg_with_something_drawn(name: str) -> None:
    draw, _ = plots.PICTURES[name]
    root = ET.fromstring(draw(ROWS))
    drawn = [one for one in root.iter() if one.tag.endswith(("polyline", "circle"))]
    assert root.tag.endswith("svg")
    assert drawn


def test_our_curve_is_that_of_the_reader_of_the_contest() -> None:
    assert plots.curves(ROWS) == {"Palovahti": [(0.8, 0.5), (0.8, 0.5)], "MACD": [(0.8, 0.5)]}


def test_writing_a_part_leaves_the_others_and_all_words_alone(tmp_path: Path) -> None:
    (tmp_path / page.PAGE).write_text(
        "# Ours\n\n<!-- part: controls -->\nold\n<!-- end of part: controls -->\nwords\n"
        "<!-- part: nab -->\nkept\n<!-- end of part: nab -->\n",
        encoding="utf-8",
    )
    (tmp_path / page.FIGURES).write_text('[{"part": "nab", "what": "x"}, {"part": "controls", "what": "y"}]')
    page.write(tmp_path, ROWS[-1:], "palovahti bench detection")
    text = (tmp_path / page.PAGE).read_text(encoding="utf-8")
    assert "kept" in text
    assert "words" in text
    assert "old" not in text
    assert "| bots | 0 | 5 |" in text
    assert "`palovahti bench detection`" in text
    figures = json.loads((tmp_path / page.FIGURES).read_text(encoding="utf-8"))
    assert [one["what"] for one in figures] == ["x", "bots"]
    assert all("trace" not in one for one in figures)


def test_a_peer_that_is_not_installed_is_named() -> None:
    text = page.table("peers", [row for row in ROWS if row["part"] == "peers"])
    assert "Skipped: river ADWIN (not installed)." in text
    assert "| MACD | 1.0 | 0.5 |" in text


def test_every_part_has_columns_and_a_place_on_the_page() -> None:
    text = (Path(__file__).parents[2] / "docs" / "benchmarks" / page.PAGE).read_text(encoding="utf-8")
    for name in suite.NAMES:
        assert name in page.COLUMNS
        assert f"<!-- part: {name} -->" in text
        assert f"<!-- end of part: {name} -->" in text


def test_made_up_data_fill_both_halves_and_every_reader(made: Path) -> None:
    for half in ("tune", "test"):
        assert places.backgrounds(made, half)
        assert any(data.half_of(name) == half for name in data.shapes(made))
    assert data.crises(made)
    assert data.retweets(made)
    assert data.stories(made)
    assert any(one.scored and "Vastaamo" in one.scored.topics for one in headlines.arrivals(made))


def test_made_up_data_are_always_the_same(made: Path, tmp_path: Path) -> None:
    again = made_data.write(tmp_path)
    assert data.trees(again) == data.trees(made)
    assert data.tickers(again) == data.tickers(made)


@pytest.mark.slow
def test_parts_run_in_processes_of_their_own_and_come_in_order(made: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = list(suite.run(Setup(made), 2, ("headlines", "sizes", "nab"), lambda *done: told.append(done)))
    assert list(dict.fromkeys(row["part"] for row in rows)) == ["nab", "sizes", "headlines"]
    assert told[-1] == (8, 8)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agents", "bench", "detection", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_part_that_does_not_exist_is_a_mistake_of_usage() -> None:
    told = command("--only", "weather")
    assert told.returncode == 2
    assert "nab" in told.stderr


@pytest.mark.slow
def test_without_data_the_command_says_so_and_measures_made_up_ones(tmp_path: Path) -> None:
    told = command("--data", str(tmp_path / "none"), "--only", "sizes", "--json", "--jobs", "1")
    assert told.returncode == 0
    assert "made-up" in told.stderr
    assert {json.loads(line)["part"] for line in told.stdout.splitlines()} == {"sizes"}

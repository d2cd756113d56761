"""The command line as people and programs meet it: output, exit codes, one clear line for every error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from agents.cli.app import COMMANDS, build, main
from agents.cli.exits import MEANINGS, Exit
from agents.cli.ownership import PACKAGES, check_packages, foreign_folders, foreign_owners
from agents.cli.setup import parts
from agents.cli.times import BadTime, moment
from alerts.organisation import Organisation

ROOT = Path(__file__).parents[2]
BAD = "topic: []\ntopics:\n  - {name: Posti, temrs: [Posti]}\n"


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process."""

    def ran(*words: str) -> Ran:
        code = main(words)
        told = capfd.readouterr()
        return Ran(int(code), told.out, told.err)

    return ran


@pytest.fixture
def config(tmp_path: Path, run: Run) -> str:
    """A configuration that `init` wrote."""
    path = str(tmp_path / "palovahti.yaml")
    assert run("init", path, "--topic", "Posti").code == Exit.DONE
    return path


def test_help_names_every_command_and_exit_code(run: Run) -> None:
    told = run("--help")
    assert told.code == Exit.DONE
    assert all(name in told.out for name in COMMANDS)
    words = " ".join(told.out.split())
    assert all(meaning in words for meaning in MEANINGS.values())


def test_the_page_about_the_command_line_tells_the_same() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"`{name}" in page for name in COMMANDS)
    assert all(f"| {code.value} | {meaning}" in page for code, meaning in MEANINGS.items())


def test_no_words_are_help(run: Run) -> None:
    assert "Usage: palovahti" in run().out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    told = run(command, "--help")
    assert (told.code, told.err) == (Exit.DONE, "")
    assert f"Usage: palovahti {command}" in told.out


def test_help_loads_no_heavy_module() -> None:
    """Nobody waits for numpy to read --help."""
    heavy = {"numpy", "aiohttp", "httpx", "pydantic", "faust", "agents.match", "agents.settings"}
    code = f"import sys; from agents.cli.app import build; build([]); print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_only_the_command_asked_for_is_loaded() -> None:
    loaded = [each for each in build(["score"]).registered_commands if each.callback.__name__ == "score"]
    assert len(loaded) == 1


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("palovahti ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scor",), "No such command 'scor'"),
        (("score", "--jsn"), "No such option: --jsn"),
        (("incidents", "list", "--limit", "0"), "Invalid value for '--limit'"),
        (("explain",), "give an INCIDENT, or both --at and --topic"),
        (("explain", "x", "--topic", "Posti"), "give an INCIDENT"),
    ],
)
def test_a_wrong_use_is_one_line_with_where_to_look(run: Run, words: tuple[str, ...], said: str) -> None:
    told = run(*words)
    assert told.code == Exit.USAGE
    (line,) = told.err.splitlines()
    assert line.startswith("palovahti")
    assert said in line
    assert "See: palovahti" in line


def test_init_writes_a_file_that_is_in_order(run: Run, config: str) -> None:
    told = run("check-config", "-c", config)
    assert (told.code, told.err) == (Exit.DONE, "")
    assert "is in order: 1 topic, 1 feed, 1 receiver." in told.out


def test_init_takes_any_name(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "x.yaml")
    assert (
        run("init", path, "--name", 'A "B": {C} #1', "--topic", "on", "--topic", "7-Eleven: é").code
        == Exit.DONE
    )
    assert run("check-config", "-c", path, "--json").objects == [
        {"ok": True, "topics": 2, "feeds": 1, "receivers": 1}
    ]


def test_init_overwrites_only_when_told_to(run: Run, config: str) -> None:
    told = run("init", config)
    assert (told.code, told.out) == (Exit.FOUND, "")
    assert "--force" in told.err
    assert run("init", config, "--force").code == Exit.DONE


def test_check_config_names_every_mistake(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    told = run("check-config", "-c", str(path))
    assert (told.code, told.out) == (Exit.CONFIGURATION, "")
    first, second = told.err.splitlines()
    assert first == f"{path}:1: topic: unknown section; did you mean topics?"
    assert second == f"{path}:3: topics[0].temrs: unknown key; did you mean terms?"
    objects = run("check-config", "-c", str(path), "--json").objects
    assert [(each["line"], each["key"]) for each in objects] == [(1, "topic"), (3, "topics[0].temrs")]


def test_a_mistake_without_a_line_is_taken_apart_too() -> None:
    taken = parts("x.yaml: there is no such file; write one with: palovahti init")
    assert (taken["file"], taken["line"], taken["key"]) == ("x.yaml", None, None)


def test_a_missing_configuration_says_how_to_write_one(run: Run, tmp_path: Path) -> None:
    told = run("incidents", "list", "-c", str(tmp_path / "nope.yaml"))
    assert told.code == Exit.CONFIGURATION
    assert "palovahti init" in told.err


def test_a_file_that_cannot_be_written_is_an_input_error(run: Run, tmp_path: Path) -> None:
    told = run("init", str(tmp_path / "no" / "such" / "folder.yaml"))
    assert told.code == Exit.INPUT
    assert told.err.startswith("palovahti: No such file or directory: ")
    assert len(told.err.splitlines()) == 1


def test_the_reader_of_the_output_may_go_away(config: str) -> None:
    command = f"yes hei | head -300000 | {sys.executable} -m agents score | head -1; echo ${{PIPESTATUS[2]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(int(Exit.CLOSED))
    assert done.stderr == ""


def test_a_defect_is_one_line_and_a_traceback_only_when_asked_for(tmp_path: Path) -> None:
    """A store that is a folder's worth of rubbish is damaged, not a traceback."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "palovahti.db").write_bytes(b"rubbish" * 1000)
    environment = {**os.environ, "PALOVAHTI_CONFIG": str(tmp_path / "p.yaml")}
    (tmp_path / "p.yaml").write_text("topics: [{name: Posti, terms: [Posti]}]\n")
    command = [sys.executable, "-m", "agents", "incidents", "list"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.BROKEN
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_our_packages_are_ours() -> None:
    check_packages()


def test_a_package_found_elsewhere_is_told(tmp_path: Path) -> None:
    home = tmp_path / "ours"
    origins = {name: str(home / name / "__init__.py") for name in PACKAGES}
    assert foreign_folders(origins, home) == []
    (mistake,) = foreign_folders({**origins, "agents": "/site-packages/agents/__init__.py"}, home)
    assert "the package agents is found at /site-packages/agents/__init__.py, not in" in mistake
    assert "python3 -m venv" in mistake
    assert len(foreign_folders({}, home)) == len(PACKAGES)


def test_another_distribution_with_our_names_is_told(tmp_path: Path) -> None:
    for owner, record in (
        ("openai_agents", "agents/__init__.py,,\n"),
        ("palovahti", "agents/__init__.py,,\n"),
    ):
        folder = tmp_path / f"{owner}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1.0\n")
        (folder / "RECORD").write_text(f"x.py,,\n{record}")
    (mistake,) = foreign_owners(Distribution.discover(path=[str(tmp_path)]))
    assert mistake.startswith("openai_agents also installs the package agents; give Palovahti an environment")


def test_times_are_local_unless_they_say_otherwise() -> None:
    zone = Organisation().zone
    assert moment("2026-07-01", zone).isoformat() == "2026-07-01T00:00:00+03:00"
    assert moment("2026-07-01T10:00Z", zone).isoformat() == "2026-07-01T10:00:00+00:00"
    with pytest.raises(BadTime, match="write it like"):
        moment("eilen", zone)

"""`palovahti demo`: three incidents, their suggestions, a page that stays up until Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.cli.exits import Exit
from agents.demo.show import Show

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "agents", "demo"]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


@pytest.fixture(scope="module")
def told() -> subprocess.CompletedProcess[str]:
    """`demo --exit` into a pipe, its port already taken by somebody else."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        return subprocess.run(
            [*COMMAND, "--exit", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def test_it_ends_with_the_expected_incidents_and_code_0(told: subprocess.CompletedProcess[str]) -> None:
    assert told.returncode == Exit.DONE
    assert "As expected: these incidents and no others." in told.stdout
    rows = [line for line in told.stdout.splitlines() if re.match(r"│ \d │", line)]
    assert [row.split("│")[3].strip() for row in rows] == ["Luotojuna", "Kaarnalautta", "Matkavihko"]


def test_every_incident_has_its_suggestion_whole_under_the_table(
    told: subprocess.CompletedProcess[str],
) -> None:
    summary = told.stdout.partition("Incidents of the demo")[2]
    for number, topic in enumerate(("Luotojuna", "Kaarnalautta", "Matkavihko"), start=1):
        head = f"\n{number}. {topic}: suggested first response\n"
        assert head in summary
        text = summary.partition(head)[2].partition("\n\n")[0]
        assert "Päivystävä viestijä, Merikisko" in text
    assert "…" not in summary


def test_pages_are_printed_as_the_pager_shows_them(told: subprocess.CompletedProcess[str]) -> None:
    pages, _, _ = told.stdout.partition("Incidents of the demo")
    assert pages.count("· hälytys ─") >= 3
    assert "Vakavuus 5/5 · hälytys" in pages


def test_its_address_is_told_and_what_is_piped_holds_no_control_codes(
    told: subprocess.CompletedProcess[str],
) -> None:
    """The wanted port was taken, so it is another."""
    assert ADDRESS.search(told.stderr)
    assert "\x1b" not in told.stdout + told.stderr
    assert len(told.stderr.splitlines()) == 1


class Staying:
    """A demo that stays up, with what it says on standard error."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.out: list[str] = []
        self._reader = threading.Thread(target=lambda: self.out.extend(self.process.stdout or ()))
        self._reader.start()

    def address(self) -> str:
        """Where the page is, once all is played."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found = ADDRESS.search(line)
            if found and "stays up" in line:
                return found[0]
        raise AssertionError("it ended")

    def end(self) -> tuple[int, str]:
        """Ctrl-C; exit code and what was said after it."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stderr is not None
        code, said = self.process.wait(20), self.process.stderr.read()
        self._reader.join(20)
        return code, said

    def close(self) -> None:
        """Nothing is left behind."""
        self.process.kill()
        self.process.wait(20)
        self._reader.join(20)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def staying() -> Iterator[Staying]:
    """A demo without --exit."""
    demo = Staying()
    yield demo
    demo.close()


def test_the_page_stays_up_and_ends_quietly_on_ctrl_c(staying: Staying) -> None:
    address = staying.address()
    with urllib.request.urlopen(f"{address}api/v1/incidents", timeout=10) as answer:
        found = json.load(answer)["incidents"]
    assert len(found) == 3
    assert staying.end() == (Exit.DONE, "")
    assert "As expected: these incidents and no others.\n" in staying.out


def test_the_show_reaches_the_end_of_the_recording() -> None:
    show = Show()
    done = [count for count, _ in show.steps()]
    assert done[-1] == len(show.lines)
    assert show.bad == 7
    assert show.differences() == []
    assert len(show.store.dead_letters()) >= 7

"""Two workers a stage, as processes that can be killed, stopped, starved of disk and told a wrong time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
STAGES = ("ingest", "score", "watch", "alert")


class Sink:
    """A receiver of webhooks that accepts everything and counts notices by id."""

    def __init__(self) -> None:
        self.pages: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        """Accept no more."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if body["data"]["kind"] == "page":
                    pages[body["data"]["id"]] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its base names it so
                pass

        return Handler


class Member:
    """One worker of some stages; started again it is another process at the same place."""

    def __init__(
        self, stages: Sequence[str], number: int, config: Path, folder: Path, tables: str = "memory"
    ) -> None:
        self.stages, self.name = tuple(stages), f"{'-'.join(stages)}-{number}"
        self._tables = tables
        self.folder = folder / self.name
        self.folder.mkdir(parents=True)
        self.ends: Counter[str] = Counter()
        self._config, self._process = config, None
        self._wanted = True

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process as it is now."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it, with a clock that can be told a wrong time where the library is there."""
        words = [
            "worker",
            "-c",
            self._config,
            "--stages",
            ",".join(self.stages),
            "--folder",
            self.folder / "tables",
        ]
        environ = dict(os.environ)
        if FAKETIME.exists():
            self.tell_time(0)
            environ |= {
                "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.folder / "time"),
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "agents", *words, "--port", "0", "--recorded",
                 "--tables", self._tables],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environ,
            )  # fmt: skip
        self._wanted = True

    def tell_time(self, seconds: int) -> None:
        """Let its clock be so many seconds ahead; needs libfaketime (Debian: apt-get install faketime)."""
        assert FAKETIME.exists() or not seconds, f"{FAKETIME} is missing (Debian: apt-get install faketime)"
        (self.folder / "time").write_text(f"{seconds:+d}s\n")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """SIGTERM, and wait until it has drained; its exit code."""
        self._wanted = False
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def look_after(self) -> None:
        """Start it again when it is gone and nobody meant it to be, as systemd does."""
        if self._wanted and self.process.poll() is not None:
            self.ends[str(self.process.returncode)] += 1
            self.start()


class Fleet:
    """Two workers a stage; whoever ends unasked is started again within a second.

    `apart`: a worker has one stage; otherwise all four, so that two processes are two workers of every stage.
    """

    def __init__(self, config: Path, folder: Path, *, apart: bool, tables: str) -> None:
        shares = [(stage,) for stage in STAGES] if apart else [STAGES]
        self.members = [Member(stages, n, config, folder, tables) for stages in shares for n in (1, 2)]
        self._config, self._folder, self._tables = config, folder, tables
        self._stop = threading.Event()
        self._lock = threading.Lock()
        for member in self.members:
            member.start()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def of(self, stage: str) -> list[Member]:
        """The workers of a stage."""
        return [member for member in self.members if stage in member.stages]

    def add(self, stage: str) -> Member:
        """One more worker of a stage alone."""
        number = len(list(self._folder.glob(f"{stage}-*"))) + 3
        member = Member((stage,), number, self._config, self._folder, self._tables)
        member.start()
        with self._lock:
            self.members.append(member)
        return member

    def remove(self, member: Member) -> None:
        """Let one leave in peace."""
        with self._lock:
            self.members.remove(member)
        member.end()

    def ends(self) -> Counter[str]:
        """How often workers ended unasked, by exit code; -9 is a kill."""
        return sum((member.ends for member in self.members), Counter[str]())

    def close(self) -> list[int]:
        """Drain all together; their exit codes."""
        self._stop.set()
        self._thread.join()
        with ThreadPoolExecutor(len(self.members)) as together:
            return list(together.map(Member.end, self.members))

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            with self._lock:
                for member in self.members:
                    member.look_after()


def wait_for(condition: Any, seconds: float, what: str, moving: Any = None) -> None:
    """Until `condition()` holds; `AssertionError` with `what` when nothing helps for `seconds`.

    The time begins anew whenever `moving()` gives something else: a slow machine is not a stuck one. A broker
    that does not answer now may be one that a fault has just killed: the answer is no, not an end.
    """
    until, at = time.monotonic() + seconds, _answer(moving)
    while not _answer(condition):
        if (now_at := _answer(moving)) != at:
            until, at = time.monotonic() + seconds, now_at
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.5)


def _answer(question: Any) -> Any:
    try:
        return question() if question else None
    except ConnectionError:
        return None

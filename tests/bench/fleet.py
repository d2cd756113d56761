"""Workers in processes of their own, started and heard: for the benchmarks on a broker."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PATIENCE_SECONDS = 150.0
Line = dict[str, Any]


class Process:
    """One worker, and all it told."""

    def __init__(self, words: Sequence[str]) -> None:
        command = [sys.executable, str(HERE / "fleet_worker.py"), *words]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.stages = words[words.index("--stages") + 1]
        self.lines: list[Line] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            if line.startswith("{"):
                self.lines.append(json.loads(line))

    @property
    def last(self) -> Line:
        """What it told last."""
        return self.lines[-1] if self.lines else {}

    def go(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """As kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As SIGTERM; waits for its end."""
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def wait_for(what: str, done: Callable[[], bool], processes: Sequence[Process]) -> float:
    """The seconds until it is done; raises when a worker ends, or it takes too long."""
    began = time.monotonic()
    while not done():
        for each in processes:
            if each.process.poll() is not None:
                raise RuntimeError(f"{what}: a worker ended: {each.process.stderr.read()[-2000:]}")  # type: ignore[union-attr]
        if time.monotonic() > began + PATIENCE_SECONDS:
            raise RuntimeError(f"{what}: not after {PATIENCE_SECONDS} s; {[each.last for each in processes]}")
        time.sleep(0.05)
    return time.monotonic() - began

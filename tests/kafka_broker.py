"""A real Apache Kafka for tests: started by deploy/kafka-local/broker.py, ended when the tests end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.kafka.settings import KafkaSettings

SCRIPT = Path(__file__).parents[1] / "deploy" / "kafka-local" / "broker.py"


class Cluster:
    """Brokers on free ports with their data in `folder`, numbered from 1; killed brokers may start again."""

    def __init__(self, folder: Path, brokers: int) -> None:
        self.folder = folder
        self.bootstrap = tuple(self._do("start", "--brokers", str(brokers), "--port", "0").split(","))

    @classmethod
    @contextmanager
    def started(cls, brokers: int = 1) -> Iterator[Cluster]:
        """Brokers that answer, until the block is left."""
        folder = Path(tempfile.mkdtemp(prefix="palovahti-kafka-"))
        try:
            yield cls(folder, brokers)
        finally:
            subprocess.run(_command(folder, "kill"), check=False, stdout=subprocess.DEVNULL)
            shutil.rmtree(folder, ignore_errors=True)

    def kill(self, number: int) -> None:
        """kill -9 of one broker."""
        self._do("kill", "--only", str(number))

    def start(self) -> None:
        """Start every broker that does not run."""
        self._do("start")

    def pid(self, number: int) -> int:
        """The process of one broker."""
        return int((self.folder / str(number) / "pid").read_text())

    def _do(self, action: str, *words: str) -> str:
        ran = subprocess.run(
            _command(self.folder, action, *words), capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()


def _command(folder: Path, action: str, *words: str) -> list[str]:
    return [sys.executable, str(SCRIPT), action, "--data", str(folder), *words]


def remove_streams(settings: KafkaSettings) -> None:
    """Delete everything on the broker whose name begins with the prefix."""
    from streams.kafka.broker import admin  # kafka-python only where a broker is asked for

    with admin(settings) as client:
        ours = [name for name in client.list_topics() if name.startswith(settings.prefix)]
        if ours:
            client.delete_topics(ours)

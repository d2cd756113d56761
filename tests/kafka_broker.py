"""A real Apache Kafka for tests: started by deploy/kafka-local/broker.py, ended when the tests end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from streams.kafka.broker import Unsettled, admin, patient
from streams.kafka.settings import KafkaSettings

SCRIPT = Path(__file__).parents[1] / "deploy" / "kafka-local" / "broker.py"


class Cluster:
    """Brokers on free ports with their data in `folder`, numbered from 1; killed brokers may start again."""

    def __init__(self, folder: Path, brokers: int, *words: str) -> None:
        self.folder = folder
        told = self._do("start", "--brokers", str(brokers), "--port", "0", *words)
        self.bootstrap = tuple(told.split(","))
        _wait_for_all(KafkaSettings(bootstrap=self.bootstrap), brokers)

    @classmethod
    @contextmanager
    def started(cls, brokers: int = 1, *words: str) -> Iterator[Cluster]:
        """Brokers that answer, until the block is left; `words` for the script."""
        folder = Path(tempfile.mkdtemp(prefix="palovahti-kafka-"))
        try:
            yield cls(folder, brokers, *words)
        finally:
            subprocess.run(_command(folder, "kill"), check=False, stdout=subprocess.DEVNULL)
            shutil.rmtree(folder, ignore_errors=True)

    def kill(self, number: int) -> None:
        """kill -9 of one broker."""
        self._do("kill", "--only", str(number))

    def start(self) -> None:
        """Start every broker that does not run."""
        self._do("start")

    def address(self, listener: str) -> str:
        """Where the first broker's listener of that name is: SASL, TLS."""
        lines = (self.folder / "1" / "server.properties").read_text().splitlines()
        told = next(line for line in lines if line.startswith("advertised.listeners="))
        return dict(each.split("://") for each in told.partition("=")[2].split(","))[listener]

    def pid(self, number: int) -> int:
        """The process of one broker."""
        return int((self.folder / str(number) / "pid").read_text())

    def _do(self, action: str, *words: str) -> str:
        ran = subprocess.run(
            _command(self.folder, action, *words), capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()


@partial(patient, seconds=180)
def _wait_for_all(settings: KafkaSettings, brokers: int) -> None:
    """A broker listens before the others count on it: then there are fewer copies than a stream wants."""
    with admin(settings) as client:
        if len(client.describe_cluster()["brokers"]) < brokers:
            raise Unsettled("not all brokers are there yet")


def _command(folder: Path, action: str, *words: str) -> list[str]:
    return [sys.executable, str(SCRIPT), action, "--data", str(folder), *words]

"""A PostgreSQL server of our own: a cluster in a temporary folder, on a unix socket and a loopback port.

`initdb` refuses root, so everything runs as the user postgres where we are root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.ports import free_port

SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 32MB
max_connections = 60
log_statement = 'none'
deadlock_timeout = '200ms'
"""
"""Nothing here survives a power cut, and nothing needs to: what is killed is a process."""
PASSWORD = "salasana-jota-ei-näytetä"
_numbers = count(1)


def places() -> str:
    """Where programs stand: Debian keeps those of PostgreSQL out of the way, by version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, reversed(versions))])


class Server:
    """One cluster; `started` makes it and removes it again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder = programs, folder
        self.port = free_port()

    @classmethod
    @contextmanager
    def started(cls, initdb: str, settings: str = SETTINGS) -> Iterator[Server]:
        """A server that answers, until the block is left."""
        folder = Path(tempfile.mkdtemp(prefix="palovahti-pg-"))
        server = cls(Path(initdb).resolve().parent, folder)
        try:
            server.create(settings)
            server.start()
            yield server
        finally:
            server.stop("immediate")
            shutil.rmtree(folder, ignore_errors=True)

    def create(self, settings: str) -> None:
        """Make the cluster: trust on the socket, passwords on the port."""
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        ways = ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]
        self._run("initdb", "-D", self._data, "-U", "palovahti", "-E", "UTF8", "--locale=C.UTF-8", *ways)
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{settings}\nunix_socket_directories = '{self.folder}'\nport = {self.port}\n")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._run("pg_ctl", "start", "-w", "-t", "240", "-D", self._data, "-l", str(self.folder / "log"))

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` ends the connections, `immediate` is as good as a kill."""
        self._run("pg_ctl", "stop", "-w", "-D", self._data, "-m", mode, check=False)

    def new_database(self) -> str:
        """Address of a new, empty database."""
        name = f"t{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str) -> str:
        """Address over the socket, where everybody is believed."""
        return f"postgresql://palovahti@/{database}?host={self.folder}&port={self.port}"

    def url_by_password(self, database: str) -> str:
        """Address over the port, where the password is asked for."""
        return f"postgresql://palovahti@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as the owner of everything."""
        with psycopg.connect(self.url(database), autocommit=True) as db:
            db.execute(statement.encode())

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        command = [str(self._programs / program), *words]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command,
            check=False,
            cwd="/",
            env={"PATH": places(), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert done.returncode == 0 or not check, done.stderr.decode()

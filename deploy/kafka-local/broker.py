"""A real Apache Kafka on this machine, for development and tests: one broker or three, on 127.0.0.1 only.

python deploy/kafka-local/broker.py start [--brokers 3 | --secure] [--port 9092] [--data var/kafka]
python deploy/kafka-local/broker.py stop | kill | status [--data var/kafka] [--only 2]

Needs Java 17 and, the first time, Maven, which fetches the jars. Port 0 takes free ports. A second start goes
on with the data and the ports of the first, and starts only what does not run.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import secure

HERE = Path(__file__).resolve().parent
VAR = HERE.parents[1] / "var"
JARS = VAR / "kafka-jars"
CLUSTER_ID = "palovahti-local-kafka0"  # 22 characters, as Kafka wants it
UP_SECONDS = 180
DOWN_SECONDS = 10  # the last of three brokers waits for a majority that is gone


def jars() -> Path:
    """The folder of Kafka's jars, fetched by Maven when they are not those of pom.xml."""
    JARS.mkdir(parents=True, exist_ok=True)
    with (JARS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted, done = (HERE / "pom.xml").read_text(), JARS / "pom.xml"
        if not done.exists() or done.read_text() != wanted:
            for old in JARS.glob("*.jar"):
                old.unlink()
            subprocess.run([*_maven(), f"-DoutputDirectory={JARS}"], check=True, stdout=subprocess.DEVNULL)
            done.write_text(wanted)
    return JARS


def _maven() -> list[str]:
    if shutil.which("mvn") is None:
        sys.exit("Maven is not installed (Debian: apt-get install maven openjdk-17-jre-headless)")
    return ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]


def lay_out(data: Path, brokers: int, port: int, *, safe: bool = False) -> None:
    """Write each broker's server.properties and format its storage; what is there already stays."""
    if (data / "1").exists():
        return
    ports = [(port + 2 * n, port + 2 * n + 1) for n in range(brokers)] if port else _free_ports(brokers)
    words: list[str] = []
    if safe:
        secure.make_secrets(data / "secrets")
        words = secure.format_words(data / "secrets")
    voters = ",".join(f"{n}@127.0.0.1:{quorum}" for n, (_, quorum) in enumerate(ports, 1))
    for number, (client, quorum) in enumerate(ports, 1):
        folder = data / str(number)
        folder.mkdir(parents=True)
        written = properties(number, brokers, client, quorum, voters, folder / "log")
        if safe:
            written = _secured(written, data / "secrets", port)
        (folder / "server.properties").write_text(written)
        java = [*_java("-Xmx128m"), "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, *words, "-c"]
        subprocess.run([*java, folder / "server.properties"], check=True, stdout=subprocess.DEVNULL)


def properties(number: int, brokers: int, client: int, quorum: int, voters: str, log: Path) -> str:
    """server.properties: loopback only, quick to fail over, small buffers; three copies on three brokers."""
    copies, in_sync = (3, 2) if brokers >= 3 else (1, 1)
    return f"""process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=CLIENTS://127.0.0.1:{client},QUORUM://127.0.0.1:{quorum}
advertised.listeners=CLIENTS://127.0.0.1:{client}
listener.security.protocol.map=CLIENTS:PLAINTEXT,QUORUM:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=QUORUM
log.dirs={log}
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=8
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.backoff.ms=2000
log.index.size.max.bytes=1048576
"""


def _secured(written: str, folder: Path, port: int) -> str:
    """The properties with two more listeners; the plain one stays for the broker itself and for looking."""
    ((sasl, tls),) = [(port + 2, port + 3)] if port else _free_ports(1)
    lines = [
        line + secure.listeners(sasl, tls) if line.partition("=")[0].endswith("listeners") else line
        for line in written.splitlines()
    ]
    told = "\n".join(lines).replace("QUORUM:PLAINTEXT", "QUORUM:PLAINTEXT,SASL:SASL_SSL,TLS:SSL")
    return f"{told}\n{secure.properties(folder)}"


def _free_ports(brokers: int) -> list[tuple[int, int]]:
    """Below those that the system gives to outgoing connections: none takes one before the broker listens,
    nor while a killed one is away, and nobody who asks for it then connects to itself."""
    ports: list[int] = []
    while len(ports) < 2 * brokers:
        port = random.randrange(20_000, 32_000)  # noqa: S311 no secret
        if port not in ports and _is_free(port):
            ports.append(port)
    return list(zip(ports[::2], ports[1::2], strict=True))


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _java(*options: str) -> list[str]:
    if shutil.which("java") is None:
        sys.exit("Java is not installed (Debian: apt-get install openjdk-17-jre-headless)")
    return ["java", *options, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{jars()}/*"]


def start(folder: Path, heap: str) -> None:
    """Start the broker of `folder` as a process of its own, unless it runs."""
    if _pid(folder):
        return
    command = [*_java(f"-Xmx{heap}", f"-Xms{heap}"), "kafka.Kafka", folder / "server.properties"]
    with (folder / "broker.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    (folder / "pid").write_text(str(process.pid))


def wait_up(folder: Path) -> None:
    """Return when the broker answers; end with the place of its log when it does not."""
    until = time.monotonic() + UP_SECONDS
    while time.monotonic() < until and _pid(folder):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", _port(folder))) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"the broker did not start; see {folder / 'broker.log'}")


def stop(folders: list[Path], how: signal.Signals) -> None:
    """End the brokers of `folders` together and wait until they are gone."""
    until = time.monotonic() + DOWN_SECONDS
    _send(folders, how)
    while any(_pid(folder) for folder in folders):
        if time.monotonic() > until:
            _send(folders, signal.SIGKILL)
        time.sleep(0.05)
    for folder in folders:
        (folder / "pid").unlink(missing_ok=True)


def _send(folders: list[Path], how: signal.Signals) -> None:
    for folder in folders:
        if pid := _pid(folder):
            os.kill(pid, how)


def _pid(folder: Path) -> int:
    """The process of the broker in `folder`; 0 when it does not run."""
    file = folder / "pid"
    pid = int(file.read_text()) if file.exists() else 0
    status = Path(f"/proc/{pid}/status")
    if not pid or not status.exists() or "State:\tZ" in status.read_text():
        return 0
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return pid if str(folder) in command or not command else 0  # empty for a moment while it begins


def _port(folder: Path) -> int:
    lines = (folder / "server.properties").read_text().splitlines()
    listeners = next(line for line in lines if line.startswith("advertised.listeners="))
    return int(listeners.partition(",")[0].rpartition(":")[2])


def _folders(data: Path, only: int | None) -> list[Path]:
    found = sorted(path.parent for path in data.glob("*/server.properties"))
    return [folder for folder in found if only is None or folder.name == str(only)]


def main() -> None:
    """Do what the command line says; prints the addresses of the brokers, as clients want them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("action", choices=["start", "stop", "kill", "status", "jars"])
    parser.add_argument("--brokers", type=int, default=1, choices=[1, 3])
    parser.add_argument("--port", type=int, default=9092, help="first of two ports a broker; 0: free ones")
    parser.add_argument("--data", type=Path, default=VAR / "kafka")
    parser.add_argument("--only", type=int, help="number of one broker, from 1")
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--secure", action="store_true", help="also SASL over TLS, and TLS; of one broker")
    given = parser.parse_args()
    data = given.data.resolve()
    if given.action == "jars":
        jars()
    elif given.action == "start":
        lay_out(data, given.brokers, given.port, safe=given.secure)
        for folder in _folders(data, given.only):
            start(folder, given.heap)
        for folder in _folders(data, given.only):
            wait_up(folder)
    elif given.action in ("stop", "kill"):
        stop(_folders(data, given.only), signal.SIGTERM if given.action == "stop" else signal.SIGKILL)
    running = [f"127.0.0.1:{_port(folder)}" for folder in _folders(data, None) if _pid(folder)]
    print(",".join(running) or "no broker runs")


if __name__ == "__main__":
    main()

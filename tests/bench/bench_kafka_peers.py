"""Counting on Kafka beside other Python stream processors: one broker, one run.

    .venv/bin/python tests/bench/bench_kafka_peers.py --rounds 5

Everybody does the work of `peers/work.py`: decode, key, minute, threshold. Each is one process on one core,
the broker on another; a time is from the first record to the last. Beside the clock stands the processor's
time of the process, which other load on the machine disturbs less. The peers live in an environment of their
own (var/peers), made the first time. Every round is added to the file of results; what is printed are the
medians of all that are there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from uuid import uuid4
from zlib import crc32

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent / "peers")]

from work import alerts, records  # noqa: E402  stands beside the contenders, which know no project

from streams.kafka.broker import admin  # noqa: E402
from streams.kafka.copying import put  # noqa: E402
from streams.kafka.reading import Raw  # noqa: E402
from streams.kafka.settings import KafkaSettings  # noqa: E402

PEERS = ROOT / "var" / "peers"
PACKAGES = ("quixstreams==3.28.1", "bytewax==0.21.1", "pathway==0.33.0", "aiokafka==0.14.0", "msgspec")
SIZES = {"large": 600_000, "short": 30_000}
PARTITIONS = 4
WORK_CORE, BROKER_CORE = "1", "0"
ROUND_SECONDS = 280
OURS, THEIRS = sys.executable, str(PEERS / "bin" / "python")
OUR_WAY = "Palovahti: Faust in chunks, durable table"


class Contender(NamedTuple):
    """Who, by which Python, which file with which word, and how many records it gets."""

    name: str
    python: str
    file: str
    way: str = ""
    size: str = "large"


CONTENDERS = (
    Contender(OUR_WAY, OURS, "faust_chunks.py"),
    Contender("Faust, event by event, counts in a dict", OURS, "faust_naive.py", "dict", "short"),
    Contender("Faust, event by event, counts in a table", OURS, "faust_naive.py", "table", "short"),
    Contender("quixstreams, counts in a dict", THEIRS, "quix.py", "dict"),
    Contender("quixstreams, its windows", THEIRS, "quix.py", "window", "short"),
    Contender("bytewax, counts in a dict", THEIRS, "bytewax_flow.py", "dict"),
    Contender("bytewax, its state", THEIRS, "bytewax_flow.py", "state"),
    Contender("pathway, group-by", THEIRS, "pathway_flow.py"),
    Contender("plain aiokafka loop, counts in a dict", THEIRS, "aiokafka_loop.py"),
)


def make_environment() -> None:
    """The peers' own environment."""
    if not (PEERS / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([PEERS / "bin" / "pip", "install", "-q", *PACKAGES], check=True)
        (PEERS / "done").touch()


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """One broker of its own, bound to its core."""
    script = [sys.executable, str(ROOT / "deploy/kafka-local/broker.py")]
    words = ["--data", str(folder), "--port", "0", "--heap", "1g"]
    bound = ["taskset", "-c", BROKER_CORE, *script, "start", *words]
    started = subprocess.run(bound, check=True, capture_output=True, text=True)
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([*script, "stop", "--data", str(folder)], check=True, capture_output=True)


def fill(address: str) -> dict[str, int]:
    """Write the streams, unless they are there; how many alerts are in each."""
    settings = KafkaSettings(bootstrap=(address,), prefix="")
    found = {}
    with admin(settings) as client:
        there = client.list_topics()
        if "alerts" not in there:
            client.create_topics({"alerts": {"num_partitions": PARTITIONS}}, wait_for_metadata=True)
        for size, number in SIZES.items():
            made = records(number)
            found[size] = alerts(made)
            if size not in there:
                client.create_topics({size: {"num_partitions": PARTITIONS}}, wait_for_metadata=True)
                put(settings, _raw(size, made))
    return found


def _raw(stream: str, made: Sequence[tuple[bytes, bytes]]) -> Iterator[Raw]:
    now = datetime.now(UTC)
    for key, value in made:
        yield Raw(stream, crc32(key) % PARTITIONS, 0, now, key, value)


def measure(contender: Contender, address: str, expected: int) -> dict[str, float]:
    """Records a second of one run, by the clock and by its own processor; raises where it counted wrongly."""
    words = [address, contender.size, str(SIZES[contender.size]), f"run-{uuid4().hex}", contender.way]
    command = [contender.python, f"tests/bench/peers/{contender.file}", *words]
    ran = subprocess.run(
        ["taskset", "-c", WORK_CORE, *command],
        cwd=ROOT, capture_output=True, text=True, timeout=ROUND_SECONDS,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, check=False,
    )  # fmt: skip
    lines = [line for line in ran.stdout.splitlines() if line.startswith('{"seconds"')]
    if not lines:
        raise RuntimeError(f"{contender.name}: {ran.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(lines[-1])
    if (told["seen"], told["alerts"]) != (SIZES[contender.size], expected):
        raise RuntimeError(f"{contender.name} counted otherwise: {told}, {expected} alerts")
    return {"clock": told["seen"] / told["seconds"], "processor": told["seen"] / told["processor_seconds"]}


def table(results: dict[str, list[dict[str, float]]]) -> str:
    """The medians and how we compare, as Markdown."""
    medians = {
        name: {way: median(one[way] for one in found) for way in ("clock", "processor")}
        for name, found in results.items()
    }
    ours = medians.get(OUR_WAY, {"clock": 0.0, "processor": 0.0})
    head = "| who | runs | a second | Palovahti is | a processor second | Palovahti is |"
    lines = [head, "|---" + "|--:" * 5 + "|"]
    for name, told in sorted(medians.items(), key=lambda item: -item[1]["processor"]):
        cells = [cell for way, each in told.items() for cell in (f"{each:,.0f}", f"{ours[way] / each:.2f} ×")]
        lines.append(f"| {name} | {len(results[name])} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure some rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "peers.json")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "peers-kafka")
    parser.add_argument("--only", default="", help="contenders whose name holds this")
    given = parser.parse_args()
    make_environment()
    results = json.loads(given.results.read_text()) if given.results.exists() else {}
    with broker(given.data) as address:
        expected = fill(address)
        for _ in range(given.rounds):
            for each in CONTENDERS:
                if given.only in each.name:
                    found = measure(each, address, expected[each.size])
                    print(f"{each.name}: {found}", file=sys.stderr, flush=True)
                    results.setdefault(each.name, []).append(found)
            given.results.write_text(json.dumps(results))
    print(table(results))


if __name__ == "__main__":
    main()

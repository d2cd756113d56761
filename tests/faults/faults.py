"""What is done to the fleet and its brokers, by name. Each takes its time; the load goes on meanwhile."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from streams.kafka.broker import Unsettled, admin, patient
from streams.kafka.settings import KafkaSettings
from streams.names import SCORED
from tests.faults.fleet import STAGES, Fleet
from tests.kafka_broker import Cluster

DOWN_SECONDS = 4
STOP_SECONDS = 30
OFFSETS = "__consumer_offsets"


class Faults:
    """Does harm to a fleet and its cluster, and counts the kills."""

    def __init__(self, fleet: Fleet, cluster: Cluster, kafka: KafkaSettings, dice: random.Random) -> None:
        self.fleet, self.cluster, self.kafka, self.dice = fleet, cluster, kafka, dice
        self.kills: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def do(self, name: str) -> None:
        """One fault, by its name in KINDS."""
        KINDS[name](self)
        self.done[name] += 1

    def kill_worker(self, stage: str) -> None:
        """kill -9 of one worker of a stage."""
        self.dice.choice(self.fleet.of(stage)).kill()
        self.kills["workers"] += 1

    def kill_both(self) -> None:
        """kill -9 of all workers of a stage at once."""
        members = self.fleet.of(self.dice.choice(STAGES))
        for member in members:
            member.send(signal.SIGKILL)
        self.kills["workers"] += len(members)

    def kill_coordinator(self) -> None:
        """kill -9 of the broker that coordinates a stage's group."""
        group = self.kafka.prefix + self.dice.choice(STAGES)
        topic = _described(self.kafka, OFFSETS)
        partition = abs(_java_hash(group)) % len(topic["partitions"])
        self._kill_leader(OFFSETS, partition)

    def kill_leader(self) -> None:
        """kill -9 of the broker that leads a partition of `scored`."""
        self._kill_leader(SCORED.full_name(self.kafka.prefix), self.dice.randrange(self.kafka.partitions))

    def rebalance(self) -> None:
        """One more worker joins while loaded, and leaves again."""
        member = self.fleet.add(self.dice.choice(STAGES[1:]))
        time.sleep(8)
        self.fleet.remove(member)

    def pause(self) -> None:
        """SIGSTOP for 30 s: the others take over, then it wakes and believes nothing happened."""
        member = self.dice.choice(self.fleet.of(self.dice.choice(STAGES)))
        member.send(signal.SIGSTOP)
        time.sleep(STOP_SECONDS)
        member.send(signal.SIGCONT)

    def fill_disk(self) -> None:
        """The disk of a worker's tables is full for a while."""
        member = self.dice.choice(self.fleet.of("watch"))
        tables = member.folder / "tables"
        member.kill()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tables], check=True)
        member.start()
        time.sleep(10)
        member.kill()
        subprocess.run(["umount", "-l", tables], check=True)
        self.kills["workers"] += 2

    def jump(self) -> None:
        """The clock of a worker jumps an hour ahead, and later back."""
        member = self.dice.choice(self.fleet.of(self.dice.choice(STAGES)))
        member.tell_time(3600)
        time.sleep(8)
        member.tell_time(0)

    def _kill_leader(self, topic: str, partition: int) -> None:
        self.cluster.kill(_leader(self.kafka, topic, partition))
        self.kills["brokers"] += 1
        time.sleep(DOWN_SECONDS)
        self.cluster.start()
        time.sleep(DOWN_SECONDS)


@partial(patient, seconds=120)
def _described(kafka: KafkaSettings, topic: str) -> Any:
    with admin(kafka) as client:
        for found in client.describe_topics([topic]):
            if not found["error_code"]:
                return found
    raise Unsettled(f"{topic} is not told of yet")


@partial(patient, seconds=120)
def _leader(kafka: KafkaSettings, topic: str, partition: int) -> int:
    found = _described(kafka, topic)
    leader = next(p["leader_id"] for p in found["partitions"] if p["partition_index"] == partition)
    if leader < 1:
        raise Unsettled("a leader is chosen")
    return int(leader)


def _java_hash(text: str) -> int:
    """`String.hashCode`, by which Kafka finds the coordinator of a group."""
    number = 0
    for letter in text:
        number = (31 * number + ord(letter)) & 0xFFFFFFFF
    return number - (1 << 32) if number >= 1 << 31 else number


KINDS: Final[dict[str, Callable[[Faults], None]]] = {
    "kill -9 of an ingest worker": lambda faults: faults.kill_worker("ingest"),
    "kill -9 of a score worker": lambda faults: faults.kill_worker("score"),
    "kill -9 of a watch worker": lambda faults: faults.kill_worker("watch"),
    "kill -9 of an alert worker": lambda faults: faults.kill_worker("alert"),
    "kill -9 of both workers of a stage": Faults.kill_both,
    "kill -9 of the coordinator's broker": Faults.kill_coordinator,
    "kill -9 of a partition leader": Faults.kill_leader,
    "rebalance while loaded": Faults.rebalance,
    "SIGSTOP for 30 s": Faults.pause,
    "disk full on a watch worker": Faults.fill_disk,
    "clock an hour ahead, and back": Faults.jump,
}

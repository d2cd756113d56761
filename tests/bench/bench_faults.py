"""The kill matrix: workers, brokers, clocks and disks fail while mentions flow.

    nice .venv/bin/python tests/bench/bench_faults.py --rounds 5 --mentions 60000 --per-second 250

Three brokers, two workers a stage, PostgreSQL and a receiver of webhooks, all on this machine. Each round
begins with new streams, feeds the same mentions at a steady rate through a followed file, and does the faults
one after the other. The reference is the same mentions through the stages in one process, undisturbed. Rounds
are added to the file of results; the table of all that are in it is printed as Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.conftest import PROGRAMS  # noqa: E402  the project is not installed as tests
from tests.faults.faults import KINDS  # noqa: E402
from tests.faults.fleet import Sink  # noqa: E402
from tests.faults.load import mentions  # noqa: E402
from tests.faults.reference import Expected, expected  # noqa: E402
from tests.faults.trial import Outcome, Plan, configured, run, settings_of  # noqa: E402
from tests.kafka_broker import Cluster  # noqa: E402
from tests.postgres import Server, places  # noqa: E402

KILLS = [kind for kind in KINDS if kind.startswith("kill")]
OTHERS = [kind for kind in KINDS if not kind.startswith("kill")]


def plan_of(given: argparse.Namespace, number: int) -> Plan:
    """Every fault once, then kills by chance for as long as mentions flow."""
    dice = random.Random(given.seed + number)
    faults = [*KINDS]
    while len(faults) < given.faults:
        faults.append(dice.choice(KILLS))
    dice.shuffle(faults)
    load = mentions(given.mentions)
    return Plan(
        load,
        faults[: given.faults],
        given.per_second,
        given.gap,
        given.seed + number,
        given.apart,
        given.tables,
    )


def one_round(plan: Plan, cluster: Cluster, server: Server, want: Expected | None, folder: Path) -> Any:
    """A round with streams, database and files of its own; gives its outcome and the reference."""
    sink = Sink()
    try:
        config = configured(
            folder, cluster.bootstrap, f"t{uuid4().hex[:6]}.", server.new_database(), sink.url
        )
        want = want or expected(settings_of(config), plan.mentions, folder)
        return run(plan, config, cluster, want, sink, say), want
    finally:
        sink.close()


def say(line: str) -> None:
    """Progress, for who waits."""
    print(line, file=sys.stderr, flush=True)


def told(outcome: Outcome, plan: Plan, want: Expected) -> dict[str, Any]:
    """A round as it goes into the file of results."""
    return {
        "mentions": len(plan.mentions),
        "tables": plan.tables,
        "escalations": len(want.escalations),
        "embedded differs": len(want.embedded ^ want.escalations),
        "pages": len(want.pages),
        "keys": sum(map(len, want.state.values())),
        "exact": outcome.verdict.exact,
        **outcome.verdict.told(),
        "faults": outcome.done,
        "kills": outcome.kills,
        "ends": outcome.ends,
        "exits": outcome.exits,
        "seconds": round(outcome.seconds),
    }


def table(rounds: list[dict[str, Any]]) -> str:
    """All rounds, as Markdown."""
    faults: Counter[str] = sum((Counter(each["faults"]) for each in rounds), Counter())
    wrong = ("lost", "missing", "phantom", "pages missing", "pages double")
    lines = ["| fault | times |", "|---|--:|", *(f"| {kind} | {faults[kind]} |" for kind in KINDS)]
    lines += [
        "",
        "| round | mentions | escalations | pages | kills | state keys | " + " | ".join(wrong) + " | state |",
    ]
    lines += ["|---|--:|--:|--:|--:|--:|" + "--:|" * len(wrong) + "---|"]
    for number, each in enumerate(rounds, 1):
        state = "equal" if not any(key.startswith("state") for key in each) else "differs"
        figures = [
            each["mentions"],
            each["escalations"],
            each["pages"],
            sum(each["kills"].values()),
            each["keys"],
        ]
        cells = [number, *figures, *(each[name] for name in wrong), state]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    """Do rounds, and print the table of all that are in the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mentions", type=int, default=60_000)
    parser.add_argument("--per-second", type=float, default=250)
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--gap", type=float, default=3, help="seconds between faults")
    parser.add_argument("--apart", action="store_true", help="each stage in processes of its own")
    parser.add_argument("--tables", default="rocksdb", choices=["memory", "rocksdb"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "faults.json")
    parser.add_argument("--keep", type=Path, help="keep the files of rounds that were not exact here")
    given = parser.parse_args()
    results = json.loads(given.results.read_text()) if given.results.exists() else []
    want = None
    initdb = shutil.which(PROGRAMS["postgres"], path=places())
    with Cluster.started(3) as cluster, Server.started(str(initdb)) as server:
        for _ in range(given.rounds):
            plan = plan_of(given, len(results))
            folder = Path(tempfile.mkdtemp(prefix="palovahti-faults-"))
            say(f"round {len(results) + 1}: {len(plan.mentions)} mentions, {len(plan.faults)} faults")
            outcome, want = one_round(plan, cluster, server, want, folder)
            results.append(told(outcome, plan, want))
            given.results.write_text(json.dumps(results, indent=1))
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
            if given.keep and not outcome.verdict.exact:
                shutil.copytree(folder, given.keep / folder.name)
            shutil.rmtree(folder, ignore_errors=True)
    print(table(results))


if __name__ == "__main__":
    main()

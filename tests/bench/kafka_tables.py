"""All benchmarks on a broker in one go, and their tables in docs/benchmarks/throughput.md.

    python tests/bench/kafka_tables.py [--minutes 18] [--only peers] [--runs 5]

Starts a broker of its own. Every part is a command of its own, whose lines are kept in var/kafka-tables.json;
the page has a place for the table of each, and only parts that were measured are written anew. Parts for
which no time is left are told and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks" / "throughput.md"
BROKER = ROOT / "deploy" / "kafka-local" / "broker.py"
LONGEST_SECONDS = 600
Row = dict[str, Any]


class Part(NamedTuple):
    """A table: the commands that make its rows, about how many seconds they take, and how it is written."""

    name: str
    seconds: int
    commands: Callable[[int, int], Iterator[str]]  # of so many runs, with a part of the usual load
    table: Callable[[Sequence[Row]], str]


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table."""
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def one_worker(rows: Sequence[Row]) -> str:
    """By the share that matches: the clock, its spread, the processor, what was asked for."""
    asked = {0.1: (30_000, 100_000), 1.0: (12_000, 40_000)}
    lines = []
    for row in rows:
        must, aim = asked[row["share"]]
        speed, low, high = row["mentions_per_second"], min(row["spread"]), max(row["spread"])
        met = "yes" if speed >= must else "no", "yes" if speed >= aim else "no"
        named = "a tenth" if row["share"] < 1 else "all"
        lines.append(
            (named, f"**{speed:,}**", f"{low:,} to {high:,}", f"{row['per_processor_second']:,}",
             f"{must:,}: {met[0]}", f"{aim:,}: {met[1]}")
        )  # fmt: skip
    head = ("share that matches", "a second", "spread", "a processor second", "asked for", "aimed at")
    return markdown(head, lines)


def workers(rows: Sequence[Row]) -> str:
    """By the number of workers: medians of the runs."""
    clock = {n: median(r["per_second"] for r in rows if r["workers"] == n) for n in (1, 2, 4)}
    used = {n: median(r["per_processor_second"] for r in rows if r["workers"] == n) for n in (1, 2, 4)}
    lines = [(n, f"{clock[n]:,.0f}", f"{clock[n] / clock[1]:.2f} ×", f"{used[n]:,.0f}") for n in (1, 2, 4)]
    return markdown(("workers", "a second", "speed-up", "a processor second of the workers"), lines)


def viral(rows: Sequence[Row]) -> str:
    """Medians of the runs."""
    judging, watching = (median(row[key] for row in rows) for key in ("judging_us", "watching_us"))
    both = judging + watching
    line = (f"{judging:.1f}", f"{watching:.1f}", f"{1e6 / both:,.0f}", f"{1e6 / watching:,.0f}",
            f"**{both / watching:.1f}**")  # fmt: skip
    head = ("judging, µs a mention", "watching, µs a mention", "a second, if one partition did both",
            "a second, as it is", "times as many")  # fmt: skip
    return markdown(head, [line])


def recovery(rows: Sequence[Row]) -> str:
    """Sizes, and below them the takeover."""
    head = ("live threads", "topics", "tables", "changelog, MB", "seconds", "processor seconds", "memory, MB")
    lines = [
        (f"{r['threads']:,}", f"{r['topics']:,}", r["tables"].split(":")[0], r["changelog_mb"],
         f"**{r['seconds']}**", r["processor_seconds"], f"{r['grown_bytes'] / 1e6:.0f}")
        for r in rows if "seconds" in r
    ]  # fmt: skip
    return "\n\n".join([markdown(head, lines), *_weights(rows), *_takeovers(rows)])


def _weights(rows: Sequence[Row]) -> Iterator[str]:
    plain = [r for r in rows if r.get("tables") == "memory://" and "seconds" in r]
    sizes = sorted((r for r in plain if r["topics"] == 100), key=lambda r: int(r["threads"]))
    small, large = sizes[0], sizes[-1]
    thread = (large["grown_bytes"] - small["grown_bytes"]) / (large["threads"] - small["threads"])
    yield f"Memory of the worker's process, table and all: **{thread:,.0f} bytes a thread**"
    many = next((r for r in plain if r["topics"] > 1000), None)
    if many is not None:
        rest = many["grown_bytes"] - small["grown_bytes"] - thread * (many["threads"] - small["threads"])
        kilobytes = rest / (many["topics"] - 100) / 1000
        yield f"and **{kilobytes:,.1f} kB a topic**, by the differences between rows."


def _takeovers(rows: Sequence[Row]) -> Iterator[str]:
    for r in rows:
        if "standby_seconds" in r:
            yield (
                f"A worker is killed of whose {r['threads']:,} threads another one has a copy "
                f"({r['tables'].split(':')[0]}): all shards are at work again after "
                f"**{r['standby_seconds']} s**; the first six pass before its death is noticed."
            )


def latency(rows: Sequence[Row]) -> str:
    """One line."""
    head = ("mentions a second", "share of one core", "storms", "publication p50, s", "p99, s",
            "processing p50, s", "p99, s")  # fmt: skip
    lines = [
        (f"{r['rate']:,}", r["core_share"], r["escalated"], r["publication"]["p50"], r["publication"]["p99"],
         f"**{r['processing']['p50']}**", f"**{r['processing']['p99']}**")
        for r in rows
    ]  # fmt: skip
    return markdown(head, lines)


def scale(rows: Sequence[Row]) -> str:
    """By topics and threads."""
    first = rows[0]["score_us"] + rows[0]["watch_us"]
    lines = [
        (f"{r['topics']:,}", f"{r['threads']:,}", r["score_us"], r["watch_us"],
         f"{(r['score_us'] + r['watch_us']) / first:.2f} ×", r["tick_ms"])
        for r in rows
    ]  # fmt: skip
    head = (
        "topics",
        "live threads",
        "`score`, µs a mention",
        "`watch`, µs a mention",
        "of the first row",
        "ms a tick",
    )
    return markdown(head, lines)


def peers(rows: Sequence[Row]) -> str:
    """The table as the command prints it."""
    return str(rows[-1]["table"])


HERE = "tests/bench"
PARTS = (
    Part("one-worker", 150, lambda n, part: (
        f"{HERE}/bench_kafka.py --runs {n} --mentions {count // part} --share {share}"
        for count, share in ((200_000, 0.1), (80_000, 1.0))), one_worker),
    Part("peers", 360, lambda n, _: iter([
        f"{HERE}/bench_kafka_peers.py --rounds {n} --results {{scratch}}/peers.json --data {{scratch}}/kafka"
    ]), peers),
    Part("workers", 120, lambda n, part: (
        f"{HERE}/bench_kafka_fleet.py workers --mentions {100_000 // part}"
        for _ in range(min(n, 3))), workers),
    Part("viral", 60, lambda n, part: (
        f"{HERE}/bench_kafka_fleet.py viral --mentions {90_000 // part}"
        for _ in range(min(n, 3))), viral),
    Part("recovery", 150, lambda _, part: iter([
        f"{HERE}/bench_kafka_recovery.py --threads {1_000_000 // part}"]), recovery),
    Part("latency", 190, lambda *_: iter([f"{HERE}/bench_kafka_latency.py --rate {{half}}"]), latency),
    Part("scale", 110, lambda _, part: iter([
        f"{HERE}/bench_shard.py scale --mentions {20_000 // part}"]), scale),
)  # fmt: skip


@contextmanager
def broker(folder: str) -> Iterator[str]:
    """A broker that ends with us; its address."""
    words = [sys.executable, str(BROKER)]
    start = [*words, "start", "--port", "0", "--data", folder, "--heap", "1g"]
    started = subprocess.run(start, check=True, capture_output=True, text=True)
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([*words, "stop", "--data", folder], check=True, capture_output=True)


def rows_of(command: str, address: str) -> list[Row]:
    """The lines of JSON that a command tells; a table as it is."""
    ran = subprocess.run(
        [sys.executable, *command.split()], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PALOVAHTI_BROKER": address, "PYTHONPATH": str(ROOT)}, timeout=LONGEST_SECONDS,
    )  # fmt: skip
    lines = ran.stdout.splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    if table := [line for line in lines if line.startswith("|")]:
        found.append({"table": "\n".join(table)})
    if not found:
        raise RuntimeError(f"{command}: {ran.stderr[-1500:]}")
    return found


def half_load(kept: dict[str, list[Row]]) -> int:
    """Half of what one worker takes when a tenth matches, and no more than one generator writes."""
    known = [row["mentions_per_second"] for row in kept.get("one-worker", []) if row["share"] < 1]
    return min(20_000, int(known[0] / 2)) if known else 15_000


def write(part: Part, rows: Sequence[Row]) -> None:
    """Put a part's table into its place on the page."""
    begin, end = f"<!-- {part.name} -->\n", "<!-- end -->"
    text = PAGE.read_text()
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    told = f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[1]:.1f}."
    PAGE.write_text(f"{before}{begin}{part.table(rows)}\n\n{told}\n{end}{after}")


def measured(part: Part, options: argparse.Namespace, address: str, half: int) -> list[Row]:
    """The rows of a part."""
    scratch = mkdtemp()
    commands = part.commands(options.runs, 10 if options.quick else 1)
    return [row for each in commands for row in rows_of(each.format(scratch=scratch, half=half), address)]


def main() -> None:
    """Measure part by part while there is time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=18)
    parser.add_argument("--only", default="", help="parts, separated by commas")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a tenth of the load; the page stays as it is")
    options = parser.parse_args()
    kept_at, until = ROOT / "var" / "kafka-tables.json", time.monotonic() + options.minutes * 60
    kept: dict[str, list[Row]] = json.loads(kept_at.read_text()) if kept_at.exists() else {}
    wanted = [part for part in PARTS if not options.only or part.name in options.only.split(",")]
    with broker(mkdtemp()) as address:
        for number, part in enumerate(wanted, 1):
            left = until - time.monotonic()
            told = f"[{'#' * number}{'.' * (len(wanted) - number)}] {part.name}, {left:.0f} s left"
            print(told, file=sys.stderr, flush=True)
            if left < part.seconds * options.runs / 5:
                print(f"{part.name}: left out, it takes about {part.seconds} s", file=sys.stderr, flush=True)
                continue
            try:
                kept[part.name] = measured(part, options, address, half_load(kept))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"{part.name}: {error}", file=sys.stderr, flush=True)
                continue
            print(part.table(kept[part.name]), flush=True)
            if not options.quick:
                kept_at.write_text(json.dumps(kept))
                write(part, kept[part.name])


if __name__ == "__main__":
    main()

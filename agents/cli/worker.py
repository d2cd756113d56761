"""`worker`: some or all stages on Kafka, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer

from agents.building import collect_rarely
from agents.cli.exits import Exit
from agents.cli.options import DEFAULT_CONFIG, ConfigFile, settings_of
from agents.cli.screen import complain, err, out
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import STAGES, Worker
from agents.runtimes.log import begin_log
from agents.settings import Settings
from alerts.store.opening import open_store
from alerts.store.store import Store
from streams.errors import BadConfiguration, PalovahtiError
from streams.kafka.creating import check_streams

DEADLINE_SECONDS = 25.0

TABLES = {"memory": "memory://", "rocksdb": "rocksdb://"}


def _stages(value: str) -> tuple[str, ...]:
    wanted = [each.strip() for each in value.split(",") if each.strip()]
    unknown = [each for each in wanted if each not in STAGES]
    if unknown or not wanted:
        raise typer.BadParameter(f"stages are {', '.join(STAGES)}; not {', '.join(unknown) or 'none'}")
    return tuple(stage for stage in STAGES if stage in wanted)


def worker(
    config: ConfigFile = DEFAULT_CONFIG,
    stages: Annotated[str, typer.Option(help="Which of them, separated by commas.")] = ",".join(STAGES),
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Of page and probes, instead of web.port.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="For tables; each worker on a machine its own.")] = Path(
        "var/worker"
    ),
    tables: Annotated[str, typer.Option(help="Where tables are kept: memory or rocksdb.")] = "memory",
    standby: Annotated[int, typer.Option(min=0, max=5, help="Workers that keep a copy of the state.")] = 0,
    session: Annotated[
        float, typer.Option(min=6, max=300, help="Seconds of silence after which others take its partitions.")
    ] = 10.0,
    recorded: Annotated[bool, typer.Option(help="Time is that of the mentions, as in a replay.")] = False,
) -> None:
    """Run stages as a worker on Kafka; start as many as you need, of any mix of stages.

    SIGTERM and Ctrl-C end it after what is on its way is stored. The streams must be there: palovahti
    streams create.
    """
    if tables not in TABLES:
        raise typer.BadParameter(f"tables are kept in {' or '.join(TABLES)}, not {tables}")
    settings, chosen = _with_port(settings_of(config), port), _stages(stages)
    begin_log()
    for noisy in ("aiokafka", "kafka", "faust", "mode", "agents.runtimes.kafka"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    collect_rarely()
    check_streams(settings.kafka)
    work = Work(folder, TABLES[tables], standby, session)
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_store(settings.store))) if "alert" in chosen else None
        _run(_work(settings, chosen, work, store, recorded=recorded))


def _run(work: Coroutine[None, None, None]) -> None:
    """Run it, and leave: Faust's threads would keep a worker that failed from ever ending."""
    code = Exit.DONE
    try:
        asyncio.new_event_loop().run_until_complete(work)
    except PalovahtiError as error:
        complain(f"palovahti: {error}")
        code = Exit.CONFIGURATION if isinstance(error, BadConfiguration) else Exit.BROKEN
    except BaseException as error:  # noqa: BLE001 the outermost: a line, not a traceback, and an end
        complain(f"palovahti: the worker stopped ({type(error).__name__}: {error}); start it again")
        code = Exit.BROKEN
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _leave_soon() -> None:
    """Whatever hangs, a worker that was told to stop ends: what is not stored is read again."""
    watchdog = threading.Timer(DEADLINE_SECONDS, os._exit, (Exit.BROKEN,))
    watchdog.daemon = True
    watchdog.start()


async def _work(
    settings: Settings, stages: tuple[str, ...], work: Work, store: Store | None, *, recorded: bool
) -> None:
    stop = asyncio.Event()

    def end() -> None:
        _leave_soon()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    made = Worker(settings, stages, work, store=store, console=out(), recorded=recorded)
    await made.run(stop, lambda address: err().print(f"Works on {', '.join(stages)}. Probes: {address}"))


def _with_port(settings: Settings, port: int | None) -> Settings:
    if port is None:
        return settings
    return settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})

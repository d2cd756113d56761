"""The command line as one table. A command's module is loaded only when the command is asked for.

To add a command: write a function (or, for a group, a `typer.Typer`) in a file here, and a line in COMMANDS.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NamedTuple

import typer

from agents.cli.exits import MEANINGS, Exit
from agents.cli.ownership import check_packages
from agents.cli.screen import complain
from streams.errors import BadConfiguration, BrokenState, PalovahtiError, StoreUnreachable

NAME = "palovahti"
TRACEBACK = "PALOVAHTI_TRACEBACK"


class Command(NamedTuple):
    """A command of the table: where it stands ("module:function") and its line in --help."""

    target: str
    help: str
    panel: str


BEGIN, WATCH, HANDLE, TRY, MODEL = "Begin", "Watch", "Handle incidents", "Try and measure", "Sentiment model"
KAFKA = "On Kafka"
COMMANDS: dict[str, Command] = {
    "init": Command("setup:init", "Write a commented palovahti.yaml.", BEGIN),
    "check-config": Command(
        "setup:check_config", "Name every mistake with file, line, key and remedy.", BEGIN
    ),
    "readiness": Command("readiness:readiness", "Say what is missing before the storm.", BEGIN),
    "test-page": Command("trial:send_test", "Send a marked test through every receiver.", BEGIN),
    "run": Command("run:run", "Run the service on live feeds.", WATCH),
    "demo": Command("demo:demo", "Show the main job on a bundled recording, accelerated.", WATCH),
    "drill": Command("drill:app", "Practise on a synthetic storm; it reaches the drill roster only.", TRY),
    "replay": Command("replay:replay", "Say what would have paged in recorded mentions.", TRY),
    "backtest": Command("backtest:backtest", "Show what other budgets would have brought.", TRY),
    "series": Command("series:series", "Run the detector over a plain count series.", TRY),
    "incidents": Command("incidents:app", "List, show, acknowledge, resolve and export incidents.", HANDLE),
    "explain": Command("explain:explain", "Say why an incident fired, or why nothing did.", HANDLE),
    "quality": Command("quality:quality", "How good the pages were, by votes and budgets.", HANDLE),
    "digest": Command("digest:digest", "What people asked, proposed and praised; what waits.", HANDLE),
    "faq": Command("faq:app", "Check the FAQ: what to review, what people ask without an answer.", HANDLE),
    "moderation": Command("moderation:app", "The ledger of what was hidden, and by which rule.", HANDLE),
    "reply": Command("reply:app", "Check a draft reply by the rules R01 to R33.", HANDLE),
    "score": Command("score:score", "Tell how negative texts from standard input are.", TRY),
    "adapt": Command("sentiment:adapt_model", "Fit the sentiment model to your own labelled posts.", MODEL),
    "train-scorer": Command("sentiment:train_scorer", "Train the bundled sentiment model again.", MODEL),
    "worker": Command("worker:worker", "Run stages on Kafka, as one of any number of workers.", KAFKA),
    "streams": Command("streams:app", "Create, check and read the streams on Kafka.", KAFKA),
    "bench": Command("bench:app", "Measure the detector, or the sentiment model beside others.", TRY),
}

ABOUT = (
    "Fire watch for organisations: wakes the on-call communicator while a storm is still a spark.\n\n"
    "Start with: palovahti init, then palovahti check-config."
)
EPILOG = "Exit codes: " + "; ".join(f"{code.value} {text}" for code, text in MEANINGS.items()) + "."


def build(arguments: Sequence[str]) -> typer.Typer:
    """The application with the asked-for command loaded and all others as lines of --help."""
    app = typer.Typer(
        name=NAME, help=ABOUT, epilog=EPILOG, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_root)
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    for name, command in COMMANDS.items():
        target = _load(command.target) if name == wanted else _not_loaded
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=name, help=command.help, rich_help_panel=command.panel)
        else:
            about = None if name == wanted else command.help
            app.command(name, help=about, rich_help_panel=command.panel)(target)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code. Errors are one line each, never a traceback."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        check_packages()
        code = typer.main.get_command(build(words))(words, prog_name=NAME, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else Exit.DONE
    except SystemExit as stop:
        return _closed() if isinstance(stop.__context__, BrokenPipeError) else _code(stop)
    except BrokenPipeError:
        return _closed()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  the outermost: people get a line, not a traceback
        return _failed(error)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"{NAME} {version(NAME)}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_say_version),
    ] = False,
) -> None:
    """What stands before any command."""


def _load(target: str) -> Callable[..., Any] | typer.Typer:
    module, _, name = target.partition(":")
    loaded: Callable[..., Any] | typer.Typer = getattr(import_module(f"agents.cli.{module}"), name)
    return loaded


def _not_loaded() -> None:
    """Stands for a command in --help."""


def _failed(error: Exception) -> int:
    """Say what failed in one line (a configuration: a line a mistake); the exit code that goes with it."""
    if os.environ.get(TRACEBACK):
        raise error
    for line in _lines(error):
        complain(line)
    if hasattr(error, "format_message"):
        return int(getattr(error, "exit_code", Exit.USAGE))
    kinds: list[tuple[type[Exception], Exit]] = [
        (BadConfiguration, Exit.CONFIGURATION),
        (StoreUnreachable, Exit.INPUT),
        (BrokenState, Exit.BROKEN),
        (PalovahtiError, Exit.FOUND),
        (OSError, Exit.INPUT),
    ]
    return next((code for kind, code in kinds if isinstance(error, kind)), Exit.BROKEN)


def _lines(error: Exception) -> list[str]:
    if isinstance(error, BadConfiguration):
        return error.mistakes
    if hasattr(error, "format_message"):  # Typer's own, for a wrong use
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else NAME
        return [f"{path}: {' '.join(error.format_message().split())} See: {path} --help"]
    if isinstance(error, PalovahtiError):
        return [f"{NAME}: {error}"]
    if isinstance(error, OSError):
        return [f"{NAME}: {error.strerror or error}" + (f": {error.filename}" if error.filename else "")]
    kind = type(error).__name__
    text = f"a defect in Palovahti ({kind}: {error}); please report it, with what {TRACEBACK}=1 shows"
    return [f"{NAME}: {text}"]


def _code(stop: SystemExit) -> int:
    return stop.code if isinstance(stop.code, int) else Exit.DONE


def _closed() -> int:
    """The reader of our output went away: end quietly, and do not fail again when Python flushes."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    return Exit.CLOSED

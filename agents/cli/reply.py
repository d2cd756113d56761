"""`reply check`: a draft reply against the rules R01 to R33. Its exit codes are its own."""

from __future__ import annotations

import json
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from agents.cli.options import AsJson
from agents.cli.screen import out, say_json

if TYPE_CHECKING:
    from alerts.respond.rules import ReplyContext, Report


class Verdict(IntEnum):
    """How `reply check` ends; 2 is a usage error as everywhere."""

    CLEAN = 0
    WARNINGS = 1
    USAGE = 2
    BLOCKED = 3


CODES = (
    "Exit codes of reply check: 0 no finding; 1 warnings only; 2 wrong use: an unknown option, a file that "
    "cannot be read, no draft; 3 at least one finding blocks."
)
EXIT = {"clean": Verdict.CLEAN, "warnings": Verdict.WARNINGS, "blocked": Verdict.BLOCKED}

app = typer.Typer(no_args_is_help=True, epilog=CODES)


@app.callback()
def about() -> None:
    """Check a draft reply."""


@app.command("check", epilog=CODES)
def check_draft(
    lang: Annotated[Literal["fi", "sv", "en"], typer.Option(help="The draft's language.")],
    situation: Annotated[str | None, typer.Option(help="outage, recall, praise, ...")] = None,
    facts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Confirmed facts (YAML, JSON), as in palovahti.yaml."),
    ] = None,
    channel: Annotated[str | None, typer.Option(help="x, bluesky, mastodon, facebook, ...")] = None,
    context: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Order, venue, history ...: docs/schemas/reply_context.json."),
    ] = None,
    say_in: Annotated[
        Literal["fi", "sv", "en"] | None,
        typer.Option(help="Language of reasons; else that of --lang."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a draft reply from standard input and say which rules it breaks, why, and how to mend it."""
    from alerts.respond.rules import check  # noqa: PLC0415  slow to import; --help must be quick
    from streams.errors import BadRecord  # noqa: PLC0415  beside it

    given = _context(context, facts, {"situation": situation, "channel": channel})
    try:
        report = check(_draft(), lang, given, say_in=say_in)
    except BadRecord as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        _say(report)
    sys.stdout.flush()
    raise typer.Exit(EXIT[report.verdict])


def _draft() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace").removeprefix("\ufeff")


def _context(path: Path | None, facts: Path | None, options: dict[str, str | None]) -> ReplyContext:
    """The context of the file, with the options in place of what it says, and the facts of both."""
    from pydantic import ValidationError  # noqa: PLC0415  slow to import

    from alerts.respond.rules import ReplyContext  # noqa: PLC0415  slow to import
    from streams.clock import SystemClock  # noqa: PLC0415  beside it

    held = _file(path, "--context") if path else {}
    if not isinstance(held, dict):
        raise typer.BadParameter(f"--context {path}: must be an object")
    held = {**held, **{name: value for name, value in options.items() if value is not None}}
    held.setdefault("now", SystemClock().now())
    if facts:
        held["facts"] = [*(held.get("facts") or ()), *_statements(_file(facts, "--facts"), facts)]
    try:
        return ReplyContext.model_validate(held)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise typer.BadParameter(f"{where}: {first['msg']}") from None


def _file(path: Path, option: str) -> Any:
    """The content of a YAML or JSON file."""
    import yaml  # noqa: PLC0415  slow to import

    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:200]
        raise typer.BadParameter(f"{option} {path}: {reason}") from None


def _statements(content: Any, path: Path) -> list[Any]:
    """The facts of a file: a list, or under `facts`, or under `organisation.facts`."""
    if isinstance(content, dict):
        content = content.get("facts", (content.get("organisation") or {}).get("facts"))
    if content is None:
        content = []
    if not isinstance(content, list):
        raise typer.BadParameter(f"--facts {path}: must be a list of facts, or hold one under `facts`")
    return [str(fact) if isinstance(fact, int | float) else fact for fact in content]


def _say(report: Report) -> None:
    from alerts.neutral import plain  # noqa: PLC0415  only for people

    screen = out()
    if not report.findings:
        screen.print("no findings")
    for one in report.findings:
        place = f" {one.start}-{one.end} “{plain(one.text, 60)}”" if one.start is not None else ""
        colour = "red" if one.severity == "block" else "yellow"
        screen.print(f"{one.rule} {one.severity}{place}: {one.why}", style=colour, soft_wrap=True)
        screen.print(f"    {one.mend} [{one.evidence}]", soft_wrap=True)

"""`init` and `check-config`."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from agents.cli.exits import Exit
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import complain, out, say_json
from streams.errors import BadConfiguration

_LINE = re.compile(r"(?P<file>.*?):(?:(?P<line>\d+):)? (?:(?P<key>[\w.\[\]-]+): )?(?P<text>.*)", re.DOTALL)


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = DEFAULT_CONFIG,
    name: Annotated[str, typer.Option(help="Name of the organisation.")] = "Esimerkki Oy",
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic to watch; may be given several times.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented palovahti.yaml that works as it stands; exit code 1 where one is there already."""
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(template(name, topic or ["Esimerkki"]))
    except FileExistsError:
        complain(f"{path} is there already; name another path, or overwrite it with --force")
        raise typer.Exit(Exit.FOUND) from None
    out().print(
        f"Written to {path}. Name your topics and feeds in it, then: palovahti check-config -c {path}",
        soft_wrap=True,
    )


def template(name: str, topics: list[str]) -> str:
    """The commented configuration with these names in it."""
    text = files("agents.cli").joinpath("template.yaml").read_text(encoding="utf-8")
    entries = "\n".join(f"  - name: {_quoted(topic)}\n    terms: [{_quoted(topic)}]" for topic in topics)
    return text.replace("{{name}}", _quoted(name)).replace("{{topics}}", entries)


def check_config(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Read the configuration as a start would, and name every mistake; exit code 3 where there is one."""
    from alerts.respond.suggest import prepare  # noqa: PLC0415  slow to import

    try:
        settings = settings_of(config)
        prepare(settings.organisation)  # own playbooks are read as a start would read them
    except BadConfiguration as error:
        if not as_json:
            raise
        for mistake in error.mistakes:
            say_json(parts(mistake))
        raise typer.Exit(Exit.CONFIGURATION) from None
    counts = {
        "topics": len(settings.topics),
        "feeds": len(settings.feeds),
        "receivers": len(settings.receivers),
    }
    if as_json:
        say_json({"ok": True, **counts})
        return
    told = ", ".join(f"{number} {kind if number != 1 else kind[:-1]}" for kind, number in counts.items())
    out().print(f"{config} is in order: {told}.", soft_wrap=True)


def parts(mistake: str) -> dict[str, object]:
    """A mistake's line taken apart: file, line, key, text."""
    found = _LINE.fullmatch(mistake)
    if found is None:
        return {"ok": False, "file": None, "line": None, "key": None, "text": mistake}
    line = found["line"]
    return {
        "ok": False,
        "file": found["file"],
        "line": int(line) if line else None,
        "key": found["key"],
        "text": found["text"],
    }


def _quoted(text: str) -> str:
    """A text as YAML takes it, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)

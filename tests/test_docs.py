"""The documentation tells what is there: links, settings, metrics, commands, variables, tests, alerts."""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.util
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
import yaml

from agents.cli.app import COMMANDS, build

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SOURCES = sorted(
    path for name in ("streams", "alerts", "agents", "tests") for path in (ROOT / name).rglob("*.py")
)
STREAMS = sorted((ROOT / "streams").rglob("*.py"))

LINK = re.compile(r"(?<!\\)\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
VARIABLE = re.compile(r"PALOVAHTI_[A-Z_]*[A-Z]")
OURS_IN_EXAMPLES = {"PALOVAHTI_WEB_TOKEN"}  # a name that an example gives to somebody's own secret
GUARD = re.compile(r"tests/[\w/]+\.py(?:::(\w+))?")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def prose(text: str) -> str:
    """A page without its code."""
    return SPAN.sub("", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The places of a page that a link may name, as GitHub makes them of headings."""
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(path: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    broken = []
    for link in LINK.findall(prose(path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        target, _, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        if not there.exists():
            broken.append(f"{name(path)}: {link}: no such file")
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text(encoding="utf-8")):
            broken.append(f"{name(path)}: {link}: no such heading")
    return broken


def words_of(line: str) -> list[str] | None:
    """The words of a `palovahti` command line, up to a pipe or redirection; None for anything else."""
    line = re.sub(r"^\s*(\$ )?(.*/)?(?=palovahti\b)", "", line.strip())
    if not re.match(r"palovahti [a-z-]", line):
        return None
    words = shlex.split(line, comments=True)
    ends = [at for at, word in enumerate(words) if word in {"|", ">", "<", "&&", ";", "||"}]
    return words[1 : min(ends, default=len(words))]


def command_lines(text: str) -> Iterator[list[str]]:
    """Every `palovahti ...` in a page's code: lines of blocks, and spans in the running text."""
    blocks = [body for _, language, body in FENCE.findall(text) if language in {"", "sh", "bash", "console"}]
    lines = [line for body in blocks for line in body.replace("\\\n", " ").splitlines()]
    for line in [*lines, *SPAN.findall(FENCE.sub("", text))]:
        words = words_of(line.replace("\\|", "|"))
        if words is not None:
            yield words


@cache
def command(first: str) -> Any:
    """The real command, or group of commands; None if there is none."""
    root: Any = typer.main.get_command(build([first]))
    return root.commands.get(first)


def complaints(words: list[str]) -> Iterator[str]:
    """What a command line says that the real one does not know."""
    if words[0] in {"--help", "--version"}:
        return
    found = command(words[0])
    if found is None:
        yield f"there is no command {words[0]}"
        return
    rest = words[1:]
    while (inner := getattr(found, "commands", {})) and rest and not rest[0].startswith("-"):
        names = rest[0].split("|")  # `incidents ack|resolve ID` stands for both
        yield from (f"there is no {words[0]} {each}" for each in names if each not in inner)
        found, rest = inner.get(names[0]), rest[1:]
        if found is None:
            return
    known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in rest:
        option = word.partition("=")[0]
        if re.match(r"--?[A-Za-z]", option) and option not in {*known, "--help"}:
            yield f"{' '.join(words)}: there is no option {option}"


def reference() -> ModuleType:
    """docs/reference.py as a module."""
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variables_read(path: Path) -> set[str]:
    """Names of our environment variables in the strings of a source file."""
    constants = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    ]
    strings = [each.value for each in constants if isinstance(each.value, str)]
    return {found for text in strings for found in VARIABLE.findall(text)} - OURS_IN_EXAMPLES


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_line_is_one_that_the_program_knows(page: Path) -> None:
    lines = command_lines(page.read_text(encoding="utf-8"))
    assert [complaint for words in lines for complaint in complaints(words)] == []


def test_the_index_leads_to_every_page() -> None:
    """From docs/index.md, over any number of links."""
    reached, waiting = set[Path](), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(prose(page.read_text(encoding="utf-8"))))
        waiting += [there for link in links if link and (there := (page.parent / link).resolve()).is_file()]
    assert [name(page) for page in PAGES if page not in reached] == []


def test_every_command_stands_in_the_page_about_the_command_line() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert [each for each in COMMANDS if f"`{each}" not in text] == []


@pytest.mark.parametrize("page", ["settings.md", "metrics.md", "detection.md"])
def test_what_is_written_from_the_code_is_up_to_date(page: str) -> None:
    """Out of date? Run `python docs/reference.py`."""
    assert (DOCS / page).read_text(encoding="utf-8") == reference().PAGES[page]()


def test_every_setting_is_explained_and_no_sentence_is_left_over() -> None:
    pages = reference()
    found = [setting for _, section in pages.settings() for setting in section]
    assert [setting.place for setting in found if not setting.sentence] == []
    general = {f"{setting.place.partition('.')[0]}.{setting.name}" for setting in found}
    assert set(pages.SENTENCES) - {setting.place for setting in found} - general == set()


def test_every_environment_variable_that_is_read_is_documented() -> None:
    listed = set(VARIABLE.findall((DOCS / "settings.md").read_text(encoding="utf-8")))
    sources = [path for path in SOURCES if path != Path(__file__)]
    assert set().union(*map(variables_read, sources)) == listed


def test_every_guard_of_an_invariant_exists() -> None:
    text = (DOCS / "invariants.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "guarded by" not in line]
    assert [row for row in rows if not GUARD.search(row)] == []
    for guard in GUARD.finditer(text):
        source = (ROOT / guard[0].partition("::")[0]).read_text(encoding="utf-8")
        assert guard[1] is None or f"def {guard[1]}(" in source, guard[0]


def test_every_alert_of_prometheus_has_its_runbook() -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8"))
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    text = (DOCS / "runbooks/README.md").read_text(encoding="utf-8")
    assert [alert for alert in alerts if f"`{alert}`" not in text] == []


def test_the_picture_is_a_picture() -> None:
    assert ET.parse(DOCS / "images/detection.svg").getroot().tag.endswith("svg")  # our own file


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_two_commands_of_the_readme_are_targets(target: str) -> None:
    assert f"make {target}" in (ROOT / "README.md").read_text(encoding="utf-8")
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", STREAMS, ids=name)
def test_examples_in_docstrings_are_true(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_statistics_have_examples() -> None:
    """So that the test above cannot pass by finding none."""
    without = [
        name(path)
        for path in (ROOT / "streams/statistics").glob("*.py")
        if path.name != "__init__.py" and ">>>" not in path.read_text(encoding="utf-8")
    ]
    assert without == []


def test_the_checks_see_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n[a](gone.md) [b](page.md#two) [c](#one) [d](https://example.org)\n`[e](code.md)`\n"
    )
    assert broken_links(page) == [
        "page.md: gone.md: no such file",
        "page.md: page.md#two: no such heading",
    ]
    block = "```sh\n.venv/bin/palovahti init --gone x | cat --not-ours\n```\n"
    text = f"`palovahti fly`\n{block}`palovahti incidents eat ID`"
    told = [complaint for words in command_lines(text) for complaint in complaints(words)]
    assert told == [
        "init --gone x: there is no option --gone",
        "there is no command fly",
        "there is no incidents eat",
    ]
    source = tmp_path / "source.py"
    source.write_text('import os\nx = os.environ.get("PALOVAHTI_" "NEW")\n')
    assert variables_read(source) == {"PALOVAHTI_NEW"}


def test_python_is_the_one_that_the_readme_asks_for() -> None:
    assert "Python 3.11" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert sys.version_info >= (3, 11)

"""The rules of architecture.md and house-style.md that a machine can check, over the whole source tree."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("streams", "alerts", "agents")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FUNCTION = 45
CLOCK = ROOT / "streams" / "clock.py"
COMMANDS = ROOT / "agents" / "cli"
CLOCK_READS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "monotonic", "monotonic_ns", "perf_counter", "ctime"},
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def clock_reads(path: Path) -> list[str]:
    """Where a file asks the machine for the time; a command may take the length of its own run."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            is_stopwatch = node.attr == "perf_counter" and COMMANDS in path.parents
            if node.attr in CLOCK_READS.get(owner, ()) and not is_stopwatch:
                found.append(f"{name(path)}:{node.lineno}: {owner}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            taken = {alias.name for alias in node.names} & CLOCK_READS["time"]
            found += [f"{name(path)}:{node.lineno}: from time import {each}" for each in sorted(taken)]
    return found


def long_functions(path: Path) -> list[str]:
    """Functions that nobody reads in one look; the docstring does not count."""
    found = []
    for node in nodes(path):
        if isinstance(node, Function):
            docstring = node.body[0] if ast.get_docstring(node) else None
            spoken = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
            length = (node.end_lineno or 0) - node.lineno + 1 - spoken
            if length > LONGEST_FUNCTION:
                found.append(f"{name(path)}:{node.lineno}: {node.name} has {length} lines")
    return found


def stubs(path: Path) -> list[str]:
    """Promises instead of code."""
    return [
        f"{name(path)}:{node.lineno}: NotImplementedError"
        for node in nodes(path)
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
    ]


def test_imports_point_downwards_and_pure_modules_move_no_data() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists() and shutil.which("lint-imports") is None:
        pytest.skip("import-linter is not installed (pip install -e .[lint])")
    command = [str(program) if program.exists() else "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", [clock_reads, long_functions, stubs], ids=lambda rule: rule.__name__)
def test_no_file_breaks_the_rule(rule: object) -> None:
    """Only streams/clock.py reads the clock; no function over 45 lines; no stub."""
    assert callable(rule)
    exempt = {CLOCK} if rule is clock_reads else set()
    assert [line for path in SOURCES if path not in exempt for line in rule(path)] == []


def test_the_rules_see_a_breach(tmp_path: Path) -> None:
    breach = tmp_path / "breach.py"
    long_one = "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION
    clock = "import datetime\nfrom time import time\nnow = datetime.datetime.now()\n"
    breach.write_text(clock + long_one + "def g():\n    raise NotImplementedError\n")
    assert clock_reads(breach) == ["breach.py:2: from time import time", "breach.py:3: datetime.now"]
    assert long_functions(breach) == ["breach.py:4: f has 46 lines"]
    assert stubs(breach) == ["breach.py:51: NotImplementedError"]

"""Progress of long work, on standard error and only where that is a terminal."""

from __future__ import annotations

import sys

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from agents.cli.screen import err


def progress(unit: str) -> Progress:
    """A bar that vanishes when the work is done; give its tasks a description.

    What is printed to a terminal meanwhile goes above it; to a file or pipe it goes untouched.
    """
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TextColumn("{task.completed:,.0f} " + unit),
        TimeElapsedColumn(),
        console=err(),
        transient=True,
        disable=not sys.stderr.isatty(),
        redirect_stdout=sys.stdout.isatty(),
    )

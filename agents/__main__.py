"""`python -m agents` and the command `palovahti`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from agents.cli.app import main as run  # noqa: PLC0415  so that a second import of this module costs nothing

    sys.exit(run())


if __name__ == "__main__":
    main()

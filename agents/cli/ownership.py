"""Whether streams, agents and alerts are ours alone.

The names are plain. Another distribution with a package of such a name (openai-agents, for one) silently
overwrites files when it is installed beside us, and `pip check` does not notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

from streams.errors import BadConfiguration

PACKAGES = ("streams", "agents", "alerts")
DISTRIBUTION = "palovahti"
REMEDY = "give Palovahti an environment of its own: python3 -m venv .venv && .venv/bin/pip install ."


def check_packages() -> None:
    """Raise `BadConfiguration` where one of our package names belongs to somebody else, or to two."""
    origins = {name: spec.origin for name in PACKAGES if (spec := find_spec(name)) and spec.origin}
    mistakes = foreign_folders(origins, Path(__file__).parents[2]) + foreign_owners(distributions())
    if mistakes:
        raise BadConfiguration(mistakes)


def foreign_folders(origins: Mapping[str, str], home: Path) -> list[str]:
    """Packages that Python finds elsewhere than in our own folder, in plain words."""
    return [
        f"the package {name} is found at {origins.get(name, 'nowhere')}, not in {home / name}; {REMEDY}"
        for name in PACKAGES
        if Path(origins.get(name, "")).parent != home / name
    ]


def foreign_owners(installed: Iterable[Distribution]) -> list[str]:
    """Installed distributions other than ours that hold a package of our names, in plain words."""
    mistakes = []
    for each in installed:
        record = "\n" + (each.read_text("RECORD") or "")
        held = [name for name in PACKAGES if f"\n{name}/__init__.py," in record]
        if held and each.name.lower() != DISTRIBUTION:
            mistakes.append(f"{each.name} also installs the package {' and '.join(held)}; {REMEDY}")
    return mistakes

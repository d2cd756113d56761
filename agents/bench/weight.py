"""What a thing weighs in memory: itself and all that it holds."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable


def size(thing: object, seen: set[int]) -> int:
    """Bytes of a thing and all it holds, each object once; what is `seen` (by `id`) is left out."""
    total, stack = 0, [thing]
    while stack:
        one = stack.pop()
        if id(one) not in seen:
            seen.add(id(one))
            total += sys.getsizeof(one)
            stack.extend(_held(one))
    return total


def _held(one: object) -> Iterable[object]:
    if isinstance(one, dict):
        return [*one.keys(), *one.values()]
    if isinstance(one, list | tuple | set | frozenset):
        return one
    if isinstance(one, array):
        return ()
    kind = type(one)
    names = getattr(kind, "__struct_fields__", getattr(kind, "__slots__", ()))
    return [getattr(one, name) for name in names if hasattr(one, name)]

"""Safety words: posts that say somebody was hurt, something burns, poisons or leaks."""

CLASSES = ("injury", "fire", "poison", "data_leak", "child")
"""Of harm; the last one: any harm in a sentence that names a child."""

Own = tuple[tuple[str, str], ...]
"""A topic's own entries: (class, entry)."""

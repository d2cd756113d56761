"""`python -m agents.demo` writes the recorded stream anew from the script."""

from __future__ import annotations

import sys

from agents.demo import STREAM, generate
from agents.demo.recording import record

if __name__ == "__main__":
    count = record(generate())
    sys.stdout.write(f"{STREAM}: {count} lines, {STREAM.stat().st_size / 1e6:.2f} MB\n")

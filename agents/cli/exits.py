"""Exit codes, the same for every command. Written down in docs/cli.md and at the end of --help."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended; 0 is done as asked."""

    DONE = 0
    FOUND = 1
    USAGE = 2
    CONFIGURATION = 3
    INPUT = 4
    BROKEN = 5
    INTERRUPTED = 130
    CLOSED = 141


MEANINGS = {
    Exit.DONE: "done as asked",
    Exit.FOUND: "the answer is no: nothing found, refused, or a receiver did not accept the test",
    Exit.USAGE: "unknown command or option, or a value that makes no sense",
    Exit.CONFIGURATION: "mistakes in the configuration, or a spoilt installation",
    Exit.INPUT: "a file or address cannot be read or written",
    Exit.BROKEN: "our own fault: the store is damaged, or a defect of Palovahti",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
    Exit.CLOSED: "the reader of the output went away",
}

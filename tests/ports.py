"""Ports for servers that bind a while after they are given one."""

from __future__ import annotations

import random
import socket

CHOICE = range(20_000, 32_000)
"""Below those that the system gives to outgoing connections (from 32768): none of them takes it meanwhile."""


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody listens."""
    while True:
        port = random.choice(CHOICE)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port

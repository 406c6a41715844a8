"""How much the overload tests do: a slice in ./test e2e, the large numbers in ./test --overload."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many of each there are."""

    connections: int
    tls_connections: int
    messages: int

    @property
    def is_large(self) -> bool:
        """Then figures that take a while to measure are measured, too."""
        return self.messages >= 500_000


def size_from_environment() -> Size:
    def number(name: str, otherwise: int) -> int:
        return int(os.environ.get(f"POSTERN_OVERLOAD_{name}", otherwise))

    connections = number("CONNECTIONS", 1000)
    return Size(
        connections=connections,
        tls_connections=number("TLS_CONNECTIONS", connections // 5),
        # More than delivery holds in memory at once, also in the slice.
        messages=number("MESSAGES", 30_000),
    )

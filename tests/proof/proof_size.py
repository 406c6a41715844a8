"""How much the fault harness does: a slice in ./test e2e, a lot in ./test --proof."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much is tried, and from which seed."""

    kills: int
    images: int
    seed: int


def size_from_environment() -> Size:
    def number(name: str, otherwise: int) -> int:
        return int(os.environ.get(f"POSTERN_PROOF_{name}", otherwise))

    return Size(kills=number("KILLS", 12), images=number("IMAGES", 16), seed=number("SEED", 1))

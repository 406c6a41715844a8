"""What every end-to-end test may use: a practice world, and gateways beside it.

The folders below have a conftest.py each with the same module name, so nothing is imported from
here; helpers stand in modules with names of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.client import World  # noqa: E402
from lab.gateway import Gateway  # noqa: E402


@pytest.fixture(scope="session")
def practice_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The whole practice world, for tests that do not change it."""
    with World.start(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def gateway_factory(tmp_path: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts gateways (`Gateway.start` without its directory) and ends them after the test."""
    with ExitStack() as running:
        count = 0

        def start(world: World, **settings: Any) -> Gateway:
            nonlocal count
            count += 1
            return running.enter_context(Gateway.start(tmp_path / f"gateway{count}", world, **settings))

        yield start

"""The fault harness: one practice world for all, and a place for a gateway in each test.

How much it does comes from the environment (./test --proof sets it): POSTERN_PROOF_KILLS,
POSTERN_PROOF_IMAGES and POSTERN_PROOF_SEED. Without them it is a slice of about two minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab.client import World  # noqa: E402
from proof_faults import build_layer  # noqa: E402
from proof_place import Place  # noqa: E402
from proof_size import Size, size_from_environment  # noqa: E402


@pytest.fixture(scope="session")
def size() -> Size:
    chosen = size_from_environment()
    print(f"\nseed {chosen.seed}: {chosen.kills} kills, {chosen.images} crash images")
    return chosen


@pytest.fixture(scope="session")
def quiet_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Certificates and a resolver; the mail of these tests goes to servers of their own."""
    with World.start(tmp_path_factory.mktemp("world"), only=("trusted",)) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, quiet_world: World) -> Iterator[Place]:
    with Place(tmp_path / "gateway", quiet_world) as ready:
        yield ready


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recording and failing layer between the program and libc."""
    return build_layer(tmp_path_factory.mktemp("layer"))

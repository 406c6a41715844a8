"""Overload: practice worlds, a place for a gateway in each test, and numbers from the environment.

./test --overload sets them large: POSTERN_OVERLOAD_CONNECTIONS, POSTERN_OVERLOAD_TLS_CONNECTIONS and
POSTERN_OVERLOAD_MESSAGES. Without them it is a slice of about two minutes. What is measured is
printed (pytest -s) and never judged by the clock on the wall, as the machine may be shared.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "proof"))  # its clients and next hops

from lab.client import World  # noqa: E402
from overload_clock import build_clock  # noqa: E402
from overload_mail import Hop  # noqa: E402
from overload_post import Post, filler  # noqa: E402
from overload_size import Size, size_from_environment  # noqa: E402


@pytest.fixture(scope="session")
def size() -> Size:
    return size_from_environment()


@pytest.fixture(scope="session", autouse=True)
def many_descriptors() -> None:
    """For the crowds, which are in this process; the gateway sees to its own."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Certificates, a resolver, and partners that cannot be reached."""
    wanted = ("trusted", "refused", "unreachable", "dane", "sts-enforce")
    with World.start(tmp_path_factory.mktemp("world"), only=wanted) as running:
        yield running


@pytest.fixture
def make_post(tmp_path: Path, world: World) -> Iterator[Callable[..., Post]]:
    """A place for a gateway of this world, with `changes` to its settings; its process ends with the test."""
    with ExitStack() as posts:

        def make(changes: dict[str, dict[str, Any]] | None = None) -> Post:
            return posts.enter_context(Post(tmp_path / "gateway", world, changes or {}))

        yield make


@pytest.fixture
def make_hop() -> Iterator[Callable[..., Hop]]:
    """Next hops, which are closed after the test."""
    with ExitStack() as hops:
        yield lambda serves=True: hops.enter_context(Hop(serves))


@pytest.fixture(scope="session")
def fill_queue() -> Path:
    """The program that fills queues: `ninja -C build/release fill_queue`, which ./test does."""
    program = filler()
    assert program.exists(), f"{program} is not built"
    return program


@pytest.fixture(scope="session")
def clock_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_clock(tmp_path_factory.mktemp("clock"))

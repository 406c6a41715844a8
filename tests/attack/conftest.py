"""One practice world and one gateway for all attacks on receipt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from attack_wire import Wire  # noqa: E402
from evil_world import EvilWorld  # noqa: E402
from lab.client import World  # noqa: E402
from lab.gateway import Gateway  # noqa: E402

LISTENERS = [
    {"name": "world", "address": "127.0.0.1:0", "role": "world"},
    {"name": "world-tls", "address": "127.0.0.1:0", "role": "world", "tls": "implicit"},
    {"name": "balanced", "address": "127.0.0.1:0", "role": "world", "proxy_from": ["127.0.0.0/8"]},
    {"name": "internal", "address": "127.0.0.1:0", "role": "internal"},
    {"name": "internal-tls", "address": "127.0.0.1:0", "role": "internal", "tls": "implicit"},
    {
        "name": "old",
        "address": "127.0.0.1:0",
        "role": "internal",
        "normalise_line_ends": True,
    },
]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=("trusted",)) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    limits = {"message": "1MiB", "header": "64KiB", "errors": 20, "idle": "2s"}
    directory = tmp_path_factory.mktemp("gateway")
    with Gateway.start(directory, world, {"limits": limits}, LISTENERS) as running:
        yield running


@pytest.fixture(scope="session")
def domain(world: World) -> str:
    """An internal domain: mail for it is taken from the world."""
    return str(world.facts["internal"][0]["domain"])


@pytest.fixture
def connect(gateway: Gateway) -> Iterator[Callable[[str], Wire]]:
    """Connects to a listener by name; closes the connections at the end of the test."""
    opened: list[Wire] = []

    def open_one(listener: str = "world") -> Wire:
        place = gateway.listeners[listener]
        wire = Wire(place.address, place.port)
        opened.append(wire)
        return wire

    yield open_one
    for wire in opened:
        wire.close()


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvilWorld]:
    """A gateway whose partners are the attacker's, for the attacks of one file."""
    with World.start(tmp_path_factory.mktemp("evil-world"), only=("trusted",), spare=200) as running:
        attacked = EvilWorld(running, tmp_path_factory.mktemp("evil"))
        with attacked.gateway:
            yield attacked


@pytest.fixture
def connect_evil(evil: EvilWorld) -> Iterator[Callable[[str], Wire]]:
    """As `connect`, to the gateway of `evil`."""
    opened: list[Wire] = []

    def open_one(listener: str) -> Wire:
        place = evil.gateway.listeners[listener]
        opened.append(Wire(place.address, place.port))
        return opened[-1]

    yield open_one
    for wire in opened:
        wire.close()

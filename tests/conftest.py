"""What every end-to-end test may use: a practice world, and gateways beside it.

The folders below have a conftest.py each with the same module name, so nothing is imported from
here; helpers stand in modules with names of their own.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.client import World  # noqa: E402
from lab.gateway import Gateway  # noqa: E402


def searches_for_a_way_out() -> dict[str, int]:
    """How often anybody here has looked for a route to another machine and found none: the kernel counts it."""
    names, values = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return {"IPv4": int(dict(zip(names, values))["OutNoRoutes"]), "IPv6": int(six["Ip6OutNoRoutes"])}


class Outside:
    """The world outside this machine, which no test may look for."""

    def __init__(self) -> None:
        # ./test e2e makes a network without any route; elsewhere nothing can be told from counters.
        self.cut_off = not Path("/proc/net/route").read_text().splitlines()[1:]
        self._seen = searches_for_a_way_out()

    def sought(self) -> set[str]:
        """By which protocol it was since the last time, by whatever process of this network."""
        before, self._seen = self._seen, searches_for_a_way_out()
        return {name for name, count in self._seen.items() if self.cut_off and count != before[name]}


@pytest.fixture(scope="session")
def outside() -> Outside:
    return Outside()


@pytest.fixture(autouse=True)
def stays_on_this_machine(outside: Outside) -> Iterator[None]:
    """Fails a test in which anything tried to reach a host that is not this one."""
    yield
    assert not outside.sought(), "something tried to reach a host outside this machine"


@pytest.fixture(scope="session")
def trusting() -> ssl.SSLContext:
    """TLS with any certificate: who attacks does not care."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


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

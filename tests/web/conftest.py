"""What differs where a browser is one of the processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def stays_on_this_machine(outside: Any) -> Iterator[None]:
    """Fails a test in which anything tried to reach another host by IPv4.

    Before its first connection, Chromium asks the kernel for a route to an IPv6 address, to learn
    whether there is IPv6; it sends nothing, and no switch keeps it from that. What its pages ask for is
    watched by browser.mjs.
    """
    yield
    assert "IPv4" not in outside.sought(), "something tried to reach a host outside this machine"

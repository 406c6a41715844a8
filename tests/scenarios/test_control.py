"""The control socket and the HTTP address, as clients meet them that misbehave."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.client import World
from lab.gateway import Gateway


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with World.start(tmp_path / "world", only=("trusted",)) as world:
        with Gateway.start(tmp_path / "gateway", world) as running:
            yield running


def test_a_client_that_hangs_up_without_a_word_harms_nobody(gateway: Gateway) -> None:
    host, port = gateway.http.rsplit(":", 1)
    for _ in range(3):
        socket.create_connection((host, int(port)), timeout=10).close()
    assert gateway.json("status")["ready"] is True

"""One practice world for all tests here, and a small one for a test that changes things."""

from __future__ import annotations

import shutil
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab.client import World  # noqa: E402
from lab_helpers import Connect  # noqa: E402


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A small world for a test that changes things."""
    with World.start(tmp_path, only=("trusted", "several-mx", "null-mx", "unsigned")) as running:
        yield running


@pytest.fixture
def smtp() -> Iterator[Connect]:
    """Opens smtplib connections and closes them at the end of the test."""
    opened: list[smtplib.SMTP] = []

    def connect(server: dict[str, Any], timeout: float = 5) -> smtplib.SMTP:
        client = smtplib.SMTP(local_hostname="client.example", timeout=timeout)
        opened.append(client)
        code, text = client.connect(server["address"], server["port"])
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        client._host = server["host"]  # type: ignore[attr-defined]  # starttls asks for it
        return client

    yield connect
    for client in opened:
        client.close()


@pytest.fixture(scope="session")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, list[str]]]:
    """Asks libunbound, as the gateway does: {"name/type": [rcode, security, count, why]}."""
    program = tmp_path_factory.mktemp("validate") / "validate"
    compiler = shutil.which("cc") or "clang-19"
    source = Path(__file__).with_name("validate.c")
    subprocess.run([compiler, "-Wall", "-o", program, source, "-lunbound"], check=True)

    def ask(world: World, *questions: str) -> dict[str, list[str]]:
        port = str(world.facts["resolver"]["port"])
        command = [str(program), port, world.facts["trust_anchor"], *questions]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines = [line.split(" ", 4) for line in out.splitlines()]
        return {question: line[1:] for question, line in zip(questions, lines, strict=True)}

    return ask

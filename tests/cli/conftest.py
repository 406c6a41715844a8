"""One program, and records of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_helpers import Cli, find_program


@pytest.fixture(scope="session")
def program() -> Path:
    return find_program()


@pytest.fixture
def cli(program: Path, tmp_path: Path) -> Cli:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    return Cli(program, data_dir)

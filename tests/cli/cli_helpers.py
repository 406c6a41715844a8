"""The real program, run as an administrator runs it, on records of its own."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def find_program() -> Path:
    """POSTERN if it is set, else the build that was made last."""
    if chosen := os.environ.get("POSTERN"):
        return Path(chosen)
    built = [ROOT / "build" / preset / "postern" for preset in ("release", "asan", "debug")]
    existing = [program for program in built if program.exists()]
    if not existing:
        pytest.exit("There is no postern program; build one: cmake --build --preset release", 1)
    return max(existing, key=lambda program: program.stat().st_mtime)


@dataclass
class Cli:
    program: Path
    data_dir: Path

    def __call__(self, *words: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs one command; the exit code must be the one expected."""
        done = subprocess.run(
            [self.program, "--data-dir", self.data_dir, *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str, stdin: str = "", code: int = 0) -> Any:
        return json.loads(self(*words, "--json", stdin=stdin, code=code).stdout)

"""Builds the layer of faults.c and tells it, while the program runs, what should fail."""

from __future__ import annotations

import errno
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from lab.layer import compiled
from proof_log import read_log
from proof_place import Place

_HERE = Path(__file__).resolve().parent
_RULE = struct.Struct("<IIiiiII36s")
_PAGE = 4096

WRITE, SYNC, ALLOCATE, CREATE, READ, SPACE = 1, 2, 4, 8, 16, 32
FOR_EVER = -1


@dataclass(frozen=True)
class Rule:
    """Calls of these kinds on paths that contain `match` fail, or are slow."""

    operations: int
    match: str
    error: int = 0
    times: int = FOR_EVER
    skip: int = 0
    delay_ms: int = 0

    @property
    def says(self) -> str:
        return f"{errno.errorcode.get(self.error, 'slow')} on {self.match} ({self.operations})"


def build_layer(folder: Path) -> Path:
    return compiled(_HERE / "faults.c", folder)


class Faults:
    """The rules of one place, and its log if it has one."""

    def __init__(self, library: Path, place: Place, record: bool = False) -> None:
        self._path = place.directory / "rules"
        self._path.write_bytes(bytes(_PAGE))
        self.log = place.directory / "changes"
        with self._path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _PAGE)
        environment = {
            "LD_PRELOAD": str(library),
            "POSTERN_FAULTS_UNDER": str(place.data),
            "POSTERN_FAULTS_RULES": str(self._path),
        }
        if record:
            environment["POSTERN_FAULTS_LOG"] = str(self.log)
        place.set_environment(environment)

    def set(self, *rules: Rule) -> None:
        """These rules, and no others, from now on."""
        self._map[:] = bytes(_PAGE)
        for at, rule in enumerate(rules):
            packed = _RULE.pack(
                0,
                rule.operations,
                rule.error,
                rule.skip,
                rule.times,
                rule.delay_ms * 1000,
                0,
                rule.match.encode(),
            )
            self._map[at * _RULE.size : (at + 1) * _RULE.size] = packed
            self._map[at * _RULE.size] = 1  # in force once it is whole

    def hits(self) -> int:
        """How often the rules applied since they were set."""
        return sum(int(_RULE.unpack_from(self._map, at * _RULE.size)[6]) for at in range(8))

    def forget_what_was_cut(self) -> None:
        """Takes the half entry away that a killed process may have left at the end of the log."""
        whole = max((entry.end for entry in read_log(self.log)), default=0)
        with self.log.open("r+b") as file:
            file.truncate(whole)

    def position(self) -> int:
        """Where the log stands."""
        return self.log.stat().st_size if self.log.exists() else 0

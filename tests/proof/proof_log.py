"""Reads the log of faults.c, and knows of every moment what was on disk for certain and what was not.

The model of the disk is the worst that POSIX allows:
- bytes and lengths are certain once an fsync of the file that began after them has ended well;
- a name made or removed is certain once its folder was synced after that;
- after an fsync that failed, what it should have written may be lost for ever: no later fsync helps.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

_ENTRY = struct.Struct("<4sIIIQQ")
SECTOR = 512


class What(IntEnum):
    """As in faults.c."""

    NAME = 0
    WRITE = 1
    SIZE = 2
    SYNC = 3
    SYNC_FOLDER = 4
    REMOVE = 5
    RENAME = 6
    SAID = 7
    ALLOCATE = 8


@dataclass(frozen=True)
class Entry:
    """One line of the log; `at` is where it begins, `end` where the next does."""

    at: int
    end: int
    what: What
    file: int
    number: int
    error: int
    data: bytes


def read_log(path: Path) -> Iterator[Entry]:
    """All whole entries: a killed process may have left the last one in part."""
    raw = path.read_bytes()
    at = 0
    while at + _ENTRY.size <= len(raw):
        magic, what, length, error, file, number = _ENTRY.unpack_from(raw, at)
        assert magic == b"PFL1", f"no entry at {at}"
        end = at + _ENTRY.size + length
        if end > len(raw):
            return
        yield Entry(at, end, What(what), file, number, error, raw[at + _ENTRY.size : end])
        at = end


@dataclass
class Change:
    """Something that may or may not have reached the disk."""

    at: int  # in the log
    what: What
    number: int
    data: bytes

    def pieces(self) -> list["Change"]:
        """By sector, as far as a disk can tear it."""
        if self.what is not What.WRITE:
            return [self]
        found, start, end = [], self.number, self.number + len(self.data)
        while start < end:
            stop = min(end, (start // SECTOR + 1) * SECTOR)
            found.append(
                Change(self.at, self.what, start, self.data[start - self.number : stop - self.number])
            )
            start = stop
        return found


def apply(content: bytearray, change: Change) -> None:
    if change.what is What.SIZE:
        del content[change.number :]
    wanted = change.number + len(change.data)
    if len(content) < wanted:
        content.extend(bytes(wanted - len(content)))
    if change.what is What.WRITE:
        content[change.number : wanted] = change.data


@dataclass
class File:
    """What is certain, and what is not, in order."""

    inode: int = 0
    certain: bytearray = field(default_factory=bytearray)
    unsure: list[Change] = field(default_factory=list)


class Disk:
    """The state of everything below one folder, moved forward entry by entry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[int, File] = {}  # by inode, as they are now
        # Names keep hold of the file itself: one that was removed leaves its inode to another file, and
        # while the removal is unsure may still be found, with the content that it had.
        self.names: dict[str, File] = {}  # certain ones
        self.unsure_names: list[tuple[str, File | None]] = []  # None: removed
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.endswith("-shm"):
                inode = path.stat().st_ino
                self.names[str(path)] = self.files[inode] = File(inode, bytearray(path.read_bytes()))

    def learn(self, entry: Entry) -> None:
        if entry.what in (What.WRITE, What.SIZE, What.ALLOCATE):
            file = self._file(entry.file)
            file.unsure.append(Change(entry.at, entry.what, entry.number, entry.data))
        elif entry.what is What.SYNC:
            self._sync(self._file(entry.file), entry)
        elif entry.what is What.SYNC_FOLDER:
            self._sync_names(entry)
        elif entry.what in (What.NAME, What.RENAME):
            if entry.what is What.NAME:
                self.files[entry.file] = File(entry.file)
            self.unsure_names.append((entry.data.decode(), self._file(entry.file)))
        elif entry.what is What.REMOVE:
            self.unsure_names.append((entry.data.decode(), None))

    def _file(self, inode: int) -> File:
        return self.files.setdefault(inode, File(inode))

    @staticmethod
    def _sync(file: File, entry: Entry) -> None:
        before = [change for change in file.unsure if change.at < entry.number]
        file.unsure = file.unsure[len(before) :]
        if entry.error:
            return  # lost: the kernel has dropped it, and forgotten that it did
        for change in before:
            apply(file.certain, change)

    def _sync_names(self, entry: Entry) -> None:
        folder, rest = entry.data.decode(), []
        for path, file in self.unsure_names:
            if entry.error or str(Path(path).parent) != folder:
                rest.append((path, file))
            elif file is None:
                self.names.pop(path, None)
            else:
                self.names[path] = file
        self.unsure_names = rest

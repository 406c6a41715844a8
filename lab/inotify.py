"""Waiting for files: the kernel says when something happens in a folder, so nobody has to look by the clock."""

from __future__ import annotations

import ctypes
import os
import select
from pathlib import Path
from types import TracebackType

WRITTEN = 0x2 | 0x100  # modified, created


class Arrivals:
    """inotify on a folder: something was written, created or renamed in it."""

    _libc = ctypes.CDLL(None, use_errno=True)
    _EVENTS = 0x8 | 0x80 | 0x100  # close after writing, moved to, created

    def __init__(self, *folders: Path, events: int = _EVENTS) -> None:
        self._fd = self._libc.inotify_init1(0)
        for folder in folders:
            if self._libc.inotify_add_watch(self._fd, str(folder).encode(), events) < 0:
                raise OSError(ctypes.get_errno(), f"inotify on {folder}")

    def wait(self, seconds: float) -> bool:
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        os.read(self._fd, 65536)
        return True

    def __enter__(self) -> "Arrivals":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

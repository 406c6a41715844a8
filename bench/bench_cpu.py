"""What a tree of processes has used of the processors, those that have ended included.

A server that makes a process for each message leaves nothing behind in /proc: whoever adds up what runs
misses most of it, and a parent that ignores its children's end is told nothing of them either. A control
group counts all that ever ran in it. Its making needs root, and a /sys/fs/cgroup that can be written.
"""

from __future__ import annotations

import itertools
import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path

# With version 2 alone, and with both.
_HIERARCHIES = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
_numbers = itertools.count(1)


class Processes:
    """A control group of version 2; OSError where none can be made. close() ends what is left in it."""

    def __init__(self) -> None:
        base = next((one for one in _HIERARCHIES if (one / "cgroup.controllers").exists()), None)
        if base is None:
            raise FileNotFoundError("no control groups of version 2 are mounted")
        self._folder = base / f"postern-bench-{os.getpid()}-{next(_numbers)}"
        self._folder.mkdir()

    def add(self, pid: int) -> None:
        """With all that it will start from now on."""
        (self._folder / "cgroup.procs").write_text(str(pid))

    def seconds(self) -> float:
        """Of all processors together, since the first came in."""
        lines = (self._folder / "cpu.stat").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("usage_usec ")) / 1e6

    def __iter__(self) -> Iterator[int]:
        """Those that run now."""
        return iter([int(line) for line in (self._folder / "cgroup.procs").read_text().split()])

    def close(self) -> None:
        for pid in self:
            try:
                end = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            signal.pidfd_send_signal(end, signal.SIGKILL)
            select.select([end], [], [], 10)
            os.close(end)
        self._folder.rmdir()


def can_be_counted() -> bool:
    """Whether this machine lets us."""
    try:
        Processes().close()
    except OSError:
        return False
    return True

"""Sets the time of day of a running gateway, by the layer of clock.c."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from lab.layer import compiled
from overload_post import Post

_HERE = Path(__file__).resolve().parent


def build_clock(folder: Path) -> Path:
    return compiled(_HERE / "clock.c", folder)


class Clock:
    """The time of day of one post's gateway."""

    def __init__(self, library: Path, post: Post) -> None:
        path = post.directory / "clock-offset"
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)
        post.set_environment({"LD_PRELOAD": str(library), "POSTERN_CLOCK_OFFSET": str(path)})

    def set(self, hours: float) -> None:
        """So many hours from the true time, forward or back."""
        self._map[:] = struct.pack("q", int(hours * 3600))

"""Makes crash images: folders as they may look when the power fails at one moment of a recorded run."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from proof_log import Change, Disk, File, apply

Choose = Callable[[list[Change], random.Random], list[Change]]


def kept(changes: list[Change], chance: random.Random) -> list[Change]:
    """Everything had just reached the disk, as after a killed process."""
    del chance
    return changes


def dropped(changes: list[Change], chance: random.Random) -> list[Change]:
    """Nothing that was not synced."""
    del changes, chance
    return []


def cut(changes: list[Change], chance: random.Random) -> list[Change]:
    """The first of them, in order, and the next one torn."""
    if not changes:
        return []
    end = chance.randrange(len(changes))
    pieces = changes[end].pieces()
    return changes[:end] + pieces[: chance.randrange(len(pieces) + 1)]


def reordered(changes: list[Change], chance: random.Random) -> list[Change]:
    """Some of them whole, whichever came first."""
    return [change for change in changes if chance.random() < 0.5]


def torn(changes: list[Change], chance: random.Random) -> list[Change]:
    """Some sectors of some of them."""
    share = chance.random()
    return [piece for change in changes for piece in change.pieces() if chance.random() < share]


WAYS: dict[str, Choose] = {
    "kept": kept,
    "dropped": dropped,
    "cut": cut,
    "reordered": reordered,
    "torn": torn,
}


def content_of(file: File, choose: Choose, chance: random.Random) -> bytearray:
    content = bytearray(file.certain)
    for change in choose(file.unsure, chance):
        apply(content, change)
    return content


def write_image(disk: Disk, into: Path, way: str, chance: random.Random) -> None:
    """The folder as it may be found; `into` must not exist."""
    choose = WAYS[way]
    names = dict(disk.names)
    some = len(disk.unsure_names)
    if way == "dropped":
        some = 0
    elif way != "kept":
        some = chance.randrange(some + 1)  # a journal keeps their order
    for path, file in disk.unsure_names[:some]:
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file
    if into.exists():
        shutil.rmtree(into)
    (into / "queue" / "segments").mkdir(parents=True, mode=0o700)
    for path, file in names.items():
        target = into / Path(path).relative_to(disk.folder)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(content_of(file, choose, chance))
        target.chmod(0o600)


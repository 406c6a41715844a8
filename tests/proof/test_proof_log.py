"""The model of the disk: what a crash image may show, and what no disk would."""

from __future__ import annotations

import random
from pathlib import Path

from proof_images import write_image
from proof_log import Disk, Entry, What


def written(folder: Path, *lines: tuple[What, int, str, bytes]) -> Disk:
    """A disk that has learnt these, in order: what, inode, name below the folder, bytes."""
    disk = Disk(folder)
    for at, (what, inode, name, data) in enumerate(lines):
        text = data or (str(folder / name) if name else str(folder)).encode()
        disk.learn(Entry(at, at + 1, what, inode, at if what is What.SYNC else 0, 0, text))
    return disk


def found(disk: Disk, way: str, tmp_path: Path) -> dict[str, bytes]:
    """An image's files, in the way in which they may be found."""
    image = tmp_path / "image"
    write_image(disk, image, way, random.Random(1))
    return {str(path.relative_to(image)): path.read_bytes() for path in image.rglob("*") if path.is_file()}


def test_a_name_whose_removal_is_unsure_never_shows_the_file_that_has_its_inode_now(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    disk = written(
        folder,
        (What.NAME, 5, "old", b""),
        (What.WRITE, 5, "old", b"old content"),
        (What.SYNC, 5, "old", b""),
        (What.SYNC_FOLDER, 0, "", b""),
        (What.REMOVE, 0, "old", b""),
        (What.NAME, 5, "queue/new", b""),
        (What.WRITE, 5, "queue/new", b"new content"),
        (What.SYNC, 5, "queue/new", b""),
        (What.SYNC_FOLDER, 0, "queue", b""),
    )
    assert found(disk, "dropped", tmp_path) == {"old": b"old content", "queue/new": b"new content"}
    assert found(disk, "kept", tmp_path) == {"queue/new": b"new content"}


def test_what_was_not_synced_may_be_missing_and_what_was_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    disk = written(
        folder,
        (What.NAME, 5, "one", b""),
        (What.WRITE, 5, "one", b"synced"),
        (What.SYNC, 5, "one", b""),
        (What.SYNC_FOLDER, 0, "", b""),
        (What.WRITE, 5, "one", b"SYNCED"),
        (What.NAME, 6, "two", b""),
    )
    assert found(disk, "dropped", tmp_path) == {"one": b"synced"}
    assert found(disk, "kept", tmp_path) == {"one": b"SYNCED", "two": b""}

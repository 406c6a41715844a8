"""Libraries that LD_PRELOAD lays between a program and libc: a clock, a disk of our making. No part of the program."""

from __future__ import annotations

import subprocess
from pathlib import Path


def compiled(source: Path, folder: Path, **numbers: int) -> Path:
    """Such a library, compiled in `folder`; each of the numbers is a macro of that name, and part of the file's name."""
    library = folder / ("_".join([source.stem, *map(str, numbers.values())]) + ".so")
    macros = [f"-D{name}={value}" for name, value in numbers.items()]
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", *macros, "-o", library, source, "-ldl"]
    subprocess.run(command, check=True)
    return library

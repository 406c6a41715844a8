#!/usr/bin/env python3
"""What the unit tests run through, folder by folder, and what of core they do not: ./test --coverage.

    tools/coverage.py BUILD_DIRECTORY PROGRAM...

Runs the test programs of a coverage build and prints a table; the lines of core that no test reaches, and
the branches that none takes, are listed below it. Ends with 1 when core falls below its limit in either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORE_LEAST = 95.0  # percent of its lines, and of its branches
KINDS = ("lines", "branches")


@dataclass
class Branches:
    """The ways that the conditions of a file can go: how many, and where in it each that never went. One
    of a switch over all values of an enumeration is that none of them matches, which never happens."""

    count: int = 0
    untaken: list[str] = field(default_factory=list)  # "12:8 true"

    @classmethod
    def of(cls, file: dict[str, Any]) -> Branches:
        went: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        for line, column, _, _, true, false, *_ in file["branches"]:  # once for each instantiation
            way = went[line, column]
            way[0] += true
            way[1] += false
        found = cls()
        for (line, column), ways in sorted(went.items()):
            for count, word in zip(ways, ("true", "false"), strict=True):
                found.count += 1
                if count == 0:
                    found.untaken.append(f"{line}:{column} {word}")
        return found


@dataclass
class Counted:
    """How much of something there is, and how much of it ran."""

    count: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    covered: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def add(self, lines: dict[str, Any], branches: Branches) -> None:
        self.count["lines"] += lines["count"]
        self.covered["lines"] += lines["covered"]
        self.count["branches"] += branches.count
        self.covered["branches"] += branches.count - len(branches.untaken)

    def percent(self, kind: str) -> float:
        return 100.0 * self.covered[kind] / self.count[kind] if self.count[kind] else 100.0


def run(programs: Sequence[Path], directory: Path) -> Path:
    """Runs the programs; the merged profile."""
    raw = []
    for program in programs:
        raw.append(directory / f"{program.name}.profraw")
        environment = {"LLVM_PROFILE_FILE": str(raw[-1]), "PATH": "/usr/bin:/bin", "GTEST_BRIEF": "1"}
        subprocess.run([program], check=True, env=environment, cwd=directory)
    merged = directory / "tests.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", merged, *raw], check=True)
    return merged


def export(programs: Sequence[Path], profile: Path) -> Any:
    """llvm-cov's account of our own sources, tests aside."""
    more = [part for program in programs[1:] for part in ("-object", str(program))]
    command = ["llvm-cov-19", "export", f"-instr-profile={profile}", str(programs[0]), *more]
    command += ["-ignore-filename-regex=(_test\\.cc|/testing/|/testing\\.h|^/usr/|/build/)"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["data"][0]


def folder_of(name: str) -> str:
    return str(Path(name).relative_to(ROOT / "src").parent)


def missed(file: dict[str, Any]) -> Iterator[int]:
    """The lines at which a stretch begins that never ran."""
    for line, _, count, has_count, starts, *_ in file["segments"]:
        if has_count and starts and count == 0:
            yield line


def list_places(places: dict[str, list[str]]) -> None:
    for name, found in places.items():
        if found:
            print(f"  {Path(name).relative_to(ROOT)}: {', '.join(found)}")


def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 2:
        print(__doc__)
        return 2
    directory = Path(arguments[0]).resolve()
    programs = [directory / name for name in arguments[1:]]
    files = [one for one in export(programs, run(programs, directory))["files"] if "/src/" in one["filename"]]
    folders: dict[str, Counted] = defaultdict(Counted)
    branches = {one["filename"]: Branches.of(one) for one in files}
    for one in files:
        folder = folder_of(one["filename"])
        for name in (folder, folder.split("/")[0]):
            folders[name].add(one["summary"]["lines"], branches[one["filename"]])
    for name in sorted(folders):
        found = folders[name]
        print(f"{name:24} lines {found.percent('lines'):5.1f} %   branches {found.percent('branches'):5.1f} %")
    of_core = {one["filename"]: one for one in files if folder_of(one["filename"]).startswith("core")}
    print("\nNo unit test reaches these lines of core:")
    list_places({name: [str(line) for line in sorted(set(missed(one)))] for name, one in of_core.items()})
    print("\nIn no unit test do these conditions of core (line:column) come out so:")
    list_places({name: branches[name].untaken for name in of_core})
    below = [kind for kind in KINDS if folders["core"].percent(kind) < CORE_LEAST]
    for kind in below:
        print(f"\ncore is below {CORE_LEAST:.0f} % of its {kind}.", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

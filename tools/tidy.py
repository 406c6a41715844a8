#!/usr/bin/env python3
"""Asks clang-tidy about the sources: tools/tidy.py BUILD-FOLDER [--lately COMMITS].

All of them take about an hour of one processor. With --lately only those that the last commits changed
(or whose header they changed), the latest first and forty at most, so that each ./test has its part.
What it says of .clang-tidy's checks is an error; a finding that stays needs a NOLINT with its reason.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LATELY = 40
EXPLAINED = re.compile(r"NOLINT[A-Z]*(\([^)]*\))?: \S")


def is_source(path: Path) -> bool:
    return path.suffix == ".cc" and not path.name.endswith("_test.cc") and "testing" not in path.parts


def all_sources() -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / "src").rglob("*.cc") if is_source(path))


def changed_lately(commits: int) -> list[Path]:
    """Sources that were changed, or whose header was, the latest first."""
    log = subprocess.run(
        ["git", "log", f"-{commits}", "--name-only", "--format="], cwd=ROOT, capture_output=True, text=True
    )
    found: dict[Path, None] = {}
    for line in log.stdout.splitlines():
        source = Path(line).with_suffix(".cc")
        if line.startswith("src/") and is_source(source) and (ROOT / source).exists():
            found[source] = None
    return list(found)[:MOST_LATELY]


def unexplained() -> list[str]:
    """Suppressions without a reason."""
    found = []
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix not in (".cc", ".h"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if "NOLINT" in line and not EXPLAINED.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: say why after the NOLINT: {line.strip()}")
    return found


def findings(build: Path, source: Path) -> str:
    done = subprocess.run(
        ["clang-tidy-19", "-p", build, "--quiet", source], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout if done.returncode else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/tidy.py", description="clang-tidy over the sources")
    parser.add_argument("build", type=Path, help="a build folder with compile_commands.json")
    parser.add_argument("--lately", type=int, metavar="COMMITS", help="only what these commits changed")
    options = parser.parse_args()
    sources = changed_lately(options.lately) if options.lately else all_sources()
    problems = unexplained()
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        problems += filter(None, workers.map(lambda source: findings(options.build, source), sources))
    print("\n".join(problems) or f"{len(sources)} sources: nothing found", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Static checks that a test run makes: the house rules of docs/architecture.md, held by a program.

- dependency direction: a file includes only from floors below its own, plus the same-floor edges of
  tools/floors.txt; core includes no socket, file, thread, OpenSSL or database header
- coroutine rules: a co_await expression holds names and calls only (no braces, lambdas or ?:)
- format: clang-format agrees
- size: a source stays under 450 lines
- generated files are current (tools/generated.txt names each with the command that makes it)
"""

from __future__ import annotations

import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = ["core", "io", "service", "app"]
FORBIDDEN_IN_CORE = re.compile(
    r'#include <(boost/|openssl/|sqlite3|unbound|sys/|unistd|netinet/|fstream|thread|mutex|'
    r"shared_mutex|condition_variable|iostream|spdlog/)"
)
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\\\n]|\\.)'")


def sources() -> list[pathlib.Path]:
    return sorted(p for ext in ("*.h", "*.cc", "*.inc") for p in (ROOT / "src").rglob(ext))


def folder(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def allowed_edges() -> set[tuple[str, str]]:
    edges = set()
    for line in (ROOT / "tools/floors.txt").read_text().splitlines():
        if "->" in line and not line.startswith("#"):
            left, right = (part.strip() for part in line.split("->"))
            edges.add((left, right))
    return edges


def check_direction(files: list[pathlib.Path]) -> list[str]:
    problems, edges, used = [], allowed_edges(), set()
    for path in files:
        name = path.relative_to(ROOT / "src").as_posix()
        here = folder(name)
        text = path.read_text()
        if name.startswith("core/") and not name.endswith("_test.cc"):
            for found in FORBIDDEN_IN_CORE.finditer(text):
                problems.append(f"src/{name}: core decides and touches nothing: {found.group(0)}>")
        for target in INCLUDE.findall(text):
            there = folder(target)
            if there == here or there.split("/")[0] not in FLOORS:
                continue
            up = FLOORS.index(there.split("/")[0]) - FLOORS.index(here.split("/")[0])
            if up > 0:
                problems.append(f"src/{name} includes {target}, from a floor above its own")
            elif up == 0 and (here, there) not in edges and not name.endswith("_test.cc"):
                problems.append(f"src/{name} includes {target}: {here} -> {there} is not in tools/floors.txt")
            used.add((here, there))
    for edge in sorted(edges - used):
        print(f"note: tools/floors.txt allows {edge[0]} -> {edge[1]}, which nothing uses")
    return problems


def expression_after(text: str, start: int) -> str:
    """The expression that a co_await governs: up to the end of its statement or closing bracket."""
    depth, i = 0, start
    while i < len(text):
        c = text[i]
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
            if depth < 0:
                break
        elif c in ";{" and depth == 0:
            break
        elif c == ";":
            break
        i += 1
    return text[start:i]


def check_coroutines(files: list[pathlib.Path]) -> list[str]:
    problems = []
    for path in files:
        raw = path.read_text()
        if "co_await" not in raw:
            continue
        text = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), raw)
        text = STRING.sub(lambda m: '"' + " " * (len(m.group(0)) - 2) + '"', text)
        for found in re.finditer(r"\bco_await\b", text):
            expression = expression_after(text, found.end())
            if re.search(r"[{}?]|\[[=&\w,\s]*\]\s*\(", expression):
                line = text.count("\n", 0, found.start()) + 1
                problems.append(
                    f"{path.relative_to(ROOT)}:{line}: a co_await expression holds names and calls "
                    "only; give the braces, lambda or ?: a name first"
                )
    return problems


def check_format(files: list[pathlib.Path]) -> list[str]:
    names = [str(p) for p in files if p.suffix in (".h", ".cc")]
    run = subprocess.run(
        ["clang-format-19", "--dry-run", "-Werror", *names], cwd=ROOT, capture_output=True, text=True
    )
    bad = sorted({line.split(":")[0] for line in run.stderr.splitlines() if ": error:" in line})
    return [f"{pathlib.Path(b).relative_to(ROOT)}: run clang-format-19 -i" for b in bad]


def check_size(files: list[pathlib.Path]) -> list[str]:
    long = [(p, len(p.read_text().splitlines())) for p in files]
    return [f"{p.relative_to(ROOT)}: {n} lines; split it" for p, n in long if n > 450]


def check_generated() -> list[str]:
    problems = []
    listing = ROOT / "tools/generated.txt"
    for line in listing.read_text().splitlines() if listing.exists() else []:
        if not line.strip() or line.startswith("#"):
            continue
        target, command = (part.strip() for part in line.split("<-"))
        words = shlex.split(command)
        if not (ROOT / words[0]).exists() and "/" in words[0]:
            continue  # the program is not built here; the end-to-end tests check these
        made = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
        if made.returncode != 0 or made.stdout != (ROOT / target).read_text():
            problems.append(f"{target} is not current: {command} > {target}")
    return problems


def main() -> int:
    files = sources()
    checks = {
        "dependency direction": lambda: check_direction(files),
        "coroutine rules": lambda: check_coroutines(files),
        "format": lambda: check_format(files),
        "size": lambda: check_size(files),
        "generated files": check_generated,
    }
    failed = 0
    for name, check in checks.items():
        problems = check()
        print(f"{'ok  ' if not problems else 'FAIL'} {name}")
        for problem in problems:
            print(f"     {problem}")
        failed += bool(problems)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""The page about dependencies names each library that the program is built with."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = {"clang-19", "lld-19", "cmake", "ninja-build", "ccache", "pkg-config", "python3", "libgtest-dev", "libgmock-dev"}


def needed_to_build() -> set[str]:
    """The packages of the group [build]."""
    group = re.search(r"^\[build\]\n(.*?)\n\n", (ROOT / "tools/packages.txt").read_text(), re.MULTILINE | re.DOTALL)
    assert group
    return {line for line in group[1].splitlines() if not line.startswith("#")}


def test_every_library_that_is_linked_has_a_line_with_its_advisories() -> None:
    page = (ROOT / "docs/dependencies.md").read_text()
    listed = set(re.findall(r"^\| `([a-z0-9.+-]+)` \|.*security-tracker\.debian\.org", page, re.MULTILINE))
    assert listed == needed_to_build() - TOOLS


def test_what_the_page_says_reaches_a_browser_is_what_the_web_application_depends_on() -> None:
    page = (ROOT / "docs/dependencies.md").read_text()
    packages = re.search(r'"dependencies": \{(.*?)\}', (ROOT / "web/package.json").read_text(), re.DOTALL)
    assert packages
    said = page.lower()
    for name in re.findall(r'"(@?[a-z/-]+)":', packages[1]):
        maker = name.lstrip("@").split("/")[0].removesuffix("-dom")
        assert maker in said, name

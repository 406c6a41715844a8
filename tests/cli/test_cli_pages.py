"""The commands that pages of documentation show exist, with the options that they show."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from lab.gateway import default_program

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/own-domains.md", "docs/published.md", "docs/certificates.md")
LINE = re.compile(r"^(?:    |\$ )postern (.*)$", re.MULTILINE)


def shown() -> list[str]:
    """Each command line of the pages, without its comment."""
    lines = [line for page in PAGES for line in LINE.findall((ROOT / page).read_text())]
    return sorted({line.split("#")[0].strip() for line in lines})


def verbs(line: str) -> list[str]:
    """Group and verb: "sts show bank.example" => sts show."""
    return line.split()[:2]


def test_the_pages_show_commands() -> None:
    assert len(shown()) > 10


@pytest.mark.parametrize("line", shown())
def test_a_command_of_the_documentation_exists(line: str) -> None:
    done = subprocess.run([default_program(), *verbs(line), "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for option in re.findall(r"--[a-z-]+", line):
        assert option in done.stdout, f"{line}: {option}"


def test_every_test_that_the_threat_model_names_is_there() -> None:
    page = (ROOT / "docs/threat-model.md").read_text()
    named = set(re.findall(r"`([a-z_]+(?:_test\.cc|\.py|\.test\.mjs))`", page))
    folders = [ROOT / "src", ROOT / "tests"]
    there = {file.name for folder in folders for file in folder.rglob("*") if file.is_file()}
    assert len(named) > 15
    assert named <= there, named - there

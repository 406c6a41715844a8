"""The web application in Debian's Chromium, against the real gateway and the practice world.

The tests are JavaScript, for node's own runner: each *.test.mjs of this folder is one test here, whose
output is shown when it fails. One alone: node --test tests/web/whole_task.test.mjs
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
FILES = sorted(path.name for path in HERE.glob("*.test.mjs"))


@pytest.mark.skipif(not (REPOSITORY / "web/node_modules").is_dir(), reason="built without the web application")
@pytest.mark.parametrize("name", FILES)
def test_in_the_browser(name: str) -> None:
    assert shutil.which("chromium"), "chromium is not installed: ./test installs it"
    done = subprocess.run(
        ["node", "--test", "--test-reporter=spec", str(HERE / name)],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{name}:\n{done.stdout}"

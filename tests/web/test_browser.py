"""The web application in Debian's Chromium, against the real gateway and the practice world.

The tests are JavaScript, for node's own runner: each *.test.mjs of this folder is one test here, whose
output is shown when it fails. Two run at a time, each with a world, a gateway and a browser of its own:
a browser waits often. One alone: node --test tests/web/whole_task.test.mjs
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
#: The longest is begun first.
FILES = sorted((path.name for path in HERE.glob("*.test.mjs")), key=lambda name: (name != "pages.test.mjs", name))
TOGETHER = 2
MOST_SECONDS = 550

Done = subprocess.CompletedProcess[str]


def run(name: str) -> Done:
    """One file, to its end."""
    return subprocess.run(
        ["node", "--test", "--test-reporter=spec", str(HERE / name)],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MOST_SECONDS,
    )


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Done]]]:
    """The chosen files, under way."""
    assert shutil.which("chromium"), "chromium is not installed: ./test installs it"
    chosen = [item.callspec.params["name"] for item in request.session.items if item.path == Path(__file__)]
    with ThreadPoolExecutor(TOGETHER) as pool:
        yield {name: pool.submit(run, name) for name in chosen}
        pool.shutdown(cancel_futures=True)


@pytest.mark.skipif(not (REPOSITORY / "web/node_modules").is_dir(), reason="built without the web application")
@pytest.mark.parametrize("name", FILES)
def test_in_the_browser(name: str, running: dict[str, Future[Done]]) -> None:
    done = running[name].result()
    assert done.returncode == 0, f"{name}:\n{done.stdout}"

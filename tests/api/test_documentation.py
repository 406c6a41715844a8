"""The examples of docs/api.md do what the page says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from api_client import PASSWORD
from door import add_user

from lab.client import World
from lab.gateway import Gateway

PAGE = Path(__file__).resolve().parents[2] / "docs/api.md"


def test_every_example_of_the_page_prints_what_the_page_says(practice_world: World, tmp_path: Path) -> None:
    blocks = re.findall(r"^```(sh|output)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    script = "set -eu\n" + "\n".join(text for kind, text in blocks if kind == "sh")
    expected = "".join(text for kind, text in blocks if kind == "output")
    work = tmp_path / "work"
    work.mkdir()
    with Gateway.start(tmp_path / "gateway", practice_world) as gateway:
        add_user(gateway, "anna", "*:administrator")
        environment = {"PATH": "/usr/bin:/bin", "POSTERN": gateway.web.rstrip("/"), "PASSWORD": PASSWORD}
        done = subprocess.run(
            ["bash", "-c", script], cwd=work, env=environment, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == expected

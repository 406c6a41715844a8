"""Starting and ending: quick, complete, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from lab_helpers import REPOSITORY
from lab.client import LabError, World

COMMAND = [str(REPOSITORY / "lab" / "lab"), "up", "--only", "trusted"]


def _start(directory: Path, *options: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*COMMAND, "--dir", str(directory), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"ready {directory}/world.json\n"
    return process


def _facts(directory: Path) -> dict:
    return json.loads((directory / "world.json").read_text())


def _wait_until_gone(pid: int) -> None:
    """Returns when the process has ended; it need not be our child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    import select

    try:
        assert select.select([handle], [], [], 10)[0], f"process {pid} is still there"
    finally:
        os.close(handle)


def _finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=10)
    return process.returncode, errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_its_name_server(number: signal.Signals, tmp_path: Path) -> None:
    process = _start(tmp_path)
    facts = _facts(tmp_path)
    process.send_signal(number)
    assert _finish(process) == (0, "")
    _wait_until_gone(facts["nameserver"]["pid"])
    assert not (tmp_path / "world.json").exists()
    assert not Path(facts["control"]).parent.exists()


def test_the_end_of_standard_input_ends_it_when_asked(tmp_path: Path) -> None:
    process = _start(tmp_path, "--until-eof")
    facts = _facts(tmp_path)
    assert _finish(process) == (0, "")
    _wait_until_gone(facts["nameserver"]["pid"])


def test_its_name_server_dies_with_it_even_when_it_is_killed(tmp_path: Path) -> None:
    process = _start(tmp_path)
    facts = _facts(tmp_path)
    process.kill()
    _finish(process)
    _wait_until_gone(facts["nameserver"]["pid"])


def test_two_worlds_live_side_by_side(tmp_path: Path) -> None:
    with World.start(tmp_path / "a", only=("trusted",)) as one:
        with World.start(tmp_path / "b", only=("trusted",)) as other:
            assert one.facts["smtp_port"] != other.facts["smtp_port"]
            assert one.facts["resolver"] != other.facts["resolver"]


def test_only_brings_what_the_wanted_partners_rely_on(tmp_path: Path) -> None:
    with World.start(tmp_path, only=("mx-elsewhere",)) as world:
        assert {entry["posture"] for entry in world.facts["partners"]} == {
            "mx-elsewhere",
            "provider",
        }
        assert world.partner("mx-elsewhere")["mx"][0]["host"] == "mx.provider.example"


def test_a_deep_directory_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    with World.start(deep, only=("trusted",)) as world:
        assert world.mail("trusted.example") == []


def test_an_unknown_partner_is_named_in_the_error(tmp_path: Path) -> None:
    failed = subprocess.run(
        [*COMMAND[:-1], "nonsense", "--dir", str(tmp_path)], capture_output=True, text=True
    )
    assert failed.returncode == 1
    assert failed.stderr == "lab: there is no partner nonsense; see `lab list`\n"


def test_the_control_socket_explains_what_it_refuses(world: World) -> None:
    for request, words in (
        ({"op": "dance"}, "op is one of"),
        ({"op": "set", "domain": "nowhere.example"}, "there is no domain nowhere.example"),
        ({"op": "mail"}, "'domain' is missing"),
        ({"op": "set", "domain": "trusted.example", "posture": "odd"}, "there is no posture odd"),
        ({"op": "set", "domain": "trusted.example", "behaviour": {"mood": 1}}, "no such behaviour"),
        ({"op": "set", "domain": "trusted.example", "behaviour": {"drop_at": "x"}}, "no such step"),
        (
            {"op": "zone", "domain": "trusted.example", "faults": ["x"]},
            "a fault is NAME TYPE EFFECT",
        ),
    ):
        if request["op"] == "set" and "posture" not in request and "behaviour" not in request:
            request["posture"] = "trusted"
        with pytest.raises(LabError, match=words):
            world.ask(**request)

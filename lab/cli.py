"""`lab up` runs the practice world, `lab list` prints its table, `lab send` sends mail from it,
`lab where` shows where things are."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import description, where
from .client import LabError, World
from .control import Control
from .model import Posture, to_json
from .nameserver import NameServerError
from .postures import INTERNAL, PARTNERS
from .send import send
from .world import World as RunningWorld
from .world import WorldError

TABLE = Path(__file__).with_name("postures.json")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="lab", description="Postern's practice world, on loopback only."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start the world and run it until it is told to stop")
    up.add_argument("--dir", type=Path, required=True, help="where everything it makes is put")
    up.add_argument(
        "--only", default="", help="names of the partners wanted, with commas (default: all)"
    )
    up.add_argument(
        "--spare", type=int, default=0, help="how many partners spare-1.example ... to add, to be changed"
    )
    up.add_argument(
        "--ttl", type=int, default=60, help="seconds that DNS answers may be cached (default: 60)"
    )
    up.add_argument("--until-eof", action="store_true", help="also stop when standard input closes")
    up.add_argument(
        "--json", action="store_true", help="print world.json instead of one line when ready"
    )
    show = commands.add_parser("list", help="print the table of postures")
    show.add_argument(
        "--json", action="store_true", help="the whole table, with DNS facts and behaviour"
    )
    show.add_argument("--write", action="store_true", help="renew postures.json beside the table")
    find = commands.add_parser("where", help="show where things are, as commands to paste")
    find.add_argument("--dir", type=Path, required=True, help="the directory of the running world")
    find.add_argument("domain", nargs="?", default="", help="a domain, or the name of a posture")
    mail = commands.add_parser(
        "send", help="send a message to the gateway as someone of this world"
    )
    mail.add_argument("--dir", type=Path, required=True, help="the directory of the running world")
    mail.add_argument("--from", dest="sender", required=True, help="an address of a partner")
    mail.add_argument("--to", action="append", required=True, help="a recipient; may be repeated")
    mail.add_argument("--server", required=True, help="where the gateway listens, as address:port")
    mail.add_argument("--no-tls", action="store_true", help="do not use STARTTLS")
    mail.add_argument("--certificate", action="store_true", help="show the sender's certificate")
    options = parser.parse_args(arguments)
    try:
        if options.command == "list":
            return list_postures(options.json, options.write)
        if options.command == "where":
            world = attach(options.dir)
            print(where.domain(world, options.domain) if options.domain else where.overview(world))
            return 0
        if options.command == "send":
            return send_message(options)
        return asyncio.run(run_world(options))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (WorldError, NameServerError, LabError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def table_text() -> str:
    """The table as postures.json holds it."""
    return (
        json.dumps(
            {
                "partners": [row(posture) for posture in PARTNERS],
                "internal": [row(posture) for posture in INTERNAL],
            },
            indent=2,
        )
        + "\n"
    )


def row(posture: Posture) -> dict[str, Any]:
    """One posture; what is ordinary is left out, but for what every reader wants."""
    return {
        "domain": posture.domain_name,
        "strict_by": posture.strict_by,
        "remark": posture.remark,
        "dnssec": posture.dnssec,
        **to_json(posture),
    }


def list_postures(as_json: bool, write: bool) -> int:
    if write:
        TABLE.write_text(table_text())
    elif as_json:
        print(table_text(), end="")
    else:
        for title, postures in (("Partners", PARTNERS), ("Internal servers", INTERNAL)):
            print(title)
            for posture in postures:
                print(f"  {posture.domain_name:34} {posture.expect:15} {posture.sentence}")
    return 0


def attach(directory: Path) -> World:
    """The world that runs in this directory."""
    described = directory / "world.json"
    if not described.exists():
        raise WorldError(f"no world runs in {directory}; start one with lab up --dir {directory}")
    return World.attach(described)


def send_message(options: argparse.Namespace) -> int:
    address, _, port = options.server.rpartition(":")
    if not port.isdigit():
        raise WorldError(f"--server takes address:port, not {options.server}")
    sent = send(
        attach(options.dir),
        options.sender,
        options.to,
        (address.strip("[]"), int(port)),
        tls=not options.no_tls,
        show_certificate=options.certificate,
    )
    print("\n".join(sent.steps))
    return 0 if sent.accepted else 1


def chosen(only: str) -> list[Posture]:
    """The partners named, and those that they rely on."""
    if not only:
        return list(PARTNERS)
    by_name = {posture.name: posture for posture in PARTNERS}
    wanted: dict[str, Posture] = {}
    pending = [name.strip() for name in only.split(",") if name.strip()]
    while pending:
        name = pending.pop(0)
        if name not in by_name:
            raise WorldError(f"there is no partner {name}; see `lab list`")
        wanted[name] = by_name[name]
        words = " ".join(by_name[name].records or ()).split()
        for other in PARTNERS:
            if other.name not in wanted and any(
                word.endswith(f"{other.zone_name}.") for word in words
            ):
                pending.append(other.name)
    return [posture for posture in PARTNERS if posture.name in wanted]


def spare(number: int) -> Posture:
    """A good partner for tests that need many, to make something else of each."""
    sentence = "A good partner, to be made into something else."
    return Posture(f"spare-{number}", sentence, "Ready: strict", strict_by="mx-name")


async def run_world(options: argparse.Namespace) -> int:
    directory = options.dir.resolve()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    ready = directory / "world.json"
    ready.unlink(missing_ok=True)
    # Unix sockets get a directory of their own: their paths have room for 107 bytes only.
    sockets = Path(tempfile.mkdtemp(prefix="lab-"))
    partners = chosen(options.only) + [spare(number) for number in range(1, options.spare + 1)]
    world = RunningWorld(directory, sockets, partners, INTERNAL, options.ttl)
    control = Control(world, sockets / "control.sock", stopping.set)
    try:
        await world.start()
        await control.start()
        facts = description.describe(world, control.path)
        description.write(ready, facts)
        print(json.dumps(facts) if options.json else f"ready {ready}", flush=True)
        if options.until_eof:
            loop.run_in_executor(None, _wait_for_eof, loop, stopping)
        await stopping.wait()
    finally:
        ready.unlink(missing_ok=True)
        await control.stop()
        await world.stop()
        shutil.rmtree(sockets, ignore_errors=True)
    return 0


def _wait_for_eof(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    loop.call_soon_threadsafe(stopping.set)

"""The practice session of ./run: starts a world and a gateway, sends mail over all four hops, and shows
what happened, from the gateway's own evidence."""

from __future__ import annotations

import argparse
import shutil
import signal
import smtplib
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any, Literal

from lab.client import World
from lab.gateway import Gateway

INTERNAL = "anna@corp.example"
DOWNGRADED = "several-mx.example"
"""A good partner whose STARTTLS is taken away after its strict policy was set."""


@dataclass(frozen=True)
class Story:
    """One message of the session, and what a reader should see in it."""

    title: str
    sender: str
    recipient: str
    listener: str
    tls: bool
    end: Literal["arrives", "bounces", "waits"] = "arrives"


STORIES = (
    Story("a partner writes to us, encrypted", "bob@trusted.example", INTERNAL, "world", True),
    Story("a partner without TLS writes to us", "eve@no-starttls.example", "carl@branch.example", "world", False),
    Story("we write to a partner under a strict policy", INTERNAL, "bob@trusted.example", "internal", True),
    Story("strict, with the MX pinned (its DNS is unsigned)", INTERNAL, "bob@unsigned.example", "internal", True),
    Story("relaxed: encrypted, certificate self-signed", INTERNAL, "bob@self-signed.example", "internal", True),
    Story("no policy: opportunistic, in clear", INTERNAL, "bob@no-starttls.example", "internal", False),
    Story("only monitored: strict would have failed", INTERNAL, "bob@expired.example", "internal", True),
    Story("no policy of ours: its TLSA record proves it (DANE)", INTERNAL, "bob@dane.example", "internal", True),
    Story("no policy of ours: its MTA-STS policy holds it", INTERNAL, "bob@sts-untrusted.example", "internal", True, "waits"),
    Story("strict, and somebody took its STARTTLS away", INTERNAL, f"bob@{DOWNGRADED}", "internal", True, "bounces"),
)


def compose(story: Story, number: int) -> bytes:
    """The message of one story."""
    message = EmailMessage()
    message["Subject"] = f"Practice {number}: {story.title}"
    message["From"], message["To"] = story.sender, story.recipient
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=story.sender.split("@")[1])
    message.set_content(f"This message shows: {story.title}.\n")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def set_policies(gateway: Gateway) -> None:
    """The policies of the session; pins are taken from a live probe of each partner."""
    gateway.cli("policy", "add", "trusted.example", "unsigned.example", "--mode", "strict")
    gateway.cli("policy", "add", DOWNGRADED, "--mode", "strict", "--on-failure", "bounce")
    gateway.cli("policy", "add", "self-signed.example", "--mode", "relaxed")
    gateway.cli("policy", "add", "expired.example", "--mode", "strict", "--stage", "monitor", "--no-probe")


def send(gateway: Gateway, story: Story, number: int) -> str:
    """Hands one message to the gateway; returns its queue id from the reply."""
    with gateway.client(story.listener) as connection:
        if story.tls:
            connection.starttls()
        connection.ehlo()
        connection.mail(story.sender)
        connection.rcpt(story.recipient)
        code, text = connection.data(compose(story, number))
        if code != 250:
            raise smtplib.SMTPDataError(code, text)
    return text.decode().split()[-1]


def send_all(world: World, gateway: Gateway) -> dict[str, Story]:
    """Sends every story and waits until each has arrived or come back as a bounce, but for those that wait."""
    sent: dict[str, Story] = {}
    expected: dict[str, int] = {}
    for number, story in enumerate(STORIES, start=1):
        sent[send(gateway, story, number)] = story
        if story.end != "waits":
            domain = (story.recipient if story.end == "arrives" else INTERNAL).split("@")[1]
            expected[domain] = expected.get(domain, 0) + 1
    for domain, count in expected.items():
        world.wait(domain, count, timeout=30)
    return sent


def refused_without_tls(gateway: Gateway) -> str:
    """An internal server that must use TLS tries without: the reply it gets."""
    gateway.cli("domain", "set", "plant.example", "--enforce-receipt", "yes")
    reply = ""

    def tried() -> bool:
        nonlocal reply
        with gateway.client("internal") as connection:
            connection.ehlo()
            code, text = connection.mail("machine@plant.example")
            reply = f"{code} {text.decode()}"
            return code == 530

    _until(tried)
    return reply


def _until(condition: Callable[[], bool], within: float = 20.0) -> None:
    """Asks again and again; what it asks takes time itself, so nothing sleeps here."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if condition():
            return
    raise TimeoutError("the gateway did not come to it in time")


def evidence(gateway: Gateway, sent: dict[str, Story]) -> list[dict[str, Any]]:
    """The attempts of the session in order of time, once each message has one on both of its hops."""
    rows: list[dict[str, Any]] = []

    def complete() -> bool:
        nonlocal rows
        found = gateway.json("evidence", "list", "--limit", "500")
        rows = sorted(found["attempts"] if isinstance(found, dict) else found, key=lambda row: row["time"])
        hops = {(row["message"], row["hop"]) for row in rows}
        return all(sum(1 for message, _ in hops if message == one) >= 2 for one in sent)

    _until(complete)
    return rows


def requirement(row: dict[str, Any]) -> str:
    """Mode, and the sources that made it so."""
    names = [source["name"] for source in row["sources"] if source["fate"] in ("joined", "monitored")]
    return f"{row['required']}" + (f" ({', '.join(names)})" if names else "")


def offered(row: dict[str, Any]) -> str:
    """What the peer showed."""
    if row["tls_version"] == "none":
        return "no TLS"
    return row["tls_version"] + (f", {row['authentication']}" if row["authentication"] != "none" else "")


def verdict(row: dict[str, Any]) -> str:
    """Met or not, and what a monitored policy would have said."""
    text = "met" if row["met"] else f"not met: {row['reason']}"
    return text + (f"; monitor: {row['would_fail']}" if row["would_fail"] else "")


_HOPS = {
    "partner-to-gateway": "partner → gateway",
    "gateway-to-internal": "gateway → internal",
    "internal-to-gateway": "internal → gateway",
    "gateway-to-partner": "gateway → partner",
}


def table(rows: list[dict[str, Any]], sent: dict[str, Story]) -> str:
    """What happened, message by message."""
    lines = [("MESSAGE", "HOP", "REQUIREMENT, FROM", "PEER OFFERED", "VERDICT", "OUTCOME")]
    order = {one: place for place, one in enumerate(sent)}
    for row in sorted(rows, key=lambda row: (order.get(row["message"], len(order)), row["time"])):
        number = order.get(row["message"])
        name = f"{number + 1} {row['domain']}" if number is not None else f"bounce {row['domain']}"
        lines.append((name, _HOPS[row["hop"]], requirement(row), offered(row), verdict(row), row["outcome"]))
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def bounce_text(world: World) -> str:
    """The part for people of the bounce that came back."""
    for arrived in reversed(world.mail(INTERNAL.split("@")[1])):
        text = Path(arrived["path"]).read_text(errors="replace")
        if "report-type=delivery-status" in text:
            part = text.split("Content-Transfer-Encoding: quoted-printable", 1)[1].split("\n--", 1)[0]
            return part.replace("=\n", "").replace("=\r\n", "").strip()
    return "(no bounce was found)"


def setup_link(gateway: Gateway) -> str:
    """The link that the gateway printed at its first start."""
    for line in gateway.log().splitlines():
        if "setup-link" in line:
            return line.split("url=", 1)[1].split()[0].strip('"')
    return "(there is an administrator already)"


def where_next(world: World, gateway: Gateway) -> str:
    """What a newcomer can type now."""
    postern = f"{gateway.program} --config {gateway.config}"
    listeners = ", ".join(f"{one.name} {one.address}:{one.port}" for one in gateway.listeners.values())
    return textwrap.dedent(
        f"""
        The gateway runs: {listeners}
        Metrics: http://{gateway.http}/metrics    Log: {gateway.directory / 'postern.log'}

        The web application: {gateway.web}
        Open this link first, which makes the administrator and works once:
          {setup_link(gateway)}

        Try, in another terminal:
          alias postern='{postern}'
          postern probe trusted.example self-signed.example no-starttls.example
          postern explain bob@{DOWNGRADED}
          postern policy list;  postern evidence list;  postern audit verify
          postern queue list
          /usr/bin/python3 -m lab where {world.facts['directory']}      # the partners' servers
        Ctrl-C ends it all.
        """
    )


def session(program: Path, directory: Path, once: bool) -> int:
    """The whole session; returns the exit code."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    print("Starting the practice world: signed DNS, certificates, mail servers good and bad ...", flush=True)
    with World.start(directory / "world") as world:
        world.facts.setdefault("directory", str(directory / "world"))
        with Gateway.start(directory / "gateway", world, program=program) as gateway:
            set_policies(gateway)
            world.set(DOWNGRADED, posture="no-starttls")
            print("Sending mail over all four hops ...\n", flush=True)
            sent = send_all(world, gateway)
            for number, story in enumerate(STORIES, start=1):
                print(f"  {number} {story.title}: {story.sender} to {story.recipient}")
            print("\n" + table(evidence(gateway, sent), sent))
            print(f"\nThe bounce of message {len(STORIES)}, as its sender reads it:\n")
            print(textwrap.indent(bounce_text(world), "  | "))
            print("\nAn internal server that must use TLS, without:\n  | " + refused_without_tls(gateway))
            if once:
                return 0
            print(where_next(world, gateway), flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                print("\nEnding the gateway and the practice world ...")
    return 0


def main() -> int:
    """Command line of ./run."""
    parser = argparse.ArgumentParser(prog="lab.show", description=__doc__)
    parser.add_argument("--postern", type=Path, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--once", action="store_true", help="stop after the table")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return session(arguments.postern.resolve(), arguments.dir.resolve(), arguments.once)
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

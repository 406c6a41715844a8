"""Mail towards the gateway, as a partner or an internal server sends it: `lab send`.

The connection comes from the sender's own loopback address, so that the gateway sees who it is, and
every step is told. It is for play and for demonstrations; tests may use smtplib as they like.
"""

from __future__ import annotations

import email.utils
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .client import LabError, World


@dataclass
class Sent:
    """What became of one message."""

    steps: list[str] = field(default_factory=list)
    """One line for each thing that happened."""
    accepted: bool = False


def machine_of(world: World, address: str) -> dict[str, Any]:
    """The server that sends for an address: the first of its domain."""
    domain = address.rpartition("@")[2]
    for server in world.facts["internal"]:
        if server["domain"] == domain:
            return dict(server)
    servers = world.partner(domain)["mx"]
    if not servers:
        raise LabError(f"{domain} has no server that could send; choose another partner")
    return dict(servers[0])


def send(
    world: World,
    sender: str,
    recipients: Sequence[str],
    server: tuple[str, int],
    tls: bool = True,
    show_certificate: bool = False,
    subject: str = "Greetings from the practice world",
) -> Sent:
    """Sends one message to `server`; a refusal is a result, not an exception."""
    machine, sent = machine_of(world, sender), Sent()
    context = ssl.create_default_context(cafile=world.facts["ca"])
    if show_certificate:
        if not machine["cert"]:
            raise LabError(f"{machine['host']} has no certificate to show")
        context.load_cert_chain(machine["cert"], machine["key"])
    source = machine["address"] if ":" not in machine["address"] else "127.0.0.1"
    client = smtplib.SMTP(local_hostname=machine["host"], timeout=30, source_address=(source, 0))
    try:
        _note(sent, "connect", client.connect(*server))
        client._host = world.facts["gateway"]["hostname"]  # type: ignore[attr-defined]
        _note(sent, "EHLO", client.ehlo(), first_line=True)
        if tls:
            _note(sent, "STARTTLS", client.starttls(context=context))
            assert isinstance(client.sock, ssl.SSLSocket)
            sent.steps.append(f"TLS: {client.sock.version()} with a certificate that is trusted")
            _note(sent, "EHLO", client.ehlo(), first_line=True)
        good = _note(sent, f"MAIL FROM:<{sender}>", client.mail(sender))
        for recipient in recipients if good else ():
            answer = _note(sent, f"RCPT TO:<{recipient}>", client.rcpt(recipient))
            sent.accepted = sent.accepted or answer
        if sent.accepted:
            sent.accepted = _note(sent, "DATA", client.data(_message(sender, recipients, subject)))
        client.quit()
    except (OSError, smtplib.SMTPException) as error:
        sent.steps.append(f"ended: {error}")
        sent.accepted = False
    finally:
        client.close()
    return sent


def _note(sent: Sent, step: str, reply: tuple[int, bytes], first_line: bool = False) -> bool:
    code, text = reply
    words = text.decode(errors="backslashreplace")
    words = words.splitlines()[0] if first_line and words else words
    shown = words.encode("unicode_escape").decode()
    sent.steps.append(f"{step}: {code} {shown}")
    return 200 <= code < 400


def _message(sender: str, recipients: Sequence[str], subject: str) -> bytes:
    lines = (
        f"From: {sender}",
        f"To: {', '.join(recipients)}",
        f"Subject: {subject}",
        f"Date: {email.utils.formatdate()}",
        f"Message-ID: {email.utils.make_msgid(domain=sender.rpartition('@')[2])}",
        "",
        "This message was sent in the practice world.",
        "",
    )
    return "\r\n".join(lines).encode()

"""What a domain can do with DANE (RFC 7672), right and wrong, each as one partner of the practice world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.client import World
from lab.published import tlsa_lines

NOBODYS_KEY = "3 1 1 " + "00" * 32


@dataclass(frozen=True)
class Case:
    """`how`: what RFC 7672 makes of it: proved by "dane", "encrypted", in "clear", or it "waits"."""

    what: str
    how: str
    server: str = "self-signed"
    """A posture of the practice world."""
    tlsa: Sequence[str] = ()
    faults: Sequence[str] = ()
    dnssec: str = ""
    records: Sequence[str] = field(default=())
    """Zone lines; {port} is where the servers listen, {ca} and {own} are whole records that fit."""

    def furnish(self, world: World, domain: str) -> None:
        world.set(domain, posture=self.server)
        port, certificate = world.facts["smtp_port"], Path(world.partner("trusted.example")["mx"][0]["cert"])
        [ca] = tlsa_lines("x.example", (port,), ("2 0 0",), certificate)
        words = {"port": port, "ca": ca.partition("TLSA ")[2]}
        if self.tlsa:
            world.publish(domain, tlsa=[record.format(**words) for record in self.tlsa])
        if self.records or self.faults or self.dnssec:
            records = [line.format(**words) for line in self.records]
            world.zone(domain, records or None, self.dnssec, list(self.faults))


CASES = (
    # --- the host's own certificate: usage 3, whatever is wrong with it (RFC 7672 3.1.1)
    *(
        Case(f"its own key or certificate, {record}", "dane", tlsa=[record])
        for record in ("3 0 0", "3 0 1", "3 0 2", "3 1 0", "3 1 1", "3 1 2")
    ),
    Case("its own key, the certificate expired", "dane", "expired", ["3 1 1"]),
    Case("its own key, the certificate for somebody else", "dane", "wrong-name", ["3 1 1"]),
    Case("somebody else's key", "waits", "trusted", [NOBODYS_KEY]),
    Case("the old key and the new", "dane", tlsa=[NOBODYS_KEY, "3 1 1"]),
    Case("its own key by SHA-256, somebody else's by SHA-512", "waits", tlsa=["3 1 1", "3 1 2 " + "00" * 64]),
    # --- a CA: usage 2, with the host's name (3.1.2)
    *(Case(f"the CA above it, {record}", "dane", "trusted", [record]) for record in ("2 0 0", "2 0 1", "2 1 1", "2 1 2")),
    Case("the CA above it, the certificate for somebody else", "waits", "wrong-name", ["2 0 1"]),
    Case("the CA above it, the certificate expired", "waits", "expired", ["2 0 1"]),
    Case("a CA that its server does not send, but DNS has", "dane", "incomplete-chain", ["{ca}"]),
    # --- records that do not count: TLS is a must, with any certificate (2.2, 3.1.3)
    Case("only usage 0", "encrypted", tlsa=["0 0 1"]),
    Case("only usage 1", "encrypted", tlsa=["1 1 1"]),
    Case("a usage that nobody knows", "encrypted", tlsa=["9 1 1 " + "00" * 32]),
    Case("a selector that nobody knows", "encrypted", tlsa=["3 9 1 " + "00" * 32]),
    Case("a digest that nobody knows", "encrypted", tlsa=["3 1 9 " + "00" * 32]),
    Case("a digest that is too short", "encrypted", tlsa=["3 1 1 0000"]),
    Case("only usage 1, and no STARTTLS", "waits", "no-starttls", ["1 1 1 " + "00" * 32]),
    Case("usage 1 right, its own key wrong", "waits", tlsa=["1 1 1", NOBODYS_KEY]),
    # --- no TLS where there are records (2.2)
    Case("records, and no STARTTLS", "waits", "no-starttls", [NOBODYS_KEY]),
    Case("records, and a handshake that fails", "waits", "drops-in-handshake", ["3 1 1"]),
    Case("no records, and no STARTTLS", "clear", "no-starttls"),
    Case("no records, self-signed", "encrypted"),
    # --- what cannot be looked up may be anything (2.1)
    Case("records without signatures", "waits", tlsa=["3 1 1"], faults=["_tcp.mx TLSA strip"]),
    Case("SERVFAIL for the records", "waits", tlsa=["3 1 1"], faults=["_tcp.mx TLSA servfail"]),
    Case("no answer for the records", "waits", tlsa=["3 1 1"], faults=["_tcp.mx TLSA timeout"]),
    Case("a zone with wrong signatures", "waits", tlsa=["3 1 1"], dnssec="bogus"),
    # --- the chain of names (2.1.3, 2.2.1, 2.2.2)
    Case("somebody else's key, in an unsigned zone", "encrypted", tlsa=[NOBODYS_KEY], dnssec="insecure"),
    Case(
        "the MX is an alias; records at its end", "dane", tlsa=["3 1 1"], records=["@ MX 10 mail", "mail CNAME mx"]
    ),
    Case(
        "the MX is an alias; wrong records at its end, none at itself",
        "waits",
        tlsa=[NOBODYS_KEY],
        records=["@ MX 10 mail", "mail CNAME mx"],
    ),
    Case(
        "the MX is an alias; wrong records at itself, none at its end",
        "waits",
        records=["@ MX 10 mail", "mail CNAME mx", "_{port}._tcp.mail TLSA " + NOBODYS_KEY],
    ),
    Case(
        "the records are an alias",
        "waits",
        records=["@ MX 10 mx", "_{port}._tcp.mx CNAME keys", "keys TLSA " + NOBODYS_KEY],
    ),
    Case("no MX, the domain itself", "dane", "implicit-mx", ["3 1 1"]),
    Case("no MX, the domain itself with somebody else's key", "waits", "implicit-mx", [NOBODYS_KEY]),
    Case(
        "two MX, somebody else's key for the first",
        "encrypted",
        "several-mx",
        records=["@ MX 10 mx1", "@ MX 20 mx2", "_{port}._tcp.mx1 TLSA " + NOBODYS_KEY],
    ),
    Case(
        "two MX, SERVFAIL for the records of the first",
        "encrypted",
        "several-mx",
        records=["@ MX 10 mx1", "@ MX 20 mx2"],
        faults=["_tcp.mx1 TLSA servfail"],
    ),
    Case(
        "an unsigned MX leads to a signed host with somebody else's key",
        "encrypted",
        "mx-elsewhere",
        dnssec="insecure",
        records=["@ MX 10 mx.dane-mismatch.example."],
    ),
    Case(
        "a signed MX leads to an unsigned host with somebody else's key",
        "encrypted",
        "mx-elsewhere",
        records=["@ MX 10 mx.unsigned.example."],
    ),
)

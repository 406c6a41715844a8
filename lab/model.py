"""What a posture is made of: plain values, so that a new posture is a new row and not new code.

A Posture describes one domain: its DNS facts (records, how its zone is signed) and its Hosts. A
Host is one mail server with its own loopback address and a Behaviour; a Behaviour that speaks
TLS has a Tls, which has a Certificate. In every text `{host}`, `{domain}` and `{zone}` are
replaced by the real names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Expect = Literal["Ready: strict", "Ready: relaxed", "Not ready", "Unknown"]
TlsVersion = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]

#: The steps of a dialogue, in order. `drop_at` and `replies` name one of them. "ehlo-tls" is the
#: EHLO after the handshake, "body" is the moment when the first bytes of the message have arrived,
#: "dot" is the end of the message, when it has arrived whole and has not been answered.
STEPS = (
    "connect",
    "ehlo",
    "starttls",
    "handshake",
    "ehlo-tls",
    "auth",
    "mail",
    "rcpt",
    "data",
    "body",
    "dot",
    "rset",
    "quit",
)

ORDINARY_EXTENSIONS = (
    "PIPELINING",
    "SIZE 67108864",
    "8BITMIME",
    "SMTPUTF8",
    "DSN",
    "ENHANCEDSTATUSCODES",
)


@dataclass(frozen=True)
class Certificate:
    """A server certificate, described by what is right or wrong with it."""

    issuer: Literal["ca", "private-ca", "self"] = "ca"
    names: tuple[str, ...] = ("{host}",)
    """DNS names in the subject alternative name."""
    name_own_address: bool = False
    """Whether the server's address is there too (for a route by IP literal)."""
    common_name: str = "{host}"
    starts_in_days: int = -1
    ends_in_days: int = 90
    usage: Literal["server", "client", "both"] = "server"
    key: Literal["ec-p256", "rsa-2048", "rsa-1024"] = "ec-p256"
    send_intermediate: bool = True


@dataclass(frozen=True)
class Tls:
    """How a server speaks TLS once STARTTLS has been accepted."""

    certificate: Certificate | None = field(default_factory=Certificate)
    """None: no certificate at all, only anonymous cipher suites."""
    oldest: TlsVersion = "TLSv1.2"
    newest: TlsVersion = "TLSv1.3"
    ciphers: str = ""
    """An OpenSSL cipher list; empty for OpenSSL's own choice."""
    weak_dh: bool = False
    """Keys are agreed on by a Diffie-Hellman group of 1024 bits (RFC 2409 6.2) and in no other way."""
    asks_client_certificate: bool = False
    without_sni: Certificate | None = None
    """The certificate for a client that names no server, or another one, in its hello."""


@dataclass(frozen=True)
class Behaviour:
    """What a mail server does. The default is a good modern server."""

    listens: Literal["yes", "refused", "silent", "unreachable"] = "yes"
    """silent: accepts and never speaks; unreachable: connecting never ends."""
    greeting: str = "220 {host} ESMTP lab"
    extensions: tuple[str, ...] = ORDINARY_EXTENSIONS
    tls: Tls | None = field(default_factory=Tls)
    """None: STARTTLS is not offered."""
    starttls_reply: str = "220 2.0.0 Ready to start TLS"
    starttls_injects: str = ""
    """Plaintext sent in one piece with the 220, as someone in the middle would do."""
    delay: float = 0.0
    """Seconds before each reply."""
    drop_at: str = ""
    """The step (see STEPS) at which the connection is lost instead of answered; empty for never."""
    reset: bool = False
    """Whether a dropped connection is reset rather than closed."""
    replies: Mapping[str, str] = field(default_factory=dict)
    """Replies that differ from the ordinary ones, by step (see STEPS)."""
    recipients_limit: int = 0
    """How many recipients a message may have before RCPT is answered 452; 0 for no limit."""
    greylist: bool = False
    """451 for a client, sender and recipient not seen before."""
    requires_tls: bool = False
    credentials: tuple[str, str] | None = None
    """User and password: AUTH is offered under TLS, and required before MAIL."""
    known_users: tuple[str, ...] = ()
    """Local parts that exist; empty when every recipient is accepted."""


@dataclass(frozen=True)
class Host:
    """One mail server: `label` is its name below the zone, or `@` for the zone itself."""

    label: str = "mx"
    behaviour: Behaviour = field(default_factory=Behaviour)
    family: Literal["ipv4", "ipv6"] = "ipv4"
    tlsa: tuple[str, ...] = ()
    """TLSA records: `3 1 1` is made from the certificate shown; with data it is published as it is."""


@dataclass(frozen=True)
class Sts:
    """What a domain publishes by MTA-STS (RFC 8461), and what is wrong with it."""

    mode: Literal["enforce", "testing", "none"] = "enforce"
    mx: tuple[str, ...] = ("*.{zone}",)
    max_age: int = 86400
    id: str = "1"
    record: str = "v=STSv1; id={id};"
    """The TXT record; empty for none."""
    body: str = ""
    """A policy that replaces the one made from these fields."""
    status: int = 200
    location: str = ""
    content_type: str = "text/plain"
    certificate: Certificate = field(default_factory=lambda: Certificate(names=("mta-sts.{domain}",)))
    fault: Literal["", "refused", "silent", "cut", "held"] = ""
    """refused: nothing listens; silent: no answer ever; cut: the answer breaks off; held: who asks now is
    answered when an error (`status`) is published, whatever others are told meanwhile."""
    afterwards: Mapping[str, Any] = field(default_factory=dict)
    """Fields that change when the policy has been served once; DNS says so before the answer is out."""


@dataclass(frozen=True)
class Reporting:
    """Where a domain wants its TLS reports (RFC 8460), and what becomes of those posted over HTTPS."""

    record: str = "v=TLSRPTv1; rua={mailto},{https}"
    """The TXT record; of several lines, each is a record. `{mailto}` is the domain's mailbox for reports,
    `{https}` the address of its report host (see reports.py)."""
    status: int = 201
    location: str = ""
    delay: float = 0.0
    """Seconds before the answer."""
    certificate: Certificate = field(default_factory=lambda: Certificate(names=("reports.{domain}",)))
    fault: Literal["", "refused", "silent", "cut"] = ""
    """refused: nothing listens; silent: no answer ever; cut: the connection ends instead of an answer."""


@dataclass(frozen=True)
class Posture:
    """One domain of the practice world: what it looks like from outside and what is behind it."""

    name: str
    sentence: str
    """For an administrator: what is special about this domain, in one sentence."""
    expect: Expect
    """The verdict that a probe owes it."""
    hosts: tuple[Host, ...] = (Host(),)
    records: tuple[str, ...] | None = None
    """Zone-file lines; None for one MX a host, preference 10, 20 and so on. Addresses are added."""
    dnssec: Literal["secure", "insecure", "bogus", "expired", "absent"] = "secure"
    dns_faults: tuple[str, ...] = ()
    """Questions that go unanswered: `NAME TYPE EFFECT` lines (see resolver.py)."""
    domain: str = "{zone}"
    """The domain that mail is addressed to, when it is not the zone itself."""
    zone: str = ""
    """The zone's name; empty for `<name>.example`."""
    sts: Sts | None = None
    reporting: Reporting | None = None
    strict_by: Literal["", "mx-name", "pin", "domain-name", "dane", "sts"] = ""
    """What proves the name under strict: secure DNS, a captured pin, the domain's own name, a TLSA record,
    or the host's place in the MTA-STS policy."""
    remark: str = ""
    """What a probe says in place of a verdict about servers, such as `No Mail (null MX)`."""

    @property
    def zone_name(self) -> str:
        return self.zone or f"{self.name}.example"

    @property
    def has_a_story(self) -> bool:
        """Whether it is another one for who comes later, since what it publishes changes by itself."""
        return self.sts is not None and bool(self.sts.afterwards)

    @property
    def domain_name(self) -> str:
        return self.domain.format(zone=self.zone_name)


def to_json(value: object) -> Any:
    """The value as JSON data. Defaults are left out, so that what remains is what is special."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        result = {}
        for item in dataclasses.fields(value):
            current = getattr(value, item.name)
            if item.default_factory is not dataclasses.MISSING:
                default = item.default_factory()
            else:
                default = item.default
            if current != default:
                result[item.name] = to_json(current)
        return result
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return value


def behaviour_with(behaviour: Behaviour, changes: Mapping[str, Any]) -> Behaviour:
    """The behaviour with fields replaced by JSON data, as the control socket receives them."""
    fields = {item.name for item in dataclasses.fields(Behaviour)}
    for name in changes:
        if name not in fields:
            raise ValueError(f"no such behaviour: {name}; there are {', '.join(sorted(fields))}")
    step = changes.get("drop_at", "")
    if step and step not in STEPS:
        raise ValueError(f"no such step: {step}; there are {', '.join(STEPS)}")
    values = dict(changes)
    if isinstance(values.get("tls"), dict):
        values["tls"] = _tls_with(behaviour.tls or Tls(), values["tls"])
    for name in ("extensions", "known_users", "credentials"):
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    return dataclasses.replace(behaviour, **values)


def _tls_with(tls: Tls, changes: Mapping[str, Any]) -> Tls:
    values = dict(changes)
    for name in ("certificate", "without_sni"):
        if isinstance(values.get(name), dict):
            values[name] = certificate_with(getattr(tls, name) or Certificate(), values[name])
    return dataclasses.replace(tls, **values)


def sts_with(sts: Sts, changes: Mapping[str, Any]) -> Sts:
    """What is published by MTA-STS with fields replaced by JSON data."""
    values = dict(changes)
    if isinstance(values.get("mx"), list):
        values["mx"] = tuple(values["mx"])
    if isinstance(values.get("certificate"), dict):
        values["certificate"] = certificate_with(sts.certificate, values["certificate"])
    return dataclasses.replace(sts, **values)


def reporting_with(reporting: Reporting, changes: Mapping[str, Any]) -> Reporting:
    """Where reports are wanted, with fields replaced by JSON data."""
    values = dict(changes)
    if isinstance(values.get("certificate"), dict):
        values["certificate"] = certificate_with(reporting.certificate, values["certificate"])
    return dataclasses.replace(reporting, **values)


def certificate_with(certificate: Certificate, changes: Mapping[str, Any]) -> Certificate:
    """The certificate description with fields replaced by JSON data."""
    values = dict(changes)
    if isinstance(values.get("names"), list):
        values["names"] = tuple(values["names"])
    return dataclasses.replace(certificate, **values)

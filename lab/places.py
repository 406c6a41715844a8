"""One domain of the world: the posture it has now, what its zone says, which machines it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import Behaviour, Posture
from .pki import Files
from .published import tlsa_lines
from .servers import MailServer


@dataclass
class Machine:
    """A mail server of a Place: its name, and what it is meant to be."""

    fqdn: str
    server: MailServer
    behaviour: Behaviour
    files: Files | None = None
    tlsa: tuple[str, ...] = ()


@dataclass
class Place:
    """One domain of the world."""

    posture: Posture
    """Where it comes from; its name and zone never change."""
    kind: str
    """partner or internal"""
    network: str
    """The first three numbers of its addresses."""
    now: Posture
    """The posture that it has at the moment."""
    records: list[str] | None = None
    """Zone lines that replace the posture's, when somebody has set them."""
    machines: list[Machine] = field(default_factory=list)

    @property
    def zone(self) -> str:
        return self.posture.zone_name

    @property
    def domain(self) -> str:
        return self.posture.domain_name

    def lines(self) -> list[str]:
        """The zone's lines without addresses, each with its owner first."""
        if self.records is not None:
            return list(self.records)
        if self.now.records is not None:
            return list(self.now.records)
        labels = list(dict.fromkeys(host.label for host in self.now.hosts))
        return [f"@ MX {10 * number} {label}" for number, label in enumerate(labels, start=1)]

    def tlsa(self, ports: tuple[int, ...]) -> list[str]:
        """The zone's lines with the TLSA records of the machines."""
        lines: list[str] = []
        for machine in self.machines:
            chain = machine.files.certificate if machine.files is not None else None
            lines += tlsa_lines(machine.fqdn, ports, machine.tlsa, chain)
        return lines

    def addresses(self) -> list[str]:
        """The zone's lines with the addresses of the machines."""
        return [
            f"{machine.fqdn}. {'AAAA' if ':' in machine.server.address else 'A'} "
            f"{machine.server.address}"
            for machine in self.machines
        ]


def absolute(name: str, zone: str) -> str:
    """A zone-file name made absolute, without the final dot."""
    if name == "@":
        return zone
    return name.rstrip(".") if name.endswith(".") else f"{name}.{zone}"


def mail_targets(place: Place, places: Mapping[str, Place]) -> list[tuple[int, str]]:
    """The hosts that take the domain's mail with their preference, aliases followed."""
    targets: list[tuple[int, str]] = []
    aliases: dict[str, str] = {}
    for line in place.lines():
        owner, kind, *data = line.split()
        if kind == "MX":
            targets.append((int(data[0]), absolute(data[1], place.zone)))
        elif kind == "CNAME":
            aliases[absolute(owner, place.zone)] = absolute(data[0], place.zone)
    alias = aliases.get(place.domain, "")
    if alias in places:
        return mail_targets(places[alias], places)
    if not targets:
        targets = [(0, place.domain)]
    return sorted((preference, aliases.get(target, target)) for preference, target in targets)


def mail_machines(place: Place, places: Mapping[str, Place]) -> list[tuple[int, Machine]]:
    """The machines behind `mail_targets`, wherever they are."""
    every = [machine for other in places.values() for machine in other.machines]
    return [
        (preference, machine)
        for preference, target in mail_targets(place, places)
        for machine in every
        if machine.fqdn == target
    ]

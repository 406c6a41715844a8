"""The practice world as a whole: puts keys, zones, name server and mail servers together.

A Place is one domain with the posture that it has at the moment; what it should look like in DNS and which
servers it needs follow from that. Changing a posture means: compute both anew, and make the world so.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .model import Behaviour, Certificate, Host, Posture, to_json
from .nameserver import NameServer
from .pki import Files, Pki
from .records import Records, Session
from .servers import MailServer, candidate_ports, has_ipv6, listen
from .contexts import server_context
from .zones import Zone, trust_anchor

RESOLVER_ADDRESS = "127.0.0.1"
GATEWAY_HOST = "gateway.example"
GATEWAY_ADDRESS = "127.42.0.1"


class WorldError(Exception):
    """The world cannot do what was asked; the text says why and what to do."""


@dataclass
class Machine:
    """A mail server of a Place: its names, and what it is meant to be."""

    fqdn: str
    server: MailServer
    behaviour: Behaviour
    files: Files | None = None


@dataclass
class Place:
    """One domain of the world."""

    posture: Posture
    """Where it comes from; its name and zone never change."""
    kind: str
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


class World:
    """Everything that runs. `start` makes it, `stop` ends it, and both leave nothing half done."""

    def __init__(self, directory: Path, partners: Iterable[Posture], internal: Iterable[Posture], ttl: int) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.pki = Pki(directory / "certificates")
        self.records = Records(directory / "mail")
        self._names = NameServer(directory / "dns", RESOLVER_ADDRESS, ttl)
        self._zones: dict[str, Zone] = {"": Zone("", [])}
        self._zones["example"] = Zone("example", ["ns A 127.0.0.1", f"gateway A {GATEWAY_ADDRESS}"])
        self._port = 0
        self._lock = asyncio.Lock()
        self.places: dict[str, Place] = {}
        for kind, second, postures in (("partner", 40, partners), ("internal", 41, internal)):
            for number, posture in enumerate(postures, start=1):
                place = Place(posture, kind, f"127.{second}.{number}", posture)
                self.places[place.domain] = place

    async def start(self) -> None:
        self._port = self._find_port()
        gateway = Certificate(names=("{host}",), name_own_address=True)
        self._gateway_files = self.pki.issue(gateway, GATEWAY_HOST, "example", GATEWAY_ADDRESS, "gateway")
        for place in self.places.values():
            await self._furnish(place)
        self._lay_out_zones()
        await self._names.start(self._zones)
        (self.directory / "root.ds").write_text(trust_anchor(self._zones[""]))

    async def stop(self) -> None:
        for place in self.places.values():
            for machine in place.machines:
                await machine.server.stop()
        await self._names.stop()

    async def set_posture(self, domain: str, posture: Posture) -> None:
        """Gives a domain another posture: servers, certificates and DNS, from the next connection on."""
        async with self._lock:
            place = self.place(domain)
            place.now = posture
            place.records = None
            await self._furnish(place)
            await self._publish()

    async def set_behaviour(self, domain: str, host: str, behaviour: Behaviour) -> None:
        """Gives one server of a domain (or, with no host named, all of them) another behaviour."""
        async with self._lock:
            place = self.place(domain)
            machines = [machine for machine in place.machines if host in ("", machine.fqdn)]
            if not machines:
                raise WorldError(f"{domain} has no server {host}")
            for machine in machines:
                await self._equip(place, machine, behaviour)

    async def set_zone(self, domain: str, records: list[str] | None, dnssec: str) -> None:
        """Replaces what the domain's zone says (addresses of its servers stay), or how it is signed."""
        async with self._lock:
            place = self.place(domain)
            if records is not None:
                place.records = records
            if dnssec:
                place.now = _signed_as(place.now, dnssec)
            await self._publish()

    def place(self, domain: str) -> Place:
        found = self.places.get(domain.lower().rstrip("."))
        if found is None:
            raise WorldError(f"there is no domain {domain} in this world")
        return found

    def hosts_of(self, domain: str) -> set[str]:
        """The servers that take a domain's mail, also those elsewhere."""
        place = self.place(domain)
        return {machine.fqdn for machine in place.machines} | {entry["host"] for entry in self._mx(place)}

    def concerns(self, domain: str, session: Session) -> bool:
        """Whether a session was with one of the domain's servers or about the domain."""
        return session.host in self.hosts_of(domain) or domain in session.recipient_domains

    def describe(self, control: Path) -> dict[str, Any]:
        """What world.json says."""
        return {
            "version": 1,
            "pid": os.getpid(),
            "directory": str(self.directory),
            "resolver": {"address": RESOLVER_ADDRESS, "port": self._names.port},
            "nameserver_pid": self._names.pid,
            "trust_anchor": str(self.directory / "root.ds"),
            "ca": str(self.pki.ca),
            "private_ca": str(self.pki.private_ca),
            "smtp_port": self._port,
            "ipv6": has_ipv6(),
            "control": str(control),
            "mail": str(self.directory / "mail"),
            "gateway": {
                "hostname": GATEWAY_HOST,
                "address": GATEWAY_ADDRESS,
                "names": [GATEWAY_HOST],
                "cert": str(self._gateway_files.certificate),
                "key": str(self._gateway_files.key),
            },
            "partners": [self._describe_partner(place) for place in self.places.values() if place.kind == "partner"],
            "internal": [
                entry for place in self.places.values() if place.kind == "internal"
                for entry in self._describe_internal(place)
            ],
        }

    def _describe_partner(self, place: Place) -> dict[str, Any]:
        return {
            "domain": place.domain,
            "posture": place.now.name,
            "sentence": place.now.sentence,
            "expect": place.now.expect,
            "strict_by": place.now.strict_by,
            "remark": place.now.remark,
            "dnssec": place.now.dnssec,
            "mx": self._mx(place),
        }

    def _describe_internal(self, place: Place) -> list[dict[str, Any]]:
        return [
            {
                "name": place.now.name,
                "domain": place.domain,
                "sentence": place.now.sentence,
                "expect": place.now.expect,
                "host": machine.fqdn,
                "address": machine.server.address,
                "port": machine.server.port,
                "certificate": to_json(machine.behaviour.tls.certificate) if machine.behaviour.tls else None,
                "cert": str(machine.files.certificate) if machine.files else None,
                "key": str(machine.files.key) if machine.files else None,
                "credentials": _credentials(machine.behaviour),
            }
            for machine in place.machines
        ]

    def _mx(self, place: Place) -> list[dict[str, Any]]:
        """The servers behind the domain's MX records, in order of preference, wherever they are."""
        every = [machine for other in self.places.values() for machine in other.machines]
        found = []
        for preference, target in self._targets(place):
            for machine in every:
                if machine.fqdn == target:
                    found.append({
                        "host": machine.fqdn, "address": machine.server.address, "port": self._port,
                        "preference": preference,
                        "cert": str(machine.files.certificate) if machine.files else None,
                        "key": str(machine.files.key) if machine.files else None,
                    })
        return sorted(found, key=lambda entry: int(entry["preference"]))

    def _targets(self, place: Place) -> list[tuple[int, str]]:
        targets, aliases = [], {}
        for line in self._lines(place):
            owner, kind, *data = line.split()
            if kind == "MX":
                targets.append((int(data[0]), _absolute(data[1], place.zone)))
            elif kind == "CNAME":
                aliases[_absolute(owner, place.zone)] = _absolute(data[0], place.zone)
        if place.domain in aliases and aliases[place.domain] in self.places:
            return self._targets(self.places[aliases[place.domain]])
        if not targets:
            targets = [(0, place.domain)]
        return [(preference, aliases.get(target, target)) for preference, target in targets]

    async def _furnish(self, place: Place) -> None:
        """Makes the place's servers those of its present posture."""
        wanted = [host for host in place.now.hosts if host.family == "ipv4" or has_ipv6()]
        for machine in place.machines[len(wanted):]:
            await machine.server.stop()
        del place.machines[len(wanted):]
        for number, host in enumerate(wanted):
            fqdn = _absolute(host.label, place.zone)
            address = "::1" if host.family == "ipv6" else f"{place.network}.{number + 1}"
            if number < len(place.machines):
                machine = place.machines[number]
                if machine.fqdn != fqdn or machine.server.address != address:
                    await machine.server.stop()
                    place.machines[number] = machine = self._machine(fqdn, address, host)
            else:
                machine = self._machine(fqdn, address, host)
                place.machines.append(machine)
            await self._equip(place, machine, host.behaviour)

    def _machine(self, fqdn: str, address: str, host: Host) -> Machine:
        return Machine(fqdn, MailServer(fqdn, address, self._port, self.records), host.behaviour)

    async def _equip(self, place: Place, machine: Machine, behaviour: Behaviour) -> None:
        address = machine.server.address
        machine.behaviour = behaviour
        machine.files = None

        def issue(what: Certificate, suffix: str) -> Files:
            stem = f"{machine.fqdn}@{address.replace(':', '_')}{suffix}"
            files = self.pki.issue(what, machine.fqdn, place.domain, address, stem)
            machine.files = machine.files or files
            return files

        context = None
        if behaviour.tls is not None:
            clients = (self.pki.ca, self.pki.private_ca)
            context = server_context(behaviour.tls, machine.fqdn, issue, clients)
        await machine.server.become(behaviour, context)

    def _lines(self, place: Place) -> list[str]:
        """The zone's lines without addresses, each with its owner first."""
        if place.records is not None:
            return list(place.records)
        if place.now.records is not None:
            return list(place.now.records)
        labels = list(dict.fromkeys(host.label for host in place.now.hosts))
        return [f"@ MX {10 * number} {label}" for number, label in enumerate(labels, start=1)]

    def _lay_out_zones(self) -> None:
        """Brings the zones in line with the places. A zone keeps its key as long as it exists."""
        wanted = {place.zone: place for place in self.places.values() if place.now.dnssec != "absent"}
        for name in [name for name in self._zones if name not in ("", "example", *wanted)]:
            del self._zones[name]
        for name, place in wanted.items():
            zone = self._zones.setdefault(name, Zone(name, []))
            zone.dnssec = place.now.dnssec
            zone.lines = self._lines(place) + [
                f"{machine.fqdn}. {'AAAA' if ':' in machine.server.address else 'A'} {machine.server.address}"
                for machine in place.machines
            ]
        self._zones["example"].children = {name: self._zones[name] for name in wanted}
        self._zones[""].children = {"example": self._zones["example"]}

    async def _publish(self) -> None:
        self._lay_out_zones()
        await self._names.publish(self._zones)

    def _find_port(self) -> int:
        """One port that is free on every address that a server may need."""
        addresses = [GATEWAY_ADDRESS] + (["::1"] if has_ipv6() else [])
        for place in self.places.values():
            addresses += [f"{place.network}.{number + 1}" for number in range(len(place.now.hosts))]
        for port in candidate_ports():
            if all(_is_free(address, port) for address in addresses):
                return port
        raise WorldError("no port is free on all loopback addresses; stop other practice worlds")


def _is_free(address: str, port: int) -> bool:
    try:
        listen(address, port, 1).close()
    except OSError:
        return False
    return True


def _absolute(name: str, zone: str) -> str:
    if name == "@":
        return zone
    return name.rstrip(".") if name.endswith(".") else f"{name}.{zone}"


def _signed_as(posture: Posture, dnssec: str) -> Posture:
    known = ("secure", "insecure", "bogus", "expired", "servfail", "absent")
    if dnssec not in known:
        raise WorldError(f"dnssec is one of {', '.join(known)}")
    return Posture(**{**posture.__dict__, "dnssec": dnssec})


def _credentials(behaviour: Behaviour) -> dict[str, str] | None:
    if behaviour.credentials is None:
        return None
    return {"user": behaviour.credentials[0], "password": behaviour.credentials[1]}


def write_description(path: Path, description: dict[str, Any]) -> None:
    """Writes world.json so that whoever sees it sees all of it."""
    handle, partial = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        json.dump(description, file, indent=2)
        file.write("\n")
    os.replace(partial, path)

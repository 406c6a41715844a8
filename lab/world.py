"""The practice world as a whole: puts keys, zones, name server and mail servers together.

A Place is one domain with the posture that it has at the moment; what it should look like in DNS
and which servers it needs follow from that. A change means: compute both anew, and make the
world so.
"""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
from collections.abc import Iterable
from pathlib import Path

from .contexts import server_context
from .model import Behaviour, Certificate, Host, Posture, Reporting, Sts, sts_with
from .nameserver import NameServer
from .pki import Files, Pki
from .policyhost import ADDRESS as POLICY_ADDRESS
from .policyhost import NOBODY, PolicyHost
from .places import Machine, Place, absolute, mail_machines
from .published import reporting_lines, sts_body, sts_lines
from .records import Records, Session
from .reports import Reports, report_host
from .resolver import Fault, Resolver
from .servers import MailServer, candidate_ports, has_ipv6, listen
from .zones import Zone, trust_anchor

ADDRESS = "127.0.0.1"
GATEWAY_HOST = "gateway.example"
GATEWAY_ADDRESS = "127.42.0.1"
DNSSEC_STATES = ("secure", "insecure", "bogus", "expired", "absent")


class WorldError(Exception):
    """The world cannot do what was asked; the text says why and what to do."""


class World:
    """Everything that runs. `start` makes it, `stop` ends it."""

    def __init__(
        self,
        directory: Path,
        sockets: Path,
        partners: Iterable[Posture],
        internal: Iterable[Posture],
        ttl: int,
    ) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.pki = Pki(directory / "certificates")
        self.records = Records(directory / "mail")
        self.names = NameServer(directory / "dns", sockets, ADDRESS, ttl)
        self.resolver = Resolver(ADDRESS)
        self.reports = Reports(directory / "reports", self.records)
        self.policies = PolicyHost(self.reports)
        self._policy_contexts: dict[tuple[str, Certificate], ssl.SSLContext] = {}
        self.smtp_port = 0
        self.gateway_files: Files | None = None
        self.places: dict[str, Place] = {}
        self._zones: dict[str, Zone] = {"": Zone("", [])}
        self._zones["example"] = Zone("example", ["ns A 127.0.0.1", f"gateway A {GATEWAY_ADDRESS}"])
        self._lock = asyncio.Lock()
        for kind, second, postures in (("partner", 40, partners), ("internal", 41, internal)):
            for number, posture in enumerate(postures, start=1):
                place = Place(posture, kind, f"127.{second}.{number}", posture)
                self.places[place.domain] = place

    async def start(self) -> None:
        self.smtp_port = self._find_port()
        wanted = Certificate(name_own_address=True, usage="both")
        self.gateway_files = self.pki.issue(
            wanted, GATEWAY_HOST, "example", GATEWAY_ADDRESS, "gateway"
        )
        for place in self.places.values():
            await self._furnish(place)
        await self.policies.start(self._policy_context("policies.example", Certificate(), "example"))
        self._lay_out_zones()
        await self.names.start(self._zones)
        await self.resolver.start(self.names.port)
        (self.directory / "root.ds").write_text(trust_anchor(self._zones[""]))

    async def stop(self) -> None:
        for place in self.places.values():
            for machine in place.machines:
                await machine.server.stop()
        await self.policies.stop()
        await self.resolver.stop()
        await self.names.stop()

    async def set_posture(self, domain: str, posture: Posture) -> None:
        """Gives a domain another posture: servers, certificates and DNS, from now on."""
        async with self._lock:
            place = self.place(domain)
            place.now = posture
            place.records = None
            await self._furnish(place)
            await self._publish()

    async def set_behaviour(self, domain: str, host: str, behaviour: Behaviour) -> None:
        """Gives one server of a domain another behaviour."""
        async with self._lock:
            place = self.place(domain)
            for machine in place.machines:
                if machine.fqdn == host:
                    await self._equip(place, machine, behaviour)

    async def set_published(
        self, domain: str, sts: Sts | None, reporting: Reporting | None, tlsa: tuple[str, ...] | None
    ) -> None:
        """Replaces what a domain publishes: its MTA-STS policy, where it wants reports, and the TLSA
        records of its servers (None leaves those as they are)."""
        async with self._lock:
            place = self.place(domain)
            place.now = dataclasses.replace(place.now, sts=sts, reporting=reporting)
            if tlsa is not None:
                for machine in place.machines:
                    machine.tlsa = tlsa
            await self._publish()

    async def set_zone(
        self, domain: str, records: list[str] | None, dnssec: str, faults: list[str] | None
    ) -> None:
        """Replaces what the domain's zone says (addresses of its servers stay), how it is signed,
        or which questions about it go wrong. None or empty leaves as it is."""
        if dnssec and dnssec not in DNSSEC_STATES:
            raise WorldError(f"dnssec is one of {', '.join(DNSSEC_STATES)}")
        async with self._lock:
            place = self.place(domain)
            if records is not None:
                place.records = records
            if dnssec:
                place.now = dataclasses.replace(place.now, dnssec=dnssec)
            if faults is not None:
                place.now = dataclasses.replace(place.now, dns_faults=tuple(faults))
            await self._publish()

    def place(self, domain: str) -> Place:
        found = self.places.get(domain.lower().rstrip("."))
        if found is None:
            raise WorldError(f"there is no domain {domain} in this world")
        return found

    def machines(self, domain: str, host: str = "") -> list[Machine]:
        """The servers of a domain, or the one named (by its full name or its first label)."""
        found = [
            machine
            for machine in self.place(domain).machines
            if host in ("", machine.fqdn, machine.fqdn.partition(".")[0])
        ]
        if not found:
            raise WorldError(f"{domain} has no server {host}".rstrip())
        return found

    def concerns(self, domain: str, session: Session) -> bool:
        """Whether a session was with one of the domain's servers or about the domain."""
        place = self.place(domain)
        hosts = {machine.fqdn for machine in place.machines}
        hosts |= {machine.fqdn for _, machine in mail_machines(place, self.places)}
        return session.host in hosts or domain in session.recipient_domains

    async def _furnish(self, place: Place) -> None:
        """Makes the place's servers those of its present posture."""
        wanted = [host for host in place.now.hosts if host.family == "ipv4" or has_ipv6()]
        for machine in place.machines[len(wanted) :]:
            await machine.server.stop()
        del place.machines[len(wanted) :]
        for number, host in enumerate(wanted):
            fqdn = absolute(host.label, place.zone)
            address = "::1" if host.family == "ipv6" else f"{place.network}.{number + 1}"
            if number == len(place.machines):
                place.machines.append(self._machine(fqdn, address, host))
            machine = place.machines[number]
            if (machine.fqdn, machine.server.address) != (fqdn, address):
                await machine.server.stop()
                machine = place.machines[number] = self._machine(fqdn, address, host)
            machine.tlsa = host.tlsa
            await self._equip(place, machine, host.behaviour)

    def _machine(self, fqdn: str, address: str, host: Host) -> Machine:
        server = MailServer(fqdn, address, self.smtp_port, self.records)
        return Machine(fqdn, server, host.behaviour)

    async def _equip(self, place: Place, machine: Machine, behaviour: Behaviour) -> None:
        """Gives a machine its behaviour, with a new certificate."""
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

    def _lay_out_zones(self) -> None:
        """Brings zones and faults in line with the places. A zone keeps its key while it exists."""
        wanted = {p.zone: p for p in self.places.values() if p.now.dnssec != "absent"}
        for name in [name for name in self._zones if name not in ("", "example", *wanted)]:
            del self._zones[name]
        for name, place in wanted.items():
            zone = self._zones.setdefault(name, Zone(name, []))
            zone.dnssec = place.now.dnssec
            zone.lines = place.lines() + place.addresses()
            zone.lines += place.tlsa((25, self.smtp_port))
            zone.lines += self._publish_policy(place) + self._publish_reporting(place)
        self._zones["example"].children = {name: self._zones[name] for name in wanted}
        self._zones[""].children = {"example": self._zones["example"]}
        for place in self.places.values():
            faults = [Fault.parse(line, place.zone) for line in place.now.dns_faults]
            self.resolver.set_faults(place.domain, faults)

    def _publish_policy(self, place: Place) -> list[str]:
        """Serves the place's MTA-STS policy, if it has one; the zone lines that announce it."""
        sts, host = place.now.sts, f"mta-sts.{place.domain}"
        if sts is None:
            self.policies.withdraw(host)
            return []
        context = self._policy_context(host, sts.certificate, place.domain)

        async def served() -> None:
            if sts.afterwards and place.now.sts is sts:
                changed = dataclasses.replace(sts_with(sts, sts.afterwards), afterwards={})
                await self.set_published(place.domain, changed, place.now.reporting, None)

        self.policies.publish(host, sts, sts_body(place.domain, place.zone, sts), context, served)
        return sts_lines(place.domain, sts, NOBODY if sts.fault == "refused" else POLICY_ADDRESS)

    def _publish_reporting(self, place: Place) -> list[str]:
        """Takes reports for the place, if it wants any; the zone lines that ask for them."""
        reporting, host = place.now.reporting, report_host(place.domain)
        if reporting is None:
            self.policies.withdraw(host)
            return []
        context = self._policy_context(host, reporting.certificate, place.domain)
        self.policies.take_reports(host, place.domain, reporting, context)
        address = NOBODY if reporting.fault == "refused" else POLICY_ADDRESS
        return reporting_lines(place.domain, reporting, address, self.policies.port)

    def _policy_context(self, host: str, certificate: Certificate, domain: str) -> ssl.SSLContext:
        """A host keeps its certificate for as long as it is to be one of the same kind."""
        key = (host, certificate)
        if key not in self._policy_contexts:
            self._policy_contexts[key] = self._new_policy_context(host, certificate, domain)
        return self._policy_contexts[key]

    def _new_policy_context(self, host: str, certificate: Certificate, domain: str) -> ssl.SSLContext:
        files = self.pki.issue(certificate, host, domain, POLICY_ADDRESS, f"policy-{host}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        return context

    async def _publish(self) -> None:
        self._lay_out_zones()
        await self.names.publish(self._zones)

    def _find_port(self) -> int:
        """One port that is free on every address that a server may need."""
        addresses = [GATEWAY_ADDRESS] + (["::1"] if has_ipv6() else [])
        for place in self.places.values():
            addresses += [f"{place.network}.{n + 1}" for n in range(len(place.now.hosts))]
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

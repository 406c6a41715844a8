"""The world's resolver: passes questions on to NSD, except where the path to it is meant to be
broken.

NSD only answers rightly. What an administrator meets besides, such as SERVFAIL for one kind of
record, a name server that never answers, or a resolver on the way that strips signatures,
happens here. It is no recursive resolver and does not validate: whoever asks must do that, as
the gateway does.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rdatatype

from .servers import candidate_ports

FAULTS = ("servfail", "timeout", "strip")
_DNSSEC_TYPES = (dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.DNSKEY, dns.rdatatype.DS)


@dataclass(frozen=True)
class Fault:
    """What goes wrong for a name, and for every name below it."""

    name: dns.name.Name
    kind: str
    """A record type such as `TLSA`, or `*`."""
    effect: str
    """servfail, timeout (no answer ever), or strip (the answer comes without DNSSEC records)."""

    @classmethod
    def parse(cls, line: str, zone: str) -> "Fault":
        """Reads `NAME TYPE EFFECT`, the name relative to the zone as in a zone file."""
        words = line.split()
        if len(words) != 3 or words[2] not in FAULTS:
            raise ValueError(
                f"a fault is NAME TYPE EFFECT, with EFFECT one of {', '.join(FAULTS)}: {line}"
            )
        return cls(
            dns.name.from_text(words[0], dns.name.from_text(zone + ".")), words[1].upper(), words[2]
        )

    def hits(self, name: dns.name.Name, kind: str) -> bool:
        if self.kind not in ("*", kind) or not name.is_subdomain(self.name):
            return False
        # The DS of a zone is its parent's to serve.
        return not (self.kind == "*" and kind == "DS" and name == self.name)


class Resolver:
    """Listens for UDP and TCP on one port."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._upstream_port = 0
        self._faults: dict[str, list[Fault]] = {}
        self._clients: dict[int, tuple[tuple[str, int], bytes, bool]] = {}
        self._next = 0
        self._queries: list[str] = []
        self._inside: asyncio.DatagramTransport | None = None
        self._outside: asyncio.DatagramTransport | None = None
        self._server: asyncio.AbstractServer | None = None
        self.port = 0

    @property
    def queries(self) -> list[str]:
        """The latest questions, `NAME TYPE`, oldest first."""
        return list(self._queries)

    def set_faults(self, owner: str, faults: list[Fault]) -> None:
        """Replaces the faults that `owner` (a domain, or `` for the whole world) brings."""
        self._faults[owner] = faults

    async def start(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        loop = asyncio.get_running_loop()
        for port in candidate_ports():
            try:
                self._server = await asyncio.start_server(self._serve_tcp, self._address, port)
                self._outside, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self._from_client), local_addr=(self._address, port)
                )
            except OSError:
                if self._server is not None:
                    self._server.close()
                continue
            self.port = port
            break
        self._inside, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._from_upstream), remote_addr=(self._address, upstream_port)
        )

    async def stop(self) -> None:
        for transport in (self._inside, self._outside):
            if transport is not None:
                transport.close()
        if self._server is not None:
            self._server.close()

    def _from_client(self, query: bytes, client: tuple[str, int]) -> None:
        effect = self._effect(query)
        if effect == "servfail" and self._outside is not None:
            self._outside.sendto(_failure(query), client)
        elif effect in ("", "strip") and self._inside is not None:
            self._next = (self._next + 1) % 65536
            self._clients[self._next] = (client, query[:2], effect == "strip")
            self._inside.sendto(struct.pack("!H", self._next) + query[2:])

    def _from_upstream(self, answer: bytes, _: tuple[str, int]) -> None:
        waiting = self._clients.pop(struct.unpack("!H", answer[:2])[0], None)
        if waiting is None or self._outside is None:
            return
        client, identity, strip = waiting
        whole = identity + answer[2:]
        self._outside.sendto(_stripped(whole) if strip else whole, client)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inward, outward = await asyncio.open_connection(self._address, self._upstream_port)
            try:
                while True:
                    query = await _read_message(reader)
                    effect = self._effect(query)
                    if effect == "timeout":
                        continue
                    if effect == "servfail":
                        answer = _failure(query)
                    else:
                        outward.write(len(query).to_bytes(2, "big") + query)
                        answer = await _read_message(inward)
                        answer = _stripped(answer) if effect == "strip" else answer
                    writer.write(len(answer).to_bytes(2, "big") + answer)
                    await writer.drain()
            finally:
                outward.close()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _effect(self, query: bytes) -> str:
        """Which fault the question meets; empty for none."""
        try:
            name, end = dns.name.from_wire(query, 12)
            kind = _type_text(int.from_bytes(query[12 + end : 14 + end], "big"))
        except (dns.exception.DNSException, ValueError, IndexError):
            return ""
        self._queries.append(f"{name.to_text(omit_final_dot=True)} {kind}")
        del self._queries[:-10000]
        lowered = name.canonicalize()
        for faults in self._faults.values():
            for fault in faults:
                if fault.hits(lowered, kind):
                    return fault.effect
        return ""


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, taken: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._taken = taken

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) >= 12:
            self._taken(data, addr)


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))


def _type_text(number: int) -> str:
    return str(dns.rdatatype.to_text(dns.rdatatype.RdataType(number)))


def _failure(query: bytes) -> bytes:
    answer = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer.to_wire()


def _stripped(answer: bytes) -> bytes:
    """The answer as an old resolver or a middlebox would pass it on: without DNSSEC records."""
    message = dns.message.from_wire(answer)
    for section in (message.answer, message.authority):
        asked = message.question[0].rdtype if message.question else None
        section[:] = [
            rrset for rrset in section if rrset.rdtype not in _DNSSEC_TYPES or rrset.rdtype == asked
        ]
    return message.to_wire()

"""The control socket: one JSON object a line in, one JSON object a line out.

An answer is {"ok": true, ...} or {"ok": false, "error": "..."}. Operations:

  mail        {domain}                      the messages that arrived
  sessions    {domain}                      every session with the domain's servers
  wait        {domain, count, timeout, for} answers when `count` messages (with "for": "sessions",
                                            ended sessions, or "reports") are there; "met" says
                                            whether they are
  forget      {domain}                      forgets mail, sessions and reports
  set         {domain, posture}             another posture, or
              {domain, host?, behaviour}    fields of a Behaviour that change (see model.py)
  zone        {domain, records?, dnssec?, faults?}
                                            other zone lines, another way of signing, faults such as
                                            `mx A timeout` (see resolver.py)
  published   {domain?, sts?, withdraw?, reporting?, tlsa?}
                                            what a domain publishes: fields of Sts that change, or its
                                            policy withdrawn; fields of Reporting that change, an empty
                                            record ends it; TLSA records (`3 1 1`); answers which policy
                                            hosts were asked so far
  reports     {domain}                      the TLS reports that arrived, by mail and by HTTPS
  dns         {faults?}                     faults for all names; answers the questions asked so far
  certificate {domain, host?, certificate?} a new certificate, with the given fields changed
  describe    {}                            what world.json would say now
  stop        {}                            ends the world
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from .model import (
    Certificate,
    Posture,
    Reporting,
    Sts,
    Tls,
    behaviour_with,
    certificate_with,
    reporting_with,
    sts_with,
)
from .description import describe
from .postures import INTERNAL, PARTNERS
from .resolver import Fault
from .world import World, WorldError

Request = dict[str, Any]
Answer = dict[str, Any]


class Control:
    """Listens on a unix socket and answers for the world."""

    def __init__(self, world: World, path: Path, stop: Callable[[], None]) -> None:
        self._world = world
        self.path = path
        self._stop = stop
        self._server: asyncio.AbstractServer | None = None
        self._operations: dict[str, Callable[[Request], Awaitable[Answer]]] = {
            "mail": self._mail,
            "sessions": self._sessions,
            "wait": self._wait,
            "forget": self._forget,
            "set": self._set,
            "zone": self._zone,
            "dns": self._dns,
            "published": self._published,
            "reports": self._reports,
            "certificate": self._certificate,
            "describe": self._describe,
            "stop": self._end,
        }

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self.path), limit=1 << 20)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
            operation = self._operations.get(request.get("op", ""))
            if operation is None:
                raise WorldError(f"op is one of {', '.join(self._operations)}")
            return {"ok": True, **await operation(request)}
        except KeyError as error:
            return {"ok": False, "error": f"{error} is missing"}
        except Exception as error:  # the asker learns of it; the world goes on
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    async def _mail(self, request: Request) -> Answer:
        return {"mail": self._world.records.messages(request["domain"])}

    async def _sessions(self, request: Request) -> Answer:
        domain = request["domain"]
        self._world.place(domain)
        return {
            "sessions": self._world.records.sessions(
                lambda session: self._world.concerns(domain, session)
            )
        }

    async def _wait(self, request: Request) -> Answer:
        domain, count = request["domain"], int(request.get("count", 1))
        records, world = self._world.records, self._world
        if request.get("for", "mail") == "sessions":

            def ended() -> list[dict[str, Any]]:
                return records.sessions(
                    lambda session: session.ended != "" and world.concerns(domain, session)
                )

            world.place(domain)
            met = await records.wait_until(
                lambda: len(ended()) >= count, float(request.get("timeout", 10))
            )
            return {"met": met, "sessions": ended()}
        if request.get("for", "mail") == "reports":
            met = await records.wait_until(
                lambda: len(world.reports.of(domain)) >= count, float(request.get("timeout", 10))
            )
            return {"met": met, "reports": world.reports.of(domain)}
        met = await records.wait_until(
            lambda: len(records.messages(domain)) >= count, float(request.get("timeout", 10))
        )
        return {"met": met, "mail": records.messages(domain)}

    async def _forget(self, request: Request) -> Answer:
        domain = request["domain"]
        self._world.records.forget(domain, lambda session: self._world.concerns(domain, session))
        self._world.reports.forget(domain)
        return {}

    async def _set(self, request: Request) -> Answer:
        domain = request["domain"]
        if "posture" in request:
            await self._world.set_posture(domain, posture_named(request["posture"]))
        changes = request.get("behaviour")
        if changes is not None:
            for machine in self._world.machines(domain, request.get("host", "")):
                behaviour = behaviour_with(machine.behaviour, changes)
                await self._world.set_behaviour(domain, machine.fqdn, behaviour)
        return {}

    async def _zone(self, request: Request) -> Answer:
        await self._world.set_zone(
            request["domain"],
            request.get("records"),
            request.get("dnssec", ""),
            request.get("faults"),
        )
        return {}

    async def _published(self, request: Request) -> Answer:
        """What a domain publishes, changed; and which policy hosts were asked so far."""
        if "domain" in request:
            place = self._world.place(request["domain"])
            changes = request.get("sts")
            sts = place.now.sts if changes is None else sts_with(place.now.sts or Sts(), changes)
            reporting = place.now.reporting
            if (changes := request.get("reporting")) is not None:
                reporting = reporting_with(reporting or Reporting(), changes)
            tlsa = request.get("tlsa")
            await self._world.set_published(
                request["domain"],
                None if request.get("withdraw") else sts,
                reporting if reporting and reporting.record else None,
                None if tlsa is None else tuple(tlsa),
            )
        return {"requests": self._world.policies.requests}

    async def _reports(self, request: Request) -> Answer:
        self._world.place(request["domain"])
        return {"reports": self._world.reports.of(request["domain"])}

    async def _dns(self, request: Request) -> Answer:
        """Faults for the whole world, if given; and the questions asked so far."""
        if "faults" in request:
            faults = [Fault.parse(line, "") for line in request["faults"]]
            self._world.resolver.set_faults("", faults)
        return {"queries": self._world.resolver.queries}

    async def _certificate(self, request: Request) -> Answer:
        domain = request["domain"]
        for machine in self._world.machines(domain, request.get("host", "")):
            tls = machine.behaviour.tls or Tls()
            changed = certificate_with(
                tls.certificate or Certificate(), request.get("certificate", {})
            )
            behaviour = dataclasses.replace(
                machine.behaviour, tls=dataclasses.replace(tls, certificate=changed)
            )
            await self._world.set_behaviour(domain, machine.fqdn, behaviour)
        return {}

    async def _describe(self, _: Request) -> Answer:
        return {"world": describe(self._world, self.path)}

    async def _end(self, _: Request) -> Answer:
        self._stop()
        return {}


def posture_named(name: str) -> Posture:
    for posture in (*PARTNERS, *INTERNAL):
        if posture.name == name:
            return posture
    raise WorldError(f"there is no posture {name}; see `lab list`")

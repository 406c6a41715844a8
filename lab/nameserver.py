"""NSD, serving the root and every zone of the practice world, as a child without privileges.

It runs in the foreground from a configuration file in the world's directory, and dies with its
parent. `publish` writes the zones that changed, tells NSD, and returns when NSD answers with the
new ones, so that nobody has to guess when a change is visible.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rdatatype

from .servers import candidate_ports
from .zones import Zone, zone_file

NAME_SERVER = "ns.example."

_LIBC = ctypes.CDLL(None)  # loaded before any fork


class NameServerError(Exception):
    """NSD did not start, or did not take the zones; the text says what it wrote."""


class NameServer:
    """One NSD and the zone files that it serves."""

    def __init__(self, directory: Path, sockets: Path, address: str, ttl: int) -> None:
        self._directory = directory
        self._control_path = sockets / "nsd.sock"
        self._address = address
        self._ttl = ttl
        self._served: dict[str, tuple[str, list[str], tuple[str, ...]]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._serial = int(time.time())
        self.port = 0

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self, zones: dict[str, Zone]) -> None:
        """Writes all zones, starts NSD on a free port and waits until it answers for them."""
        (self._directory / "zones").mkdir(parents=True, exist_ok=True)
        changed = self._write(zones)
        self.port = _free_port(self._address)
        self._configure(zones)
        path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
        if shutil.which("nsd", path=path) is None:
            raise NameServerError("the program nsd is missing; as root: apt-get install nsd")
        with (self._directory / "nsd.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "nsd",
                "-d",
                "-c",
                str(self._directory / "nsd.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                env={
                    **os.environ,
                    "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin",
                },
            )
        # It answers only after it has read all zones, so the last one speaks for all.
        await self._until_served(changed[-1:], [])

    async def publish(self, zones: dict[str, Zone]) -> None:
        """Makes NSD serve these zones, and returns when it does."""
        before = set(self._served)
        changed = self._write(zones)
        gone = sorted(before - set(zones))
        for name in gone:
            del self._served[name]
        if gone or set(zones) - before:
            self._configure(zones)
            await self._control("reconfig")
        if changed:
            await self._control("reload")
        await self._until_served(changed, gone)

    async def stop(self) -> None:
        """Ends NSD by its process id and waits for it."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        await self._process.wait()

    def _write(self, zones: dict[str, Zone]) -> list[Zone]:
        """Writes the zone files of those that differ from what is served, with a new serial."""
        changed = []
        for name, zone in zones.items():
            delegations = tuple(f"{child.name} {child.signed}" for child in zone.children.values())
            state = (zone.dnssec, list(zone.lines), delegations)
            if self._served.get(name) == state:
                continue
            self._serial += 1
            zone.serial = self._serial
            path = self._directory / "zones" / f"{name or 'root'}.zone"
            path.write_text(zone_file(zone, self._ttl, NAME_SERVER))
            changed.append(zone)
            self._served[name] = state
        return changed

    def _configure(self, zones: dict[str, Zone]) -> None:
        here = self._directory
        text = f"""# Written by the practice world; it is replaced at every start.
server:
    ip-address: {self._address}@{self.port}
    username: ""
    chroot: ""
    zonesdir: "{here}/zones"
    database: ""
    zonelistfile: "{here}/nsd.zonelist"
    pidfile: "{here}/nsd.pid"
    xfrdfile: "{here}/nsd.xfrd"
    xfrdir: "{here}"
    logfile: "{here}/nsd.log"
    server-count: 1
    verbosity: 1
    xfrd-reload-timeout: 0
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
remote-control:
    control-enable: yes
    control-interface: "{self._control_path}"
"""
        for name, zone in zones.items():
            text += f'zone:\n    name: "{name or "."}"\n    zonefile: "{name or "root"}.zone"\n'
        (here / "nsd.conf").write_text(text)

    async def _control(self, command: str) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._control_path))
        writer.write(f"NSDCT1 {command}\n".encode())
        answer = (await reader.read()).decode(errors="replace")
        writer.close()
        if answer.startswith("error"):
            raise NameServerError(f"NSD refused to {command}: {answer}")

    async def _until_served(self, changed: list[Zone], gone: list[str]) -> None:
        deadline = time.monotonic() + 20
        waiting = list(changed)
        absent = list(gone)
        while waiting or absent:
            waiting = [zone for zone in waiting if not await self._serves(zone)]
            absent = [name for name in absent if await self._has(name)]
            if not waiting and not absent:
                return
            if (
                self._process is None
                or self._process.returncode is not None
                or time.monotonic() > deadline
            ):
                log = (self._directory / "nsd.log").read_text(errors="replace")
                names = ", ".join([zone.name or "." for zone in waiting] + absent)
                raise NameServerError(f"NSD does not serve {names}. It wrote:\n{log}")
            await asyncio.sleep(0.01)

    async def _serves(self, zone: Zone) -> bool:
        answer = await self._ask(zone.name)
        return answer is not None and any(
            f" {zone.serial} " in rrset.to_text()
            for rrset in answer.answer
            if rrset.rdtype == dns.rdatatype.SOA
        )

    async def _has(self, name: str) -> bool:
        answer = await self._ask(name)
        return answer is None or bool(answer.answer)

    async def _ask(self, name: str) -> dns.message.Message | None:
        query = dns.message.make_query(name + ".", dns.rdatatype.SOA)
        try:
            return await dns.asyncquery.udp(query, self._address, timeout=0.2, port=self.port)
        except (OSError, dns.exception.DNSException):
            return None


def _free_port(address: str) -> int:
    """A port that is free for UDP and TCP, outside the range that the kernel hands to clients."""
    for port in candidate_ports():
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind((address, port))
                tcp.bind((address, port))
            except OSError:
                continue
            return port
    raise NameServerError(f"no free port on {address}")


def _die_with_parent() -> None:
    """In the child: ask the kernel for SIGTERM should the parent be killed (PR_SET_PDEATHSIG)."""
    _LIBC.prctl(1, signal.SIGTERM)

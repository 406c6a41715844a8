"""world.json: where everything is, for the gateway's configuration, for tests and for people."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from .model import Behaviour, to_json
from .pki import Files
from .places import Place, mail_machines
from .servers import has_ipv6
from .world import ADDRESS, GATEWAY_ADDRESS, GATEWAY_HOST, World


def describe(world: World, control: Path) -> dict[str, Any]:
    """What world.json says."""
    places = list(world.places.values())
    return {
        "version": 1,
        "pid": os.getpid(),
        "directory": str(world.directory),
        "control": str(control),
        "mail": str(world.directory / "mail"),
        "resolver": {"address": ADDRESS, "port": world.resolver.port},
        "nameserver": {"address": ADDRESS, "port": world.names.port, "pid": world.names.pid},
        "trust_anchor": str(world.directory / "root.ds"),
        "ca": str(world.pki.ca),
        "private_ca": str(world.pki.private_ca),
        "smtp_port": world.smtp_port,
        "policy_port": world.policies.port,
        "ipv6": has_ipv6(),
        "gateway": {
            "hostname": GATEWAY_HOST,
            "address": GATEWAY_ADDRESS,
            "port": world.smtp_port,
            "names": [GATEWAY_HOST],
            **_files(world.gateway_files),
        },
        "partners": [_partner(world, place) for place in places if place.kind == "partner"],
        "internal": [
            entry for place in places if place.kind == "internal" for entry in _internal(place)
        ],
    }


def write(path: Path, description: dict[str, Any]) -> None:
    """Writes it so that whoever sees the file sees all of it."""
    handle, partial = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        json.dump(description, file, indent=2)
        file.write("\n")
    os.replace(partial, path)


def _partner(world: World, place: Place) -> dict[str, Any]:
    return {
        "domain": place.domain,
        "zone": place.zone,
        "posture": place.now.name,
        "sentence": place.now.sentence,
        "expect": place.now.expect,
        "strict_by": place.now.strict_by,
        "remark": place.now.remark,
        "dnssec": place.now.dnssec,
        "publishes": _published(place),
        "has_a_story": place.now.has_a_story,
        "mx": [
            {
                "host": machine.fqdn,
                "address": machine.server.address,
                "port": machine.server.port,
                "preference": preference,
                **_files(machine.files),
            }
            for preference, machine in mail_machines(place, world.places)
        ],
    }


def _published(place: Place) -> list[str]:
    """How a domain says what it wants of mail to it."""
    ways = {
        "dane": any(machine.tlsa for machine in place.machines),
        "mta-sts": place.now.sts is not None,
        "tlsrpt": place.now.reporting is not None,
    }
    return [way for way, used in ways.items() if used]


def _internal(place: Place) -> list[dict[str, Any]]:
    return [
        {
            "name": place.now.name,
            "domain": place.domain,
            "sentence": place.now.sentence,
            "expect": place.now.expect,
            "host": machine.fqdn,
            "address": machine.server.address,
            "port": machine.server.port,
            "certificate": _certificate(machine.behaviour),
            "credentials": _credentials(machine.behaviour),
            **_files(machine.files),
        }
        for machine in place.machines
    ]


def _certificate(behaviour: Behaviour) -> dict[str, Any] | None:
    """What is special about the server's certificate; None when it has none."""
    if behaviour.tls is None or behaviour.tls.certificate is None:
        return None
    special: dict[str, Any] = to_json(behaviour.tls.certificate)
    return {"issuer": behaviour.tls.certificate.issuer, **special}


def _credentials(behaviour: Behaviour) -> dict[str, str] | None:
    if behaviour.credentials is None:
        return None
    return {"user": behaviour.credentials[0], "password": behaviour.credentials[1]}


def _files(files: Files | None) -> dict[str, str | None]:
    return {
        "cert": str(files.certificate) if files else None,
        "key": str(files.key) if files else None,
    }

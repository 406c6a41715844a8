"""`lab where`: where things are in a running world, as commands ready to be pasted."""

from __future__ import annotations

from typing import Any

from .client import World
from .policyhost import ADDRESS as POLICY_ADDRESS


def overview(world: World) -> str:
    """The resolver, the trust anchors, the gateway's place."""
    facts = world.facts
    resolver, gateway = facts["resolver"], facts["gateway"]
    rows = (
        ("directory", facts["directory"]),
        ("messages", f"{facts['mail']}/DOMAIN/"),
        ("resolver", f"{resolver['address']} port {resolver['port']}"),
        ("trust anchor", facts["trust_anchor"]),
        ("public CA", facts["ca"]),
        ("private CA", facts["private_ca"]),
        ("SMTP port", str(facts["smtp_port"])),
        ("gateway", f"{gateway['hostname']}, {gateway['address']} port {gateway['port']}"),
        ("look at DNS", _dig(world, "trusted.example MX")),
    )
    return "\n".join(f"{name:14}{value}" for name, value in rows)


def domain(world: World, name: str) -> str:
    """One domain: what it is, and how to look at each of its servers."""
    internal = [server for server in world.facts["internal"] if name in _names(server)]
    if internal:
        entry, servers = internal[0], internal
    else:
        entry = world.partner(name)
        servers = entry["mx"]
    lines = [entry["domain"], f"  {entry['sentence']}", f"  A probe owes it: {entry['expect']}"]
    lines.append(f"  {_dig(world, entry['domain'] + ' MX')}")
    lines += [f"  {_openssl(world, server)}" for server in servers]
    name = entry["domain"]
    published = entry.get("publishes", [])
    if "dane" in published:
        lines += [f"  {_dig(world, '_25._tcp.' + server['host'] + ' TLSA')}" for server in servers]
    if "mta-sts" in published:
        lines += [f"  {_dig(world, '_mta-sts.' + name + ' TXT')}", f"  {_curl(world, name)}"]
    if "tlsrpt" in published:
        lines.append(f"  {_dig(world, '_smtp._tls.' + name + ' TXT')}")
    return "\n".join(lines)


def _names(server: dict[str, Any]) -> tuple[str, str]:
    return server["name"], server["domain"]


def _dig(world: World, question: str) -> str:
    resolver = world.facts["resolver"]
    return f"dig @{resolver['address']} -p {resolver['port']} +dnssec {question}"


def _curl(world: World, name: str) -> str:
    host, port = f"mta-sts.{name}", world.facts["policy_port"]
    return (
        f"curl --cacert {world.facts['ca']} --connect-to {host}:443:{POLICY_ADDRESS}:{port} "
        f"https://{host}/.well-known/mta-sts.txt"
    )


def _openssl(world: World, server: dict[str, Any]) -> str:
    address = f"[{server['address']}]" if ":" in server["address"] else server["address"]
    return (
        f"openssl s_client -brief -starttls smtp -connect {address}:{server['port']} "
        f"-CAfile {world.facts['ca']} -servername {server['host']} "
        f"-verify_hostname {server['host']}"
    )

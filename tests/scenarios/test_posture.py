"""What an internal domain publishes about TLS: listed, looked up, served, and met by a sender's own rules."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway
from lab.model import Certificate
from lab.pki import Pki

DOMAIN = "corp.example"
POLICY_HOST = f"mta-sts.{DOMAIN}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=("trusted",)) as running:
        yield running


class Scene:
    """A gateway whose public site has a certificate for the policy host, by a CA that it trusts."""

    def __init__(self, world: World, folder: Path, start: Callable[..., Gateway]) -> None:
        pki = Pki(folder / "pki")
        policy = pki.issue(Certificate(names=(POLICY_HOST,)), POLICY_HOST, DOMAIN, "127.0.0.1", "policy")
        self.ca = folder / "ca.pem"
        self.ca.write_text(pki.ca.read_text() + Path(world.facts["ca"]).read_text())
        self.world = world
        self.gateway = start(
            world,
            changes={
                "tls": {"more_identities": [f"{policy.certificate} {policy.key}"], "ca_file": str(self.ca)},
                "site": {"https": f"{world.facts['gateway']['address']}:0"},
            },
        )
        self.place = json.loads(self.gateway.cli("status", "--json"))["site"]
        self.address, port = self.place.rsplit(":", 1)
        self.port = int(port)
        # Looks fetch the policy where senders do; the gateway itself keeps the world's port.
        config = self.gateway.config
        text = config.read_text().replace(f'mta_sts_port = {world.facts["policy_port"]}', f"mta_sts_port = {port}")
        config.write_text(text)

    def items(self) -> dict[str, dict[str, Any]]:
        """The records of the domain, by kind, as they are now."""
        text = self.gateway.cli("posture", "show", DOMAIN, "--json", check=False)
        (posture,) = json.loads(text)
        return {item["kind"]: item for item in posture["items"]}

    def states(self) -> dict[str, str]:
        return {kind: item["state"] for kind, item in self.items().items()}

    def publish(self, *kinds: str) -> None:
        """Publishes what the gateway says of these, and the domain's MX."""
        lines = ["@ MX 10 gateway.example."]
        items = self.items()
        if "mta-sts-record" in kinds:
            lines.append(f'_mta-sts TXT "{items["mta-sts-record"]["value"]}"')
        if "mta-sts-host" in kinds:
            lines.append("mta-sts CNAME gateway.example.")
        if "tls-reports" in kinds:
            lines.append(f'_smtp._tls TXT "{items["tls-reports"]["value"]}"')
        self.world.zone(DOMAIN, records=lines)

    def fetch(self, host: str, path: str = "/.well-known/mta-sts.txt") -> tuple[int, str, str]:
        """What a sender gets: status, media type, text. The name is resolved to the site by hand."""
        context = ssl.create_default_context(cafile=str(self.ca))
        handler = _ToTheSite(self.address, self.port, context)
        try:
            with urllib.request.build_opener(handler).open(f"https://{host}{path}", timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()


class _ToTheSite(urllib.request.HTTPSHandler):
    """Connects to one place whatever the name; the certificate is held against the name."""

    def __init__(self, address: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._place = (address, port)

    def https_open(self, request: urllib.request.Request) -> Any:
        place, context = self._place, self._context  # type: ignore[attr-defined]

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                self.sock = context.wrap_socket(socket.create_connection(place, 10), server_hostname=self.host)

        return self.do_open(Connection, request)


@pytest.fixture
def scene(world: World, tmp_path: Path, gateway_factory: Callable[..., Gateway]) -> Iterator[Scene]:
    world.zone(DOMAIN, records=["@ MX 10 gateway.example."])
    yield Scene(world, tmp_path, gateway_factory)


def test_a_domain_without_a_policy_has_nothing_to_serve(scene: Scene) -> None:
    states = scene.states()
    assert (states["mx"], states["mta-sts-record"], states["mta-sts-policy"]) == ("right", "optional", "optional")
    assert scene.fetch(POLICY_HOST)[0] == 404


def test_a_policy_is_served_within_a_second_and_published_step_by_step(scene: Scene) -> None:
    scene.gateway.cli("domain", "set", DOMAIN, "--sts-mode", "testing", "--sts-max-age", "86400")
    status, kind, text = scene.fetch(POLICY_HOST)
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    assert text.split() == "version: STSv1 mode: testing mx: gateway.example max_age: 86400".split()
    verdict = scene.gateway.cli("lint", "sts-policy", stdin=text)
    assert "error" not in verdict.lower()

    assert scene.states()["mta-sts-record"] == scene.states()["mta-sts-host"] == "missing"
    scene.publish("mta-sts-record", "mta-sts-host", "tls-reports")
    states = scene.states()
    assert {states[kind] for kind in ("mx", "mta-sts-record", "mta-sts-host", "mta-sts-policy", "tls-reports")} == {
        "right"
    }


def test_a_changed_policy_wants_another_id(scene: Scene) -> None:
    scene.gateway.cli("domain", "set", DOMAIN, "--sts-mode", "testing")
    scene.publish("mta-sts-record", "mta-sts-host")
    scene.gateway.cli("domain", "set", DOMAIN, "--sts-mode", "enforce")
    items = scene.items()
    assert items["mta-sts-record"]["state"] == "differs"
    assert items["mta-sts-policy"]["state"] == "right"
    scene.publish("mta-sts-record", "mta-sts-host")
    assert scene.states()["mta-sts-record"] == "right"


def test_a_record_without_a_policy_is_told(scene: Scene) -> None:
    scene.gateway.cli("domain", "set", DOMAIN, "--sts-mode", "enforce")
    scene.publish("mta-sts-record", "mta-sts-host")
    scene.gateway.cli("domain", "set", DOMAIN, "--sts-mode", "off")
    assert scene.states()["mta-sts-record"] == "differs"


def test_the_tlsa_record_is_that_of_the_certificate_in_use(scene: Scene) -> None:
    tlsa = scene.items()["tlsa"]
    assert tlsa["state"] == "optional" and tlsa["value"].startswith("3 1 1 ")
    assert tlsa["name"].endswith("._tcp.gateway.example")


def test_another_host_or_page_is_not_there(scene: Scene) -> None:
    scene.gateway.cli("domain", "set", DOMAIN, "--sts-mode", "enforce")
    assert scene.fetch(POLICY_HOST, "/")[0] == 404
    with pytest.raises(urllib.error.URLError):
        scene.fetch("mta-sts.branch.example")  # no certificate carries the name


def test_an_unknown_domain_is_named(scene: Scene) -> None:
    assert scene.gateway.cli("posture", "show", "elsewhere.example", check=False) == ""

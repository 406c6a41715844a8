"""The gateway's own certificates: got from an authority, renewed, and changed without breaking DANE."""

from __future__ import annotations

import hashlib
import json
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pebble import EXTERNAL_KEY, Pebble, free_port

from lab.client import World
from lab.gateway import Gateway
from lab.model import Certificate
from lab.pki import Pki

DOMAIN = "corp.example"
HOST = f"gateway.{DOMAIN}"
POLICY_HOST = f"mta-sts.{DOMAIN}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=("trusted",)) as running:
        yield running


def until(true: Callable[[], Any], what: Callable[[], str] = lambda: "") -> Any:
    """What `true` answers once it is not false."""
    end = time.monotonic() + 120
    while True:
        found = true()
        if found:
            return found
        assert time.monotonic() < end, what()


class Scene:
    """A gateway with a host name whose zone the test writes, and a place for an authority to ask."""

    def __init__(self, world: World, folder: Path, start: Callable[..., Gateway]) -> None:
        self.world, self.folder, self._start = world, folder, start
        self.http, self.https = free_port(), free_port()
        self.tls: dict[str, Any] = {"certificate": "", "key": ""}
        self.publish()
        self.gateway: Gateway

    def publish(self, *tlsa: str) -> None:
        """The zone, with these TLSA records of the gateway."""
        lines = ["@ MX 10 gateway", "gateway A 127.0.0.1", "mta-sts A 127.0.0.1", "ca A 127.0.0.1"]
        lines += [f"_{self.world.facts['smtp_port']}._tcp.gateway TLSA {one}" for one in tlsa]
        self.world.zone(DOMAIN, records=lines)

    def pebble(self, **more: Any) -> Pebble:
        return Pebble(self.folder / "pebble", self.world, self.http, self.https, **more)

    def run(self, acme: dict[str, Any] | None = None, **changes: dict[str, Any]) -> Gateway:
        site = {"http": f"127.0.0.1:{self.http}", "https": f"127.0.0.1:{self.https}"}
        base: dict[str, Any] = {"gateway": {"hostname": HOST}, "tls": self.tls, "site": site}
        if acme is not None:
            base["acme"] = acme
        self.gateway = self._start(self.world, changes=base | changes)
        return self.gateway

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.gateway.cli("certificate", "list", "--json"))
        return found

    def log(self) -> str:
        return (self.gateway.directory / "postern.log").read_text()

    def shown(self) -> ssl.SSLSocket | dict[str, Any]:
        """The leaf that mail clients are shown: serial number and issuer."""
        place = self.gateway.listeners["world"]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with smtplib.SMTP(place.address, place.port, timeout=20) as client:
            client.starttls(context=context)
            assert isinstance(client.sock, ssl.SSLSocket)
            der = client.sock.getpeercert(binary_form=True)
        assert der is not None
        return _facts(der)

    def tlsa_item(self) -> dict[str, Any]:
        """What `postern posture show` says of the gateway's TLSA records."""
        posture = json.loads(self.gateway.cli("posture", "show", DOMAIN, "--json", check=False))[0]
        (item,) = [one for one in posture["items"] if one["kind"] == "tlsa"]
        return dict(item)

    def is_issued(self) -> bool:
        return "Pebble" in str(self.shown()["issuer"])  # type: ignore[index]


def _facts(der: bytes) -> dict[str, Any]:
    words = ["openssl", "x509", "-inform", "DER", "-noout", "-serial", "-issuer", "-ext", "subjectAltName"]
    text = subprocess.run(words, input=der, capture_output=True, check=True).stdout.decode()
    issuer = next(line for line in text.splitlines() if line.startswith("issuer"))
    digest = hashlib.sha256(der).hexdigest()
    return {"serial": text.splitlines()[0], "issuer": issuer, "text": text, "sha256": digest}


@pytest.fixture
def scene(world: World, tmp_path: Path, gateway_factory: Callable[..., Gateway]) -> Scene:
    return Scene(world, tmp_path, gateway_factory)


@pytest.mark.parametrize("challenge", ["http-01", "tls-alpn-01"])
def test_a_gateway_without_a_certificate_gets_one_of_a_trusted_authority(scene: Scene, challenge: str) -> None:
    with scene.pebble() as pebble:
        gateway = scene.run(pebble.settings(challenge=challenge))
        until(scene.is_issued, lambda: scene.log() + pebble.log())
        root = scene.folder / "root.pem"
        root.write_text(pebble.root())
        place = gateway.listeners["internal-tls"]
        context = ssl.create_default_context(cafile=str(root))
        with socket.create_connection((place.address, place.port), 20) as plain:
            with context.wrap_socket(plain, server_hostname=HOST) as secured:
                assert secured.version() == "TLSv1.3"
        (kept,) = scene.state()["kept"]
        assert (kept["names"], kept["failures"]) == ([HOST], 0)
        assert kept["renewal"] > time.strftime("%Y-%m-%d")
        files = sorted((gateway.directory / "data" / "certificates").iterdir())
        assert [file.name for file in files] == ["account.key", f"{HOST}.pem"]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_mail_is_encrypted_before_the_authority_has_answered_and_the_key_stays(scene: Scene) -> None:
    pebble = scene.pebble()
    scene.run(pebble.settings())
    first = scene.state()["in_force"][0]
    assert first["self_signed"] and first["names"] == [HOST]
    assert not scene.is_issued()
    until(lambda: scene.state()["kept"][0]["failures"] == 1)
    assert "certificate-not-obtained" in scene.log() and "ca.corp.example" in scene.state()["kept"][0]["why"]
    with pebble:
        scene.gateway.cli("certificate", "renew", HOST)
        until(scene.is_issued, scene.log)
    assert scene.state()["in_force"][0]["tlsa"] == first["tlsa"]


def test_attempts_that_failed_are_remembered_over_a_restart(scene: Scene) -> None:
    gateway = scene.run(scene.pebble().settings())
    until(lambda: scene.state()["kept"][0]["failures"] == 1)
    before = scene.state()["kept"][0]
    gateway.stop()
    gateway.run()
    assert scene.state()["kept"][0] == before
    assert scene.log().count("certificate-not-obtained") == 1


def test_a_renewal_is_another_certificate_of_the_same_key(scene: Scene) -> None:
    with scene.pebble() as pebble:
        scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        first, tlsa = scene.shown(), scene.state()["in_force"][0]["tlsa"]
        scene.gateway.cli("certificate", "renew", HOST)
        until(lambda: scene.shown() != first, scene.log)
    assert scene.state()["in_force"][0]["tlsa"] == tlsa


def test_a_certificate_is_seen_and_renewed_over_the_api(scene: Scene) -> None:
    with scene.pebble() as pebble:
        gateway = scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        gateway.cli("user", "add", "anna", "--password-file", "-", "--grant", "*:administrator", stdin="a long password")
        anna = requests.Session()
        signed_in = anna.post(f"{gateway.web}api/v1/session", json={"user": "anna", "password": "a long password"})
        anna.headers["X-CSRF-Token"] = signed_in.json()["csrf_token"]
        place = f"{gateway.web}api/v1/gateway/certificates"
        before = anna.get(place).json()
        (shown,) = before["in_force"]
        assert (shown["origin"], shown["uses"]) == ("acme", ["mail"])
        assert shown["certificate"] == before["kept"][0]["certificate"]
        done = anna.post(f"{place}/{HOST}", json={"action": "renew"})
        assert done.status_code == 200 and done.json()["name"] == HOST
        until(lambda: anna.get(place).json()["in_force"][0]["certificate"]["sha256"] != shown["certificate"]["sha256"])
        refused = anna.post(f"{place}/elsewhere.example", json={"action": "renew"})
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")


def test_a_certificate_that_lives_minutes_is_renewed_by_itself(scene: Scene) -> None:
    with scene.pebble(validity=45) as pebble:
        scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        first = scene.shown()
        until(lambda: scene.shown() != first, scene.log)


def test_an_authority_that_knows_its_customers_is_told_who_asks(scene: Scene) -> None:
    key = scene.folder / "external.key"
    key.write_text(EXTERNAL_KEY + "\n")
    key.chmod(0o600)
    with scene.pebble(external=True) as pebble:
        scene.run(pebble.settings(external_id="kid-1", external_key_file=str(key)))
        until(scene.is_issued, scene.log)


def test_an_authority_that_cannot_see_the_name_is_quoted(scene: Scene) -> None:
    with scene.pebble() as pebble:
        scene.run(pebble.settings(names=["elsewhere.invalid"]))
        kept = until(lambda: [one for one in scene.state()["kept"] if one["failures"]], scene.log)
    assert "elsewhere.invalid" in kept[0]["why"]


def test_a_policy_host_gets_a_certificate_of_its_own_when_its_domain_offers_a_policy(scene: Scene) -> None:
    with scene.pebble() as pebble:
        gateway = scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        root = scene.folder / "root.pem"
        root.write_text(pebble.root())
        gateway.cli("domain", "set", DOMAIN, "--sts-mode", "testing")
        until(lambda: _policy(scene, root), scene.log)
        assert [one["name"] for one in scene.state()["kept"]] == [HOST, POLICY_HOST]
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized name"):
        _handshake(scene, root, "mta-sts.elsewhere.example")


def _handshake(scene: Scene, root: Path, name: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(root))
    plain = socket.create_connection(("127.0.0.1", scene.https), 20)
    return context.wrap_socket(plain, server_hostname=name)


def _policy(scene: Scene, root: Path) -> bool:
    """The policy, fetched as a sender does; False while no certificate carries the host's name."""
    try:
        secured = _handshake(scene, root, POLICY_HOST)
    except ssl.SSLError:
        return False
    with secured:
        secured.sendall(f"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: {POLICY_HOST}\r\n\r\n".encode())
        return b"version: STSv1" in secured.recv(4096)


def test_another_key_comes_only_after_its_record_is_known_everywhere(scene: Scene) -> None:
    with scene.pebble() as pebble:
        scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        old = scene.state()["in_force"][0]["tlsa"]
        scene.publish(old)
        first = scene.shown()
        said = scene.gateway.cli("certificate", "roll", HOST)
        next_record = scene.state()["kept"][0]["next_tlsa"]
        assert next_record in said and next_record != old
        until(lambda: "vouch for the certificate in use alone" in scene.state()["kept"][0].get("waits_for", ""))
        assert scene.shown() == first

        item = scene.tlsa_item()
        assert item["state"] == "missing" and set(item["value"].splitlines()) == {old, next_record}

        scene.publish(old, next_record)
        scene.gateway.cli("certificate", "roll", HOST)  # asks again at once, and makes no other key
        until(lambda: scene.state()["in_force"][0]["tlsa"] == next_record, scene.log)
        assert "next_tlsa" not in scene.state()["kept"][0]
        assert scene.shown() != first


def test_a_renewal_under_a_record_of_its_key_goes_in_force_at_once(scene: Scene) -> None:
    with scene.pebble() as pebble:
        scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        scene.publish(scene.state()["in_force"][0]["tlsa"])
        first = scene.shown()
        scene.gateway.cli("certificate", "renew", HOST)
        until(lambda: scene.shown() != first, scene.log)
    assert "certificate-waits" not in scene.log() and "certificate-held" not in scene.log()


def test_a_renewal_that_a_record_of_the_old_certificate_forbids_waits_over_a_restart_too(scene: Scene) -> None:
    with scene.pebble() as pebble:
        gateway = scene.run(pebble.settings())
        until(scene.is_issued, scene.log)
        first, key = scene.shown(), scene.state()["in_force"][0]["tlsa"]
        whole = f"3 0 1 {first['sha256']}"  # names the certificate itself, which changes
        scene.publish(whole)
        gateway.cli("certificate", "renew", HOST)
        kept = until(lambda: [one for one in scene.state()["kept"] if "waiting" in one], scene.log)[0]
        assert "vouch for the certificate in use alone" in until(lambda: scene.state()["kept"][0]["waits_for"])
        assert kept["waiting"]["tlsa"] == key and scene.shown() == first
        gateway.stop()
        gateway.run()
        assert scene.shown() == first
        scene.publish(whole, key)
        until(lambda: scene.shown() != first, scene.log)
    assert "waiting" not in scene.state()["kept"][0]


def test_a_next_key_can_be_given_up(scene: Scene) -> None:
    scene.run(scene.pebble().settings())
    scene.gateway.cli("certificate", "roll", HOST)
    scene.gateway.cli("certificate", "roll", HOST, "--give-up")
    assert "next_tlsa" not in scene.state()["kept"][0]
    assert scene.gateway.cli("certificate", "roll", HOST, "--give-up", check=False) == ""
    assert scene.gateway.cli("certificate", "renew", "elsewhere.example", check=False) == ""


class Files:
    """A certificate that its owner renews by hand."""

    def __init__(self, scene: Scene) -> None:
        self._pki = Pki(scene.folder / "pki")
        self._count = 0
        self.certificate, self.key = scene.folder / "own.pem", scene.folder / "own.key"
        self.renew()
        scene.tls.update(certificate=str(self.certificate), key=str(self.key))

    def renew(self) -> None:
        self._count += 1
        made = self._pki.issue(Certificate(names=(HOST,)), HOST, DOMAIN, "127.0.0.1", f"own{self._count}")
        self.key.write_bytes(made.key.read_bytes())
        self.key.chmod(0o600)
        self.certificate.write_bytes(made.certificate.read_bytes())


def test_files_whose_key_no_record_vouches_for_are_held_until_one_does(scene: Scene) -> None:
    files = Files(scene)
    scene.run()
    first, old = scene.shown(), scene.state()["in_force"][0]["tlsa"]
    scene.publish(old)
    until(lambda: old in scene.tlsa_item()["found"])
    files.renew()
    held = until(lambda: scene.state()["held"], scene.log)
    assert scene.shown() == first
    item = scene.tlsa_item()  # what clients see is right; the new one is to be published beside it
    assert item["state"] == "missing" and set(item["value"].splitlines()) == {old, held[0]["tlsa"]}
    assert "certificate-held" in scene.log() and held[0]["tlsa"] in until(lambda: scene.state()["held_why"])
    scene.publish(old, held[0]["tlsa"])
    until(lambda: scene.shown() != first, scene.log)
    assert not scene.state()["held"]


def test_files_change_at_once_where_no_record_binds(scene: Scene) -> None:
    files = Files(scene)
    scene.run()
    first = scene.shown()
    files.renew()
    until(lambda: scene.shown() != first, scene.log)
    assert "certificate-held" not in scene.log()

"""What stands in front of the pages and the API: headers, names, other sites, TLS, full houses."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable

import pytest
import requests
from api_client import PASSWORD
from door import Api, add_user, refused

from lab.client import World
from lab.gateway import Gateway, GatewayError


@pytest.mark.parametrize("path", ["", "some/page/of/the/application", "api/v1/session", "assets/none.js"])
def test_every_answer_carries_the_security_headers(gateway: Gateway, path: str) -> None:
    headers = requests.get(gateway.web + path, timeout=30).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'" and policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'self'" and policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers  # plain HTTP on loopback


def test_pages_are_found_in_the_browser_and_files_are_not_made_up(gateway: Gateway) -> None:
    index = requests.get(gateway.web, timeout=30)
    assert index.status_code == 200 and index.headers["Cache-Control"] == "no-cache"
    assert requests.get(gateway.web + "accounts/main/policies", timeout=30).text == index.text
    assert requests.get(gateway.web + "assets/none.js", timeout=30).status_code == 404
    tag = {"If-None-Match": index.headers["ETag"]}
    assert requests.get(gateway.web, headers=tag, timeout=30).status_code == 304
    assert requests.post(gateway.web, timeout=30).status_code == 405
    refused(requests.get(gateway.web + "api/v1/nothing", timeout=30), 404, "not-found")
    wrong = requests.put(gateway.web + "api/v1/session", timeout=30)
    refused(wrong, 405, "method-not-allowed")
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "POST", "DELETE"}


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_a_name_that_is_not_ours_gets_nothing(gateway: Gateway, name: str) -> None:
    for path in ("", "api/v1/setup"):
        answer = requests.get(gateway.web + path, headers={"Host": name}, timeout=30)
        refused(answer, 421, "unknown-host")


def test_our_names_are_known(gateway: Gateway, practice_world: World) -> None:
    for name in ("localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:80", practice_world.facts["gateway"]["hostname"]):
        answer = requests.get(gateway.web + "api/v1/setup", headers={"Host": name}, timeout=30)
        assert answer.status_code == 200, name


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_site_cannot_change_anything(root: Api, headers: dict[str, str]) -> None:
    refused(root.delete("/session", headers=headers), 403, "cross-site")
    refused(root.post("/session", {"user": "a", "password": "b"}, headers=headers), 403, "cross-site")
    assert root.get("/session", headers=headers).status_code == 200


def test_our_own_pages_can(root: Api) -> None:
    headers = {"Origin": root.web, "Sec-Fetch-Site": "same-origin"}
    assert root.delete("/session", headers=headers).status_code == 204


def test_a_body_must_be_json(gateway: Gateway) -> None:
    answer = requests.post(gateway.web + "api/v1/session", data="user=root", timeout=30)
    refused(answer, 415, "json-only")


@pytest.mark.parametrize(
    ("path", "size", "status", "code"),
    [
        ("setup?%zz", 0, 400, "malformed-request"),
        ("accounts/a%2f..%2fb", 0, 400, "malformed-request"),
        ("setup?" + "a" * 20_000, 0, 431, "header-too-large"),
        ("session", 9_000_000, 413, "body-too-large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_problem_too(
    gateway: Gateway, path: str, size: int, status: int, code: str
) -> None:
    host, port = gateway.web.split("//")[1].rstrip("/").rsplit(":", 1)
    length = f"Content-Length: {size}\r\n" if size else ""
    with socket.create_connection((host, int(port)), 30) as one:
        one.sendall(f"GET /api/v1/{path} HTTP/1.1\r\nHost: {host}\r\n{length}\r\n".encode())
        head, _, body = one.makefile("rb").read().partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (status, code) and head.startswith(f"HTTP/1.1 {status}".encode())
    assert b"application/problem+json" in head and b"Content-Security-Policy" in head


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request", "ignore:ssl.TLSVersion")
def test_with_a_certificate_everything_is_https(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    identity = practice_world.facts["gateway"]
    gateway = gateway_factory(
        practice_world,
        changes={"admin": {"certificate": identity["cert"], "key": identity["key"], "names": ["proxy.example"]}},
    )
    add_user(gateway, "anna", "*:administrator")
    port = int(gateway.web.rstrip("/").rsplit(":", 1)[1])
    assert gateway.web == f"https://{identity['hostname']}:{port}/"
    api = Api(f"https://127.0.0.1:{port}", verify=False)
    signed_in = api.sign_in("anna")
    assert "max-age=" in signed_in.headers["Strict-Transport-Security"]
    cookies = signed_in.raw.headers.getlist("Set-Cookie")
    assert any(line.startswith("__Host-postern=") for line in cookies)
    assert all("; Secure" in line for line in cookies)
    named = api.get("/setup", headers={"Host": "proxy.example"})
    assert named.status_code == 200
    with pytest.raises(requests.RequestException):
        requests.get(f"http://127.0.0.1:{port}/", timeout=30)

    context = ssl.create_default_context(cafile=practice_world.facts["ca"])
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname=identity["hostname"]) as secured:
            assert secured.selected_alpn_protocol() == "http/1.1"
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        with pytest.raises(OSError):
            old.wrap_socket(plain)


def test_behind_a_listed_proxy_each_client_counts_for_itself(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    gateway = gateway_factory(practice_world, changes={"admin": {"proxies": ["127.99.0.1"]}})
    add_user(gateway, "anna", "*:administrator")

    def through(proxy: str, client: str, password: str) -> requests.Response:
        headers = {"X-Forwarded-For": f"203.0.113.9, {client}", "X-Forwarded-Proto": "https"}
        body = {"user": "anna", "password": password}
        return Api(gateway.web, address=proxy).post("/session", body, headers=headers)

    for _ in range(5):
        refused(through("127.99.0.1", "198.51.100.7", "a wrong password"), 401, "sign-in-failed")
    refused(through("127.99.0.1", "198.51.100.7", PASSWORD), 429, "too-many-attempts")
    good = through("127.99.0.1", "198.51.100.8", PASSWORD)
    assert good.status_code == 200
    assert all("; Secure" in line for line in good.raw.headers.getlist("Set-Cookie"))
    assert "from 198.51.100.8" in str(gateway.json("audit", "list"))
    # Who is no proxy of ours cannot take another name for every guess.
    for number in range(5):
        refused(through("127.99.0.2", f"198.51.100.{number}", "a wrong password"), 401, "sign-in-failed")
    refused(through("127.99.0.2", "198.51.100.99", PASSWORD), 429, "too-many-attempts")


def test_without_a_certificate_only_loopback_is_served(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    with pytest.raises(GatewayError, match="needs HTTPS"):
        gateway_factory(
            practice_world,
            changes={"admin": {"address": "192.0.2.1:8026"}, "tls": {"certificate": "", "key": ""}},
            listeners=[{"name": "world", "address": "127.0.0.1:0"}],
            setup=False,
        )


def test_an_empty_address_means_no_web_application(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    gateway = gateway_factory(practice_world, changes={"admin": {"address": ""}})
    assert gateway.web == ""
    assert "setup-link" not in gateway.log()


def test_silent_connections_keep_nobody_out(gateway: Gateway) -> None:
    host, port = gateway.web.split("//")[1].rstrip("/").rsplit(":", 1)
    silent = []
    try:
        for number in range(520):  # more than there are places
            one = socket.socket()
            one.bind((f"127.78.{number // 90}.1", 0))
            one.connect((host, int(port)))
            one.sendall(b"GET / HTTP/1.1\r\n")
            silent.append(one)
        assert Api(gateway.web).get("/setup").status_code == 200
    finally:
        for one in silent:
            one.close()


def test_one_address_has_a_share_of_the_places(gateway: Gateway) -> None:
    host, port = gateway.web.split("//")[1].rstrip("/").rsplit(":", 1)
    opened = []
    try:
        for _ in range(201):
            one = socket.socket()
            one.bind(("127.79.0.1", 0))
            one.connect((host, int(port)))
            one.settimeout(30)
            opened.append(one)
        assert opened[-1].recv(1) == b""  # closed at once
        assert Api(gateway.web, address="127.79.0.2").get("/setup").status_code == 200
    finally:
        for one in opened:
            one.close()

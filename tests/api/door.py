"""A client for tests of the door: sign-in, cookies, tokens, headers. Failures are answers here.

Every client comes from a loopback address of its own, because the gateway counts failed sign-ins by
address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import struct
import time
from typing import Any

import contract
import requests
from api_client import PASSWORD
from requests.adapters import HTTPAdapter

from lab.gateway import Gateway

_addresses = (f"127.77.{high}.{low}" for high in range(256) for low in range(1, 255))


class _From(HTTPAdapter):
    """Connects from one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *words: Any, **settings: Any) -> None:
        super().init_poolmanager(*words, source_address=(self._address, 0), **settings)


class Api:
    """A client with its own cookies; after sign_in() it sends the session's CSRF token."""

    def __init__(self, web: str, token: str = "", address: str = "", verify: Any = True) -> None:
        self.web = web.rstrip("/")
        self.address = address or next(_addresses)
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = verify
        self.http.hooks["response"].append(contract.check)
        self.http.mount("http://", _From(self.address))
        self.http.mount("https://", _From(self.address))
        self.csrf = ""
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None, **settings: Any) -> requests.Response:
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        headers.update(settings.pop("headers", {}))
        return self.http.request(
            method, f"{self.web}/api/v1{path}", json=body, headers=headers, timeout=60, **settings
        )

    def get(self, path: str, **settings: Any) -> requests.Response:
        return self.call("GET", path, **settings)

    def post(self, path: str, body: Any = None, **settings: Any) -> requests.Response:
        return self.call("POST", path, body, **settings)

    def patch(self, path: str, body: Any = None, **settings: Any) -> requests.Response:
        return self.call("PATCH", path, body, **settings)

    def put(self, path: str, body: Any = None, **settings: Any) -> requests.Response:
        return self.call("PUT", path, body, **settings)

    def delete(self, path: str, **settings: Any) -> requests.Response:
        return self.call("DELETE", path, **settings)

    def sign_in(self, user: str, password: str = PASSWORD, totp: str | None = None) -> requests.Response:
        body = {"user": user, "password": password}
        if totp is not None:
            body["totp"] = totp
        answer = self.post("/session", body)
        if answer.ok:
            self.csrf = answer.json()["csrf_token"]
        return answer

    def cookie(self) -> str:
        """The session's id."""
        return next(c.value or "" for c in self.http.cookies if c.name in ("postern-session", "__Host-postern"))


def refused(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """A problem with this status and code; returns it."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status), answer.text
    assert problem["detail"] and problem["title"] and problem["type"] == f"urn:postern:problem:{code}"
    return problem


def totp(secret: str, steps: int = 0) -> str:
    """The code of an authenticator application (RFC 6238), `steps` from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


_numbers = itertools.count(1)


def fresh_name(kind: str = "user") -> str:
    return f"{kind}{next(_numbers)}"


def add_user(gateway: Gateway, name: str, *grants: str) -> None:
    words = [word for grant in grants for word in ("--grant", grant)]
    gateway.cli("user", "add", name, "--password-file", "-", *words, stdin=PASSWORD + "\n")

"""The API as another program uses it: python3-requests, a session cookie and nothing of ours.

    client = Client.first_administrator(gateway)
    client.post("/accounts/main/policies", {"domain": "trusted.example"})
    refused = client.call("GET", "/accounts/other")      # a Response, whatever it says
"""

from __future__ import annotations

import json
from typing import Any

import contract
import requests

from lab.gateway import Gateway

PASSWORD = "correct horse battery"


def base_of(gateway: Gateway) -> str:
    """Where the API of a running gateway is."""
    return json.loads(gateway.cli("status", "--json"))["web"].rstrip("/") + "/api/v1"


class Client:
    """Somebody who has signed in; each has connections and cookies of their own."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.hooks["response"].append(contract.check)

    @classmethod
    def sign_in(cls, gateway: Gateway, user: str, password: str = PASSWORD) -> "Client":
        client = cls(base_of(gateway))
        me = client.post("/session", {"user": user, "password": password})
        client.session.headers["X-CSRF-Token"] = me["csrf_token"]
        return client

    @classmethod
    def with_role(cls, gateway: Gateway, user: str, *grants: str) -> "Client":
        """A new user with these roles ("main:viewer"), signed in."""
        words = [word for grant in grants for word in ("--grant", grant)]
        gateway.cli("user", "add", user, "--password-file", "-", *words, stdin=PASSWORD + "\n")
        return cls.sign_in(gateway, user)

    @classmethod
    def first_administrator(cls, gateway: Gateway, user: str = "anna") -> "Client":
        return cls.with_role(gateway, user, "*:administrator")

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.session.request(method, self.base + path, json=body, timeout=60, **options)

    def get(self, path: str, **query: Any) -> Any:
        return self._good(self.call("GET", path, params=query))

    def post(self, path: str, body: Any = None) -> Any:
        return self._good(self.call("POST", path, body))

    def put(self, path: str, body: Any) -> Any:
        return self._good(self.call("PUT", path, body))

    def patch(self, path: str, body: Any) -> Any:
        return self._good(self.call("PATCH", path, body))

    def delete(self, path: str) -> None:
        self._good(self.call("DELETE", path))

    def stream(self, path: str, **query: Any) -> requests.Response:
        """A response that is not JSON, or does not end."""
        response = self.call("GET", path, params=query, stream=True)
        assert response.ok, f"{response.status_code}: {response.text}"
        return response

    def problem(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        """Status and code of what must be refused."""
        response = self.call(method, path, body, **options)
        assert response.headers["content-type"] == "application/problem+json", response.text
        return response.status_code, response.json()["code"]

    @staticmethod
    def _good(response: requests.Response) -> Any:
        assert response.ok, f"{response.request.method} {response.url}: {response.status_code} {response.text}"
        return response.json() if response.content else None

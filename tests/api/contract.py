"""Holds every answer that a test gets against the OpenAPI document: its status, type and body; and what was
sent, where it was taken. The clients of these tests call check() with each answer, so a reply that the
document does not promise fails the test that got it, whatever that test looks for.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "docs/openapi.json").read_text())
PREFIX = "/api/v1"

_formats = FormatChecker(formats=())


@_formats.checks("date-time")
def _is_moment(value: object) -> bool:
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
    return not isinstance(value, str) or re.fullmatch(moment, value) is not None


@cache
def _validator(schema: str) -> Draft202012Validator:
    resolver = RefResolver.from_schema(DOCUMENT)
    return Draft202012Validator(json.loads(schema), resolver=resolver, format_checker=_formats)


def fits(value: Any, schema: dict[str, Any]) -> list[str]:
    """What is wrong with it; nothing: it is as the schema says."""
    errors = _validator(json.dumps(schema)).iter_errors(value)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of this request; the path with the fewest parameters is meant."""
    segments = path.split("/")
    found = []
    for template, methods in DOCUMENT["paths"].items():
        parts = template.split("/")
        if len(parts) != len(segments) or method.lower() not in methods:
            continue
        if all(part.startswith("{") or part == segment for part, segment in zip(parts, segments)):
            found.append((template.count("{"), methods[method.lower()]))
    return min(found, key=lambda one: one[0])[1] if found else None


def check(answer: requests.Response, *_: Any, stream: bool = False, **__: Any) -> None:
    """A hook of requests."""
    request = answer.request
    path = urlsplit(request.url or "").path
    declared = operation(request.method or "", path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
    if declared is None or answer.status_code == 304:
        return
    where = f"{request.method} {path} -> {answer.status_code}"
    responses = declared["responses"]
    if answer.ok:
        assert str(answer.status_code) in responses, f"{where}: the document knows {', '.join(responses)}"
        if isinstance(request.body, bytes) and request.body and "requestBody" in declared:
            sent = declared["requestBody"]["content"]["application/json"]["schema"]
            assert not fits(json.loads(request.body), sent), f"{where}: {fits(json.loads(request.body), sent)}"
    promised = responses[str(answer.status_code)] if answer.ok else responses["default"]
    if "content" not in promised:
        assert not answer.content, f"{where}: {answer.text}"
        return
    (content_type, content), = promised["content"].items()
    assert answer.headers["Content-Type"].split(";")[0] == content_type, where
    if not stream and content_type.endswith("json"):
        assert not fits(answer.json(), content["schema"]), f"{where}: {fits(answer.json(), content['schema'])}"

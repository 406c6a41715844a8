"""The OpenAPI document is what the gateway serves, is sound, and promises what is answered.

Every answer that any test here gets is held against it (contract.py); this asks for what is left.
"""

from __future__ import annotations

import requests
from contract import DOCUMENT, fits, operation
from door import Api
from jsonschema import Draft202012Validator

from lab.gateway import Gateway


def test_the_document_is_served_as_it_stands_in_the_tree(gateway: Gateway) -> None:
    served = Api(gateway.web).get("/openapi.json")
    assert served.headers["Content-Type"] == "application/json"
    assert served.json() == DOCUMENT


def test_its_schemas_are_schemas_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        fits({}, {"$ref": f"#/components/schemas/{name}"})  # resolves what stands below, or raises
    identifiers = [one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert len(identifiers) == len(set(identifiers))


def test_a_reply_with_a_field_more_or_less_is_found() -> None:
    schema = {"$ref": "#/components/schemas/SetupState"}
    assert fits({"needed": True}, schema) == []
    assert fits({}, schema) and fits({"needed": "yes"}, schema) and fits({"needed": True, "more": 1}, schema)
    moment = {"type": "string", "format": "date-time"}
    assert fits("2030-01-31T12:00:00Z", moment) == [] and fits("yesterday", moment)


def test_every_reading_answers_as_promised(gateway: Gateway, root: Api) -> None:
    gateway.cli("policy", "add", "partner.example", "--mode", "strict", "--no-probe")
    gateway.cli("exception", "add", "partner.example", "--mode", "relaxed", "--reason", "moving", "--for", "2d")
    asked = 0
    for path, methods in DOCUMENT["paths"].items():
        if "get" not in methods or path.endswith("/events"):
            continue
        place = path.replace("{account}", "main").replace("{domain}", "partner.example").replace("{user}", "root")
        query = {"address": "partner.example"} if path.endswith("/explain") else {}
        answer = root.get(place, params=query)
        # What is asked for by a number there is not; its problem was held against the document too.
        assert answer.ok or (answer.status_code == 404 and "{" in path), f"{place}: {answer.text}"
        asked += 1
    assert asked >= 30


def test_what_is_no_operation_is_said_in_a_problem_too(gateway: Gateway) -> None:
    assert operation("GET", "/nothing") is None
    problem = requests.get(gateway.web + "api/v1/nothing", timeout=30).json()
    assert fits(problem, {"$ref": "#/components/schemas/Problem"}) == []

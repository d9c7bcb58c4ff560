"""Every request and answer of the rehearsal's Discord, held against the vendor's OpenAPI file.

The file is third-party data that lies beside the checkout; where it is absent, callers skip.
The description is laxer than Discord itself, so three things are added: unknown top-level keys
are reported, `content` has the documented limit of 2,000 and a form's `payload_json` counts as
the JSON body (the server unpacks it). Two habits of discord.py are let through: a numeric id in
`attachments` and `tts` in an edit. The description knows neither the text codes inside the
`errors` of an invalid form nor the `message` in the answer to a new forum post nor the type of a
reference that forwards, all documented.
"""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]

SPEC = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "discord-openapi.json"
_URI = "urn:discord"
_CONTENT_LIMIT = 2000
_UNIONS = ("allOf", "anyOf", "oneOf")


def present() -> bool:
    """Whether the vendor's file lies beside the checkout."""
    return SPEC.exists()


@cache
def _spec() -> Json:
    loaded: Json = json.loads(SPEC.read_text())
    return loaded


@cache
def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry()
    filled: Registry[Any] = registry.with_resource(_URI, DRAFT202012.create_resource(_spec()))
    return filled


@cache
def _operation(method: str, path: str) -> tuple[str, Json] | None:
    """The template with the fewest variables that fits a path, and its operation."""
    found = []
    for template, item in _spec()["paths"].items():
        pattern = "^" + re.sub(r"\{\w+\}", "[^/]+", template) + "$"
        if method.lower() in item and re.match(pattern, path):
            found.append((template.count("{"), template, item[method.lower()]))
    if not found:
        return None
    _, template, operation = min(found, key=lambda one: one[:2])
    return template, operation


@cache
def _validator(pointer: str) -> Draft202012Validator:
    schema = {"$ref": f"{_URI}#{pointer}"}
    return Draft202012Validator(schema, registry=_registry())


def _pointer(*steps: str) -> str:
    parts = [step.replace("~", "~0").replace("/", "~1") for step in steps]
    return "/" + "/".join(quote(part, safe="~@") for part in parts)


def _follow(schema: Json) -> Json:
    while "$ref" in schema:
        node: Any = _spec()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        schema = node
    return schema


def _keys(schema: Json) -> set[str] | None:
    """The property names that a schema knows; None where it allows any."""
    schema = _follow(schema)
    if schema.get("additionalProperties"):
        return None
    found = set(schema.get("properties", {}))
    for union in _UNIONS:
        for part in schema.get(union, []):
            inner = _keys(part)
            if inner is None:
                return None
            found |= inner
    return found


def _unknown(schema: Json, value: Any) -> set[str]:
    schema = _follow(schema)
    if isinstance(value, list) and "items" in schema:
        return set().union(*(_unknown(schema["items"], one) for one in value))
    if not isinstance(value, dict):
        return set()
    known = _keys(schema)
    return set() if known is None else set(value) - known


def _at(pointer: str, schema: Json, value: Any, what: str) -> list[str]:
    errors = list(_validator(pointer).iter_errors(value))
    problems = [f"{what}: {error.json_path}: {error.message[:300]}" for error in errors[:3]]
    if unknown := _unknown(schema, value):
        problems.append(f"{what}: unknown keys {sorted(unknown)}")
    return problems


def _tolerant(method: str, body: Any) -> Any:
    """The body without the two habits of discord.py that the description does not know."""
    if not isinstance(body, dict):
        return body
    body = copy.deepcopy(body)
    if method == "PATCH":
        body.pop("tts", None)
    for holder in (body, body.get("message"), body.get("data")):
        if isinstance(holder, dict):
            for attachment in holder.get("attachments") or []:
                attachment["id"] = str(attachment["id"])
    return body


def request_problems(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a request: one line each, empty where nothing is."""
    found = _operation(method, path)
    if found is None:
        return [f"{method} {path}: no such operation"]
    template, operation = found
    what = f"{method} {template} request"
    content = (operation.get("requestBody") or {}).get("content", {})
    if body is None or "application/json" not in content:
        return []
    steps = ("paths", template, method.lower(), "requestBody", "content", "application/json")
    schema = content["application/json"]["schema"]
    body = _tolerant(method, body)
    problems = _at(_pointer(*steps, "schema"), schema, body, what)
    text = body.get("content") if isinstance(body, dict) else None
    if isinstance(text, str) and len(text) > _CONTENT_LIMIT:
        problems.append(f"{what}: content has {len(text)} characters, the limit is 2000")
    return problems


def _without_forwards(value: Any) -> Any:
    """The same with references that forward as ordinary ones."""
    if isinstance(value, list):
        return [_without_forwards(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: _without_forwards(one) for key, one in value.items()}
    reference = made.get("message_reference")
    if isinstance(reference, dict) and reference.get("type") == 1:
        reference["type"] = 0
    return made


def answer_problems(method: str, path: str, status: int, answer: Any) -> list[str]:
    """What is wrong with an answer."""
    answer = _without_forwards(answer)
    found = _operation(method, path)
    if found is None:
        return []
    template, operation = found
    what = f"{method} {template} answer {status}"
    if status >= 400:
        name = "RatelimitedResponse" if status == 429 else "ErrorResponse"
        pointer = _pointer("components", "schemas", name)
        told = {k: v for k, v in answer.items() if k != "errors"}
        return [f"{what}: {e.message[:300]}" for e in _validator(pointer).iter_errors(told)]
    responses = operation["responses"]
    if str(status) not in responses:
        return [f"{what}: only {sorted(responses)} are described"]
    content = responses[str(status)].get("content", {})
    if "application/json" not in content:
        return [] if answer is None else [f"{what}: should have no body"]
    steps = ("paths", template, method.lower(), "responses", str(status), "content")
    pointer = _pointer(*steps, "application/json", "schema")
    if template == "/channels/{channel_id}/threads":
        answer = {k: v for k, v in answer.items() if k != "message"}
    return _at(pointer, content["application/json"]["schema"], answer, what)


class Auditor:
    """The audit hook of a DiscordServer: gathers what the vendor's file would not accept.

    A request that was refused as an invalid form is not held against the file again.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.calls = 0

    def __call__(self, method: str, path: str, body: Any, status: int, answer: Any) -> None:
        self.calls += 1
        if status < 400:
            self.problems += request_problems(method, path, body)
        self.problems += answer_problems(method, path, status, answer)

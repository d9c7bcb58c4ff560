"""Checks requests and answers against a machine-readable copy of the Bot API, where there is one.

The copy is third-party data that lies beside the checkout and is not part of it; without it
`load()` answers None and tests go on without this check.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bots.rehearsal.telegram import Upload

Json = dict[str, Any]

SPEC = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "telegram-bot-api.json"

_LEGACY: dict[str, frozenset[str]] = {
    "Message": frozenset(
        (
            "forward_date",
            "forward_from",
            "forward_from_chat",
            "forward_from_message_id",
            "forward_sender_name",
            "forward_signature",
        )
    ),
}
"""Fields that the server still sends although the documentation dropped them with Bot API 7.0."""
_CONSTANT = ("type", "status", "source")
_OLD_PARAMETERS = frozenset(
    ("reply_to_message_id", "allow_sending_without_reply", "receiver_user_id")
)
"""Of Bot API 6 and, the last, of 10.2 alone."""


def _field(name: str, kind: str, *, required: bool = False) -> Json:
    return {"name": name, "types": [kind], "required": required}


_RECEIVER = _field("receiver_user_id", "Integer", required=True)
_LATER: dict[str, Json] = {
    "methods": {
        "deleteEphemeralMessage": {
            "returns": ["Boolean"],
            "fields": [
                {"name": "chat_id", "types": ["Integer", "String"], "required": True},
                _RECEIVER,
                _field("ephemeral_message_id", "Integer", required=True),
            ],
        },
        "sendMessage": {
            "fields": [_field("ephemeral_message_parameters", "EphemeralMessageParameters")]
        },
    },
    "types": {
        "EphemeralMessageParameters": {"fields": [_RECEIVER]},
        "Message": {
            "fields": [_field("ephemeral_message_id", "Integer"), _field("receiver_user", "User")]
        },
    },
}
"""What Bot API 10.3 has for ephemeral messages and the product uses; the copy may be older."""


class TelegramSchemas:
    """The Bot API's methods and types, as a strict validator: unknown fields are errors."""

    def __init__(self, spec: Json) -> None:
        self._methods = {name.lower(): method for name, method in spec["methods"].items()}
        self._types: Json = spec["types"]
        self.problems: list[str] = []
        self.seen: set[str] = set()

    def audit(self, method: str, params: Json, answer: Json) -> None:
        """The hook for `TelegramServer(audit=...)`: collects what is wrong in `problems`."""
        self.seen.add(method)
        self.problems += self.request_problems(method, params)
        self.problems += self.answer_problems(method, answer)

    def request_problems(self, method: str, params: Json) -> list[str]:
        """What the documentation does not allow in a request."""
        spec = self._methods.get(method.lower())
        if spec is None:
            return [f"{method}: no such method"]
        fields = {field["name"]: field for field in spec.get("fields", [])}
        attached = {
            value.removeprefix("attach://") for value in _strings(params) if "attach://" in value
        }
        problems = []
        for name, value in params.items():
            if name in fields:
                wanted = fields[name]["types"]
                problems += self._any(_decoded(value, wanted), wanted, f"{method}.{name}")
            elif name not in attached and name not in _OLD_PARAMETERS:
                problems.append(f"{method}: unknown parameter {name}")
        missing = [name for name, field in fields.items() if field["required"]]
        return problems + [f"{method}: {name} missing" for name in missing if name not in params]

    def answer_problems(self, method: str, answer: Json) -> list[str]:
        """What the documentation does not know in an answer, or misses there."""
        if not answer.get("ok"):
            known = {"ok", "error_code", "description", "parameters"}
            return [f"{method}: error body has {name}" for name in set(answer) - known]
        returns = self._methods[method.lower()]["returns"]
        return self._any(answer["result"], returns, f"{method} answer")

    def _any(self, value: Any, types: list[str], where: str) -> list[str]:
        """The problems under the type that fits best."""
        tried = [self._one(value, name, where) for name in types]
        return min(tried, key=len)

    def _one(self, value: Any, name: str, where: str) -> list[str]:
        if name.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: {value!r} is no array"]
            inner = name.removeprefix("Array of ")
            every = [self._one(item, inner, f"{where}[{i}]") for i, item in enumerate(value)]
            return [problem for problems in every for problem in problems]
        if name in _SIMPLE:
            fits = _SIMPLE[name](value)
            return [] if fits else [f"{where}: {value!r} is no {name}"]
        return self._object(value, name, where)

    def _object(self, value: Any, name: str, where: str) -> list[str]:
        spec = self._types[name]
        if spec.get("subtypes"):
            return self._any(value, self._likely(value, spec["subtypes"]), where)
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no {name}"]
        fields = {field["name"]: field for field in spec.get("fields", [])}
        problems = []
        for key, item in value.items():
            if key in fields:
                problems += self._any(item, fields[key]["types"], f"{where}.{key}")
            elif key not in _LEGACY.get(name, ()):
                problems.append(f"{where}: {name} has no field {key}")
        missing = [key for key, field in fields.items() if field["required"]]
        return problems + [f"{where}.{key} missing" for key in missing if key not in value]

    def _likely(self, value: Any, subtypes: list[str]) -> list[str]:
        """The subtypes whose constant field (`type`, `status`) says the same as the value's."""
        if not isinstance(value, dict):
            return subtypes
        likely = [name for name in subtypes if name in self._types and self._agrees(value, name)]
        return likely or subtypes

    def _agrees(self, value: Json, name: str) -> bool:
        for field in self._types[name].get("fields", []):
            if field["name"] in _CONSTANT:
                said = str(value.get(field["name"]))
                text = str(field["description"])
                return f"“{said}”" in text or f"must be {said}" in text or f'"{said}"' in text
        return True


_SIMPLE = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "InputFile": lambda value: isinstance(value, Upload | str),
}


def _decoded(value: Any, types: list[str]) -> Any:
    """Form text as the value that it stands for: everything but strings is JSON."""
    if not isinstance(value, str) or types == ["String"]:
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return value if "String" in types and not isinstance(found, int) else found


def _strings(params: Json) -> list[str]:
    text = json.dumps([value for value in params.values() if isinstance(value, str | list | dict)])
    return [part.split('\\"')[0].split('"')[0] for part in _split_attached(text)]


def _split_attached(text: str) -> list[str]:
    return ["attach://" + part for part in text.split("attach://")[1:]]


def load() -> TelegramSchemas | None:
    """The validator, or None where the data is absent."""
    if not SPEC.is_file():
        return None
    return TelegramSchemas(_with_later(json.loads(SPEC.read_text(encoding="utf-8"))))


def _with_later(spec: Json) -> Json:
    for kind, every in _LATER.items():
        for name, more in every.items():
            there = spec[kind].setdefault(name, {**more, "fields": []})
            known = {field["name"] for field in there.get("fields", [])}
            there["fields"] += [field for field in more["fields"] if field["name"] not in known]
    return spec

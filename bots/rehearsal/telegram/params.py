"""A call's parameters, whichever way they came: form text, JSON or query string."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.telegram.errors import ApiError, bad
from bots.rehearsal.world import Json


@dataclass(frozen=True)
class Upload:
    """A file that came with the request: its bytes, or the name under which the World's files
    keep them (`kept`), as for everything that came over a socket."""

    filename: str
    content_type: str
    data: bytes = b""
    kept: str = ""


class Params:
    """Reads values as leniently as the Bot API server: numbers and JSON inside form text.

    fetched: what the server got for the HTTP URLs among the files, or why it got nothing.
    """

    def __init__(self, values: Json, fetched: dict[str, Upload | ApiError] | None = None) -> None:
        self.values = values
        self.fetched = fetched or {}

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def raw(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The number; `default` where it is missing or no number."""
        value = self.values.get(name)
        try:
            return default if value is None else int(value)
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return str(value).lower() in ("true", "1", "yes")

    def decoded(self, name: str, what: str) -> Any:
        """A JSON value, given as such or as text; None where missing.

        what: how the error text names it ("reply keyboard markup").
        """
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None

    def mapping(self, name: str, what: str) -> Json | None:
        value = self.decoded(name, what)
        if value is not None and not isinstance(value, dict):
            raise bad(f"object expected as {what}")
        return value

    def sequence(self, name: str, what: str) -> list[Any] | None:
        value = self.decoded(name, what)
        if value is not None and not isinstance(value, list):
            raise bad(f"expected an Array of {what}")
        return value

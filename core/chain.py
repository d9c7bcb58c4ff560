"""The chain that binds the log of decisions: what a link is made of (pure).

Every row has a `link`: a keyed hash over the link before it, what of the row always stays, and a
`commitment`: a salted hash over what may be erased when the person asks for it. The salt goes with
what it hid, so that nothing can be guessed from the commitment; the link stays and still fits.

The key lies outside of the database. So whoever can write the database and not the key can make
no link that fits.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]

KEPT = (
    "id", "publication", "action", "article", "comment", "revision", "actor", "actor_name", "at",
    "undoes", "token",
)  # fmt: skip
"""Columns of a decision that nothing ever changes."""
ERASABLE: dict[str, str | None] = {"author": None, "reason": "", "before": "{}", "after": "{}"}
"""Those that may tell of a person, and what stands in them after an erasure."""
SALT = 16
"""Bytes of a salt."""


def commitment(salt: bytes, row: Fields) -> str:
    """The salted hash of what may be erased, hex."""
    return hashlib.sha256(bytes(salt) + _packed([row[name] for name in ERASABLE])).hexdigest()


def link(key: bytes, previous: str, row: Fields, committed: str) -> str:
    """The link of a row behind one with the link `previous` ("" for the first), hex."""
    kept = [row[name] for name in KEPT]
    return hmac.new(key, _packed([previous, committed, *kept]), hashlib.sha256).hexdigest()


def erased(row: Fields) -> bool:
    """What may tell of a person is gone from the row, salt and all."""
    return row["salt"] is None and all(row[name] == gone for name, gone in ERASABLE.items())


def fits(key: bytes, previous: str, row: Fields) -> bool:
    """The row is as it was written, or was erased since, and stands behind `previous`."""
    whole = row["salt"] is not None and row["commitment"] == commitment(row["salt"], row)
    expected = link(key, previous, row, row["commitment"])
    return (whole or erased(row)) and hmac.compare_digest(expected, str(row["link"]))


def _packed(values: list[Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")

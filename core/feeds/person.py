"""Names of writers, out of what feeds put around them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MAIL = re.compile(r"[^\s<>()@]{1,64}@[^\s<>()@]{1,255}")
_LONGEST = 120


def person(text: str) -> str:
    """The name in "mail@example.org (Name)", "Name <mail>" or "Name"; "" for a bare address."""
    text = _MAIL.sub(" ", text[:500])
    text = text.replace("()", " ").replace("<>", " ").replace("mailto:", " ")
    text = " ".join(text.split())
    bracketed = re.fullmatch(r"[(<]\s*([^()<>]*?)\s*[)>]", text)
    return (bracketed[1] if bracketed else text).strip(" ,;<>")[:_LONGEST]


def byline(names: Iterable[str]) -> str:
    """Names in a row, each once."""
    seen: dict[str, str] = {}
    for name in map(person, names):
        if name and not name.startswith(("http://", "https://")):
            seen.setdefault(name.casefold(), name)
    return ", ".join(list(seen.values())[:20])

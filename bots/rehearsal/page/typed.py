"""What a person types, as the apps understand it: Telegram's marks and Discord's slash commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_MARKS = (
    ("```", "pre"),
    ("**", "bold"),
    ("__", "italic"),
    ("~~", "strikethrough"),
    ("||", "spoiler"),
    ("`", "code"),
)
_VERBATIM = ("pre", "code")
_OPTION = re.compile(r"(?:^|\s)([\w-]{1,32}):")
_TRUE = ("true", "yes", "1")


class Unreadable(Exception):
    """What was typed is no complete command; the text says what is missing."""


def telegram_text(typed: str) -> tuple[str, list[Json]]:
    """The text and entities (UTF-16 units) that a Telegram app makes of what was typed.

    Known marks: **bold**, __italic__, ~~strikethrough~~, ||spoiler||, `code`, ```pre```; a mark
    without its partner stays as it is.
    """
    text, entities, rest = "", list[Json](), typed
    while rest:
        found = _marked(rest)
        if found is None:
            text, rest = text + rest[0], rest[1:]
            continue
        kind, inside, rest = found
        inner, nested = (inside, []) if kind in _VERBATIM else telegram_text(inside)
        start = _units(text)
        entities.append({"type": kind, "offset": start, "length": _units(inner)})
        entities += [{**entity, "offset": entity["offset"] + start} for entity in nested]
        text += inner
    return text, entities


def _marked(rest: str) -> tuple[str, str, str] | None:
    """(entity type, what is inside, what follows) where `rest` begins with a closed mark."""
    for mark, kind in _MARKS:
        if not rest.startswith(mark):
            continue
        end = rest.find(mark, len(mark))
        inside = rest[len(mark) : end]
        if end > 0 and inside.strip():
            return kind, inside, rest[end + len(mark) :]
    return None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def slash_command(typed: str, commands: list[Json]) -> tuple[str, Json]:
    """The name (with sub-commands) and options of "/name option: value ..." as typed on Discord.

    commands: as registered. What stands before the first named option belongs to the first
    option. Raises Unreadable for an unknown command or a value of the wrong type.
    """
    words = typed.strip().removeprefix("/").split(maxsplit=1)
    command = next((c for c in commands if words and c["name"] == words[0]), None)
    if command is None:
        raise Unreadable(f"no command {typed.split()[0] if typed.split() else '/'}")
    name, rest = command["name"], words[1] if len(words) > 1 else ""
    while below := _sub_command(command, rest):
        command, rest = below, rest.split(maxsplit=1)[1] if " " in rest.strip() else ""
        name += f" {command['name']}"
    options = {o["name"]: o for o in command.get("options") or [] if o["type"] not in (1, 2)}
    return name, {key: _value(options[key], text) for key, text in _parts(rest, list(options))}


def _sub_command(command: Json, rest: str) -> Json | None:
    word = rest.split(maxsplit=1)[0] if rest.strip() else ""
    below = (o for o in command.get("options") or [] if o["type"] in (1, 2) and o["name"] == word)
    return next(below, None)


def _parts(rest: str, names: list[str]) -> Iterator[tuple[str, str]]:
    marks = [found for found in _OPTION.finditer(rest) if found[1] in names]
    lead = rest[: marks[0].start()] if marks else rest
    if lead.strip():
        if not names:
            raise Unreadable("this command takes nothing")
        yield names[0], lead.strip()
    ends = [found.start() for found in marks[1:]] + [len(rest)]
    for found, end in zip(marks, ends, strict=False):
        yield found[1], rest[found.end() : end].strip()


def _value(option: Json, text: str) -> Any:
    """The typed text as the option's type: 4 whole number, 5 truth value, 10 number."""
    for choice in option.get("choices") or []:
        if text in (choice["name"], str(choice["value"])):
            return choice["value"]
    try:
        if option["type"] == 4:
            return int(text)
        if option["type"] == 10:
            return float(text)
    except ValueError:
        raise Unreadable(f"{option['name']} takes a number, not “{text}”") from None
    if option["type"] == 5:
        return text.lower() in _TRUE
    return text.strip("<@#&!>") if option["type"] in (6, 7, 8, 9) else text

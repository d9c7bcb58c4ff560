"""What people see of the conversation, on either side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.property.town import Town
from tests.road.house import Json, read

_MARK = re.compile(r"\b(w\d+r\d+)([ab])\b")
_HEAD = re.compile(r"\W{0,3}#(\d+)\b")
_NEXT = re.compile(r"\n\n(?=#\d+(?: \w|\n))")


@dataclass(frozen=True)
class Seen:
    """A message in the thread, or one comment of a message that shows several (`shared`).

    marks: the wordings whose first words it shows; ends: those whose last words; quoted: those
    in the quoted line `quote`. number: the #number of a copy, 0 elsewhere.
    """

    side: str
    id: str
    text: str
    ours: bool
    reply_to: str
    marks: tuple[str, ...]
    ends: tuple[str, ...]
    quoted: tuple[str, ...]
    quote: str
    number: int
    shared: bool = False

    @property
    def order(self) -> int:
        return int(self.id)


def _seen(side: str, id_: str, text: str, quote: str, ours: bool, reply_to: str) -> Seen:
    found = _MARK.findall(text)
    head = _HEAD.match(text) if ours else None
    return Seen(
        side,
        id_,
        text,
        ours,
        reply_to,
        tuple(mark for mark, edge in found if edge == "a"),
        tuple(mark for mark, edge in found if edge == "b"),
        tuple(mark for mark, _ in _MARK.findall(quote)),
        quote,
        int(head[1]) if head else 0,
    )


def _units(text: str, start: int, length: int) -> tuple[str, str]:
    """A stretch of a text, measured in UTF-16 units, and the text without it."""
    raw = text.encode("utf-16-le")
    inside = raw[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
    rest = raw[: 2 * start] + raw[2 * (start + length) :]
    return inside, rest.decode("utf-16-le", "replace")


WAVE = re.compile(r"^\W*Wave\W+(\d+) alike")
"""The head of a wave's card, and how many it tells of."""


def on_telegram(town: Town) -> list[Seen]:
    """The group's messages that are no article and no service message."""
    bot = next(bot["id"] for bot in town.telegram.bots() if bot["username"] == "thread_bot")
    found = []
    for message in town.telegram.messages(town.places.group):
        words = message.get("text") or "/"
        if words.startswith("/") or message.get("is_automatic_forward"):
            continue  # commands are answers' matter: they are taken away at most once
        answered = str((message.get("reply_to_message") or {}).get("message_id", ""))
        ours = message["from"]["id"] == bot
        pieces = list(_pieces(message)) if ours else [_piece(message, 0, message["text"])]
        for text, quote in pieces:
            one = _seen("telegram", str(message["message_id"]), text, quote, ours, answered)
            found.append(replace(one, shared=len(pieces) > 1))
    return found


def _pieces(message: Json) -> Iterator[tuple[str, str]]:
    """(text without its quoted line, the quoted line) of every comment that it shows."""
    start = 0
    for text in _NEXT.split(message["text"]):
        yield _piece(message, start, text)
        start += len(f"{text}\n\n".encode("utf-16-le")) // 2


def _piece(message: Json, start: int, text: str) -> tuple[str, str]:
    length = len(text.encode("utf-16-le")) // 2
    for entity in message.get("entities") or ():
        if entity["type"] == "blockquote" and start <= entity["offset"] < start + length:
            quote, rest = _units(text, entity["offset"] - start, entity["length"])
            return rest, quote
    return text, ""


def on_discord(town: Town) -> list[Seen]:
    """The thread's messages, the article's own left out."""
    thread = town.forum_thread()
    found = []
    for message in town.discord.messages(thread or "") if thread else []:
        if message["embeds"] or not message["content"]:
            continue
        lines = message["content"].split("\n")
        quote = "\n".join(line for line in lines if line.startswith("> "))
        text = "\n".join(line for line in lines if not line.startswith("> "))
        answered = str((message.get("message_reference") or {}).get("message_id") or "")
        ours = bool(message["author"].get("bot"))
        found.append(_seen("discord", message["id"], text, quote, ours, answered))
    return found


def everything(town: Town) -> list[Seen]:
    """Both sides, each oldest first."""
    return [*on_telegram(town), *on_discord(town)]


def buttons(card: Json) -> list[str]:
    """The labels of a message's buttons, on either platform."""
    if "reply_markup" in card:
        return [b["text"] for row in card["reply_markup"]["inline_keyboard"] for b in row]
    return [b.get("label", "") for row in card.get("components", ()) for b in row["components"]]


def cards(town: Town, side: str) -> list[tuple[str, str, list[str]]]:
    """(id, text, buttons) of every message at a desk."""
    if side == "telegram":
        found = town.telegram.messages(town.places.desk)
        return [(str(m["message_id"]), m.get("text", ""), buttons(m)) for m in found]
    return [(m["id"], read(m), buttons(m)) for m in town.discord.messages(town.places.discord_desk)]

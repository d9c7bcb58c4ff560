"""Telegram's ids and links: the only place of this adapter that builds or reads them.

place: a chat's id as text ("-1001234567890"). message: a message's id in its chat ("123").
thread: the id of the message under which a reply chain hangs ("55": in a discussion group the
automatic forward of a channel post), or "topic:7" for a forum topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.errors import UserError
from core.i18n import FALLBACK, texts

TOPIC = "topic:"
_SUPERGROUP = "-100"
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def place(chat: int) -> str:
    """The place of a chat."""
    return str(chat)


def chat(place_: str) -> int:
    """The chat's id of a place."""
    return int(place_)


def user(identity: str) -> int | None:
    """The user of an identity, None for those who write as a channel and for anonymous admins:
    a user's id is above 0 and is that of their direct chat with the bot."""
    return int(identity) if identity.isascii() and identity.isdecimal() else None


def reference(place_: str) -> int | str:
    """What a person may write for a place: an id, or "@name" of a public chat.

    Raises UserError for anything else.
    """
    if re.fullmatch(r"-?\d{1,20}", place_):
        return int(place_)
    if re.fullmatch(r"@\w{4,32}", place_):
        return place_
    t = texts(FALLBACK)
    raise UserError(
        t("“{place}” is no Telegram chat: give its number (-100…) or its @name.", place=place_)
    )


def title(words: str) -> str:
    """The key of an administrator's title: written otherwise in case and spaces it is the same."""
    return " ".join(words.split()).casefold()


def number(message: str) -> int:
    """A message's number in its chat."""
    return int(message)


def topic_thread(topic_: int) -> str:
    """The thread of a forum topic."""
    return f"{TOPIC}{topic_}"


def topic(thread: str | None) -> int | None:
    """The forum topic of a thread, None where the thread is a reply chain."""
    return int(thread.removeprefix(TOPIC)) if thread and thread.startswith(TOPIC) else None


def root(thread: str | None) -> int | None:
    """The message under which a reply chain hangs, None for a topic or no thread."""
    return int(thread) if thread and not thread.startswith(TOPIC) else None


def thread_of(message: Mapping[str, Any]) -> str | None:
    """The thread of a received message, None outside of every thread."""
    number = message.get("message_thread_id")
    if number is None:
        return None
    return topic_thread(number) if message.get("is_topic_message") else str(number)


def link(chat_: Mapping[str, Any], message: int, thread: str | None = None) -> str:
    """The address of a message for readers, "" in chats whose messages have none.

    chat_: a Chat as the Bot API tells it. Private chats' links open for their members only.
    Source: core.telegram.org/api/links, "Message links".
    """
    base = _base(chat_)
    if not base:
        return ""
    inside = topic(thread)
    if inside is not None:
        return f"{base}/{inside}/{message}"
    chain = root(thread)
    return f"{base}/{message}" + (f"?thread={chain}" if chain and chain != message else "")


def address(place_: str, link_: str, thread: str, message: str) -> str:
    """The address of a message in a thread for the readers of a chat, "" where it has none.

    link_: the chat's own address (`chat_link`), "" for a private one.
    """
    name = link_.rpartition("/")[2]
    return link({"id": chat(place_), "username": name}, number(message), thread)


def chat_link(chat_: Mapping[str, Any]) -> str:
    """The address of a public chat, "" for a private one."""
    return f"https://t.me/{chat_['username']}" if chat_.get("username") else ""


def _base(chat_: Mapping[str, Any]) -> str:
    if chat_.get("username"):
        return chat_link(chat_)
    number = str(chat_["id"])
    return f"https://t.me/c/{number[4:]}" if number.startswith(_SUPERGROUP) else ""


def door(bot_name: str, action: str) -> str:
    """A deep link into the direct chat with the bot, `action` as its payload.

    action: 1-64 characters of A-Z, a-z, 0-9, _ and - (core.telegram.org/bots/features,
    "Deep linking"). Raises ValueError for others.
    """
    if not _PAYLOAD.fullmatch(action):
        raise ValueError(f"not usable in a deep link: {action!r}")
    return f"https://t.me/{bot_name}?start={action}"


_LINK = re.compile(
    r"https?://t\.me/(?:c/(?P<number>\d+)|(?P<name>\w{4,32}))(?:/\d+)?/(?P<message>\d+)/?"
    r"(?:\?(?:.*&)?comment=(?P<comment>\d+).*|\?.*)?$"
)


def locate(url: str) -> tuple[str, str] | None:
    """(place, message) that a link to a message names, None for other addresses.

    The place of a public chat is its address (`chat_link`); a link to a comment names the
    channel, and the message in its discussion group.
    """
    found = _LINK.match(url)
    if found is None:
        return None
    number = found["number"]
    here = f"{_SUPERGROUP}{number}" if number else f"https://t.me/{found['name']}"
    return here, found["comment"] or found["message"]

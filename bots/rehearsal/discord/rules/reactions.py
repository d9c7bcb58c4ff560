"""Reactions to messages. Source: Discord's documentation, "Message" (create reaction)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from bots.rehearsal.discord import present
from bots.rehearsal.discord.errors import ApiError, refused, unknown
from bots.rehearsal.discord.flags import THREADS, Intent, Permission
from bots.rehearsal.discord.permissions import need
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.state import Event, State

Json = dict[str, Any]

_BASE = "/channels/{channel_id}/messages/{message_id}/reactions"
DISTINCT_LIMIT = 20


def _target(c: Call, *wanted: Permission) -> tuple[Json, Json, str]:
    channel = c.channel(Permission.READ_MESSAGE_HISTORY, *wanted)
    doc = c.state.message(channel["id"], c.path["message_id"])
    name = unquote(c.path.get("emoji_name", ""))
    if name and name not in doc["reactions"] and not _known(c.state, name):
        raise ApiError(400, 10014, "Unknown Emoji")
    return channel, doc, name


def _known(state: State, name: str) -> bool:
    """A character, or "name:id" of a guild's own emoji."""
    bare, colon, number = name.partition(":")
    if not colon:
        return not name.isascii()
    found = state.find("emoji", number)
    return found is not None and found["name"] == bare


def _tell(c: Call, name: str, channel: Json, doc: Json, **data: Any) -> None:
    guild_id = channel.get("guild_id")
    shown = {"channel_id": channel["id"], "message_id": doc["id"], **data}
    if guild_id:
        shown["guild_id"] = guild_id
    intent = Intent.GUILD_MESSAGE_REACTIONS if guild_id else Intent.DIRECT_MESSAGE_REACTIONS
    c.state.emit(Event(name, shown, guild_id, channel["id"], intent))


@route("PUT", _BASE + "/{emoji_name}/@me")
def react(c: Call) -> None:
    """Add an own reaction; the first of its emoji needs ADD_REACTIONS; 50083 when archived."""
    channel, doc, name = _target(c)
    if channel["type"] in THREADS and channel["archived"]:
        raise refused(50083)
    if name not in doc["reactions"]:
        need(c.held(channel), Permission.ADD_REACTIONS)
        if len(doc["reactions"]) >= DISTINCT_LIMIT:
            raise refused(30010)
    users = doc["reactions"].setdefault(name, [])
    if c.user_id in users:
        return
    users.append(c.user_id)
    c.state.put_message(doc)
    extra: Json = {"message_author_id": doc["author_id"]}
    member = c.state.member(channel.get("guild_id") or "", c.user_id)
    if member is not None:
        extra["member"] = present.member(c.state, member)
    emoji = present.emoji(name)
    one = {"user_id": c.user_id, "emoji": emoji, "burst": False, "type": 0}
    _tell(c, "MESSAGE_REACTION_ADD", channel, doc, **one, **extra)


def _take_away(c: Call, channel: Json, doc: Json, name: str, user_id: str) -> None:
    users = doc["reactions"].get(name, [])
    if user_id not in users:
        raise unknown("emoji")
    users.remove(user_id)
    if not users:
        del doc["reactions"][name]
    c.state.put_message(doc)
    one = {"user_id": user_id, "emoji": present.emoji(name), "burst": False, "type": 0}
    _tell(c, "MESSAGE_REACTION_REMOVE", channel, doc, **one)


@route("DELETE", _BASE + "/{emoji_name}/@me")
def take_back(c: Call) -> None:
    channel, doc, name = _target(c)
    _take_away(c, channel, doc, name, c.user_id)


@route("DELETE", _BASE + "/{emoji_name}/{user_id}")
def take_from_other(c: Call) -> None:
    channel, doc, name = _target(c, Permission.MANAGE_MESSAGES)
    _take_away(c, channel, doc, name, c.path["user_id"])


@route("DELETE", _BASE + "/{emoji_name}")
def clear_emoji(c: Call) -> None:
    channel, doc, name = _target(c, Permission.MANAGE_MESSAGES)
    doc["reactions"].pop(name, None)
    c.state.put_message(doc)
    _tell(c, "MESSAGE_REACTION_REMOVE_EMOJI", channel, doc, emoji=present.emoji(name))


@route("DELETE", _BASE)
def clear(c: Call) -> None:
    channel, doc, _ = _target(c, Permission.MANAGE_MESSAGES)
    doc["reactions"] = {}
    c.state.put_message(doc)
    _tell(c, "MESSAGE_REACTION_REMOVE_ALL", channel, doc)


@route("GET", _BASE + "/{emoji_name}")
def who_reacted(c: Call) -> list[Json]:
    _, doc, name = _target(c)
    users = sorted(doc["reactions"].get(name, []), key=int)
    after = int(c.query.get("after", "0"))
    limit = c.number("limit", 25, 1, 100)
    found = [u for u in users if int(u) > after][:limit]
    return [present.user(c.state.get("user", u)) for u in found]

"""Guilds: roles, members, timeouts, bans.

Source: Discord's documentation, "Guild" (members, bans) and "Permissions" (hierarchy).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bots.rehearsal.discord import present
from bots.rehearsal.discord.errors import invalid, refused, unknown
from bots.rehearsal.discord.flags import Intent, Permission
from bots.rehearsal.discord.permissions import in_guild
from bots.rehearsal.discord.posting import remove, tell_bulk
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.state import EPOCH_MS, Event, State

Json = dict[str, Any]

TIMEOUT_DAYS = 28
DELETE_SECONDS = 604_800


@route("GET", "/guilds/{guild_id}")
def get_guild(c: Call) -> Json:
    return present.guild(c.guild())


@route("GET", "/guilds/{guild_id}/roles")
def list_roles(c: Call) -> list[Json]:
    return [present.role(r) for r in c.guild()["roles"]]


def _member(c: Call, user_id: str) -> Json:
    guild = c.guild()
    c.state.get("user", user_id)
    member = c.state.member(guild["id"], user_id)
    if member is None:
        raise unknown("member")
    return member


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def get_member(c: Call) -> Json:
    return present.member(c.state, _member(c, c.path["user_id"]))


@route("GET", "/users/@me/guilds/{guild_id}/member")
@route("GET", "/guilds/{guild_id}/members/@me")
def own_member(c: Call) -> Json:
    return present.member(c.state, _member(c, c.user_id))


@route("GET", "/guilds/{guild_id}/members")
def list_members(c: Call) -> list[Json]:
    """Members by id; for applications with the members intent."""
    guild = c.guild()
    if c.app is not None and not c.app["intents_allowed"] & Intent.GUILD_MEMBERS:
        raise refused(50001)
    after = int(c.query.get("after", "0"))
    limit = c.number("limit", 1, 1, 1000)
    found = sorted(c.state.members(guild["id"]), key=lambda m: int(m["user_id"]))
    found = [m for m in found if int(m["user_id"]) > after]
    return [present.member(c.state, m) for m in found[:limit]]


@route("GET", "/guilds/{guild_id}/members/search")
def search_members(c: Call) -> list[Json]:
    guild = c.guild()
    query = c.query.get("query", "").lower()
    limit = c.number("limit", 1, 1, 1000)
    found = []
    for member in c.state.members(guild["id"]):
        user = c.state.get("user", member["user_id"])
        names = (user["username"], user.get("global_name"), member["nick"])
        if any((name or "").lower().startswith(query) for name in names):
            found.append(present.member(c.state, member))
    return found[:limit]


def _top(state: State, guild: Json, user_id: str) -> int:
    if guild["owner_id"] == user_id:
        return 1_000_000
    member = state.member(guild["id"], user_id) or {"roles": []}
    return max((r["position"] for r in guild["roles"] if r["id"] in member["roles"]), default=0)


def _outranks(c: Call, guild: Json, user_id: str) -> None:
    if _top(c.state, guild, user_id) >= _top(c.state, guild, c.user_id):
        raise refused(50013)


@route("PATCH", "/guilds/{guild_id}/members/{user_id}")
def change_member(c: Call) -> Json:
    """A timeout of at most 28 days (MODERATE_MEMBERS), a nick or roles."""
    guild = c.guild()
    member = _member(c, c.path["user_id"])
    body = c.fields()
    held = in_guild(c.state, guild["id"], c.user_id)
    if "communication_disabled_until" in body:
        if not held & Permission.MODERATE_MEMBERS:
            raise refused(50013)
        _outranks(c, guild, member["user_id"])
        if in_guild(c.state, guild["id"], member["user_id"]) & Permission.ADMINISTRATOR:
            raise refused(50013)
        until = body["communication_disabled_until"]
        member["communication_disabled_until"] = _moment(c.state, until) if until else None
    if "nick" in body:
        member["nick"] = body["nick"] or None
    if "roles" in body:
        if not held & Permission.MANAGE_ROLES:
            raise refused(50013)
        member["roles"] = [str(r) for r in body["roles"] or []]
    c.state.put_member(member)
    tell_member(c.state, "GUILD_MEMBER_UPDATE", member)
    return present.member(c.state, member)


def _moment(state: State, text: str) -> str:
    """An ISO time within the next 28 days, in the one form that sorts as text."""
    path = "communication_disabled_until"
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        message = f"Could not parse {text}. Should be ISO8601."
        raise invalid(path, "DATE_TIME_TYPE_PARSE", message) from None
    seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    if seconds > state.now() + TIMEOUT_DAYS * 86400 + 60:
        message = "Cannot set a timeout of more than 28 days."
        raise invalid(path, "GUILD_MEMBER_TIMEOUT_TOO_LONG", message)
    return state.iso(seconds)


def tell_member(state: State, name: str, member: Json, *, only: str | None = None) -> None:
    """Dispatch a change of a member: for the members intent; one's own comes without it."""
    data = {**present.member(state, member), "guild_id": member["guild_id"]}
    state.emit(Event(name, data, member["guild_id"], None, Intent.GUILD_MEMBERS, only))


@route("GET", "/guilds/{guild_id}/bans")
def list_bans(c: Call) -> list[Json]:
    guild = c.guild(Permission.BAN_MEMBERS)
    limit = c.number("limit", 1000, 1, 1000)
    found = [b for b in c.state.all("ban") if b["guild_id"] == guild["id"]]
    return [_ban(c.state, b) for b in found[:limit]]


def _ban(state: State, ban: Json) -> Json:
    return {"user": present.user(state.get("user", ban["user_id"])), "reason": ban["reason"]}


@route("GET", "/guilds/{guild_id}/bans/{user_id}")
def get_ban(c: Call) -> Json:
    guild = c.guild(Permission.BAN_MEMBERS)
    return _ban(c.state, c.state.get("ban", f"{guild['id']}:{c.path['user_id']}"))


@route("PUT", "/guilds/{guild_id}/bans/{user_id}")
def put_ban(c: Call) -> None:
    """Ban a user, member or not; `delete_message_seconds` takes their recent messages along."""
    guild = c.guild(Permission.BAN_MEMBERS)
    user = c.state.get("user", c.path["user_id"])
    _outranks(c, guild, user["id"])
    seconds = int((c.body or {}).get("delete_message_seconds") or 0)
    if not 0 <= seconds <= DELETE_SECONDS:
        message = f"int value should be between 0 and {DELETE_SECONDS}."
        raise invalid("delete_message_seconds", "NUMBER_TYPE_MAX", message)
    key = f"{guild['id']}:{user['id']}"
    ban = {"id": key, "guild_id": guild["id"], "user_id": user["id"], "reason": c.reason}
    c.state.put("ban", ban)
    data = {"guild_id": guild["id"], "user": present.user(user)}
    c.state.emit(Event("GUILD_BAN_ADD", data, guild["id"], None, Intent.GUILD_MODERATION))
    if c.state.member(guild["id"], user["id"]):
        leave(c.state, guild, user["id"])
    if seconds:
        _delete_recent(c.state, guild["id"], user["id"], seconds)


def _delete_recent(state: State, guild_id: str, user_id: str, seconds: int) -> None:
    oldest = (int((state.now() - seconds) * 1000) - EPOCH_MS) << 22
    for channel in [*state.channels(guild_id), *state.threads(guild_id=guild_id)]:
        theirs = [
            m
            for m in state.messages(channel["id"])
            if m["author_id"] == user_id and not m["webhook_id"] and int(m["id"]) >= oldest
        ]
        for doc in theirs:
            remove(state, doc, quiet=True)
        if theirs:
            tell_bulk(state, channel, [doc["id"] for doc in theirs])


@route("DELETE", "/guilds/{guild_id}/bans/{user_id}")
def drop_ban(c: Call) -> None:
    guild = c.guild(Permission.BAN_MEMBERS)
    user = c.state.get("user", c.path["user_id"])
    key = f"{guild['id']}:{user['id']}"
    c.state.get("ban", key)
    c.state.drop("ban", key)
    data = {"guild_id": guild["id"], "user": present.user(user)}
    c.state.emit(Event("GUILD_BAN_REMOVE", data, guild["id"], None, Intent.GUILD_MODERATION))


@route("DELETE", "/guilds/{guild_id}/members/{user_id}")
def kick(c: Call) -> None:
    guild = c.guild(Permission.KICK_MEMBERS)
    member = _member(c, c.path["user_id"])
    _outranks(c, guild, member["user_id"])
    leave(c.state, guild, member["user_id"])


def leave(state: State, guild: Json, user_id: str) -> None:
    """End a membership; a bot's sessions are told that the guild is gone for them."""
    user = state.get("user", user_id)
    if user.get("bot"):
        data = {"id": guild["id"]}
        state.emit(Event("GUILD_DELETE", data, guild["id"], None, Intent.GUILDS, user_id))
        guild["roles"] = [r for r in guild["roles"] if r.get("bot_id") != user_id]
        state.put("guild", guild)
    state.store.drop("dc.member", f"{guild['id']}:{user_id}")
    data = {"guild_id": guild["id"], "user": present.user(user)}
    event = Event("GUILD_MEMBER_REMOVE", data, guild["id"], None, Intent.GUILD_MEMBERS)
    state.emit(event)

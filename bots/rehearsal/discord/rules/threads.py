"""Threads: made from a message, on their own, or as a forum post; joined and listed.

Source: Discord's documentation, "Threads" and "Channel" (start thread, list threads).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bots.rehearsal.discord import archiving, form, posting, present
from bots.rehearsal.discord.errors import Form, invalid, refused
from bots.rehearsal.discord.flags import (
    THREADS,
    ChannelFlag,
    Intent,
    Kind,
    MessageFlag,
    MessageType,
    Permission,
)
from bots.rehearsal.discord.permissions import in_channel
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.rules.messages import shown, stickers
from bots.rehearsal.discord.state import Event, State

Json = dict[str, Any]

DURATIONS = (60, 1440, 4320, 10080)
TAG_LIMIT = 5


def check_settings(body: Json, *, need_name: bool) -> None:
    """Name 1 to 100, known archive duration, slow mode 0 to 21,600 s."""
    errors = Form()
    if need_name and not body.get("name"):
        errors.required("name")
    errors.length("name", body.get("name"), 1, 100)
    duration = body.get("auto_archive_duration")
    if duration is not None and duration not in DURATIONS:
        errors.add(
            "auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {DURATIONS}."
        )
    slow = body.get("rate_limit_per_user")
    if slow is not None and not 0 <= slow <= 21_600:
        message = "int value should be between 0 and 21600."
        errors.add("rate_limit_per_user", "NUMBER_TYPE_MAX", message)
    errors.check()


def check_tags(parent: Json, tags: list[str], held: Permission, *, flags: int) -> list[str]:
    """The tags of a forum post: at most 5, known, moderated ones for MANAGE_THREADS only."""
    errors = Form()
    errors.count("applied_tags", tags, 0, TAG_LIMIT)
    errors.check()
    known = {tag["id"]: tag for tag in parent.get("available_tags", [])}
    ids = [str(tag) for tag in tags if str(tag) in known]
    if not ids and flags & ChannelFlag.REQUIRE_TAG:
        raise refused(40067)
    if any(known[i]["moderated"] for i in ids) and not held & Permission.MANAGE_THREADS:
        raise refused(50013)
    return ids


def _make(c: Call, parent: Json, body: Json, kind: Kind, *, thread_id: str | None = None) -> Json:
    state = c.state
    archiving.may_wake(state, parent["guild_id"], kind)
    now = state.iso()
    thread = {
        "id": thread_id or state.snowflake(),
        "type": int(kind),
        "guild_id": parent["guild_id"],
        "parent_id": parent["id"],
        "owner_id": c.user_id,
        "name": body["name"],
        "flags": 0,
        "last_message_id": None,
        "first_message_id": None,
        "rate_limit_per_user": body.get("rate_limit_per_user")
        or parent["default_thread_rate_limit_per_user"],
        "message_count": 0,
        "total_message_sent": 0,
        "members": {c.user_id: now},
        "archived": False,
        "locked": False,
        "archive_timestamp": now,
        "auto_archive_duration": body.get("auto_archive_duration")
        or parent["default_auto_archive_duration"],
        "create_timestamp": now,
        "applied_tags": [],
    }
    archiving.note(state, thread)
    return state.put("channel", thread)


def _tell_created(c: Call, thread: Json) -> None:
    posting.tell_channel(c.state, "THREAD_CREATE", thread, newly_created=True)


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads", status=201)
def from_message(c: Call) -> Json:
    """A thread from a message: it takes the message's id; one a message (160004)."""
    parent = c.channel(Permission.CREATE_PUBLIC_THREADS, Permission.READ_MESSAGE_HISTORY)
    if parent["type"] not in (Kind.TEXT, Kind.ANNOUNCEMENT):
        raise refused(50024)
    doc = c.state.message(parent["id"], c.path["message_id"])
    body = c.fields()
    check_settings(body, need_name=True)
    if doc["flags"] & MessageFlag.HAS_THREAD or c.state.find("channel", doc["id"]):
        raise refused(160004)
    announced = parent["type"] == Kind.ANNOUNCEMENT
    kind = Kind.ANNOUNCEMENT_THREAD if announced else Kind.PUBLIC_THREAD
    thread = _make(c, parent, body, kind, thread_id=doc["id"])
    doc["flags"] |= int(MessageFlag.HAS_THREAD)
    c.state.put_message(doc)
    _tell_created(c, thread)
    posting.tell(c.state, "MESSAGE_UPDATE", doc)
    _starter(c.state, thread, doc)
    return present.thread(c.state, thread, c.user_id)


def _starter(state: State, thread: Json, origin: Json) -> None:
    """The first entry of a thread from a message: it only points to that message."""
    reference = {
        "channel_id": origin["channel_id"],
        "message_id": origin["id"],
        "guild_id": origin["guild_id"],
    }
    thread["first_message_id"] = "starter"
    kind = MessageType.THREAD_STARTER_MESSAGE
    doc = posting.system(state, thread, origin["author_id"], kind, reference=reference)
    thread["first_message_id"] = doc["id"]
    thread["message_count"] = thread["total_message_sent"] = 0
    thread["members"] = {thread["owner_id"]: thread["create_timestamp"]}
    state.put("channel", thread)


@route("POST", "/channels/{channel_id}/threads", status=201)
def start_thread(c: Call) -> Json:
    """A forum post with its first message, or a thread without one in a text channel."""
    parent = c.channel()
    body = c.fields()
    if parent["type"] == Kind.FORUM:
        return _forum_post(c, parent, body)
    if parent["type"] not in (Kind.TEXT, Kind.ANNOUNCEMENT):
        raise refused(50024)
    wanted = int(body.get("type") or Kind.PRIVATE_THREAD)
    private = wanted == Kind.PRIVATE_THREAD
    c.channel(Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    check_settings(body, need_name=True)
    thread = _make(c, parent, body, Kind(wanted))
    _tell_created(c, thread)
    if not private:
        reference = {"channel_id": thread["id"], "guild_id": parent["guild_id"]}
        kind = MessageType.THREAD_CREATED
        posting.system(c.state, parent, c.user_id, kind, body["name"], reference)
    return present.thread(c.state, thread, c.user_id)


def _forum_post(c: Call, parent: Json, body: Json) -> Json:
    held = c.held(parent)
    if not held & Permission.SEND_MESSAGES:
        raise refused(50013)
    check_settings(body, need_name=True)
    if not isinstance(body.get("message"), dict):
        raise invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    fields = form.check(body["message"], c.files)
    stickers(c.state, parent, fields)
    tags = check_tags(parent, body.get("applied_tags") or [], held, flags=parent["flags"])
    thread, doc = open_post(c, parent, body, tags, c.sender(parent), fields, body["message"])
    return {**present.thread(c.state, thread, c.user_id), "message": shown(c, doc)}


def open_post(
    c: Call,
    parent: Json,
    body: Json,
    tags: list[str],
    sender: posting.Sender,
    fields: Json,
    message: Json,
) -> tuple[Json, Json]:
    """Make a forum post and its first message, whose id is the thread's by the World's switch."""
    thread = _make(c, parent, body, Kind.PUBLIC_THREAD)
    thread["owner_id"] = sender.user_id
    thread["applied_tags"] = tags
    equal = c.state.world.switches.forum_id_equal
    first = thread["id"] if equal else c.state.snowflake()
    thread["first_message_id"] = first
    parent["last_message_id"] = thread["id"]
    c.state.put("channel", parent)
    _tell_created(c, thread)
    doc = posting.create(c.state, thread, sender, fields, body=message, more={"id": first})
    return thread, doc


def manage(c: Call, thread: Json, body: Json) -> Json:
    """PATCH of a thread: its owner may name, archive and tag; MANAGE_THREADS may lock and slow."""
    held = c.held(thread)
    _may_manage(c, thread, body, held)
    check_settings(body, need_name=False)
    before = dict(thread)
    if "applied_tags" in body:
        parent = c.state.get("channel", thread["parent_id"])
        tags = body["applied_tags"] or []
        thread["applied_tags"] = check_tags(parent, tags, held, flags=parent["flags"])
    for key in ("name", "locked", "auto_archive_duration", "rate_limit_per_user"):
        if body.get(key) is not None:
            thread[key] = body[key]
    if "flags" in body:
        _pin_post(c, thread, int(body["flags"] or 0))
    _archive(c.state, thread, body)
    c.state.put("channel", thread)
    posting.tell_channel(c.state, "THREAD_UPDATE", thread)
    if thread["name"] != before["name"]:
        kind = MessageType.CHANNEL_NAME_CHANGE
        posting.system(c.state, thread, c.user_id, kind, thread["name"])
    return present.thread(c.state, thread, c.user_id)


def _archive(state: State, thread: Json, body: Json) -> None:
    wanted = body.get("archived")
    if wanted is not None and wanted != thread["archived"]:
        if not wanted:
            archiving.may_wake(state, thread["guild_id"], thread["type"])
        thread["archived"] = wanted
        thread["archive_timestamp"] = state.iso()
    elif body.get("auto_archive_duration") is not None:
        thread["archive_timestamp"] = state.iso()
    if not thread["archived"]:
        archiving.note(state, thread)


def _may_manage(c: Call, thread: Json, body: Json, held: Permission) -> None:
    manages = bool(held & Permission.MANAGE_THREADS)
    opens = body.get("archived") is False
    if not manages:
        if opens and thread["locked"]:
            raise refused(160005)
        member_opens = set(body) == {"archived"} and opens
        if member_opens and held & Permission.SEND_MESSAGES_IN_THREADS:
            return
        owners = {"name", "archived", "auto_archive_duration", "applied_tags"}
        if thread["owner_id"] != c.user_id or set(body) - owners:
            raise refused(50013)
    if thread["archived"] and not opens:
        raise refused(50083)


def _pin_post(c: Call, thread: Json, flags: int) -> None:
    others = c.state.threads(parent_id=thread["parent_id"])
    pinned = [t for t in others if t["flags"] & ChannelFlag.PINNED and t["id"] != thread["id"]]
    if flags & ChannelFlag.PINNED and pinned:
        raise refused(30047)
    thread["flags"] = flags & int(ChannelFlag.PINNED)


def delete_thread(c: Call, thread: Json) -> Json:
    """DELETE of a thread: for MANAGE_THREADS; its messages go with it."""
    if not c.held(thread) & Permission.MANAGE_THREADS:
        raise refused(50013)
    shown_last = present.thread(c.state, thread, c.user_id)
    posting.clear(c.state, thread["id"])
    c.state.drop("channel", thread["id"])
    keys = ("id", "guild_id", "parent_id", "type")
    data = {key: thread[key] for key in keys}
    parent = thread["parent_id"]
    c.state.emit(Event("THREAD_DELETE", data, thread["guild_id"], parent, Intent.GUILDS))
    return shown_last


def _thread(c: Call) -> Json:
    thread = c.channel()
    if thread["type"] not in THREADS:
        raise refused(50024)
    return thread


def _join(c: Call, user_id: str) -> None:
    thread = _thread(c)
    if thread["archived"]:
        raise refused(50083)
    if user_id in thread["members"]:
        return
    thread["members"][user_id] = c.state.iso()
    c.state.put("channel", thread)
    data = {**present.thread_member(thread, user_id), "guild_id": thread["guild_id"]}
    event = Event("THREAD_MEMBER_UPDATE", data, thread["guild_id"], None, Intent.GUILDS, user_id)
    c.state.emit(event)


@route("PUT", "/channels/{channel_id}/thread-members/@me")
def join(c: Call) -> None:
    _join(c, c.user_id)


@route("PUT", "/channels/{channel_id}/thread-members/{user_id}")
def add_member(c: Call) -> None:
    _join(c, c.state.get("user", c.path["user_id"])["id"])


def _leave(c: Call, user_id: str) -> None:
    thread = _thread(c)
    if thread["archived"]:
        raise refused(50083)
    thread["members"].pop(user_id, None)
    c.state.put("channel", thread)


@route("DELETE", "/channels/{channel_id}/thread-members/@me")
def leave(c: Call) -> None:
    _leave(c, c.user_id)


@route("DELETE", "/channels/{channel_id}/thread-members/{user_id}")
def remove_member(c: Call) -> None:
    thread = _thread(c)
    if not c.held(thread) & Permission.MANAGE_THREADS and thread["owner_id"] != c.user_id:
        raise refused(50013)
    _leave(c, c.path["user_id"])


@route("GET", "/channels/{channel_id}/thread-members")
def list_members(c: Call) -> list[Json]:
    thread = _thread(c)
    return [present.thread_member(thread, user_id) for user_id in thread["members"]]


def _listing(c: Call, threads: list[Json], more: bool) -> Json:
    joined = [t for t in threads if c.user_id in t["members"]]
    return {
        "threads": [present.thread(c.state, t, c.user_id) for t in threads],
        "members": [present.thread_member(t, c.user_id) for t in joined],
        "has_more": more,
    }


@route("GET", "/guilds/{guild_id}/threads/active")
def active(c: Call) -> Json:
    """The guild's threads that are not archived and that the caller can see, newest first."""
    guild = c.guild()
    found = [
        t
        for t in c.state.threads(guild_id=guild["id"])
        if not t["archived"] and in_channel(c.state, t, c.user_id) & Permission.VIEW_CHANNEL
    ]
    return _listing(c, sorted(found, key=lambda t: -int(t["id"])), False)


def _time(raw: str | None) -> datetime | None:
    """An ISO time of a query, in which a plus sign may have become a space."""
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(raw.replace(" ", "+"))
    except ValueError:
        message = f"Could not parse {raw}. Should be ISO8601."
        raise invalid("before", "DATE_TIME_TYPE_PARSE", message) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@route("GET", "/channels/{channel_id}/threads/archived/public")
def archived(c: Call) -> Json:
    """Archived threads of a channel, the latest archived first; `before` is an ISO time."""
    parent = c.channel(Permission.READ_MESSAGE_HISTORY)
    limit = c.number("limit", 50, 1, 100)
    before = _time(c.query.get("before"))
    found = [
        t
        for t in c.state.threads(parent_id=parent["id"])
        if t["archived"] and t["type"] != Kind.PRIVATE_THREAD
    ]
    found.sort(key=lambda t: (str(t["archive_timestamp"]), int(t["id"])), reverse=True)
    if before is not None:
        found = [t for t in found if datetime.fromisoformat(t["archive_timestamp"]) < before]
    return _listing(c, found[:limit], len(found) > limit)

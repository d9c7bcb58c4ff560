"""Messages: history, sending with its nonce, editing, deleting, crossposting, pins, typing.

Source: Discord's documentation, "Message" and "Threads".
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import files, form, posting, present
from bots.rehearsal.discord.errors import invalid, refused, unknown
from bots.rehearsal.discord.flags import (
    DELETABLE,
    THREADS,
    Intent,
    Kind,
    MessageFlag,
    MessageType,
    Permission,
)
from bots.rehearsal.discord.permissions import in_channel, need
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.state import EPOCH_MS, Event, State

Json = dict[str, Any]

PIN_LIMIT = 250
NONCES_KEPT = 2000
BULK_DAYS = 14
_FORWARD = 1


def shown(c: Call, doc: Json) -> Json:
    """A message in an answer: content withheld from a bot without the content intent."""
    data = present.message(c.state, doc, c.user_id)
    if c.app is None or c.app["intents_allowed"] & Intent.MESSAGE_CONTENT:
        return data
    channel = c.state.get("channel", doc["channel_id"])
    return present.withhold(data, c.user_id, direct=channel["type"] == Kind.DM)


def read_back(c: Call, doc: Json) -> Json:
    """A message as the history tells it: how long Discord keeps a nonce is said nowhere."""
    data = shown(c, doc)
    if not c.state.world.switches.history_nonce:
        data.pop("nonce", None)
    return data


@route("GET", "/channels/{channel_id}/messages")
def list_messages(c: Call) -> list[Json]:
    """History, newest first; empty without READ_MESSAGE_HISTORY."""
    channel = c.channel()
    limit = c.number("limit", 50, 1, 100)
    if not c.held(channel) & Permission.READ_MESSAGE_HISTORY:
        return []
    bounds = {key: _id(c, key) for key in ("around", "before", "after") if key in c.query}
    if len(bounds) > 1:
        message = "Only one of before, after and around may be given"
        raise invalid("_root", "MESSAGE_QUERY_EXCLUSIVE", message)
    if "around" in bounds:
        middle = bounds["around"]
        newer = c.state.window(channel["id"], limit - limit // 2, after=middle - 1)
        older = c.state.window(channel["id"], limit // 2, before=middle)
        found = newer + older
    else:
        found = c.state.window(channel["id"], limit, **bounds)
    return [read_back(c, doc) for doc in found]


def _id(c: Call, name: str) -> int:
    raw = c.query[name]
    if not raw.isdigit():
        raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not snowflake.')
    return int(raw)


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(c: Call) -> Json:
    channel = c.channel(Permission.READ_MESSAGE_HISTORY)
    return read_back(c, c.state.message(channel["id"], c.path["message_id"]))


@route("POST", "/channels/{channel_id}/messages")
def send_message(c: Call) -> Json:
    """Send; a used nonce with `enforce_nonce` answers the earlier message."""
    channel = c.state.get("channel", c.path["channel_id"])
    held = c.held(channel)
    need(held)
    body = c.fields()
    forwards = (body.get("message_reference") or {}).get("type") == _FORWARD
    fields = {"flags": 0} if forwards else form.check(body, c.files)
    stickers(c.state, channel, fields)
    posting.may_write(c.state, channel, c.user_id, held, fields)
    _may_reach(c, channel)
    earlier = _same_nonce(c, body)
    if earlier is not None:
        return shown(c, earlier)
    if forwards:
        doc = _forward(c, channel, body)
    else:
        reference = _reference(c, channel, held, body.get("message_reference"))
        kind = MessageType.REPLY if reference else MessageType.DEFAULT
        doc = posting.create(
            c.state, channel, c.sender(channel), fields, body=body, kind=kind, reference=reference
        )
    _remember_nonce(c, body, doc)
    return shown(c, doc)


def stickers(state: State, channel: Json, fields: Json) -> None:
    """Look up the stickers of a message: 50081 for one of nowhere or of another guild."""
    found = [state.find("sticker", str(number)) for number in fields.get("sticker_ids") or []]
    chosen = [one for one in found if one and one["guild_id"] == channel.get("guild_id")]
    if len(chosen) < len(found):
        raise refused(50081)
    keys = ("id", "name", "format_type")
    fields["stickers"] = [{key: one[key] for key in keys} for one in chosen]


def _forward(c: Call, channel: Json, body: Json) -> Json:
    """A forward: a snapshot of a message that the sender can read, and nothing of their own."""
    if any(body.get(key) for key in ("content", "embeds", "components", "poll", "sticker_ids")):
        message = "Forwards cannot have additional content"
        raise invalid("message_reference", "MESSAGE_FORWARD_CANNOT_HAVE_CONTENT", message)
    asked = body["message_reference"]
    place = c.state.get("channel", str(asked.get("channel_id") or channel["id"]))
    held = c.held(place)
    if not held & Permission.VIEW_CHANNEL or not held & Permission.READ_MESSAGE_HISTORY:
        raise refused(160014)
    origin = c.state.message(place["id"], str(asked.get("message_id")))
    if origin["type"] not in posting.EDITABLE or origin["poll"]:
        raise refused(50021)
    inner = (origin.get("snapshots") or [origin])[0]
    keys = (
        "type content embeds components stickers flags timestamp edited_timestamp mentions"
        " mention_roles"
    )
    snapshot = {key: inner[key] for key in keys.split()}
    copies = [files.copied(c.state, channel["id"], a) for a in inner["attachments"]]
    snapshot["attachments"] = copies
    reference = {"type": _FORWARD, "channel_id": place["id"], "message_id": origin["id"]}
    if place.get("guild_id"):
        reference["guild_id"] = place["guild_id"]
    fields = {"flags": int(MessageFlag.HAS_SNAPSHOT)}
    return posting.create(
        c.state,
        channel,
        c.sender(channel),
        fields,
        body=body,
        reference=reference,
        more={"snapshots": [snapshot]},
    )


def _may_reach(c: Call, channel: Json) -> None:
    if channel["type"] != Kind.DM or c.app is None:
        return
    for user_id in channel["recipients"]:
        if c.state.get("user", user_id).get("closed_to_bots"):
            raise refused(50007)


def _same_nonce(c: Call, body: Json) -> Json | None:
    """The earlier message of this author with this nonce, within the World's window.

    One that was deleted since answers "Unknown Message", as Discord intends it.
    """
    nonce, window = body.get("nonce"), c.state.world.switches.nonce_window
    if nonce is None or not body.get("enforce_nonce"):
        return None
    used = c.state.find("nonce", f"{c.user_id}:{nonce}")
    if used is None or c.state.now() - used["at"] >= window:
        return None
    doc = c.state.find_message(used["message_id"], used["channel_id"])
    if doc is None:
        raise unknown("message")
    return doc


def _remember_nonce(c: Call, body: Json, doc: Json) -> None:
    if body.get("nonce") is None:
        return
    key = f"{c.user_id}:{body['nonce']}"
    where = {"message_id": doc["id"], "channel_id": doc["channel_id"]}
    c.state.put("nonce", {"id": key, "at": c.state.now(), **where})
    if c.state.store.counter("dc.nonces") % NONCES_KEPT == 0:
        _forget_nonces(c.state)


def _forget_nonces(state: State) -> None:
    oldest = state.now() - max(state.world.switches.nonce_window, 60.0)
    for used in state.all("nonce"):
        if used["at"] < oldest:
            state.drop("nonce", used["id"])


def _reference(c: Call, channel: Json, held: Permission, asked: Json | None) -> Json | None:
    """What the message replies to; None where the target is gone and that may be so."""
    if not asked or asked.get("message_id") is None:
        return None
    if not held & Permission.READ_MESSAGE_HISTORY:
        raise refused(160002)
    where = str(asked.get("channel_id") or channel["id"])
    target = c.state.find_message(str(asked["message_id"]), where)
    if where != channel["id"]:
        message = "Cannot reply to a message in a different channel"
        raise invalid("message_reference", "REPLIES_CANNOT_REPLY_TO_OTHER_CHANNEL", message)
    if target is None or target["only"]:
        if asked.get("fail_if_not_exists", True):
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    if target["type"] not in posting.EDITABLE:
        message = "Cannot reply to a system message"
        raise invalid("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", message)
    reference = {"channel_id": where, "message_id": target["id"]}
    return reference | ({"guild_id": channel["guild_id"]} if channel.get("guild_id") else {})


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit_message(c: Call) -> Json:
    """Edit an own message; 50083 in an archived thread."""
    channel = c.channel()
    doc = c.state.message(channel["id"], c.path["message_id"])
    body = c.fields()
    own = doc["author_id"] == c.user_id
    if not own:
        need(c.held(channel), Permission.MANAGE_MESSAGES)
        if set(body) - {"flags"}:
            raise refused(50005)
    posting.may_edit(c.state, channel, doc)
    fields = form.check(body, c.files, old=doc)
    return shown(c, posting.edit(c.state, doc, fields, body=body, sender=c.sender(channel)))


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(c: Call) -> None:
    """Delete an own message, or anybody's with MANAGE_MESSAGES."""
    channel = c.channel()
    doc = c.state.message(channel["id"], c.path["message_id"])
    held = c.held(channel)
    if doc["author_id"] != c.user_id:
        if channel["type"] == Kind.DM:
            raise refused(50003)
        need(held, Permission.MANAGE_MESSAGES)
    if doc["type"] not in DELETABLE:
        raise refused(50021)
    closed = channel["type"] in THREADS and channel["archived"] and channel["locked"]
    if closed and not held & Permission.MANAGE_THREADS:
        raise refused(50083)
    posting.remove(c.state, doc)


@route("POST", "/channels/{channel_id}/messages/bulk-delete")
def bulk_delete(c: Call) -> None:
    """Delete 2 to 100 messages of at most 14 days; unknown ids are passed over."""
    channel = c.channel(Permission.MANAGE_MESSAGES)
    if channel["type"] == Kind.DM:
        raise refused(50003)
    ids = [str(i) for i in c.fields().get("messages") or []]
    if not 2 <= len(ids) <= 100 or len(set(ids)) < len(ids):
        raise refused(50016)
    oldest = (int((c.state.now() - BULK_DAYS * 86400) * 1000) - EPOCH_MS) << 22
    if any(int(i) < oldest for i in ids):
        raise refused(50034)
    found = [c.state.find_message(i, channel["id"]) for i in ids]
    gone = [doc for doc in found if doc is not None and not doc["only"]]
    for doc in gone:
        posting.remove(c.state, doc, quiet=True)
    if gone:
        posting.tell_bulk(c.state, channel, [doc["id"] for doc in gone])


@route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost")
def crosspost(c: Call) -> Json:
    """Publish a message of an announcement channel to its followers, once."""
    channel = c.channel(Permission.SEND_MESSAGES)
    doc = c.state.message(channel["id"], c.path["message_id"])
    if doc["author_id"] != c.user_id:
        need(c.held(channel), Permission.MANAGE_MESSAGES)
    if channel["type"] != Kind.ANNOUNCEMENT:
        raise refused(50024)
    if doc["flags"] & MessageFlag.CROSSPOSTED:
        raise refused(40033)
    if doc["type"] != MessageType.DEFAULT:
        raise refused(50068)
    doc["flags"] |= int(MessageFlag.CROSSPOSTED)
    c.state.put_message(doc)
    posting.tell(c.state, "MESSAGE_UPDATE", doc)
    return shown(c, doc)


@route("PUT", "/channels/{channel_id}/messages/pins/{message_id}")
@route("PUT", "/channels/{channel_id}/pins/{message_id}")
def pin(c: Call) -> None:
    """Pin a message; needs PIN_MESSAGES since February 2026."""
    channel = c.channel(Permission.PIN_MESSAGES)
    doc = c.state.message(channel["id"], c.path["message_id"])
    if channel["type"] in THREADS and channel["archived"]:
        raise refused(50083)
    if doc["pinned_at"] is not None:
        return
    if len(_pinned(c.state, channel["id"])) >= PIN_LIMIT:
        raise refused(30003)
    _set_pin(c, channel, doc, c.state.iso())
    reference = {"channel_id": channel["id"], "message_id": doc["id"]}
    if channel.get("guild_id"):
        reference["guild_id"] = channel["guild_id"]
    kind = MessageType.CHANNEL_PINNED_MESSAGE
    posting.system(c.state, channel, c.user_id, kind, reference=reference)


@route("DELETE", "/channels/{channel_id}/messages/pins/{message_id}")
@route("DELETE", "/channels/{channel_id}/pins/{message_id}")
def unpin(c: Call) -> None:
    channel = c.channel(Permission.PIN_MESSAGES)
    doc = c.state.message(channel["id"], c.path["message_id"])
    if doc["pinned_at"] is not None:
        _set_pin(c, channel, doc, None)


def _set_pin(c: Call, channel: Json, doc: Json, moment: str | None) -> None:
    doc["pinned_at"] = moment
    c.state.put_message(doc)
    posting.tell(c.state, "MESSAGE_UPDATE", doc)
    data = {"channel_id": channel["id"], "last_pin_timestamp": moment}
    guild_id = channel.get("guild_id")
    if guild_id:
        data["guild_id"] = guild_id
    intent = Intent.GUILDS if guild_id else Intent.DIRECT_MESSAGES
    c.state.emit(Event("CHANNEL_PINS_UPDATE", data, guild_id, channel["id"], intent))


def _pinned(state: State, channel_id: str) -> list[Json]:
    found = [m for m in state.messages(channel_id) if m["pinned_at"] is not None]
    return sorted(found, key=lambda m: str(m["pinned_at"]), reverse=True)


@route("GET", "/channels/{channel_id}/messages/pins")
def list_pins(c: Call) -> Json:
    channel = c.channel(Permission.READ_MESSAGE_HISTORY)
    limit = c.number("limit", 50, 1, 50)
    before = c.query.get("before")
    found = [m for m in _pinned(c.state, channel["id"]) if not before or m["pinned_at"] < before]
    items = [{"pinned_at": m["pinned_at"], "message": shown(c, m)} for m in found[:limit]]
    return {"items": items, "has_more": len(found) > limit}


@route("GET", "/channels/{channel_id}/pins")
def list_pins_of_old(c: Call) -> list[Json]:
    channel = c.channel(Permission.READ_MESSAGE_HISTORY)
    return [shown(c, doc) for doc in _pinned(c.state, channel["id"])[:50]]


@route("POST", "/channels/{channel_id}/typing")
def typing(c: Call) -> None:
    channel = c.state.get("channel", c.path["channel_id"])
    held = in_channel(c.state, channel, c.user_id)
    posting.may_write(c.state, channel, c.user_id, held | Permission.BYPASS_SLOWMODE, {})
    data = {
        "channel_id": channel["id"],
        "user_id": c.user_id,
        "timestamp": int(c.state.now()),
    }
    guild_id = channel.get("guild_id")
    if guild_id:
        data["guild_id"] = guild_id
    intent = Intent.GUILD_MESSAGE_TYPING if guild_id else Intent.DIRECT_MESSAGE_TYPING
    c.state.emit(Event("TYPING_START", data, guild_id, channel["id"], intent))

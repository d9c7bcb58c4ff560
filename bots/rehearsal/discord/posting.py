"""How a message comes to stand, changes and goes; what that does to its thread.

Every way in (a bot's REST call, a webhook, an interaction's response, a person) ends here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord import archiving, files, layout, polls, present
from bots.rehearsal.discord.errors import refused
from bots.rehearsal.discord.flags import (
    NOTHING,
    THREADS,
    Intent,
    Kind,
    MessageFlag,
    MessageType,
    Permission,
)
from bots.rehearsal.discord.mentions import pings
from bots.rehearsal.discord.permissions import can_send, in_channel, need
from bots.rehearsal.discord.state import Event, State

Json = dict[str, Any]

PING_ALL = ("users", "roles", "everyone")
PING_USERS = ("users",)
EDITABLE = (
    MessageType.DEFAULT,
    MessageType.REPLY,
    MessageType.CHAT_INPUT_COMMAND,
    MessageType.CONTEXT_MENU_COMMAND,
)
OLD = 3600.0
"""World seconds after which a message counts as old, and in which edits of old ones count."""


@dataclass(frozen=True)
class Sender:
    """Who writes: a user with their rights in the channel, or a webhook with its mask."""

    user_id: str
    held: Permission
    mask: Json | None = None
    webhook_id: str | None = None
    application_id: str | None = None
    default_pings: tuple[str, ...] = PING_ALL


def may_write(state: State, channel: Json, user_id: str, held: Permission, fields: Json) -> None:
    """Raise what forbids this user to write these fields here."""
    need(held)
    if channel["type"] == Kind.FORUM:
        raise refused(50008)
    if not can_send(channel, held):
        raise refused(50013)
    if fields.get("embeds"):
        need(held, Permission.EMBED_LINKS)
    if fields.get("attachments"):
        need(held, Permission.ATTACH_FILES)
    may_enter(channel, held)
    _slow(state, channel, user_id, held)


def may_enter(channel: Json, held: Permission) -> None:
    """Raise 160005 for a locked thread without MANAGE_THREADS."""
    if channel["type"] in THREADS and channel["locked"] and not held & Permission.MANAGE_THREADS:
        raise refused(160005)


def _slow(state: State, channel: Json, user_id: str, held: Permission) -> None:
    pause = channel.get("rate_limit_per_user", 0)
    exempt = Permission.BYPASS_SLOWMODE | Permission.MANAGE_MESSAGES | Permission.MANAGE_THREADS
    if not pause or held & exempt or state.get("user", user_id).get("bot"):
        return
    last = state.find("slow", f"{channel['id']}:{user_id}")
    if last is not None and state.now() - last["at"] < pause:
        raise refused(20016, retry_after=round(pause - (state.now() - last["at"]), 3))


def create(
    state: State,
    channel: Json,
    sender: Sender,
    fields: Json,
    *,
    body: Json,
    kind: MessageType = MessageType.DEFAULT,
    reference: Json | None = None,
    only: str | None = None,
    more: Json | None = None,
) -> Json:
    """Make a checked message stand and tell the sessions; returns its document.

    body: the request as it came, kept as `sent`. only: the one person who sees an ephemeral
    message. more: fields of the document that override, such as a fixed id.
    """
    if only is None and channel["type"] in THREADS:
        archiving.wake(state, channel)
    doc = _document(state, channel, sender, fields, body, kind, reference, only)
    doc |= more or {}
    _ping(state, channel, sender, doc, body.get("allowed_mentions"))
    doc["attachments"] = _keep_files(state, doc, fields.get("attachments") or [])
    _find_media(state, doc)
    if only is None:
        _count(state, channel, doc)
    state.put_message(doc)
    if channel.get("rate_limit_per_user"):
        slow = {"id": f"{channel['id']}:{sender.user_id}", "at": state.now()}
        state.put("slow", slow)
    if only is None:
        tell(state, "MESSAGE_CREATE", doc)
    return doc


def _document(
    state: State,
    channel: Json,
    sender: Sender,
    fields: Json,
    body: Json,
    kind: MessageType,
    reference: Json | None,
    only: str | None,
) -> Json:
    flags = fields.get("flags", 0)
    return {
        "id": state.snowflake(),
        "channel_id": channel["id"],
        "guild_id": channel.get("guild_id"),
        "author_id": sender.user_id,
        "mask": sender.mask,
        "webhook_id": sender.webhook_id,
        "application_id": sender.application_id,
        "type": int(kind),
        "content": fields.get("content") or "",
        "embeds": fields.get("embeds") or [],
        "components": fields.get("components") or [],
        "poll": polls.made(state, fields["poll"]) if fields.get("poll") else None,
        "stickers": fields.get("stickers") or [],
        "snapshots": [],
        "flags": flags | MessageFlag.EPHEMERAL if only else flags & ~MessageFlag.EPHEMERAL,
        "timestamp": state.iso(),
        "edited_timestamp": None,
        "nonce": body.get("nonce"),
        "reference": reference,
        "pinned_at": None,
        "reactions": {},
        "position": channel["total_message_sent"] if channel["type"] in THREADS else None,
        "only": only,
        "sent": body,
    }


def _ping(state: State, channel: Json, sender: Sender, doc: Json, allowed: Json | None) -> None:
    parent = None
    if doc["reference"] and doc["type"] == MessageType.REPLY:
        target = doc["reference"]
        parent = state.find_message(target["message_id"], target["channel_id"])
    found = pings(
        state,
        doc["content"],
        allowed,
        held=sender.held,
        guild_id=channel.get("guild_id"),
        replied_to=parent["author_id"] if parent and not parent["webhook_id"] else None,
        default=sender.default_pings,
    )
    doc["mentions"] = found.users
    doc["mention_roles"] = found.roles
    doc["mention_everyone"] = found.everyone


def _keep_files(state: State, doc: Json, wanted: list[Json]) -> list[Json]:
    """The attachments of a message: earlier ones by id, uploads kept with their bytes."""
    earlier = {a["id"]: a for a in doc.get("attachments") or []}
    found = []
    for one in wanted:
        if "kept" in one:
            said = {k: v for k, v in one["asked"].items() if k == "description"}
            found.append({**earlier.pop(one["kept"]), **said})
        else:
            made = files.make(state, doc["channel_id"], one["file"], one["asked"])
            found.append(made | ({"ephemeral": True} if doc["only"] else {}))
    files.let_go(state, list(earlier.values()))
    return found


def _find_media(state: State, doc: Json) -> None:
    """Tie the media of layout components to the files that they point to."""
    names = {a["filename"]: a["id"] for a in doc["attachments"]}
    for one in layout.media(doc["components"]):
        one["id"] = state.snowflake()
        name = one["url"].removeprefix(layout.ATTACHED)
        if name != one["url"]:
            one["attachment_id"] = names.get(name) or names[files.safe_name(name)]


def _count(state: State, channel: Json, doc: Json) -> None:
    channel["last_message_id"] = doc["id"]
    if channel["type"] in THREADS:
        if doc["id"] != channel["first_message_id"]:
            channel["total_message_sent"] += 1
            channel["message_count"] += 1
        if doc["webhook_id"] is None:
            channel["members"].setdefault(doc["author_id"], state.iso())
    state.put("channel", channel)


def may_edit(state: State, channel: Json, doc: Json) -> None:
    """Raise 50083 in an archived thread, 50021 for what Discord itself wrote, and 30046 for one
    more edit of an old message than the World's switch lets through in an hour of this channel."""
    if channel["type"] in THREADS and channel["archived"]:
        raise refused(50083)
    if doc["type"] not in EDITABLE:
        raise refused(50021)
    most, now = state.world.switches.old_edits, state.now()
    if not most or now - state.moment(doc["id"]) < OLD:
        return
    known = state.find("old_edits", channel["id"]) or {"id": channel["id"], "at": []}
    recent = [at for at in known["at"] if now - at < OLD]
    if len(recent) >= most:
        left = round(recent[0] + OLD - now, 3)
        raise refused(30046, retry_after=left, **{"global": False})
    state.put("old_edits", {"id": channel["id"], "at": [*recent, now]})


def edit(state: State, doc: Json, fields: Json, *, body: Json, sender: Sender) -> Json:
    """Change a standing message after a checked body and tell the sessions."""
    channel = state.get("channel", doc["channel_id"])
    for key in ("content", "embeds", "components"):
        if key in fields:
            doc[key] = fields[key] or ([] if key != "content" else "")
    if "flags" in body:
        changeable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2
        kept = doc["flags"] & ~MessageFlag.SUPPRESS_EMBEDS
        doc["flags"] = int(kept | (fields["flags"] & changeable))
    if "attachments" in fields:
        doc["attachments"] = _keep_files(state, doc, fields["attachments"])
    if "components" in fields:
        _find_media(state, doc)
    if "content" in fields:
        _ping(state, channel, sender, doc, body.get("allowed_mentions"))
    doc["edited_timestamp"] = state.iso()
    doc["sent"] = {**doc["sent"], **body}
    state.put_message(doc)
    if doc["only"] is None:
        tell(state, "MESSAGE_UPDATE", doc)
    return doc


def remove(state: State, doc: Json, *, quiet: bool = False) -> None:
    """Take a message away. quiet: a bulk deletion tells of all its messages at once."""
    channel = state.get("channel", doc["channel_id"])
    if channel["type"] in THREADS and doc["id"] != channel["first_message_id"]:
        channel["message_count"] = max(0, channel["message_count"] - 1)
        state.put("channel", channel)
    files.let_go(state, files.carried(doc))
    state.drop_message(doc)
    if quiet or doc["only"]:
        return
    data = {"id": doc["id"], "channel_id": doc["channel_id"]}
    _emit(state, "MESSAGE_DELETE", channel, data)


def clear(state: State, channel_id: str) -> None:
    """Every message of a channel goes, without a word."""
    for doc in state.messages(channel_id):
        files.let_go(state, files.carried(doc))
        state.drop_message(doc)


def tell(state: State, name: str, doc: Json) -> None:
    """Dispatch a message event with the whole message and its author's member."""
    channel = state.get("channel", doc["channel_id"])
    data = present.message(state, doc)
    guild_id = channel.get("guild_id")
    author = state.member(guild_id, doc["author_id"]) if guild_id else None
    if author is not None and doc["webhook_id"] is None:
        data["member"] = present.member(state, author, with_user=False)
    _emit(state, name, channel, data)


def tell_bulk(state: State, channel: Json, ids: list[str]) -> None:
    """Dispatch MESSAGE_DELETE_BULK."""
    _emit(state, "MESSAGE_DELETE_BULK", channel, {"ids": ids, "channel_id": channel["id"]})


def _emit(state: State, name: str, channel: Json, data: Json) -> None:
    guild_id = channel.get("guild_id")
    if guild_id:
        data = {**data, "guild_id": guild_id}
    intent = Intent.GUILD_MESSAGES if guild_id else Intent.DIRECT_MESSAGES
    state.emit(Event(name, data, guild_id, channel["id"], intent))


def tell_channel(state: State, name: str, channel: Json, **more: Any) -> None:
    """Dispatch THREAD_CREATE, THREAD_UPDATE, CHANNEL_UPDATE and their kin."""
    data = {**present.channel(state, channel), **more}
    state.emit(Event(name, data, channel["guild_id"], channel["id"], Intent.GUILDS))


def viewers(state: State, channel: Json) -> set[str]:
    """The bots that can see a channel now."""
    bots = [app["bot_id"] for app in state.all("app")]
    return {b for b in bots if in_channel(state, channel, b) & Permission.VIEW_CHANNEL}


def tell_access(state: State, channel: Json, before: set[str]) -> None:
    """THREAD_LIST_SYNC for the bots that see a channel now and did not before.

    A bot that loses sight of a channel is told nothing about its threads.
    """
    threads = [t for t in state.threads(parent_id=channel["id"]) if not t["archived"]]
    for bot in sorted(viewers(state, channel) - before):
        joined = [t for t in threads if bot in t["members"]]
        data = {
            "guild_id": channel["guild_id"],
            "channel_ids": [channel["id"]],
            "threads": [present.thread(state, t, bot) for t in threads],
            "members": [present.thread_member(t, bot) for t in joined],
        }
        guild_id = channel["guild_id"]
        state.emit(Event("THREAD_LIST_SYNC", data, guild_id, channel["id"], Intent.GUILDS, bot))


def system(
    state: State,
    channel: Json,
    user_id: str,
    kind: MessageType,
    text: str = "",
    reference: Json | None = None,
) -> Json:
    """A message that Discord itself writes: thread created, renamed, message pinned."""
    sender = Sender(user_id, NOTHING)
    fields = {"content": text}
    body: Json = {"allowed_mentions": {"parse": []}}
    return create(state, channel, sender, fields, body=body, kind=kind, reference=reference)

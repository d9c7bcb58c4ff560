"""Webhooks: made, listed, and used with the token in their path.

Source: Discord's documentation, "Webhook". An execution has no nonce, so it is not repeatable.
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import form, posting, present
from bots.rehearsal.discord.errors import Form, refused, unknown
from bots.rehearsal.discord.flags import (
    ALL_PERMISSIONS,
    THREADS,
    Intent,
    Kind,
    MessageFlag,
    Permission,
)
from bots.rehearsal.discord.permissions import need
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.rules import followups
from bots.rehearsal.discord.rules.threads import check_settings, check_tags, open_post
from bots.rehearsal.discord.state import Event

Json = dict[str, Any]

PER_CHANNEL = 15
_FORBIDDEN = ("clyde", "discord")
_USE = "/webhooks/{webhook_id}/{webhook_token}"


def check_name(errors: Form, path: str, name: str | None) -> None:
    """1 to 80 characters without "clyde" and "discord"."""
    errors.length(path, name, 1, 80)
    for word in _FORBIDDEN:
        if word in (name or "").lower():
            message = f'Username cannot contain "{word}"'
            errors.add(path, "USERNAME_INVALID_CONTAINS", message)


@route("POST", "/channels/{channel_id}/webhooks")
def create(c: Call) -> Json:
    channel = c.channel(Permission.MANAGE_WEBHOOKS)
    if channel["type"] not in (Kind.TEXT, Kind.ANNOUNCEMENT, Kind.FORUM):
        raise refused(50024)
    body = c.fields()
    errors = Form()
    if not body.get("name"):
        errors.required("name")
    check_name(errors, "name", body.get("name"))
    errors.check()
    there = [w for w in c.state.all("webhook") if w["channel_id"] == channel["id"]]
    if len(there) >= PER_CHANNEL:
        raise refused(30007)
    doc = {
        "id": c.state.snowflake(),
        "name": body["name"],
        "avatar": None,
        "channel_id": channel["id"],
        "guild_id": channel["guild_id"],
        "application_id": c.app["id"] if c.app else None,
        "creator_id": c.user_id,
        "token": c.state.secret("webhook"),
    }
    c.state.put("webhook", doc)
    _tell(c, doc)
    return present.webhook(c.state, doc)


def _tell(c: Call, doc: Json) -> None:
    data = {"guild_id": doc["guild_id"], "channel_id": doc["channel_id"]}
    intent = Intent.GUILD_WEBHOOKS
    c.state.emit(Event("WEBHOOKS_UPDATE", data, doc["guild_id"], doc["channel_id"], intent))


@route("GET", "/channels/{channel_id}/webhooks")
def list_of_channel(c: Call) -> list[Json]:
    channel = c.channel(Permission.MANAGE_WEBHOOKS)
    found = [w for w in c.state.all("webhook") if w["channel_id"] == channel["id"]]
    return [present.webhook(c.state, w) for w in found]


@route("GET", "/guilds/{guild_id}/webhooks")
def list_of_guild(c: Call) -> list[Json]:
    guild = c.guild(Permission.MANAGE_WEBHOOKS)
    found = [w for w in c.state.all("webhook") if w["guild_id"] == guild["id"]]
    return [present.webhook(c.state, w) for w in found]


def _managed(c: Call) -> Json:
    doc = c.state.get("webhook", c.path["webhook_id"])
    channel = c.state.get("channel", doc["channel_id"])
    need(c.held(channel), Permission.MANAGE_WEBHOOKS)
    return doc


@route("GET", "/webhooks/{webhook_id}")
def get(c: Call) -> Json:
    return present.webhook(c.state, _managed(c))


@route("PATCH", "/webhooks/{webhook_id}")
def change(c: Call) -> Json:
    doc = _managed(c)
    body = c.fields()
    errors = Form()
    check_name(errors, "name", body.get("name"))
    errors.check()
    doc["name"] = body.get("name") or doc["name"]
    doc["channel_id"] = str(body.get("channel_id") or doc["channel_id"])
    c.state.put("webhook", doc)
    _tell(c, doc)
    return present.webhook(c.state, doc)


@route("DELETE", "/webhooks/{webhook_id}")
def delete(c: Call) -> None:
    doc = _managed(c)
    c.state.drop("webhook", doc["id"])
    _tell(c, doc)


def _by_token(c: Call) -> Json:
    doc = c.state.get("webhook", c.path["webhook_id"])
    if doc["token"] != c.path["webhook_token"]:
        raise refused(50027)
    return doc


@route("GET", _USE, auth=False)
def get_with_token(c: Call) -> Json:
    return present.webhook(c.state, _by_token(c), with_user=False)


@route("DELETE", _USE, auth=False)
def delete_with_token(c: Call) -> None:
    doc = _by_token(c)
    c.state.drop("webhook", doc["id"])
    _tell(c, doc)


@route("POST", _USE, auth=False)
def execute(c: Call) -> Json | None:
    """Write as the webhook, into its channel or one of its threads; the message with `wait`.

    An application's interaction token in the path makes it a follow-up instead.
    """
    if c.state.find("app", c.path["webhook_id"]):
        return followups.follow_up(c)
    doc = _by_token(c)
    body = c.fields()
    errors = Form()
    check_name(errors, "username", body.get("username"))
    errors.length("avatar_url", body.get("avatar_url"), 0, 2048)
    errors.check()
    fields = form.check(body, c.files)
    made = _write(c, doc, body, fields)
    return present.message(c.state, made) if c.flag("wait") else None


def _write(c: Call, doc: Json, body: Json, fields: Json) -> Json:
    channel = c.state.get("channel", doc["channel_id"])
    sender = _sender(doc, body)
    thread_id = c.query.get("thread_id")
    if body.get("thread_name"):
        if channel["type"] != Kind.FORUM:
            raise refused(220003)
        if thread_id:
            raise refused(220002)
        body = {**body, "name": body["thread_name"]}
        check_settings(body, need_name=True)
        listed = body.get("applied_tags") or []
        tags = check_tags(channel, listed, ALL_PERMISSIONS, flags=channel["flags"])
        return open_post(c, channel, body, tags, sender, fields, body)[1]
    if thread_id:
        channel = _thread_of(c, channel, thread_id)
    elif channel["type"] == Kind.FORUM:
        raise refused(220001)
    return posting.create(c.state, channel, sender, fields, body=body)


def _sender(doc: Json, body: Json) -> posting.Sender:
    mask = {
        "id": doc["id"],
        "username": body.get("username") or doc["name"],
        "avatar": doc["avatar"],
    }
    held = Permission.MENTION_EVERYONE
    application_id = doc["application_id"]
    return posting.Sender(
        doc["id"], held, mask, doc["id"], application_id, default_pings=posting.PING_ALL
    )


def _thread_of(c: Call, channel: Json, thread_id: str) -> Json:
    thread = c.state.find("channel", thread_id)
    if thread is None or thread["type"] not in THREADS or thread["parent_id"] != channel["id"]:
        raise unknown("channel")
    if thread["locked"]:
        raise refused(160005)
    return thread


_MESSAGE = _USE + "/messages/{message_id}"


def _own_message(c: Call) -> Json:
    """The webhook's message; one in a thread is only found with its `thread_id`."""
    doc = _by_token(c)
    where = c.query.get("thread_id") or doc["channel_id"]
    channel = c.state.get("channel", where)
    if doc["channel_id"] not in (channel["id"], channel.get("parent_id")):
        raise unknown("channel")
    found = c.state.message(where, c.path["message_id"])
    if found["webhook_id"] != doc["id"]:
        raise unknown("message")
    return found


@route("GET", _MESSAGE, auth=False)
def get_message(c: Call) -> Json:
    if c.state.find("app", c.path["webhook_id"]):
        return followups.get(c)
    return present.message(c.state, _own_message(c))


@route("PATCH", _MESSAGE, auth=False)
def edit_message(c: Call) -> Json:
    """Edit what the webhook wrote; 50083 in an archived thread."""
    if c.state.find("app", c.path["webhook_id"]):
        return followups.edit(c)
    found = _own_message(c)
    channel = c.state.get("channel", found["channel_id"])
    posting.may_edit(c.state, channel, found)
    body = c.fields()
    fields = form.check(body, c.files, old=found)
    fields["flags"] &= ~int(MessageFlag.EPHEMERAL)
    sender = _sender(_by_token(c), {})
    return present.message(c.state, posting.edit(c.state, found, fields, body=body, sender=sender))


@route("DELETE", _MESSAGE, auth=False)
def delete_message(c: Call) -> None:
    if c.state.find("app", c.path["webhook_id"]):
        followups.delete(c)
        return
    posting.remove(c.state, _own_message(c))

"""Channels: read, changed, deleted, their overwrites; direct chats.

Source: Discord's documentation, "Channel".
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import posting, present
from bots.rehearsal.discord.errors import Form, refused, unknown
from bots.rehearsal.discord.flags import THREADS, ChannelFlag, Intent, Kind, Permission
from bots.rehearsal.discord.permissions import need
from bots.rehearsal.discord.posting import tell_channel
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.rules import threads
from bots.rehearsal.discord.state import Event, State

Json = dict[str, Any]

TAGS_OF_FORUM = 20


@route("GET", "/channels/{channel_id}")
def get_channel(c: Call) -> Json:
    return present.channel(c.state, c.channel(), c.user_id)


@route("GET", "/guilds/{guild_id}/channels")
def list_channels(c: Call) -> list[Json]:
    guild = c.guild()
    return [present.channel(c.state, channel) for channel in c.state.channels(guild["id"])]


@route("PATCH", "/channels/{channel_id}")
def change_channel(c: Call) -> Json:
    """Change a channel (MANAGE_CHANNELS) or a thread; forum tags may be replaced as a list."""
    channel = c.channel()
    body = c.fields()
    if channel["type"] in THREADS:
        return threads.manage(c, channel, body)
    if channel["type"] == Kind.DM:
        raise refused(50003)
    need(c.held(channel), Permission.MANAGE_CHANNELS)
    _check(channel, body)
    plain = (
        "name topic position rate_limit_per_user default_auto_archive_duration"
        " default_thread_rate_limit_per_user permission_overwrites"
    )
    channel |= {key: body[key] for key in plain.split() if key in body}
    if "flags" in body:
        channel["flags"] = int(body["flags"] or 0) & int(ChannelFlag.REQUIRE_TAG)
    if "available_tags" in body:
        channel["available_tags"] = tags(c.state, body["available_tags"] or [])
    c.state.put("channel", channel)
    tell_channel(c.state, "CHANNEL_UPDATE", channel)
    return present.channel(c.state, channel, c.user_id)


def _check(channel: Json, body: Json) -> None:
    errors = Form()
    errors.length("name", body.get("name"), 1, 100)
    topic_limit = 4096 if channel["type"] == Kind.FORUM else 1024
    errors.length("topic", body.get("topic"), 0, topic_limit)
    listed = body.get("available_tags")
    if listed is not None and errors.count("available_tags", listed, 0, TAGS_OF_FORUM):
        for index, tag in enumerate(listed):
            errors.length(f"available_tags.{index}.name", tag.get("name") or "", 1, 20)
    slow = body.get("rate_limit_per_user")
    if slow is not None and not 0 <= slow <= 21_600:
        message = "int value should be between 0 and 21600."
        errors.add("rate_limit_per_user", "NUMBER_TYPE_MAX", message)
    errors.check()


def tags(state: State, listed: list[Json]) -> list[Json]:
    """Forum tags in Discord's shape; those without an id get one."""
    return [
        {
            "id": str(tag.get("id") or state.snowflake()),
            "name": tag["name"],
            "moderated": bool(tag.get("moderated")),
            "emoji_id": tag.get("emoji_id"),
            "emoji_name": tag.get("emoji_name"),
        }
        for tag in listed
    ]


@route("DELETE", "/channels/{channel_id}")
def delete_channel(c: Call) -> Json:
    """Delete a channel with its threads, or one thread; a direct chat is only closed."""
    channel = c.channel()
    if channel["type"] in THREADS:
        return threads.delete_thread(c, channel)
    shown = present.channel(c.state, channel, c.user_id)
    if channel["type"] == Kind.DM:
        return shown
    need(c.held(channel), Permission.MANAGE_CHANNELS)
    data = present.channel(c.state, channel)
    event = Event("CHANNEL_DELETE", data, channel["guild_id"], channel["id"], Intent.GUILDS)
    c.state.emit(event)
    for one in [*c.state.threads(parent_id=channel["id"]), channel]:
        posting.clear(c.state, one["id"])
        c.state.drop("channel", one["id"])
    return shown


@route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
def set_overwrite(c: Call) -> None:
    channel = c.channel(Permission.MANAGE_ROLES)
    body = c.fields()
    made = {
        "id": c.path["overwrite_id"],
        "type": int(body.get("type") or 0),
        "allow": str(body.get("allow") or "0"),
        "deny": str(body.get("deny") or "0"),
    }
    others = [o for o in channel["permission_overwrites"] if o["id"] != made["id"]]
    channel["permission_overwrites"] = [*others, made]
    c.state.put("channel", channel)
    tell_channel(c.state, "CHANNEL_UPDATE", channel)


@route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
def drop_overwrite(c: Call) -> None:
    channel = c.channel(Permission.MANAGE_ROLES)
    kept = [o for o in channel["permission_overwrites"] if o["id"] != c.path["overwrite_id"]]
    if len(kept) == len(channel["permission_overwrites"]):
        raise unknown("overwrite")
    channel["permission_overwrites"] = kept
    c.state.put("channel", channel)
    tell_channel(c.state, "CHANNEL_UPDATE", channel)


def direct(state: State, one: str, other: str) -> Json:
    """The direct chat of two users, made where there is none."""
    pair = sorted((one, other), key=int)
    key = ":".join(pair)
    known = state.find("dm", key)
    if known is not None:
        return state.get("channel", known["channel_id"])
    channel = {
        "id": state.snowflake(),
        "type": int(Kind.DM),
        "recipients": pair,
        "last_message_id": None,
        "parent_id": None,
        "guild_id": None,
    }
    state.put("channel", channel)
    state.put("dm", {"id": key, "channel_id": channel["id"]})
    return channel

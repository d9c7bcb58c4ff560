"""Documents as Discord shows them in answers and events.

Shapes follow Discord's OpenAPI description, which the tests hold against every answer.
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import files, layout, polls
from bots.rehearsal.discord.components import FILE, walk
from bots.rehearsal.discord.flags import (
    APP_INTENT_FLAGS,
    THREADS,
    Intent,
    Kind,
    MessageFlag,
    MessageType,
    Permission,
)
from bots.rehearsal.discord.permissions import in_channel
from bots.rehearsal.discord.state import State
from bots.rehearsal.world import copied

Json = dict[str, Any]

_NO_DECORATION = {
    "avatar_decoration_data": None,
    "collectibles": None,
    "primary_guild": None,
    "banner": None,
    "accent_color": None,
}

_UNSET: Json = dict.fromkeys(
    [
        "icon",
        "description",
        "home_header",
        "splash",
        "discovery_splash",
        "banner",
        "application_id",
        "afk_channel_id",
        "system_channel_id",
        "widget_channel_id",
        "vanity_url_code",
        "rules_channel_id",
        "safety_alerts_channel_id",
        "public_updates_channel_id",
        "incidents_data",
        "max_presences",
    ]
)
_ZERO: Json = dict.fromkeys(
    [
        "system_channel_flags",
        "verification_level",
        "default_message_notifications",
        "mfa_level",
        "explicit_content_filter",
        "nsfw_level",
    ],
    0,
)


def user(doc: Json) -> Json:
    """A user object; what a webhook shows as its author has the same shape."""
    shown = {
        "id": doc["id"],
        "username": doc["username"],
        "discriminator": doc.get("discriminator", "0"),
        "global_name": doc.get("global_name"),
        "avatar": doc.get("avatar"),
        "public_flags": 0,
        "flags": 0,
        **_NO_DECORATION,
    }
    if doc.get("bot"):
        shown["bot"] = True
    return shown


def own_user(app: Json, doc: Json) -> Json:
    """The bot itself, as GET /users/@me and READY show it."""
    return {
        **user(doc),
        "mfa_enabled": True,
        "locale": "en-US",
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def application(state: State, app: Json) -> Json:
    """The application, as its own bot sees it."""
    allowed = Intent(app["intents_allowed"])
    flags = sum(bit for intent, bit in APP_INTENT_FLAGS.items() if allowed & intent)
    guilds = sum(1 for m in state.store.all("dc.member") if m["user_id"] == app["bot_id"])
    return {
        "id": app["id"],
        "name": app["name"],
        "icon": None,
        "description": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "bot": user(state.get("user", app["bot_id"])),
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(state.get("user", app["owner_id"])),
        "team": None,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
    }


def member(state: State, doc: Json, *, with_user: bool = True) -> Json:
    """A member object, with its user where that is wanted."""
    shown = {
        "avatar": None,
        "banner": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "communication_disabled_until": doc["communication_disabled_until"],
        "flags": 0,
        "joined_at": doc["joined_at"],
        "nick": doc["nick"],
        "pending": False,
        "premium_since": None,
        "roles": list(doc["roles"]),
        "mute": False,
        "deaf": False,
    }
    if with_user:
        shown["user"] = user(state.get("user", doc["user_id"]))
    return shown


def role(doc: Json) -> Json:
    """A role object."""
    shown = {
        "id": doc["id"],
        "name": doc["name"],
        "permissions": doc["permissions"],
        "position": doc["position"],
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": bool(doc.get("bot_id")),
        "mentionable": bool(doc.get("mentionable")),
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if doc.get("bot_id"):
        shown["tags"] = {"bot_id": doc["bot_id"]}
    return shown


def guild(doc: Json) -> Json:
    """A guild without its channels and members."""
    return {
        **_UNSET,
        **_ZERO,
        "id": doc["id"],
        "name": doc["name"],
        "owner_id": doc["owner_id"],
        "roles": [role(r) for r in doc["roles"]],
        "features": ["COMMUNITY", "NEWS"],
        "preferred_locale": doc.get("locale", "en-US"),
        "region": "deprecated",
        "emojis": [],
        "stickers": [],
        "premium_tier": doc.get("premium_tier", 0),
        "afk_timeout": 300,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "widget_enabled": False,
    }


def channel(state: State, doc: Json, viewer: str | None = None) -> Json:
    """A guild channel, a thread or a direct chat. viewer: whose membership in a thread shows."""
    if doc["type"] == Kind.DM:
        return _direct(state, doc, viewer)
    if doc["type"] in THREADS:
        return thread(state, doc, viewer)
    shown = {key: doc[key] for key in ("id", "type", "guild_id", "name", "position", "flags")}
    shown |= {
        "topic": doc["topic"],
        "parent_id": None,
        "nsfw": False,
        "last_message_id": doc["last_message_id"],
        "rate_limit_per_user": doc["rate_limit_per_user"],
        "permission_overwrites": [dict(o) for o in doc["permission_overwrites"]],
        "default_auto_archive_duration": doc["default_auto_archive_duration"],
        "default_thread_rate_limit_per_user": doc["default_thread_rate_limit_per_user"],
    }
    if doc["type"] == Kind.FORUM:
        shown |= {
            "available_tags": [dict(tag) for tag in doc["available_tags"]],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return shown


def _direct(state: State, doc: Json, viewer: str | None) -> Json:
    others = [r for r in doc["recipients"] if r != viewer]
    return {
        "id": doc["id"],
        "type": int(Kind.DM),
        "flags": 0,
        "last_message_id": doc["last_message_id"],
        "recipients": [user(state.get("user", r)) for r in others],
    }


def thread(state: State, doc: Json, viewer: str | None = None) -> Json:
    """A thread object; `member` shows the viewer's own membership."""
    shown = {
        "id": doc["id"],
        "type": doc["type"],
        "guild_id": doc["guild_id"],
        "parent_id": doc["parent_id"],
        "owner_id": doc["owner_id"],
        "name": doc["name"],
        "flags": doc["flags"],
        "last_message_id": doc["last_message_id"],
        "rate_limit_per_user": doc["rate_limit_per_user"],
        "message_count": doc["message_count"],
        "total_message_sent": doc["total_message_sent"],
        "member_count": min(len(doc["members"]), 50),
        "thread_metadata": {
            "archived": doc["archived"],
            "locked": doc["locked"],
            "archive_timestamp": doc["archive_timestamp"],
            "auto_archive_duration": doc["auto_archive_duration"],
            "create_timestamp": doc["create_timestamp"],
        },
    }
    if doc["applied_tags"] or _in_forum(state, doc):
        shown["applied_tags"] = list(doc["applied_tags"])
    if viewer in doc["members"]:
        shown["member"] = thread_member(doc, str(viewer))
    return shown


def _in_forum(state: State, doc: Json) -> bool:
    parent = state.find("channel", doc["parent_id"])
    return parent is not None and parent["type"] == Kind.FORUM


def thread_member(doc: Json, user_id: str) -> Json:
    """One user's membership in a thread."""
    joined = doc["members"][user_id]
    return {"id": doc["id"], "user_id": user_id, "join_timestamp": joined, "flags": 0}


def author(state: State, doc: Json) -> Json:
    """Who a message shows as its author: a user, or the mask that a webhook wore."""
    if doc["mask"]:
        return user({"discriminator": "0000", "bot": True, **doc["mask"]})
    return user(state.get("user", doc["author_id"]))


def message(state: State, doc: Json, viewer: str | None = None, *, nested: bool = True) -> Json:
    """A message object. viewer: whose reactions count as `me`; nested: with what it refers to."""
    shown = {
        "id": doc["id"],
        "channel_id": doc["channel_id"],
        "type": doc["type"],
        "content": doc["content"],
        "author": author(state, doc),
        "timestamp": doc["timestamp"],
        "edited_timestamp": doc["edited_timestamp"],
        "flags": doc["flags"],
        "tts": False,
        "pinned": doc["pinned_at"] is not None,
        "mention_everyone": doc["mention_everyone"],
        "mentions": [user(state.get("user", u)) for u in doc["mentions"]],
        "mention_roles": list(doc["mention_roles"]),
        "attachments": [attachment(state, doc, a) for a in doc["attachments"]],
        "embeds": [] if doc["flags"] & MessageFlag.SUPPRESS_EMBEDS else _embeds(state, doc),
        "components": _components(state, doc),
    }
    shown |= {k: doc[k] for k in ("webhook_id", "application_id", "nonce") if doc[k] is not None}
    shown |= {k: doc[k] for k in ("interaction_metadata", "interaction") if doc.get(k)}
    if doc["poll"]:
        shown["poll"] = polls.shown(state, doc["poll"], viewer)
    if doc.get("stickers"):
        shown["sticker_items"] = list(doc["stickers"])
    if doc.get("snapshots"):
        shown["message_snapshots"] = [_snapshot(state, doc, one) for one in doc["snapshots"]]
    if doc["reactions"]:
        shown["reactions"] = [_reaction(e, us, viewer) for e, us in doc["reactions"].items()]
    if doc["position"] is not None:
        shown["position"] = doc["position"]
    return shown | _references(state, doc, viewer, nested)


def _references(state: State, doc: Json, viewer: str | None, nested: bool) -> Json:
    shown: Json = {}
    if doc["reference"]:
        shown["message_reference"] = {"type": 0, **doc["reference"]}
    if not nested:
        return shown
    if doc["reference"] and doc["type"] in (MessageType.REPLY, MessageType.THREAD_STARTER_MESSAGE):
        target = doc["reference"]
        found = state.find_message(target["message_id"], target["channel_id"])
        shown["referenced_message"] = (
            message(state, found, viewer, nested=False) if found and not found["only"] else None
        )
    started = state.find("channel", doc["id"])
    if started is not None and started["parent_id"] == doc["channel_id"]:
        shown["thread"] = thread(state, started)
    return shown


def attachment(state: State, doc: Json, file: Json) -> Json:
    """An attachment of a message with the addresses of its bytes, signed now."""
    url = files.address(state, doc["channel_id"], file)
    proxy = url.replace(f"{state.cdn}/", f"{state.cdn}/media/", 1)
    return {**file, "url": url, "proxy_url": proxy}


def _snapshot(state: State, doc: Json, one: Json) -> Json:
    shown = {k: v for k, v in one.items() if k != "stickers"}
    shown["attachments"] = [attachment(state, doc, a) for a in one["attachments"]]
    shown["embeds"] = _embeds(state, {**doc, **one})
    shown["components"] = _components(state, {**doc, **one})
    shown["mentions"] = [user(state.get("user", u)) for u in one["mentions"]]
    if one["stickers"]:
        shown["sticker_items"] = list(one["stickers"])
    return {"message": shown}


def _components(state: State, doc: Json) -> list[Json]:
    """The components, with their media as Discord shows them."""
    if not doc["flags"] & MessageFlag.COMPONENTS_V2:
        return list(doc["components"])
    shown: list[Json] = copied(doc["components"])
    attached = {a["id"]: a for a in doc["attachments"]}
    for one in layout.media(shown):
        one |= {"id": one.get("id", "0"), "proxy_url": one["url"]}
        file = attached.get(one.get("attachment_id", ""))
        if file is not None:
            keys = ("url", "proxy_url", "width", "height", "content_type")
            found = attachment(state, doc, file)
            one |= {key: found[key] for key in keys if key in found}
    for part in walk(shown):
        if part["type"] == FILE:
            file = attached.get(part["file"].get("attachment_id", ""), {})
            part |= {"name": file.get("filename"), "size": file.get("size")}
    return shown


def _embeds(state: State, doc: Json) -> list[Json]:
    """The embeds, with `attachment://` pictures under the addresses of the message's files."""
    urls = {f"attachment://{a['filename']}": a for a in doc["attachments"]}
    found = []
    for embed in doc["embeds"]:
        made = dict(embed)
        for key in ("image", "thumbnail"):
            used = urls.get((embed.get(key) or {}).get("url", ""))
            if used is not None:
                made[key] = {**embed[key], "url": files.address(state, doc["channel_id"], used)}
        found.append(made)
    return found


def sticker(doc: Json) -> Json:
    """A guild's sticker."""
    keys = ("id", "name", "description", "tags", "format_type", "guild_id")
    return {**{key: doc[key] for key in keys}, "type": 2, "available": True}


def _reaction(name: str, users: list[str], viewer: str | None) -> Json:
    return {
        "emoji": emoji(name),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "me": viewer in users,
        "burst_count": 0,
    }


def emoji(name: str) -> Json:
    """A reaction's emoji: a character, or "name:id" for a guild's own."""
    bare, _, number = name.partition(":")
    return {"id": number or None, "name": bare}


def guild_emoji(doc: Json) -> Json:
    """A guild's own emoji."""
    return {
        "id": doc["id"],
        "name": doc["name"],
        "roles": [],
        "require_colons": True,
        "managed": False,
        "animated": doc["animated"],
        "available": True,
    }


def withhold(shown: Json, reader_id: str, *, direct: bool) -> Json:
    """The message as a bot without MESSAGE_CONTENT gets it.

    Own messages, direct messages and those that mention the bot keep their content
    (Discord's documentation, "Message content intent").
    """
    mentioned = any(u["id"] == reader_id for u in shown["mentions"])
    if direct or mentioned or shown["author"]["id"] == reader_id:
        return shown
    held = {**shown, "content": "", "embeds": [], "attachments": [], "components": []}
    for key in ("poll", "message_snapshots"):
        held.pop(key, None)
    if held.get("referenced_message"):
        held["referenced_message"] = withhold(held["referenced_message"], reader_id, direct=False)
    return held


def webhook(state: State, doc: Json, *, with_user: bool = True) -> Json:
    """A webhook with its token."""
    shown = {
        "id": doc["id"],
        "type": 1,
        "name": doc["name"],
        "avatar": doc["avatar"],
        "channel_id": doc["channel_id"],
        "guild_id": doc["guild_id"],
        "application_id": doc["application_id"],
        "token": doc["token"],
        "url": f"https://discord.com/api/webhooks/{doc['id']}/{doc['token']}",
    }
    if with_user:
        shown["user"] = user(state.get("user", doc["creator_id"]))
    return shown


def guild_create(state: State, doc: Json, viewer: str) -> Json:
    """The GUILD_CREATE dispatch: channels, active threads and the bot's own member."""
    own = state.member(doc["id"], viewer)
    threads = [
        thread(state, t, viewer)
        for t in state.threads(guild_id=doc["id"])
        if not t["archived"] and in_channel(state, t, viewer) & Permission.VIEW_CHANNEL
    ]
    return {
        **guild(doc),
        "stickers": [sticker(s) for s in state.all("sticker") if s["guild_id"] == doc["id"]],
        "emojis": [guild_emoji(e) for e in state.all("emoji") if e["guild_id"] == doc["id"]],
        "unavailable": False,
        "large": False,
        "joined_at": own["joined_at"] if own else state.iso(),
        "member_count": len(state.members(doc["id"])),
        "members": [member(state, own)] if own else [],
        "channels": [channel(state, c) for c in state.channels(doc["id"])],
        "threads": threads,
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }

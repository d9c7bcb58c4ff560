"""Users, the application itself, the gateway's address.

Source: Discord's documentation, "User", "Application" and "Gateway".
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord import present
from bots.rehearsal.discord.errors import invalid, unauthorized
from bots.rehearsal.discord.routes import Call, route
from bots.rehearsal.discord.rules.channels import direct
from bots.rehearsal.discord.rules.guilds import leave

Json = dict[str, Any]


@route("GET", "/gateway", auth=False)
def gateway(c: Call) -> Json:
    return {"url": c.state.gateway_url}


@route("GET", "/gateway/bot")
def gateway_bot(c: Call) -> Json:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": c.state.gateway_url, "shards": 1, "session_start_limit": limit}


@route("GET", "/users/@me")
def own_user(c: Call) -> Json:
    doc = c.state.get("user", c.user_id)
    return present.own_user(c.app or {}, doc)


@route("GET", "/oauth2/applications/@me")
@route("GET", "/applications/@me")
def own_application(c: Call) -> Json:
    if c.app is None:
        raise unauthorized()
    return present.application(c.state, c.app)


@route("GET", "/users/{user_id}")
def get_user(c: Call) -> Json:
    return present.user(c.state.get("user", c.path["user_id"]))


@route("GET", "/users/@me/guilds")
def own_guilds(c: Call) -> list[Json]:
    mine = [g for g in c.state.all("guild") if c.state.member(g["id"], c.user_id)]
    return [
        {
            "id": g["id"],
            "name": g["name"],
            "icon": None,
            "banner": None,
            "owner": g["owner_id"] == c.user_id,
            "permissions": "0",
            "features": [],
        }
        for g in mine
    ]


@route("DELETE", "/users/@me/guilds/{guild_id}")
def leave_guild(c: Call) -> None:
    guild = c.guild()
    leave(c.state, guild, c.user_id)


@route("POST", "/users/@me/channels")
def open_direct(c: Call) -> Json:
    """Open a direct chat with a user; the same one every time."""
    other = str(c.fields().get("recipient_id") or "")
    if not other.isdigit():
        raise invalid("recipient_id", "BASE_TYPE_REQUIRED", "This field is required")
    user = c.state.get("user", other)
    return present.channel(c.state, direct(c.state, c.user_id, user["id"]), c.user_id)

"""Who may do what where: roles, then the channel's overwrites, as Discord computes it.

Source: Discord's documentation, "Permissions" (hierarchy, overwrites, implicit permissions,
timed out members) and "Threads" (threads take the permissions of their parent).
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord.errors import refused
from bots.rehearsal.discord.flags import ALL_PERMISSIONS, NOTHING, THREADS, Kind, Permission
from bots.rehearsal.discord.state import State

Json = dict[str, Any]

_DM = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.PIN_MESSAGES
    | Permission.BYPASS_SLOWMODE
    | Permission.USE_APPLICATION_COMMANDS
)
_TIMED_OUT = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY


def in_guild(state: State, guild_id: str, user_id: str) -> Permission:
    """A member's permissions before any channel's overwrites; none for a non-member."""
    guild = state.get("guild", guild_id)
    member = state.member(guild_id, user_id)
    if member is None:
        return NOTHING
    if guild["owner_id"] == user_id:
        return ALL_PERMISSIONS
    held = {guild_id, *member["roles"]}
    value = NOTHING
    for role in guild["roles"]:
        if role["id"] in held:
            value |= Permission(int(role["permissions"]))
    return ALL_PERMISSIONS if value & Permission.ADMINISTRATOR else value


def in_channel(state: State, channel: Json, user_id: str) -> Permission:
    """A user's permissions in a channel, a thread or a direct chat; none where it is hidden."""
    if channel["type"] == Kind.DM:
        return _DM if user_id in channel["recipients"] else NOTHING
    if channel["type"] in THREADS:
        return in_channel(state, state.get("channel", channel["parent_id"]), user_id)
    guild_id = channel["guild_id"]
    value = in_guild(state, guild_id, user_id)
    if value & Permission.ADMINISTRATOR:
        return value
    value = _with_overwrites(state, channel, user_id, value)
    if not value & Permission.VIEW_CHANNEL:
        return NOTHING
    return value & _TIMED_OUT if _timed_out(state, guild_id, user_id) else value


def _with_overwrites(state: State, channel: Json, user_id: str, value: Permission) -> Permission:
    guild_id = channel["guild_id"]
    member = state.member(guild_id, user_id) or {"roles": []}
    rules = {o["id"]: o for o in channel["permission_overwrites"]}
    for ids in ([guild_id], [r for r in member["roles"] if r != guild_id], [user_id]):
        found = [rules[i] for i in ids if i in rules]
        deny = allow = NOTHING
        for overwrite in found:
            deny |= Permission(int(overwrite["deny"]))
            allow |= Permission(int(overwrite["allow"]))
        value = (value & ~deny) | allow
    return value


def _timed_out(state: State, guild_id: str, user_id: str) -> bool:
    member = state.member(guild_id, user_id)
    until = member and member["communication_disabled_until"]
    return bool(until) and str(until) > state.iso()


def can_send(channel: Json, held: Permission) -> bool:
    """Whether the right to write is there: threads know another right than channels."""
    if channel["type"] in THREADS:
        return bool(held & Permission.SEND_MESSAGES_IN_THREADS)
    return bool(held & Permission.SEND_MESSAGES)


def need(held: Permission, *wanted: Permission) -> None:
    """Raise 50001 where the channel is hidden, 50013 where a right is missing."""
    if not held & Permission.VIEW_CHANNEL:
        raise refused(50001)
    if any(not held & right for right in wanted):
        raise refused(50013)

"""Who may do what where, computed as Discord documents it ("Permissions")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntFlag
from typing import Any


class Permission(IntFlag):
    """The permissions that matter here, with Discord's names."""

    ADMINISTRATOR = 1 << 3
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    READ_MESSAGE_HISTORY = 1 << 16
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


EVERYTHING = (1 << 60) - 1


def in_channel(
    guild: Mapping[str, Any],
    overwrites: Iterable[Mapping[str, Any]],
    user: str,
    roles: Iterable[str],
) -> int:
    """A member's permissions in a channel, as bits.

    guild: {"id", "owner_id", "roles": {role: permissions}}; overwrites: the channel's (for a
    thread: its parent's); user "" = a member with no role, so @everyone.
    """
    if user and user == guild.get("owner_id"):
        return EVERYTHING
    everyone = str(guild["id"])
    held = [r for r in roles if r != everyone]
    value = 0
    for role in (everyone, *held):
        value |= int(guild["roles"].get(role, 0))
    if value & Permission.ADMINISTRATOR:
        return EVERYTHING
    rules = {str(rule["id"]): rule for rule in overwrites}
    for step in ([everyone], held, [user]):
        found = [rules[key] for key in step if key in rules]
        deny = allow = 0
        for rule in found:
            deny |= int(rule["deny"])
            allow |= int(rule["allow"])
        value = (value & ~deny) | allow
    return value if value & Permission.VIEW_CHANNEL else 0


def moderates(bits: int) -> bool:
    """Whether somebody with these permissions counts as an admin of the place."""
    return bool(bits & (Permission.ADMINISTRATOR | Permission.MANAGE_MESSAGES))


def owns(bits: int) -> bool:
    """Whether they may do everything there."""
    return bool(bits & Permission.ADMINISTRATOR)

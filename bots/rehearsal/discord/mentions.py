"""Who a message pings, after its `allowed_mentions`.

Source: Discord's documentation, "Allowed mentions object": without the object everything that
the text names is pinged (interactions and webhooks: users alone); a reply pings its author
unless `replied_user` is false, and the object's absence of that key counts as false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord.flags import Permission
from bots.rehearsal.discord.state import State

Json = dict[str, Any]

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)")


@dataclass(frozen=True)
class Pings:
    """The ids that a message pings."""

    users: list[str]
    roles: list[str]
    everyone: bool


def pings(
    state: State,
    text: str,
    allowed: Json | None,
    *,
    held: Permission,
    guild_id: str | None,
    replied_to: str | None = None,
    default: tuple[str, ...] = ("users", "roles", "everyone"),
) -> Pings:
    """What this text pings. held: the sender's permissions; replied_to: the parent's author."""
    rule: Json = {"parse": list(default), "replied_user": True} if allowed is None else allowed
    parse = rule.get("parse") or []
    users = [u for u in _USER.findall(text) if "users" in parse or u in (rule.get("users") or [])]
    users = [u for u in dict.fromkeys(users) if state.find("user", u)]
    if replied_to and rule.get("replied_user") and replied_to not in users:
        users.append(replied_to)
    roles = [r for r in _ROLE.findall(text) if "roles" in parse or r in (rule.get("roles") or [])]
    everyone = (
        bool(_EVERYONE.search(text))
        and "everyone" in parse
        and bool(held & Permission.MENTION_EVERYONE)
    )
    return Pings(users, _pingable(state, guild_id, list(dict.fromkeys(roles)), held), everyone)


def _pingable(state: State, guild_id: str | None, ids: list[str], held: Permission) -> list[str]:
    guild = state.find("guild", guild_id)
    if guild is None:
        return []
    known = {role["id"]: role for role in guild["roles"]}
    free = bool(held & Permission.MENTION_EVERYONE)
    return [i for i in ids if i in known and (free or known[i].get("mentionable"))]

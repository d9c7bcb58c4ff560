"""The table of REST routes, and one call on its way through it.

A rule declares its route with `@route("POST", "/channels/{channel_id}/messages")`. The template
is also the call's name for scripted faults and rate limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bots.rehearsal.discord.errors import ApiError, invalid, refused, unknown
from bots.rehearsal.discord.files import File
from bots.rehearsal.discord.flags import Permission
from bots.rehearsal.discord.permissions import in_channel, in_guild, need
from bots.rehearsal.discord.posting import Sender
from bots.rehearsal.discord.state import State

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One REST call: who, what, and the state it works on.

    user_id: the acting user, "" on routes whose token stands in the path.
    app: the acting bot's application, None when a person acts.
    """

    state: State
    user_id: str
    app: Json | None
    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: tuple[File, ...] = ()
    reason: str | None = None

    def channel(self, *wanted: Permission) -> Json:
        """The path's channel, which the caller can see and has these rights in."""
        channel = self.state.get("channel", self.path["channel_id"])
        need(in_channel(self.state, channel, self.user_id), *wanted)
        return channel

    def held(self, channel: Json) -> Permission:
        """The caller's permissions in a channel."""
        return in_channel(self.state, channel, self.user_id)

    def guild(self, *wanted: Permission) -> Json:
        """The path's guild, of which the caller is a member with these rights."""
        guild = self.state.get("guild", self.path["guild_id"])
        if self.state.member(guild["id"], self.user_id) is None:
            raise unknown("guild")
        held = in_guild(self.state, guild["id"], self.user_id)
        if any(not held & right for right in wanted):
            raise refused(50013)
        return guild

    def sender(self, channel: Json) -> Sender:
        """The caller as the author of what it writes into the channel."""
        return Sender(self.user_id, self.held(channel))

    def fields(self) -> Json:
        """The body as an object; 50035 for anything else."""
        if not isinstance(self.body, dict):
            raise invalid(
                "_root", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType"
            )
        return self.body

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A number from the query within its bounds, 50035 outside of them."""
        raw = self.query.get(name)
        if raw is None:
            return default
        if not raw.isdigit() or not low <= int(raw) <= high:
            message = f"int value should be between {low} and {high}."
            raise invalid(name, "NUMBER_TYPE_MAX", message)
        return int(raw)

    def flag(self, name: str) -> bool:
        """A boolean of the query."""
        return self.query.get(name, "").lower() in ("true", "1")


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """One row of the table. auth: the call must bring a bot's token. status: of a success."""

    method: str
    template: str
    handler: Handler
    auth: bool
    status: int
    pattern: re.Pattern[str]

    @property
    def name(self) -> str:
        """What scripted faults call it: "POST /channels/{channel_id}/messages"."""
        return f"{self.method} {self.template}"


TABLE: list[Route] = []


def route(
    method: str, template: str, *, auth: bool = True, status: int = 200
) -> Callable[[Handler], Handler]:
    """Enter a rule into the table. A rule that returns None answers 204 without a body."""
    pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "$")

    def enter(handler: Handler) -> Handler:
        TABLE.append(Route(method, template, handler, auth, status, pattern))
        TABLE.sort(key=lambda row: row.template.count("{"))
        return handler

    return enter


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a path with its parts; 404 or 405 as Discord answers them."""
    other = False
    for row in TABLE:
        match = row.pattern.match(path)
        if match is None:
            continue
        if row.method == method:
            return row, match.groupdict()
        other = True
    if other:
        raise ApiError(405, 0, "405: Method Not Allowed")
    raise ApiError(404, 0, "404: Not Found")


def check_snowflakes(path: dict[str, str]) -> None:
    """50035 for a path part that should be an id and is none."""
    for name, value in path.items():
        if name.endswith("_id") and not value.isdigit():
            raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')

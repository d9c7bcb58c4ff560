"""What concerns one person alone: private messages, bans and timeouts.

Source: Discord's documentation, "User" (Create DM: not to be opened in numbers), "Guild" (bans,
Modify Guild Member: a timeout of at most 28 days).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from bots.discord import render
from bots.discord.api import Api
from bots.discord.directory import Directory
from bots.discord.outcomes import (
    MISSING_PERMISSIONS,
    UNKNOWN_BAN,
    UNKNOWN_MEMBER,
    UNKNOWN_USER,
    Refusal,
)
from core.clock import Clock
from core.errors import DeliveryError
from core.ports import Target
from core.views import NoticeView

log = logging.getLogger(__name__)

Json = dict[str, Any]

BAN, MUTE = "ban", "mute:"
_BANS = "/guilds/{guild_id}/bans/{user_id}"
_MEMBERS = "/guilds/{guild_id}/members/{user_id}"


class Persons:
    """One bot's dealings with people."""

    def __init__(self, api: Api, directory: Directory, clock: Clock) -> None:
        self._api = api
        self._directory = directory
        self._clock = clock

    async def tell(self, identity: str, view: NoticeView) -> None:
        """Write to a person's direct chat, which is opened where it is not; see the port."""
        opened = await self._api.call(
            "POST", "/users/@me/channels", body={"recipient_id": identity}
        )
        channel = str(opened["id"])
        parts = render.render(view, Target(channel, "direct"))
        for position, part in enumerate(parts):
            body = render.body_to_send(part.payload)
            try:
                await self._api.call(
                    "POST", "/channels/{channel_id}/messages", body=body, channel_id=channel
                )
            except DeliveryError as error:
                if not position:
                    raise
                log.info("a private message was cut short: %s", error.reason)
                return

    # Bans and timeouts

    async def restriction(self, place: str, identity: str) -> str:
        """ "ban", "mute:" and until when, or "" where nothing holds."""
        guild = await self._guild(place)
        if await self._found(_BANS, guild, identity) is not None:
            return BAN
        member = await self._found(_MEMBERS, guild, identity) or {}
        until = _seconds(member.get("communication_disabled_until"))
        exactly = f"{until:.6f}".rstrip("0").rstrip(".")
        return f"{MUTE}{exactly}" if until > self._clock.now() else ""

    async def restrict(self, place: str, identity: str, value: str) -> None:
        """Make it so; see the port."""
        guild = await self._guild(place)
        if value == BAN:
            await self._call("PUT", _BANS, guild, identity, {})
            return
        stands = await self.restriction(place, identity)
        if stands == BAN:
            await self._call("DELETE", _BANS, guild, identity)
        if value or stands.startswith(MUTE):
            until = _iso(float(value.removeprefix(MUTE))) if value else None
            body = {"communication_disabled_until": until}
            await self._call("PATCH", _MEMBERS, guild, identity, body)

    async def _call(
        self, method: str, path: str, guild: str, user: str, body: Json | None = None
    ) -> None:
        await self._api.call(method, path, body=body, guild_id=guild, user_id=user)

    async def _guild(self, place: str) -> str:
        return str((await self._directory.channel(place))["guild_id"])

    async def _found(self, path: str, guild: str, user: str) -> Json | None:
        """What is there; None where there is none, or where the bot may not look."""
        try:
            found: Json = await self._api.read(path, guild_id=guild, user_id=user)
        except Refusal as refusal:
            if refusal.code in (UNKNOWN_MEMBER, UNKNOWN_USER, UNKNOWN_BAN, MISSING_PERMISSIONS):
                return None
            raise
        return found


def _seconds(stamp: str | None) -> float:
    return datetime.fromisoformat(stamp).timestamp() if stamp else 0.0


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

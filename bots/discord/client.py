"""Our discord.Client: logs in, and keeps one gateway connection up until it is cancelled."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
from discord.gateway import ReconnectWebSocket

from bots.discord import hooks
from core.clock import Clock
from core.errors import UserError
from core.i18n import texts

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 120.0
"""Long enough that a day of failures uses up fewer than the 1000 IDENTIFY that Discord allows in 24
hours; whoever needs more loses the token (Discord's documentation, "Gateway", Identifying)."""
_STEADY_SECONDS = 30.0
"""A connection that lasted so long worked: its end is no failure that adds to earlier ones."""
_TRIES_BEFORE_A_NEW_SESSION = 4
_CONNECT_SECONDS = 60.0
_IDENTIFY_PAUSE = 5.0
_FAULTS = (
    OSError,
    aiohttp.ClientError,
    TimeoutError,
    discord.HTTPException,
    discord.GatewayNotFound,
    ValueError,
)


def intents() -> discord.Intents:
    """What we ask the gateway for, and nothing else."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.moderation = True
    wanted.guild_messages = True
    wanted.guild_reactions = True
    wanted.message_content = True
    return wanted


class Client(discord.Client):
    """One account. `api_url`: "" = Discord itself.

    Every dispatch of the gateway goes to `intake(event, data)`, in order. `http_trace` as made
    by `hooks.tracing`.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        api_url: str,
        intake: hooks.Intake,
        observe: hooks.Observe,
    ) -> None:
        super().__init__(
            intents=intents(),
            max_messages=None,
            guild_ready_timeout=0.1,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            http_trace=hooks.tracing(observe),
        )
        self._clock = clock
        hooks.outfit(self, api_url, intake)
        self._socket = hooks.Socket(self, "")
        self._failures = 0
        self._answered_at: float | None = None
        self.connected = False

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord allows one IDENTIFY in 5 seconds."""
        if not initial:
            await self._clock.sleep(_IDENTIFY_PAUSE)

    def gateway(self, url: str) -> None:
        """Where `connect` goes, "" = Discord itself."""
        self._socket = hooks.Socket(self, url)

    def answered(self) -> None:
        """READY or RESUMED came: the connection works."""
        self.connected = True
        self._answered_at = self._clock.monotonic()

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until cancelled, through every fault of network and platform.

        Raises UserError where Discord closes for good: a token or an intent it does not accept.
        """
        initial = True
        try:
            while True:
                try:
                    # Not wait_for: before Python 3.12 it can swallow a cancellation.
                    async with asyncio.timeout(_CONNECT_SECONDS):
                        await self._socket.open(initial=initial)
                    initial = False
                    while True:
                        await self._socket.receive()
                except (ReconnectWebSocket, discord.ConnectionClosed, *_FAULTS) as error:
                    self.connected = False
                    self._refuse(error)
                    await self._pause(error)
        finally:
            self.connected = False
            await self._socket.close(1000)

    def _refuse(self, error: Exception) -> None:
        """Raise where connecting again is useless."""
        if not isinstance(error, discord.ConnectionClosed):
            return
        t = texts("")
        if error.code == 4004:
            raise UserError(
                t(
                    "Discord does not accept the bot's token. "
                    "Make a new one in the developer portal and set DISCORD_BOT_TOKEN."
                )
            )
        if error.code in (4013, 4014):
            raise UserError(
                t(
                    "Discord refuses an intent. In the developer portal, under Bot, "
                    "enable the Message Content intent, then start again."
                )
            )

    async def _pause(self, error: Exception) -> None:
        """Wait before the next attempt: not at all after the first failure of a connection that
        worked, then ever longer; and give up a session that cannot be resumed."""
        answered_at, self._answered_at = self._answered_at, None
        if answered_at is not None and self._clock.monotonic() - answered_at >= _STEADY_SECONDS:
            self._failures = 0
        self._failures += 1
        log.info("Discord's gateway closed (%s), connecting again", type(error).__name__)
        if self._failures == _TRIES_BEFORE_A_NEW_SESSION:
            self._socket.forget()
        if self._failures > 1:
            pause = min(2.0 ** (self._failures - 2), _LONGEST_PAUSE)
            await self._clock.sleep(pause * (0.5 + self._clock.random() / 2))

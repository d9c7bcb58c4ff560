"""The Discord adapter: one bot account behind `core.ports.Adapter`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import aiohttp
import discord

from bots.discord import hooks, ids, render
from bots.discord.api import Api
from bots.discord.capabilities import CAPABILITIES
from bots.discord.cdn import Cdn
from bots.discord.client import Client
from bots.discord.convert import PLATFORM, Me
from bots.discord.directory import Directory
from bots.discord.inbound import Inbound
from bots.discord.interactions import Handle, Interactions
from bots.discord.outcomes import ALREADY_CROSSPOSTED, Refusal, Unanswered, judge
from bots.discord.outward import Outward
from bots.discord.persons import Persons
from bots.discord.setup import Setup
from bots.discord.webhooks import Webhooks
from core.clock import Clock
from core.errors import (
    DeliveryError,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    Unreachable,
    UserError,
)
from core.events import Invoked
from core.i18n import texts
from core.ports import Capabilities, Files, Inquiry, Inspection, Receipt, Sink, Take, Target
from core.views import Answer, NoticeView, Part, View

log = logging.getLogger(__name__)

Json = dict[str, Any]

_LOGIN_PAUSE, _LONGEST_LOGIN_PAUSE = 2.0, 60.0
_CROSSPOST_TRIES = 5
_CROSSPOST_PAUSE = 20.0


class DiscordAdapter:
    """One Discord bot.

    token: the bot's token, never shown again. api_url: the REST API's base with its version
    ("http://127.0.0.1:8000/api/v10"), "" = Discord. gateway_url: the gateway's WebSocket, "" =
    ask `api_url` for it, or Discord's own. files: from where media are sent, None = they are
    told in words.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Clock,
        api_url: str = "",
        gateway_url: str = "",
        files: Files | None = None,
    ) -> None:
        hooks.check()
        hooks.quiet()
        self._token = token
        self._clock = clock
        self._api_url = api_url
        self._gateway_url = gateway_url
        self._api = Api(clock, files)
        self._cdn = Cdn(self._api, api_url)
        self._directory = Directory(self._api)
        self._me = Me("")
        self._webhooks = Webhooks(self._api, self._me.webhooks)
        self._interactions = Interactions(self._api, clock)
        self._outward = Outward(
            self._api, self._directory, self._webhooks, clock, self._known, self._unread
        )
        self._setup = Setup(self._api, self._directory)
        self._persons = Persons(self._api, self._directory, clock)
        self._client: Client | None = None
        self._sink: Sink | None = None
        self._inbound: Inbound | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    # Living

    async def start(self) -> None:
        """Log in. Raises UserError when the token is refused; a platform that cannot be reached
        is no reason not to start: `run` goes on trying."""
        try:
            await self._login()
        except DeliveryError as error:
            log.warning("Discord cannot be reached yet: %s", error.reason)

    async def _login(self) -> None:
        client = Client(
            clock=self._clock,
            api_url=self._api_url,
            intake=self._intake,
            observe=self._api.observe,
        )
        try:
            await client.login(self._token)
            await self._adopt(client)
        except discord.LoginFailure:
            await client.close()
            raise UserError(
                texts("")(
                    "Discord does not accept the bot's token. Make a new one in the "
                    "developer portal and set DISCORD_BOT_TOKEN."
                )
            ) from None
        except (
            Unanswered, DeliveryError, discord.DiscordException, aiohttp.ClientError,
            OSError, ValueError,
        ) as error:  # fmt: skip
            await client.close()
            raise judge(error, reading=True) from None
        except BaseException:
            await client.close()
            raise

    async def _adopt(self, client: Client) -> None:
        """Make a logged-in client ours."""
        user, application = client.user, client.application_id
        assert user is not None
        assert application is not None
        self._api.connect(client.http)
        if self._api_url and not self._gateway_url:
            told = await self._api.read("/gateway", patient=True)
            self._gateway_url = str(told["url"])
        client.gateway(self._gateway_url)
        self._me = Me(str(user.id), self._me.webhooks, str(application))
        self._outward.me = self._outward.threads.me = self._me
        self._webhooks.application = self._interactions.application = str(application)
        self._setup.application, self._setup.user = str(application), str(user.id)
        self._setup.name = user.global_name or user.name
        self._client = client

    async def run(self, sink: Sink) -> None:
        """Receive until cancelled. Raises UserError where Discord refuses the account for good
        (a token that was reset, the Message Content intent switched off)."""
        self._sink = sink
        client = self._client or await self._login_at_last()
        inbound = Inbound(
            self._api, self._directory, self._interactions, self._clock, sink, self._me
        )
        self._inbound = inbound
        working = asyncio.create_task(inbound.run())
        registering = asyncio.create_task(self._register(sink))
        try:
            await client.connect()
        finally:
            self._inbound = None
            for task in (working, registering):
                task.cancel()
            await asyncio.gather(working, registering, return_exceptions=True)

    async def _login_at_last(self) -> Client:
        pause = _LOGIN_PAUSE
        while True:
            try:
                await self._login()
            except DeliveryError as error:
                log.warning("Discord cannot be reached: %s", error.reason)
                await self._clock.sleep(max(pause, getattr(error, "after", 0.0)))
                pause = min(pause * 2, _LONGEST_LOGIN_PAUSE)
            else:
                assert self._client is not None
                return self._client

    async def _register(self, sink: Sink) -> None:
        while True:
            try:
                await self._setup.register(sink)
                return
            except RetryLater as error:
                await self._clock.sleep(error.after)

    async def replay(self, key: str, raw: bytes, sink: Sink) -> None:
        """Read a dispatch of the gateway again; see the port."""
        if self._inbound is None:
            raise Unreachable("not connected to Discord yet")
        await self._inbound.replay(key.partition(":")[0], json.loads(raw))

    async def stop(self) -> None:
        """Close everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._api.connect(None)
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        await self._cdn.close()

    def healthy(self) -> bool:
        """Connected to the gateway and receiving."""
        return self._client is not None and self._client.connected

    def behind(self) -> bool:
        """Threads are still being read."""
        return self._inbound is None or self._inbound.is_behind

    def _intake(self, event: str, data: Json) -> None:
        if event in ("READY", "RESUMED") and self._client is not None:
            self._client.answered()
        if self._inbound is not None:
            self._inbound.intake(event, data)

    async def _known(self, place: str, messages: Iterable[str]) -> set[str]:
        if self._sink is None:
            return set()
        return await self._sink.known(PLATFORM, place, messages)

    def _unread(self, place: str, thread: str) -> None:
        if self._inbound is not None:
            self._inbound.unread(place, thread)

    # Outward

    def render(self, view: View, target: Target) -> Sequence[Part]:
        """The messages that show the view. Pure."""
        return render.render(view, target)

    def gather(self, parts: Sequence[Part]) -> Part | None:
        """Nothing is gathered (`capabilities.gathers`): a thread may have a message a second."""
        return None

    def pace(self, target: Target, operation: str) -> float:
        """Seconds until our count of Discord's limits allows the operation."""
        return self._outward.pace(target, operation)

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """Make one message. In an announcement channel an article is then published to its
        followers, beside and without holding anything up."""
        receipt = await self._outward.send(target, part, nonce)
        self._spread(target, receipt)
        return receipt

    def _spread(self, target: Target, receipt: Receipt) -> None:
        if target.kind == "announcement" and target.purpose != "desk" and not target.thread:
            self._beside(self._crosspost(receipt.message))

    async def edit(self, target: Target, message: str, part: Part) -> None:
        await self._outward.edit(target, message, part)

    async def send_group(
        self, target: Target, parts: Sequence[Part], nonce: str
    ) -> Sequence[Receipt]:
        """A message of Discord holds an album as a whole, so no part is in a group."""
        raise Rejected("Discord sends one message at a time")

    async def edit_media(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part, its files too."""
        await self._outward.edit_media(target, message, part)

    async def fetch(self, reference: str, take: Take) -> None:
        """Give the bytes of what somebody attached to `take`; see the port."""
        await self._cdn.fetch(reference, take)

    async def copy(self, source: Target, message: str, target: Target) -> None:
        """Discord copies nothing by itself (`capabilities.copies`). Raises Rejected."""
        raise Rejected("Discord does not copy messages")

    async def delete(self, target: Target, message: str) -> None:
        await self._outward.delete(target, message)

    async def look_for(self, target: Target, part: Part, nonce: str) -> Receipt | None:
        receipt = await self._outward.look_for(target, part, nonce)
        if receipt is not None and part.kind != "any":
            self._spread(target, receipt)
        return receipt

    async def open_thread(self, target: Target, message: str, title: str) -> Receipt:
        return await self._outward.open_thread(target, message, title)

    async def apply(self, target: Target, name: str, value: str) -> None:
        await self._outward.apply(target, name, value)

    async def restriction(self, target: Target, identity: str) -> str | None:
        return await self._persons.restriction(target.place, identity)

    async def restrict(self, target: Target, identity: str, value: str) -> None:
        """Ban or time somebody out in the channel's server."""
        await self._persons.restrict(target.place, identity, value)

    async def tell(self, identity: str, view: NoticeView, near: Target | None = None) -> None:
        """Write to somebody's direct chat; refused where they take none from this server's
        members (50007). A channel shows words to one person alone only as an answer to what
        they pressed, so `near` is of no use."""
        await self._persons.tell(identity, view)

    async def answer(self, invoked: Invoked, answer: Answer) -> None:
        """Answer the person, at most once. Words in the direct chat have no handle and, without
        the intent for direct messages, do not occur."""
        if isinstance(invoked.handle, Handle):
            await self._interactions.answer(invoked.handle, answer)

    async def inspect(self, inquiry: Inquiry) -> Inspection:
        """What a place is and lacks. Raises UserError, also where Discord cannot be asked."""
        try:
            return await self._setup.inspect(inquiry)
        except DeliveryError as error:
            raise UserError(
                texts("")("Discord could not be asked: {reason}", reason=error.reason)
            ) from error

    async def role(self, place: str, words: str) -> tuple[str, str]:
        """A role of the channel's server, by its name, mention or id."""
        return await self._setup.role(place, words)

    # Beside

    def _beside(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _crosspost(self, message: str) -> None:
        """Publish to the channel's followers. Discord allows about 10 an hour: best effort."""
        channel, bare = ids.of_message(message)
        path = "/channels/{channel_id}/messages/{message_id}/crosspost"
        for _ in range(_CROSSPOST_TRIES):
            try:
                await self._api.call("POST", path, channel_id=channel, message_id=bare)
                return
            except (RetryLater, Unreachable, OutcomeUnknown) as error:
                await self._clock.sleep(max(_CROSSPOST_PAUSE, getattr(error, "after", 0.0)))
            except DeliveryError as error:
                if not (isinstance(error, Refusal) and error.code == ALREADY_CROSSPOSTED):
                    log.warning("An article was not published to followers: %s", error.reason)
                return

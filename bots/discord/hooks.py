"""Everything that reaches into discord.py beyond its documented interface.

Written against one exact release; `check` refuses another, and a test says what moved. What is
taken back from the library: the addresses (no global is patched), its repeating and sleeping
inside of a request, its caches, and the order of events.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Ratelimit, Route

from bots.discord.outcomes import Unanswered

RELEASE = "2.7.1"
_GOODBYE_SECONDS = 2.0
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)

Json = dict[str, Any]
Intake = Callable[[str, Json], None]
Observe = Callable[[Route, aiohttp.ClientResponse], None]


def check() -> None:
    """Raise RuntimeError unless the library is the release that these hooks were written for."""
    if discord.__version__ != RELEASE:
        raise RuntimeError(
            f"bots/discord/hooks.py fits discord.py {RELEASE}, not {discord.__version__}: "
            "read the changes, adapt the hooks, then move RELEASE"
        )


def quiet() -> None:
    """Keep the library from logging whole requests and events: tokens and texts are in them.
    Nor need anybody read that voice is not supported."""
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False
    for name in ("discord.http", "discord.gateway", "discord.client", "discord.webhook"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


class _NoWait(Ratelimit):
    """A bucket that never waits: `bots.discord.buckets` decides before a request is made."""

    def __init__(self) -> None:
        super().__init__(None)

    async def acquire(self) -> None:
        return

    async def __aexit__(self, *_: object) -> None:
        return

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        return


class Http(HTTPClient):
    """The library's REST client with another address, a time limit, and no waiting inside."""

    base = Route.BASE

    async def request(self, route: Route, **options: Any) -> Any:
        route.url = self.base + route.url.removeprefix(Route.BASE)
        options.setdefault("timeout", TIMEOUT)
        options["trace_request_ctx"] = route
        answer = await super().request(route, **options)
        # The library reads JSON only where its type names no character set.
        return json.loads(answer) if isinstance(answer, str) and answer else answer

    def get_ratelimit(self, key: str) -> Ratelimit:
        return _NoWait()


def tracing(observe: Observe) -> aiohttp.TraceConfig:
    """The public `http_trace`: tells `observe` of every REST answer, and raises Unanswered on
    429, 5xx and what is no JSON before the library acts on them. The gateway's own connection is
    left alone."""
    config = aiohttp.TraceConfig()

    async def ended(
        _: aiohttp.ClientSession, context: SimpleNamespace, told: aiohttp.TraceRequestEndParams
    ) -> None:
        route = getattr(context, "trace_request_ctx", None)
        if not isinstance(route, Route):
            return
        observe(route, told.response)
        # Read here, so that a torn answer is our exception and not one that the library repeats.
        body = await told.response.read()
        status = told.response.status
        if status == 429 or status >= 500 or _is_page(told.response, body):
            raise Unanswered(status, told.response.headers, body)

    config.on_request_end.append(ended)
    return config


def _is_page(response: aiohttp.ClientResponse, body: bytes) -> bool:
    """A success in words, which some proxy between says: Discord's own has JSON or nothing. The
    library would hand it on as text."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return response.status < 300 and bool(body) and kind != "application/json"


class _Parsers(dict[str, Callable[[Any], None]]):
    """Takes the place of the library's parsers: every dispatch goes to `intake`, in order and
    before the next one is read. Nothing is cached and no handler runs as a task of its own."""

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        self._intake = intake

    def __missing__(self, event: str) -> Callable[[Any], None]:
        return lambda data: self._intake(event, data)


def outfit(client: discord.Client, api_url: str, intake: Intake) -> None:
    """Give a fresh client our REST client and our intake. `api_url`: "" = Discord itself."""
    old = client.http
    http = Http(client.loop, old.connector or None, http_trace=old.http_trace)
    if api_url:
        http.base = api_url.rstrip("/")
    client.http = http
    client._connection.http = http
    client._connection.parsers = _Parsers(intake)


@dataclass(slots=True)
class Session:
    """What a later RESUME needs. `gateway` is where to connect next, None = the default."""

    id: str | None = None
    sequence: int | None = None
    gateway: yarl.URL | None = None


class Socket:
    """One gateway connection after another for one client, with its session between them."""

    def __init__(self, client: discord.Client, default: str) -> None:
        self._client = client
        self._ws: DiscordWebSocket | None = None
        self._kind = self._subclass(yarl.URL(default) if default else None)
        self.session = Session()

    def _subclass(self, default: yarl.URL | None) -> type[DiscordWebSocket]:
        """A class of its own for each client: the default address is a class attribute there,
        and the instance must be known before `from_client` returns, so it can be closed."""
        owner = self

        class Own(DiscordWebSocket):
            DEFAULT_GATEWAY = default or DiscordWebSocket.DEFAULT_GATEWAY

            def __init__(self, *arguments: Any, **named: Any) -> None:
                super().__init__(*arguments, **named)
                owner._ws = self

        return Own

    async def open(self, *, initial: bool) -> None:
        """Connect, and IDENTIFY or, where a session is known, RESUME."""
        await self.close()
        session = self.session
        await self._kind.from_client(
            self._client,
            initial=initial,
            gateway=session.gateway,
            session=session.id,
            sequence=session.sequence,
            resume=session.id is not None,
        )

    async def receive(self) -> None:
        """Read one frame and act on it; raises what the library raises."""
        assert self._ws is not None
        try:
            await self._ws.poll_event()
        finally:
            self._remember(self._ws)

    def _remember(self, ws: DiscordWebSocket) -> None:
        self.session = Session(ws.session_id, ws.sequence, ws.gateway)

    def forget(self) -> None:
        """The session cannot be resumed: the next connection begins a new one."""
        self.session = Session()

    async def close(self, code: int = 4000) -> None:
        """Close the connection, its heartbeat included. 4000 keeps the session resumable."""
        ws, self._ws = self._ws, None
        if ws is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await ws.close(code)

"""Wiring: the only place that constructs the product's parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import bots.discord.ids
import bots.telegram.ids
from bots.discord.adapter import DiscordAdapter
from bots.discord.capabilities import CAPABILITIES as DISCORD
from bots.fetch import Fetcher, user_agent
from bots.metrics import Metrics
from bots.telegram.adapter import TelegramAdapter
from bots.telegram.capabilities import CAPABILITIES as TELEGRAM
from bots.watch import Watch, Watched
from core.authors import Keys, key_mark
from core.clock import Clock
from core.ending import end
from core.errors import UserError
from core.newsroom import Context, Newsroom, Rules
from core.observer import Observer, Silent
from core.outbox import Outbox
from core.ports import Adapter, Files
from core.spooler import Spooler
from core.storage.backup import Stock, drop_old_copies
from core.storage.spool import Spool
from core.storage.sqlite import SqliteDatabase
from core.teller import Teller
from core.workers import Workers

log = logging.getLogger(__name__)

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything that the product is built from. Empty tokens: the platform is not used.

    The addresses are "" for the real platforms. paces: 1 = the platforms' own, 0 = none.
    """

    database: Path
    secret: bytes
    telegram_token: str = ""
    telegram_api: str = ""
    telegram_pace: float = 1.0
    discord_token: str = ""
    discord_api: str = ""
    discord_gateway: str = ""
    fetch_loopback: bool = False
    fetch_contact: str = ""
    spool_quota: int = 2 * 1024 * 1024 * 1024
    rules: Rules = field(default_factory=Rules)


def spool_folder(wiring: Wiring) -> Path:
    """Where the spool is: beside the database."""
    return wiring.database.with_name(f"{wiring.database.stem}.spool")


def make_stock(wiring: Wiring) -> Stock:
    """What a backup is made of."""
    return Stock(wiring.database, spool_folder(wiring), key_mark(wiring.secret))


def make_spool(wiring: Wiring, clock: Clock) -> Spool:
    """The sealed files of what people attached."""
    return Spool(spool_folder(wiring), Keys.derive(wiring.secret), clock, wiring.spool_quota)


def make_adapters(wiring: Wiring, clock: Clock, files: Files | None = None) -> dict[str, Adapter]:
    """An adapter for each platform that has a token. files: from where media are sent."""
    adapters: dict[str, Adapter] = {}
    if wiring.telegram_token:
        adapters["telegram"] = TelegramAdapter(
            wiring.telegram_token,
            wiring.telegram_api,
            clock,
            pace=wiring.telegram_pace,
            files=files,
        )
    if wiring.discord_token:
        adapters["discord"] = DiscordAdapter(
            wiring.discord_token,
            clock=clock,
            api_url=wiring.discord_api,
            gateway_url=wiring.discord_gateway,
            files=files,
        )
    return adapters


def make_context(wiring: Wiring, clock: Clock, observer: Observer | None = None) -> Context:
    """What the newsroom's use cases share. observer: counts what happens; None = nobody."""
    return Context(
        clock=clock,
        keys=Keys.derive(wiring.secret),
        capabilities={"telegram": TELEGRAM, "discord": DISCORD},
        rules=wiring.rules,
        locators={"telegram": bots.telegram.ids.locate, "discord": bots.discord.ids.locate},
        observer=observer or Silent(),
        linkers={"telegram": bots.telegram.ids.address, "discord": bots.discord.ids.address},
    )


@asynccontextmanager
async def office(wiring: Wiring, clock: Clock) -> AsyncIterator[Newsroom]:
    """A newsroom without platforms, for the command line. Raises StorageError."""
    database = await SqliteDatabase.open(wiring.database)
    try:
        yield Newsroom(database, make_context(wiring, clock), {})
    finally:
        await database.close()


@asynccontextmanager
async def logged_in(wiring: Wiring, clock: Clock) -> AsyncIterator[dict[str, Adapter]]:
    """The adapters, logged in but not receiving, for looking at places from the command line.

    Raises UserError where a token is refused.
    """
    adapters = make_adapters(wiring, clock)
    try:
        for adapter in adapters.values():
            await adapter.start()
        yield adapters
    finally:
        for adapter in adapters.values():
            await adapter.stop()


@asynccontextmanager
async def reader(wiring: Wiring, clock: Clock) -> AsyncIterator[Fetcher]:
    """What reads public addresses, for the command line."""
    fetcher = make_fetcher(wiring, clock)
    try:
        yield fetcher
    finally:
        await fetcher.close()


def make_fetcher(wiring: Wiring, clock: Clock) -> Fetcher:
    """A fetcher that says who it is."""
    agent = user_agent(VERSION, wiring.fetch_contact)
    return Fetcher(clock, agent, allow_loopback=wiring.fetch_loopback)


class Product:
    """The whole bot in one process: database, newsroom, outbox, loops, adapters."""

    def __init__(
        self,
        wiring: Wiring,
        clock: Clock,
        database: SqliteDatabase,
        adapters: dict[str, Adapter],
        spool: Spool,
    ) -> None:
        self.clock = clock
        self.adapters = adapters
        self.database = database
        metrics = Metrics()
        context = make_context(wiring, clock, metrics)
        self.newsroom = Newsroom(database, context, adapters, spool.read)
        self.outbox = Outbox(self.newsroom, adapters, clock)
        self.spool = spool
        self.fetcher = make_fetcher(wiring, clock)
        self.spooler = Spooler(self.newsroom, adapters, spool, clock, self.fetcher)
        self.workers = Workers(self.newsroom, self.outbox, self.fetcher, clock)
        self.teller = Teller(self.newsroom, adapters, clock)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        watched = Watched(
            wiring.database, adapters, self.newsroom, self._late, self._stopped,
            lambda: database.refusal,
        )  # fmt: skip
        self.watch = Watch(watched, wiring.rules, clock, metrics)
        self.metrics = self.watch.metrics
        database.on_wake(self.outbox.wake)

    @classmethod
    async def open(cls, wiring: Wiring, clock: Clock) -> Product:
        """Open the database (brought up to date) and build everything. Raises StorageError."""
        drop_old_copies(wiring.database, clock.now() - wiring.rules.quarantine_life)
        spool = make_spool(wiring, clock)
        await spool.open()
        database = await SqliteDatabase.open(wiring.database)
        return cls(wiring, clock, database, make_adapters(wiring, clock, spool), spool)

    async def start(self) -> None:
        """Log in everywhere and start every loop. Raises UserError where a token is refused."""
        try:
            for adapter in self.adapters.values():
                await adapter.start()
        except UserError:
            await self.stop()
            raise
        self._start("outbox", self.outbox.run)
        self._start("spool", self.spooler.run)
        for name, loop in self.workers.loops(watch=self.watch.turn, tell=self.teller.turn).items():
            self._start(name, loop)
        for platform, adapter in self.adapters.items():
            self._start(platform, partial(adapter.run, self.newsroom))

    def _start(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await loop()

        self._tasks[name] = asyncio.create_task(run(), name=name)

    async def wait(self) -> None:
        """Return when a loop ended, which none should; raises what ended it."""
        done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Stop every loop, then close adapters and database. Safe to call at any time."""
        await end(self._tasks.values())
        self._tasks.clear()
        for adapter in self.adapters.values():
            await adapter.stop()
        await self.fetcher.close()
        await self.database.close()

    def health(self) -> dict[str, Any]:
        """For `/healthz`; see `Watch.health`."""
        told = self.watch.health(VERSION)
        return told | {"ok": told["ok"] and bool(self._tasks)}

    def _late(self, longest: float) -> list[str]:
        spool = ["spool"] if self.spooler.late(longest) else []
        return self.workers.late(longest) + self.outbox.late(longest) + spool

    def _stopped(self) -> list[str]:
        return [name for name, task in self._tasks.items() if task.done()]

"""A rehearsal Discord with one adapter on it, and a sink that remembers what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bots.discord.adapter import DiscordAdapter
from bots.rehearsal.discord.buckets import RateLimits
from bots.rehearsal.discord.server import DiscordServer
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.world import Fault, Switches, World
from core.clock import Clock, SystemClock
from core.errors import StorageError
from core.events import Event, Invoked, Posted
from core.ports import Receipt, Target
from core.text.model import Rich
from core.views import Answer, ArticleView, CommentView, NoticeView
from tests.rehearsal.schemas_discord import Auditor, present
from tests.spooled import Pictures

TOKEN = "MTIz.secret.secret-secret-secret"
PATIENCE = 20.0

Json = dict[str, Any]
E = TypeVar("E", bound=Event)


class Quick(SystemClock):
    """The machine's clock with waits so short that a test does not notice them. waits: how long
    they were meant to be."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await super().sleep(min(seconds, 0.01))


class Sink:
    """Keeps events, cursors and the message map, and knows a comment again, as the newsroom does;
    refuses or breaks on request."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.quarantined: list[tuple[str, str, bytes, str]] = []
        self.cursors: dict[str, str] = {}
        self.threads: list[tuple[str, str, str | None]] = []
        self.map: set[str] = set()
        self.counted: dict[str, Mapping[str, int]] = {}
        self.refuse: Callable[[Event], bool] = lambda event: False
        self.breaks: Callable[[Event], bool] = lambda event: False
        self.refused = 0
        self.asked = 0
        self.reply: Callable[[Invoked], Answer | None] = lambda invoked: None
        self.words: asyncio.Future[Rich | None] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Condition()

    async def handle(self, event: Event) -> Answer | None:
        if self.breaks(event):
            raise RuntimeError("a mistake in the newsroom")
        refused = self.refuse(event)
        async with self._changed:
            if refused:
                self.refused += 1
            elif not isinstance(event, Posted) or event.message not in self.map:
                self.events.append(event)
                self.map |= {event.message} if isinstance(event, Posted) else set()
            self._changed.notify_all()
        if refused:
            raise StorageError("the disk is full")
        return self.reply(event) if isinstance(event, Invoked) else None

    async def quarantine(self, platform: str, key: str, raw: bytes, error: str) -> None:
        async with self._changed:
            self.quarantined.append((platform, key, raw, error))
            self._changed.notify_all()

    async def cursor(self, platform: str, place: str) -> str | None:
        return self.cursors.get(place)

    async def advance(self, platform: str, place: str, value: str) -> None:
        async with self._changed:
            self.cursors[place] = value
            self._changed.notify_all()

    async def watched(self, platform: str) -> Sequence[tuple[str, str, str | None]]:
        async with self._changed:
            self.asked += 1
            self._changed.notify_all()
        return list(self.threads)

    async def standing(
        self, platform: str, place: str, thread: str, most: int
    ) -> Mapping[str, Mapping[str, int]]:
        root = f"{thread}/{thread}"
        own = sorted(m for m in self.map if m.startswith(f"{thread}/") and m != root)
        return {message: self.counted.get(message, {}) for message in own[-most:]}

    async def wording(self, event: Invoked) -> Rich | None:
        """What `words` holds; nothing ever comes while it holds nothing."""
        return await asyncio.shield(self.words)

    async def known(self, platform: str, place: str, messages: Iterable[str]) -> set[str]:
        return self.map.intersection(messages)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that was handed over makes the condition true."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: bool(condition())), PATIENCE)

    def all(self, kind: type[E]) -> list[E]:
        """The events of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    async def first(self, kind: type[E], count: int = 1) -> list[E]:
        """The first `count` events of a kind, once there are so many."""
        await self.until(lambda: len(self.all(kind)) >= count)
        return self.all(kind)


@dataclass
class House:
    """Discord on loopback with one guild, a forum, a text channel, a desk and an adapter."""

    world: World
    side: DiscordSide
    server: DiscordServer
    adapter: DiscordAdapter
    sink: Sink
    bot: str
    guild: str
    forum: str
    text: str
    news: str
    desk: str
    ana: str
    mod: str
    calls: list[tuple[str, str, Any, int]]
    clock: Clock = field(default_factory=Quick)
    _running: asyncio.Task[None] | None = None

    def new_adapter(self, **options: Any) -> DiscordAdapter:
        """Another adapter for the same bot, as after a restart."""
        clock = options.pop("clock", self.clock)
        return DiscordAdapter(TOKEN, clock=clock, api_url=self.server.api_url, **options)

    async def run(self) -> None:
        """Start the adapter and wait until it is connected and caught up."""
        asked = self.sink.asked
        await self.adapter.start()
        self._running = asyncio.create_task(self.adapter.run(self.sink))
        await self.sink.until(lambda: self.sink.asked > asked)

    async def halt(self) -> None:
        """Stop the adapter, as the program does."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await self.adapter.stop()

    async def restart(self) -> None:
        await self.halt()
        self.adapter = self.new_adapter()
        await self.run()

    def fault(self, call: str, kind: str, **more: Any) -> None:
        self.world.faults.add(Fault("discord", call, kind, **more))
        self.world.touch()

    def requests(self, method: str, ending: str) -> list[Any]:
        """The bodies of the calls of a kind so far."""
        return [b for m, p, b, _ in self.calls if m == method and p.split("?")[0].endswith(ending)]

    async def article(self, title: str = "A headline") -> Receipt:
        """A forum post, as the outbox makes one."""
        target = self.at(self.forum, "forum", purpose="announce")
        part = self.adapter.render(article(title), target)[0]
        return await self.adapter.send(target, part, f"nonce-{title}"[:25])

    def at(self, place: str, kind: str, **more: Any) -> Target:
        return Target(place, kind, **more)


def article(title: str = "A headline", **more: Any) -> ArticleView:
    return ArticleView(
        title=title,
        head=Rich(title),
        body=more.pop("body", Rich("What happened.")),
        read_on=Rich("read on"),
        foot=Rich("Comments are moderated."),
        **more,
    )


def comment(number: int = 12, text: str = "I agree.", **more: Any) -> CommentView:
    return CommentView(number, "Ana", Rich(f"#{number} Ana · Telegram"), Rich(text), **more)


def notice(text: str, **more: Any) -> NoticeView:
    return NoticeView(Rich(text), **more)


@asynccontextmanager
async def house(
    *,
    limits: RateLimits | None = None,
    switches: Switches | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[House]:
    """Everything built and served; the adapter is made but not started."""
    world = World(switches=switches)
    side = DiscordSide(world)
    bot = side.add_bot("Commonthread", TOKEN)
    guild = side.add_guild("The Valley Ledger", bots=(bot,))
    calls: list[tuple[str, str, Any, int]] = []
    vendor = Auditor()

    def audit(method: str, path: str, body: Any, status: int, answer: Any) -> None:
        calls.append((method, path, body, status))
        if present():
            vendor(method, path, body, status, answer)

    server = DiscordServer(world, side, limits=limits, audit=audit)
    await server.start()
    used = clock or Quick()
    made = House(
        world,
        side,
        server,
        DiscordAdapter(TOKEN, clock=used, api_url=server.api_url, files=Pictures()),
        Sink(),
        bot,
        guild,
        side.add_channel(guild, "articles", "forum", tags=("Council", "Water")),
        side.add_channel(guild, "talk", "text"),
        side.add_channel(guild, "news", "announcement"),
        side.add_channel(guild, "desk", "text"),
        side.add_person("Ana", guild=guild),
        side.add_moderator("Mod", guild=guild, locale="es-ES"),
        calls,
        used,
    )
    try:
        yield made
    finally:
        await made.halt()
        await server.stop()
        world.close()
    assert vendor.problems == []

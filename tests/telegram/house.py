"""A rehearsal Telegram with one adapter on it, and a sink that remembers what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import Json, Switches, World
from bots.telegram.adapter import TelegramAdapter
from core.clock import Clock, FakeClock
from core.errors import StorageError
from core.events import Event, Invoked
from core.ports import Target
from core.text.model import Rich
from core.views import Answer, ArticleView, CommentView, Part
from tests.rehearsal.schemas_telegram import load
from tests.spooled import Pictures

TOKEN = "4242:AAsecretsecretsecretsecretsecretsecr"
PATIENCE = 20.0

E = TypeVar("E", bound=Event)


class RecordingSink:
    """Keeps events; refuses or breaks on request; answers what `reply` says."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.quarantined: list[tuple[str, str, bytes, str]] = []
        self.refuse: Callable[[Event], bool] = lambda event: False
        self.breaks: Callable[[Event], bool] = lambda event: False
        self.refused = 0
        self.reply: Callable[[Invoked], Answer | None] = lambda invoked: None
        self._changed = asyncio.Condition()

    async def handle(self, event: Event) -> Answer | None:
        if self.breaks(event):
            raise RuntimeError("a mistake in the newsroom")
        async with self._changed:
            refused = self.refuse(event)
            if refused:
                self.refused += 1
            else:
                self.events.append(event)
            self._changed.notify_all()
        if refused:
            raise StorageError("the disk is full")
        return self.reply(event) if isinstance(event, Invoked) else None

    async def quarantine(self, platform: str, key: str, raw: bytes, error: str) -> None:
        async with self._changed:
            self.quarantined.append((platform, key, raw, error))
            self._changed.notify_all()

    async def cursor(self, platform: str, place: str) -> str | None:
        return None

    async def advance(self, platform: str, place: str, value: str) -> None:
        return None

    async def watched(self, platform: str) -> Sequence[tuple[str, str, str | None]]:
        return ()

    async def standing(
        self, platform: str, place: str, thread: str, most: int
    ) -> Mapping[str, Mapping[str, int]]:
        return {}

    async def wording(self, event: Invoked) -> Rich | None:
        return None

    async def known(self, platform: str, place: str, messages: Iterable[str]) -> set[str]:
        return set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that was handed over makes the condition true."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: bool(condition())), PATIENCE)

    async def first(self, kind: type[E]) -> E:
        """The first event of a kind, once there is one."""
        await self.until(lambda: any(isinstance(event, kind) for event in self.events))
        return next(event for event in self.events if isinstance(event, kind))


@dataclass
class House:
    """Everything of one test. `run` makes the adapter receive."""

    world: World
    side: TelegramSide
    server: TelegramServer
    url: str
    clock: Clock
    adapter: TelegramAdapter
    sink: RecordingSink
    bot: int
    channel: int
    group: int
    reader: int
    admin: int
    audits: list[Callable[[str], None]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self) -> None:
        """Receive in the background until the test ends."""
        self.tasks.append(asyncio.create_task(self.adapter.run(self.sink)))
        await self.world.until(lambda: self.server.polling(self.bot), "the adapter polls")

    async def eventually(self, condition: Callable[[], object], what: str) -> object:
        """Wait for a condition over the world."""
        return await self.world.until(condition, what, PATIENCE)

    def announce(self) -> Target:
        return Target(str(self.channel), "channel", "announce")

    def discuss(self, thread: str | None = None, reply_to: str | None = None) -> Target:
        return Target(str(self.group), "group", "discuss", thread=thread, reply_to=reply_to)

    async def publish(self) -> tuple[str, int]:
        """An article in the channel: its message, and its root in the group."""
        part = self.article()
        receipt = await self.adapter.send(self.announce(), part, "n1")
        post = int(receipt.message)
        root = await self.eventually(lambda: self.side.root_of(self.channel, post), "the forward")
        assert isinstance(root, int)
        return receipt.message, root

    def article(self, target: Target | None = None) -> Part:
        return self.adapter.render(article(), target or self.announce())[0]

    def comment(self, target: Target, text: str = "Well said.") -> Part:
        view = CommentView(12, "Ana", Rich("#12 Ana · Discord"), Rich(text))
        return self.adapter.render(view, target)[0]

    def shown(self, chat: int, message: str) -> Json:
        found = self.side.message(chat, int(message))
        assert found is not None
        return found


def article(**changes: object) -> ArticleView:
    """A short article."""
    values: dict[str, object] = {
        "title": "Harbour deal",
        "head": Rich("Harbour deal"),
        "body": Rich("The council met."),
        "read_on": Rich("Read on"),
        "foot": Rich("Comments are moderated."),
    }
    return ArticleView(**{**values, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def house(
    *, clock: Clock | None = None, switches: Switches | None = None, pace: float = 0.0
) -> AsyncIterator[House]:
    """A channel with its discussion group, a reader, an admin, and the bot in both."""
    world = World(switches=switches)
    side = TelegramSide(world)
    schemas = load()
    problems: list[str] = []
    audits: list[Callable[[str], None]] = []

    def audit(method: str, params: Json, answer: Json) -> None:
        for told in audits:
            told(method)
        problems.extend(schemas.request_problems(method, params) if schemas else ())

    server = TelegramServer(world, side, audit=audit)
    bot = side.add_bot("Common Thread", "commonthread_bot", TOKEN)
    admin = side.add_person("Mo Derator", "mo")
    channel = side.add_channel("The Harbour", "harbour", owner=admin)
    group = side.add_group("Harbour talk", owner=admin)
    side.link(channel, group)
    side.make_admin(channel, bot)
    side.make_admin(group, bot)
    url = await server.start()
    ticking = clock or FakeClock()
    adapter = TelegramAdapter(TOKEN, url, ticking, pace=pace, files=Pictures())
    await adapter.start()
    reader = side.add_person("Rita", language="es")
    made = House(
        world,
        side,
        server,
        url,
        ticking,
        adapter,
        RecordingSink(),
        bot,
        channel,
        group,
        reader,
        admin,
        audits,
    )
    try:
        yield made
    finally:
        for task in made.tasks:
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)
        await adapter.stop()
        await server.stop()
        world.close()
    assert problems == []

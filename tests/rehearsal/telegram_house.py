"""A small newsroom on the rehearsal's Telegram, for these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.telegram import FloodLimits, TelegramServer, TelegramSide
from bots.rehearsal.world import Switches, World
from tests.rehearsal.schemas_telegram import load

TOKEN = "7000000001:rehearsal-token"
START = 1_790_000_000.0


@dataclass
class House:
    """A channel with its discussion group, a bot that is admin in both, two readers."""

    world: World
    side: TelegramSide
    bot: int
    channel: int
    group: int
    ana: int
    ben: int
    owner: int

    def call(self, method: str, **params: Any) -> Any:
        """A call of the bot without sockets, with its automatic forward."""
        result = self.side.call(TOKEN, method, params)
        self.side.settle()
        return result

    def updates(self, offset: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.side.call(TOKEN, "getUpdates", {"offset": offset})
        return found

    def fresh(self) -> list[dict[str, Any]]:
        """The waiting updates, which are confirmed at once."""
        found = self.updates()
        if found:
            self.updates(found[-1]["update_id"] + 1)
        return found

    def article(self, text: str = "An article") -> tuple[int, int]:
        """A channel post of the bot and its root in the group, with no update left waiting."""
        post = self.call("sendMessage", chat_id=self.channel, text=text)["message_id"]
        root = self.side.root_of(self.channel, post)
        assert root is not None
        self.fresh()
        return post, root


def build(
    *, switches: Switches | None = None, limits: FloodLimits | None = None, still: bool = True
) -> House:
    """The newsroom. still: the World's clock stands, and moves by `advance` only."""
    clock = WorldClock(fixed=START) if still else WorldClock()
    world = World(clock=clock, switches=switches)
    side = TelegramSide(world, limits)
    owner = side.add_person("Olga", "olga")
    bot = side.add_bot("Paper", "paper_bot", TOKEN)
    channel = side.add_channel("The Paper", "the_paper", owner=owner)
    group = side.add_group("The Paper: comments", owner=owner)
    side.link(channel, group)
    side.make_admin(channel, bot)
    side.make_admin(group, bot)
    house = House(
        world,
        side,
        bot,
        channel,
        group,
        side.add_person("Ana", "ana_reads"),
        side.add_person("Ben"),
        owner,
    )
    house.fresh()
    return house


@asynccontextmanager
async def serving(house: House, *, token: str = TOKEN) -> AsyncIterator[ExtBot[None]]:
    """The real client library connected to the house; schemas are checked at the end."""
    schemas = load()
    audit = schemas.audit if schemas is not None else None
    server = TelegramServer(house.world, house.side, audit=audit)
    url = await server.start()
    bot: ExtBot[None] = ExtBot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=HTTPXRequest(connection_pool_size=4),
        get_updates_request=HTTPXRequest(connection_pool_size=4),
    )
    try:
        async with bot:
            yield bot
    finally:
        await server.stop()
        house.world.close()
    assert schemas is None or schemas.problems == []


async def poll(bot: ExtBot[None], offset: int = 0, timeout: int = 0) -> tuple[Update, ...]:
    """The waiting updates as the client library reads them."""
    return await bot.get_updates(offset=offset, timeout=timeout)

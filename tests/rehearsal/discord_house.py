"""A small newsroom on the rehearsal's Discord, for these tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import pytest
import yarl

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.discord import ApiError, DiscordServer, DiscordSide, RateLimits
from bots.rehearsal.world import Fault, Switches, World
from tests.rehearsal import schemas_discord

TOKEN = "rehearsal.discord.token"
START = 1_790_000_000.0
CONTENT = 1 << 15
WANTED = 0b1 | 1 << 2 | 1 << 9 | 1 << 10 | 1 << 12 | CONTENT

Json = dict[str, Any]


@dataclass
class House:
    """A guild with a forum, a text and an announcement channel, the bot, readers, a moderator."""

    world: World
    side: DiscordSide
    bot: str
    guild: str
    forum: str
    text: str
    news: str
    ana: str
    ben: str
    mod: str

    def call(self, method: str, path: str, json: Any = None, **params: Any) -> Any:
        """A call of the bot without sockets."""
        return self.side.call(TOKEN, method, path, params or None, json)

    def send(self, channel: str, text: str, **more: Any) -> Json:
        made: Json = self.call("POST", f"/channels/{channel}/messages", {"content": text, **more})
        return made

    def article(self, text: str = "An article") -> str:
        """A forum post of the bot; returns the thread's id."""
        body = {"name": "Article", "message": {"content": text}}
        return str(self.call("POST", f"/channels/{self.forum}/threads", body)["id"])

    def fails(self, code: int, method: str, path: str, json: Any = None, **params: Any) -> ApiError:
        """The call must be refused with this JSON error code."""
        with pytest.raises(ApiError) as caught:
            self.call(method, path, json, **params)
        assert caught.value.code == code, caught.value
        return caught.value


def furnish(world: World) -> House:
    side = DiscordSide(world)
    bot = side.add_bot("Commonthread", TOKEN)
    guild = side.add_guild("The Paper", bots=(bot,))
    return House(
        world,
        side,
        bot,
        guild,
        side.add_channel(guild, "articles", "forum", tags=("report",)),
        side.add_channel(guild, "talk"),
        side.add_channel(guild, "news", "announcement"),
        side.add_person("Ana", guild=guild, locale="es-ES"),
        side.add_person("Ben", guild=guild),
        side.add_moderator("Mod", guild=guild),
    )


@contextmanager
def house(path: Path | None = None, **switches: Any) -> Iterator[House]:
    """A furnished World whose clock stands still."""
    clock = WorldClock(fixed=START)
    world = World(path, clock=clock, switches=Switches(**switches))
    try:
        yield furnish(world)
    finally:
        world.close()


class Reader(discord.Client):
    """A real client that notes what it is told, in the order in which it is told."""

    def __init__(self, world: World, **intents: bool) -> None:
        wanted = discord.Intents.default()
        wanted.message_content = True
        for name, value in intents.items():
            setattr(wanted, name, value)
        super().__init__(intents=wanted, max_messages=None)
        self._connection.guild_ready_timeout = 0.05
        self.world = world
        self.seen: list[tuple[str, Any]] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once: the library's pause of 5 s spares Discord, not us."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        if not event.startswith("socket_"):
            self.seen.append((event, args[0] if args else None))
            self.world.touch()
        super().dispatch(event, *args, **kwargs)

    def texts(self) -> list[str]:
        """The contents of the messages that it was told of."""
        return [data.content for event, data in self.seen if event == "message"]

    def told(self, event: str) -> list[Any]:
        return [data for name, data in self.seen if name == event]


@dataclass
class Town:
    """A house with its server up."""

    house: House
    server: DiscordServer
    audit: schemas_discord.Auditor | None
    _clients: list[tuple[Reader, asyncio.Task[None]]] = field(default_factory=list)

    async def client(self, **intents: bool) -> Reader:
        """A real client, connected and in its guild."""
        reader = Reader(self.house.world, **intents)
        task = asyncio.create_task(reader.start(TOKEN))
        self._clients.append((reader, task))
        guild = int(self.house.guild)

        def ready() -> bool:
            if task.done():
                task.result()
            known = reader.get_guild(guild)
            return known is not None and known.me is not None

        await self.house.world.until(ready, "the client's GUILD_CREATE")
        return reader

    def fault(self, call: str, kind: str, **more: Any) -> None:
        """Script a fault that acts at once."""
        self.house.world.faults.add(Fault("discord", call, kind, **more))
        self.house.world.touch()

    async def close(self) -> None:
        for reader, task in self._clients:
            await reader.close()
            await asyncio.gather(task, return_exceptions=True)
        await self.server.stop()


@asynccontextmanager
async def town(
    *,
    limits: RateLimits | None = None,
    heartbeat: float = 41.25,
    pace: float = 1.0,
    **switches: Any,
) -> AsyncIterator[Town]:
    """A furnished World behind a server, with discord.py pointed at it and back again.

    Where the vendor's description lies beside the checkout, every call must satisfy it.
    """
    world = World(clock=WorldClock(pace=pace), switches=Switches(**switches))
    home = furnish(world)
    audit = schemas_discord.Auditor() if schemas_discord.present() else None
    server = DiscordServer(world, home.side, limits=limits, audit=audit, heartbeat=heartbeat)
    await server.start()
    socket = discord.gateway.DiscordWebSocket
    before = discord.http.Route.BASE, socket.DEFAULT_GATEWAY
    discord.http.Route.BASE = server.api_url
    socket.DEFAULT_GATEWAY = yarl.URL(server.gateway_url)
    made = Town(home, server, audit)
    try:
        yield made
    finally:
        await made.close()
        discord.http.Route.BASE, socket.DEFAULT_GATEWAY = before
        world.close()
    problems = [] if audit is None else audit.problems
    assert not problems, "\n".join(problems)

"""The whole product on both rehearsal platforms: real servers, real client libraries, a database
on disk. People act through the World; tests look at what people see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.app import Product, Wiring
from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, MODERATOR, Permission
from bots.rehearsal.discord.server import DiscordServer
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import Switches, World
from core.clock import SystemClock
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan, Rules
from core.newsroom.setup import admin
from core.text.model import Rich

TELEGRAM_TOKEN = "7000000001:AAcanaryCanaryCanaryCanaryCanaryCan"
DISCORD_TOKEN = "canary.discord.token"
SECRET = b"s" * 32
PATIENCE = 15.0
WRITING = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages",
)  # fmt: skip
"""What the members of a group must not be allowed where its way in is the door."""

Json = dict[str, Any]


@dataclass
class Places:
    """Ids of the stage: Telegram's as numbers, Discord's as text."""

    channel: int
    group: int
    desk: int
    forum: str
    discord_desk: str
    ana: int
    boss: int
    ben: str
    mod: str


class House:
    """One newsroom on both platforms, started and stopped at will over the same World."""

    telegram_pace = 0.0
    patience = PATIENCE

    def __init__(self, world: World, folder: Path, rules: Rules) -> None:
        self.world = world
        self.folder = folder
        self.rules = rules
        self.telegram = TelegramSide(world)
        self.discord = DiscordSide(world)
        self.telegram_server = TelegramServer(world, self.telegram)
        self.rings: list[Json] = []
        self.discord_server = DiscordServer(world, self.discord, audit=self._listen)
        self.places: Places
        self.product: Product
        self._wiring: Wiring

    def furnish(self, way: str = "chat") -> None:
        """People and places on both platforms."""
        t, d = self.telegram, self.discord
        bot = t.add_bot("Commonthread", "thread_bot", TELEGRAM_TOKEN)
        boss = t.add_person("Boss", "boss")
        channel = t.add_channel("The Paper", "thepaper", owner=boss)
        group = t.add_group("The Paper talk", owner=boss)
        desk = t.add_group("Desk", owner=boss)
        for chat in (channel, group, desk):
            t.make_admin(chat, bot)
        t.link(channel, group)
        ana = t.add_person("Ana", "ana")
        t.join(group, ana)
        discord_bot = d.add_bot("Commonthread", DISCORD_TOKEN)
        guild = d.add_guild("The Paper")
        role = d.bot_joins(discord_bot, guild)
        mod = d.add_moderator("Mod", guild=guild)
        roles = {r["name"]: str(r["id"]) for r in d.state.get("guild", guild)["roles"]}
        denied = Permission.SEND_MESSAGES
        if way == "door":
            denied |= Permission.SEND_MESSAGES_IN_THREADS
        forum = d.add_channel(
            guild, "articles", "forum", tags=("report",),
            overwrites=(overwrite(guild, deny=denied), overwrite(role, allow=BOT)),
        )  # fmt: skip
        private = (
            overwrite(guild, deny=Permission.VIEW_CHANNEL),
            overwrite(role, allow=BOT),
            overwrite(roles["Moderators"], allow=MODERATOR),
        )
        self.places = Places(
            channel, group, desk, forum, d.add_channel(guild, "desk", overwrites=private),
            ana, boss, d.add_person("Ben", guild=guild), mod,
        )  # fmt: skip
        if way == "door":
            t.set_permissions(group, **dict.fromkeys(WRITING, False))

    async def open(self) -> None:
        """Start the servers and build the wiring."""
        telegram = await self.telegram_server.start()
        await self.discord_server.start()
        self._wiring = Wiring(
            database=self.folder / "commonthread.db",
            secret=SECRET,
            telegram_token=TELEGRAM_TOKEN,
            telegram_api=telegram,
            telegram_pace=self.telegram_pace,
            discord_token=DISCORD_TOKEN,
            discord_api=self.discord_server.api_url,
            discord_gateway=self.discord_server.gateway_url,
            fetch_loopback=True,
            rules=self.rules,
        )

    async def start(self) -> None:
        """Start the product and wait until both bots receive."""
        self.product = await Product.open(self._wiring, SystemClock())
        await self.product.start()
        await self.until(lambda: self.product.health()["ok"], "both bots connected")

    async def stop(self) -> None:
        await self.product.stop()

    async def restart(self) -> None:
        """Stop the product and start it again from its database."""
        await self.stop()
        await self.start()

    async def close(self) -> None:
        await self.telegram_server.stop()
        await self.discord_server.stop()
        self.world.close()

    async def connect(self, mode: str = "held", way: str = "chat") -> None:
        """A publication with all places."""
        room = self.product.newsroom
        number = await room.change(
            lambda tx, c: admin.add_publication(tx, c, "The Paper", mode=mode, languages="en,es")
        )
        names = "anonymous" if way == "door" else "named"
        talk = ChannelPlan(number, Purpose.DISCUSS, names, way)
        desk = ChannelPlan(number, Purpose.DESK)
        t, d = self.product.adapters["telegram"], self.product.adapters["discord"]
        p = self.places
        await room.add_channel(ChannelPlan(number, Purpose.ANNOUNCE), t, str(p.channel))
        await room.add_channel(talk, t, str(p.group))
        await room.add_channel(desk, t, str(p.desk))
        await room.add_channel(talk, d, p.forum)
        await room.add_channel(desk, d, p.discord_desk)

    async def publish(self, headline: str = "Harbour report") -> int:
        """Publish an article and wait until both threads are open."""
        draft = Draft(
            headline, f"https://paper.example/{headline.replace(' ', '-').lower()}", headline,
            deck="What we know", byline="Pen Name", body=Rich("One.\n\nTwo."),
            labels=("report",), published=1_790_000_000.0,
        )  # fmt: skip
        article = await self.product.newsroom.publish_draft_now(None, draft)
        await self.until(lambda: self.forum_thread(headline) and self.root(headline), "threads")
        count = "SELECT count(*) AS n FROM thread WHERE article = :a"

        async def born() -> bool:
            row = await self.product.newsroom.look(lambda tx, _: tx.one(count, {"a": article}))
            return row is not None and row["n"] == 2

        await self.until_async(born, "both threads recorded")
        return article

    async def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait for what people see; polled on every change of the World."""
        try:
            async with asyncio.timeout(self.patience):
                while not (value := condition()):
                    await self._change()
        except TimeoutError:
            raise AssertionError(f"waited in vain: {what}") from None
        return value

    async def until_async(self, condition: Callable[[], Any], what: str) -> Any:
        try:
            async with asyncio.timeout(self.patience):
                while not (value := await condition()):
                    await self._change()
        except TimeoutError:
            raise AssertionError(f"waited in vain: {what}") from None
        return value

    async def _change(self) -> None:
        try:
            async with asyncio.timeout(0.05):
                await self.world.change()
        except TimeoutError:
            return

    def _listen(self, _method: str, _path: str, body: Any, _status: int, _answer: Any) -> None:
        """Every call to Discord: note what could ring at somebody's."""
        body = body if isinstance(body, dict) else {}
        said = body.get("message") or body.get("data") or body
        speaks = any(said.get(name) for name in ("content", "embeds", "components"))
        if speaks and "title" not in said and said.get("allowed_mentions") != {"parse": []}:
            self.rings.append(body)

    def mentions(self) -> list[Json]:
        """What we said in Telegram's groups that mentions somebody."""
        places = (self.places.group, self.places.desk)
        said = [m for chat in places for m in self.telegram.messages(chat) if m["from"]["is_bot"]]
        return [
            message for message in said
            for e in (*message.get("entities", ()), *message.get("caption_entities", ()))
            if e["type"] in ("mention", "text_mention")
        ]  # fmt: skip

    # What people see

    def root(self, headline: str = "Harbour report") -> int | None:
        for message in self.telegram.messages(self.places.group):
            if message.get("is_automatic_forward") and headline in message.get("text", ""):
                return int(message["message_id"])
        return None

    def forum_thread(self, headline: str = "Harbour report") -> str | None:
        for thread in self.discord.threads(self.places.forum):
            if thread["name"] == headline:
                return str(thread["id"])
        return None

    def group(self) -> list[Json]:
        return [m for m in self.telegram.messages(self.places.group) if m.get("text")]

    def group_message(self, words: str) -> Json | None:
        return next((m for m in self.group() if words in m["text"]), None)

    def thread_message(self, words: str, headline: str = "Harbour report") -> Json | None:
        thread = self.forum_thread(headline)
        if thread is None:
            return None
        return next((m for m in self.discord.messages(thread) if words in m["content"]), None)

    def cards(self) -> list[Json]:
        return self.telegram.messages(self.places.desk)

    def card(self, words: str) -> Json | None:
        found = [m for m in self.cards() if words in m.get("text", "") and "reply_markup" in m]
        return found[-1] if found else None

    def told(self, words: str) -> Json | None:
        """What the bot said at the Telegram desk besides its cards."""
        return next((m for m in self.cards() if words in m.get("text", "")), None)

    def discord_card(self, words: str) -> Json | None:
        found = [m for m in self.discord.messages(self.places.discord_desk)
                 if words in read(m) and m["components"]]  # fmt: skip
        return found[-1] if found else None


def read(message: Json) -> str:
    """The words of a Discord message, where they stand in embeds as well."""
    embeds = [embed.get("description", "") for embed in message["embeds"]]
    return "\n".join([message["content"], *embeds]).strip()


@asynccontextmanager
async def newsroom(
    folder: Path,
    *,
    mode: str = "held",
    way: str = "chat",
    switches: Switches | None = None,
    rules: Rules | None = None,
    connect: bool = True,
    disk: Path | None = None,
) -> AsyncIterator[House]:
    """A running newsroom with its places connected; without `connect` nothing is set up yet.
    disk: where the product's own files lie, if not in the folder."""
    world = World(folder / "world.db", switches=switches)
    house = House(world, disk or folder, rules or Rules())
    house.furnish(way)
    await house.open()
    try:
        await house.start()
        try:
            if connect:
                await house.connect(mode, way)
            yield house
            assert not house.rings, "nothing that we say on Discord may ring at anybody's"
            assert not house.mentions(), "nor what we say on Telegram"
        finally:
            await house.stop()
    finally:
        await house.close()

"""Both rehearsal platforms in a process of their own: `python -m bench.stage`.

It writes its addresses as one line of JSON, then answers one line for each line that it reads:
{"do": name, ...}. So what is measured has a processor to itself, and the platforms' own work
weighs on product and baseline alike. Moments are `time.monotonic` of this machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, Permission
from bots.rehearsal.discord.server import DiscordServer
from bots.rehearsal.discord.side import Answer, DiscordSide
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

TELEGRAM_TOKEN = "7000000001:AAbenchBenchBenchBenchBenchBenchBen"
DISCORD_TOKEN = "bench.discord.token"
PATIENCE = 60.0

Json = dict[str, Any]


def headline(number: int) -> str:
    """Of the article with this number."""
    return f"Report {number:03d}."


def _mark(number: int) -> str:
    return f"remark {number:06d}!"


def _marked(text: str) -> int | None:
    _, found, after = text.partition("remark ")
    return int(after[:6]) if found and after[6:7] == "!" else None


class TimedTelegram(TelegramSide):
    """Telegram that remembers when each remark was first handed out to a bot."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.handed: dict[int, float] = {}

    def run(self, token: str, method: str, params: Json) -> Any:
        result = super().run(token, method, params)
        if method == "getUpdates":
            for update in result:
                number = _marked(update.get("message", {}).get("text", ""))
                if number is not None:
                    self.handed.setdefault(number, time.monotonic())
        return result


class TimedDiscord(DiscordSide):
    """Discord that remembers when each remark was stored."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.stored: dict[int, float] = {}

    def answer(
        self, token: str | None, method: str, path: str, *, json: Any = None, **more: Any
    ) -> Answer:
        answer = super().answer(token, method, path, json=json, **more)
        if method == "POST" and isinstance(json, dict):
            number = _marked(str(json.get("content", "")))
            if number is not None:
                self.stored.setdefault(number, time.monotonic())
        return answer


class Stage:
    """Places, people, and what the benchmarks ask for."""

    def __init__(self) -> None:
        self.world = World()
        self.telegram = TimedTelegram(self.world)
        self.discord = TimedDiscord(self.world)
        self._telegram_server = TelegramServer(self.world, self.telegram)
        self._discord_server = DiscordServer(self.world, self.discord)
        self._connected: dict[str, float] = {}
        self._numbers = 0
        self._furnish()
        self.world.on_change(self._watch)

    def _furnish(self) -> None:
        t, d = self.telegram, self.discord
        self.bot = t.add_bot("Commonthread", "thread_bot", TELEGRAM_TOKEN)
        boss = t.add_person("Boss", "boss")
        self.channel = t.add_channel("The Paper", "thepaper", owner=boss)
        self.group = t.add_group("The Paper talk", owner=boss)
        t.make_admin(self.channel, self.bot)
        t.make_admin(self.group, self.bot)
        t.link(self.channel, self.group)
        self.ana = t.add_person("Ana", "ana")
        t.join(self.group, self.ana)
        bot = d.add_bot("Commonthread", DISCORD_TOKEN)
        guild = d.add_guild("The Paper")
        role = d.bot_joins(bot, guild)
        deny = overwrite(guild, deny=Permission.SEND_MESSAGES)
        self.forum = d.add_channel(
            guild, "articles", "forum", overwrites=(deny, overwrite(role, allow=BOT))
        )

    async def start(self) -> Json:
        """Listen; addresses, tokens and places."""
        telegram = await self._telegram_server.start()
        await self._discord_server.start()
        return {
            "telegram_token": TELEGRAM_TOKEN,
            "telegram_api": telegram,
            "discord_token": DISCORD_TOKEN,
            "discord_api": self._discord_server.api_url,
            "discord_gateway": self._discord_server.gateway_url,
            "channel": str(self.channel),
            "group": str(self.group),
            "forum": self.forum,
        }

    async def stop(self) -> None:
        await self._telegram_server.stop()
        await self._discord_server.stop()
        self.world.close()

    async def answer(self, asked: Json) -> Json:
        """What one line asks for."""
        match asked["do"]:
            case "articles":
                return self.articles(asked["count"])
            case "threads":
                return await self.threads(asked["count"])
            case "relay":
                return await self.relay(asked["threads"], asked["count"], asked["rate"])
            case "forget":
                self._connected.clear()
                return {}
            case "connected":
                both = ("telegram", "discord")
                await self._until(lambda: all(name in self._connected for name in both))
                return dict(self._connected)
        raise ValueError(asked)

    # Starting

    def _watch(self) -> None:
        """When the first getUpdates came, and the first GUILD_CREATE was handed out."""
        for name, there in (
            ("telegram", self._telegram_server.polling(self.bot)),
            ("discord", self._discord_server.gateway.connected()),
        ):
            if there:
                self._connected.setdefault(name, time.monotonic())

    # Relaying

    def articles(self, count: int) -> Json:
        """Articles on both platforms by bare calls, for a bot that does not publish."""
        for number in range(count):
            text = headline(number)
            message = {"chat_id": self.channel, "text": text}
            self.telegram.call(TELEGRAM_TOKEN, "sendMessage", message)
            self.telegram.settle()
            post = {"name": text, "message": {"content": text}}
            path = f"/channels/{self.forum}/threads"
            self.discord.call(DISCORD_TOKEN, "POST", path, json=post)
        return {}

    async def threads(self, count: int) -> Json:
        """The articles' roots on Telegram and their threads on Discord, once all are there."""
        names = [headline(number) for number in range(count)]

        def there() -> Json | None:
            roots = self._roots()
            threads = {t["name"]: str(t["id"]) for t in self.discord.threads(self.forum)}
            if not all(name in roots and name in threads for name in names):
                return None
            return {str(roots[name]): threads[name] for name in names}

        found: Json = await self._until(there)
        return found

    def _roots(self) -> dict[str, int]:
        return {
            message["text"][: len(headline(0))]: message["message_id"]
            for message in self.telegram.messages(self.group)
            if message.get("is_automatic_forward")
        }

    async def relay(self, threads: int, count: int, rate: float) -> Json:
        """Remarks at a steady rate, over so many threads in turn; the seconds that each took."""
        roots = self._roots()
        numbers = range(self._numbers, self._numbers + count)
        self._numbers += count
        began = time.monotonic()
        for position, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + position / rate - time.monotonic()))
            root = roots[headline(number % threads)]
            text = f"I was there that night. {_mark(number)}"
            self.telegram.person_posts(self.ana, self.group, text, under=root)
        await self._until(lambda: all(number in self.discord.stored for number in numbers))
        stored, handed = self.discord.stored, self.telegram.handed
        return {"seconds": [stored[number] - handed[number] for number in numbers]}

    async def _until(self, condition: Any) -> Any:
        return await self.world.until(condition, "what the benchmark waits for", PATIENCE)


async def main() -> None:
    """Serve until the line that was written last is the end of the file."""
    stage = Stage()
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    try:
        _say(await stage.start())
        while line := await lines.readline():
            _say(await stage.answer(json.loads(line)))
    finally:
        await stage.stop()


def _say(value: Json) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

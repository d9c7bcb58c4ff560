"""Both rehearsal platforms in a process of their own: `python -m bench.stage [PACE]`.

It writes its addresses as one line of JSON, then answers one line for each line that it reads:
{"do": name, ...}. So what is measured has a processor to itself, and the platforms' own work
weighs on product and baseline alike. Moments are `time.monotonic` of this machine. PACE: so much
faster does the World's time pass (1).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from inspect import isawaitable
from itertools import count
from typing import Any

from bots.rehearsal.clock import WorldClock
from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, Permission
from bots.rehearsal.discord.server import DiscordServer
from bots.rehearsal.discord.side import Answer, DiscordSide
from bots.rehearsal.telegram.errors import ApiError
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

TELEGRAM_TOKEN = "7000000001:AAbenchBenchBenchBenchBenchBenchBen"
DISCORD_TOKEN = "bench.discord.token"
PATIENCE = 60.0
LONG_PATIENCE = 300.0
BATCH = 100
ASKED = frozenset(
    {
        "articles", "threads", "relay", "limits", "talk", "both", "missed", "reads", "flood",
        "forget", "connected",
    }
)  # fmt: skip
"""What a line may ask for."""
ANSWERS_EVERY = 3
"""Every third comment on Discord answers an earlier one of its thread."""
_MARK = re.compile(r"remark (\d{6})!")

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
    """Telegram that remembers when each remark was first handed out to a bot, and first shown by
    one; and the moments of what it sent and of what was refused as too much."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.handed: dict[int, float] = {}
        self.shown: dict[int, float] = {}
        self.sent: list[float] = []
        self.refused: list[float] = []

    def run(self, token: str, method: str, params: Json, fetched: Any = None) -> Any:
        try:
            result = super().run(token, method, params, fetched)
        except ApiError as error:
            if error.code == 429:
                self.refused.append(time.monotonic())
            raise
        if method.lower() == "sendmessage":
            self.sent.append(time.monotonic())
            for number in _MARK.findall(str(params.get("text"))):
                self.shown.setdefault(int(number), time.monotonic())
        if method == "getUpdates":
            for update in result:
                number = _marked(update.get("message", {}).get("text", ""))
                if number is not None:
                    self.handed.setdefault(number, time.monotonic())
        return result


class TimedDiscord(DiscordSide):
    """Discord that remembers when each remark was stored by a bot."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.stored: dict[int, float] = {}
        self.reads = 0

    def answer(
        self, token: str | None, method: str, path: str, *, json: Any = None, **more: Any
    ) -> Answer:
        answer = super().answer(token, method, path, json=json, **more)
        self.reads += method == "GET" and path.partition("?")[0].endswith("/messages")
        if method == "POST" and isinstance(json, dict):
            number = _marked(str(json.get("content", "")))
            if number is not None:
                self.stored.setdefault(number, time.monotonic())
        return answer


def counted(server: DiscordServer) -> list[float]:
    """The moments of the calls that Discord refuses from now on as too many."""
    refused: list[float] = []
    take = server.rest.buckets.take

    def watched(*arguments: Any) -> Any:
        verdict = take(*arguments)
        if verdict.retry_after is not None:
            refused.append(time.monotonic())
        return verdict

    server.rest.buckets.take = watched  # type: ignore[assignment,method-assign]
    return refused


class Stage:
    """Places, people, and what the benchmarks ask for."""

    def __init__(self, pace: float = 1.0) -> None:
        self.world = World(clock=WorldClock(pace))
        self.telegram = TimedTelegram(self.world)
        self.discord = TimedDiscord(self.world)
        self._telegram_server = TelegramServer(self.world, self.telegram)
        self._discord_server = DiscordServer(self.world, self.discord)
        self._refused = counted(self._discord_server)
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
        self.ben = d.add_person("Ben", guild=guild)
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
        """What one line asks for: the method of the name, with what else the line holds."""
        name = asked.pop("do")
        if name not in ASKED:
            raise ValueError(name)
        found: Any = getattr(self, name)(**asked)
        answer: Json = await found if isawaitable(found) else found
        return answer

    # Starting

    def forget(self) -> Json:
        """Both platforms count as not connected yet."""
        self._connected.clear()
        return {}

    async def connected(self) -> Json:
        """The moments at which both platforms were there, once they are."""
        await self._until(lambda: {"telegram", "discord"} <= self._connected.keys())
        return dict(self._connected)

    def reads(self) -> Json:
        """How often messages were read on Discord since the last question."""
        found, self.discord.reads = self.discord.reads, 0
        return {"reads": found}

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

    # At the platforms' own limits

    def limits(self) -> Json:
        """From now on the platforms refuse what is too much."""
        self.telegram.flood.limits.enabled = True
        self._discord_server.limits.enabled = True
        return {}

    async def talk(self, plan: list[tuple[float, int]]) -> Json:
        """Ben writes on Discord: at each moment (World seconds) in the thread of an article. The
        World seconds until each was shown on Telegram, the messages that took, and refusals."""
        names = {t["name"]: str(t["id"]) for t in self.discord.threads(self.forum)}
        said, mine = dict[int, float](), dict[str, list[str]]()
        used = len(self.telegram.sent)
        began, pace = time.monotonic(), self.world.clock.pace
        for moment, article in plan:
            await asyncio.sleep(max(0.0, began + moment / pace - time.monotonic()))
            number = self._next()
            said[number] = time.monotonic()
            self._ben_writes(names[headline(article)], number, mine)
        await self.world.until(
            lambda: said.keys() <= self.telegram.shown.keys(), "what was said", LONG_PATIENCE
        )
        taken = [pace * (self.telegram.shown[number] - at) for number, at in said.items()]
        sent = len(self.telegram.sent) - used
        return {"seconds": taken, "messages": sent, "refused": len(self.telegram.refused)}

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers - 1

    def _ben_writes(self, thread: str, number: int, mine: dict[str, list[str]]) -> None:
        earlier = mine.setdefault(thread, [])
        answered = earlier[-1] if earlier and number % ANSWERS_EVERY == 0 else None
        words = f"So it is, as everybody there could see. {_mark(number)}"
        made = self.discord.person_posts(self.ben, thread, words, reply_to=answered)
        earlier.append(str(made["id"]))

    async def both(self, threads: int, seconds: float, rates: list[float]) -> Json:
        """People write on both sides, so many a second, in all threads in turn. What the bot
        sent within those seconds: to Discord, to Telegram; and what was refused."""
        names = {t["name"]: str(t["id"]) for t in self.discord.threads(self.forum)}
        roots, began = self._roots(), time.monotonic()
        self.telegram.sent.clear()
        self.discord.stored.clear()

        async def writes(rate: float, write: Any) -> None:
            for position in count():
                await asyncio.sleep(max(0.0, began + position / rate - time.monotonic()))
                if time.monotonic() - began >= seconds:
                    return
                write(headline(position % threads), self._next())

        def ana(name: str, number: int) -> None:
            text = f"I was there that night. {_mark(number)}"
            self.telegram.person_posts(self.ana, self.group, text, under=roots[name])

        await asyncio.gather(
            writes(rates[0], ana),
            writes(rates[1], lambda name, number: self._ben_writes(names[name], number, {})),
        )
        ends = began + seconds
        return {
            "discord": sum(at < ends for at in self.discord.stored.values()),
            "telegram": sum(at < ends for at in self.telegram.sent),
            "refused": len(self.telegram.refused) + len(self._refused),
        }

    def missed(self, threads: int, each: int) -> Json:
        """Ben writes while nobody listens, so much in each thread."""
        names = {t["name"]: str(t["id"]) for t in self.discord.threads(self.forum)}
        for number in range(threads):
            for _ in range(each):
                self._ben_writes(names[headline(number)], self._next(), {})
        return {}

    async def flood(self, threads: int, count: int) -> Json:
        """Ana writes as fast as it is relayed, in all threads in turn."""
        roots = self._roots()
        numbers = [self._next() for _ in range(count)]
        for position, number in enumerate(numbers):
            root = roots[headline(number % threads)]
            text = f"I was there that night. {_mark(number)}"
            self.telegram.person_posts(self.ana, self.group, text, under=root)
            if position % BATCH == BATCH - 1:
                done = numbers[max(0, position - 2 * BATCH)]
                await self._until(lambda done=done: done in self.discord.stored)
        await self._until(lambda: all(number in self.discord.stored for number in numbers))
        return {}

    async def _until(self, condition: Any) -> Any:
        return await self.world.until(condition, "what the benchmark waits for", PATIENCE)


async def main() -> None:
    """Serve until the line that was written last is the end of the file."""
    stage = Stage(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
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

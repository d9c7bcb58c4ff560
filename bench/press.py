"""press, press_p99: from a pressed button to the moment in which the cards of both desks and the
copies in both threads have changed, and everything recorded as done; without rate limits. The
baseline is the time until the press itself is answered.

Platforms and product share this process.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.figures import Figure, centile
from bench.stage import Stage
from bots.app import Product, Wiring
from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.flags import BOT, Permission
from core.clock import SystemClock
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan
from core.newsroom.setup import admin
from core.text.model import Rich

PATIENCE = 20.0
LETTERS = "aeioubdfglmnprst"


@dataclass(frozen=True, slots=True)
class Size:
    """How many comments are approved."""

    presses: int = 60


FULL = Size()


class DeskStage(Stage):
    """With a desk on each platform."""

    def furnish_desks(self) -> None:
        """Private, as they have to be."""
        t, d = self.telegram, self.discord
        self.chief = t.add_person("Chief", "chief")
        self.desk = t.add_group("Desk", owner=self.chief)
        t.make_admin(self.desk, self.bot)
        guild = str(d.state.get("channel", self.forum)["guild_id"])
        bot = next(r for r in d.state.get("guild", guild)["roles"] if r["name"] == "Commonthread")
        private = (
            overwrite(guild, deny=Permission.VIEW_CHANNEL),
            overwrite(str(bot["id"]), allow=BOT),
        )
        self.discord_desk = d.add_channel(guild, "desk", overwrites=private)

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for what people see."""
        async with asyncio.timeout(PATIENCE):
            while not (value := condition()):
                await self.world.change()
        return value


@dataclass
class Taken:
    """Seconds until the press was answered, and until all had changed."""

    answered: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)


async def run(size: Size = FULL) -> list[Figure]:
    """Two figures."""
    stage = DeskStage()
    stage.furnish_desks()
    hello = await stage.start()
    with tempfile.TemporaryDirectory() as folder:
        product = await _opened(hello, Path(folder))
        try:
            await _furnish(product, stage, hello)
            taken = Taken()
            for number in range(size.presses):
                await _press(stage, number, taken)
        finally:
            await product.stop()
            await stage.stop()
    milli = [[1000 * seconds for seconds in one] for one in (taken.changed, taken.answered)]
    return [
        Figure("press", median(milli[0]), "ms", median(milli[1])),
        Figure("press_p99", centile(milli[0], 99), "ms", centile(milli[1], 99)),
    ]


async def _opened(hello: dict[str, Any], folder: Path) -> Product:
    names = ("telegram_token", "telegram_api", "discord_token", "discord_api", "discord_gateway")
    wiring = Wiring(
        folder / "product.db", b"b" * 32, telegram_pace=0.0, **{name: hello[name] for name in names}
    )
    product = await Product.open(wiring, SystemClock())
    await product.start()
    return product


async def _furnish(product: Product, stage: DeskStage, hello: dict[str, Any]) -> None:
    await stage.connected()
    room, adapters = product.newsroom, product.adapters
    number = await room.change(lambda tx, c: admin.add_publication(tx, c, "The Paper", mode="held"))
    talk, desk = ChannelPlan(number, Purpose.DISCUSS), ChannelPlan(number, Purpose.DESK)
    announce = ChannelPlan(number, Purpose.ANNOUNCE)
    await room.add_channel(announce, adapters["telegram"], hello["channel"])
    await room.add_channel(talk, adapters["telegram"], hello["group"])
    await room.add_channel(talk, adapters["discord"], hello["forum"])
    await room.add_channel(desk, adapters["telegram"], str(stage.desk))
    await room.add_channel(desk, adapters["discord"], stage.discord_desk)
    draft = Draft("Report", "https://paper.example/r", "Report", body=Rich("What we know."))
    await room.publish_draft_now(None, draft)
    await stage.until(lambda: _root(stage) and stage.discord.threads(stage.forum))


def _root(stage: DeskStage) -> int:
    found = (m for m in stage.telegram.messages(stage.group) if m.get("is_automatic_forward"))
    return next((int(m["message_id"]) for m in found), 0)


def _remark(number: int) -> str:
    """Words that are like no other remark's."""
    spread = (number + 1) * 0x9E3779B97F4A7C15 % (1 << 64)
    letters = "".join(LETTERS[spread >> shift & 15] for shift in range(0, 64, 4))
    return f"{letters[:6]} {letters[6:11]} {letters[11:]}"


async def _press(stage: DeskStage, number: int, taken: Taken) -> None:
    words = _remark(number)
    person = stage.telegram.add_person(f"Reader {number}")
    stage.telegram.join(stage.group, person)
    stage.telegram.person_posts(person, stage.group, words, under=_root(stage))
    card = await stage.until(lambda: _card(stage, words))
    await stage.until(lambda: any(words in text for text in _discord(stage)))
    began = perf_counter()
    press = stage.telegram.person_presses(stage.chief, stage.desk, card["message_id"], "Approve")
    await stage.until(lambda: press.answered)
    taken.answered.append(perf_counter() - began)
    await stage.until(lambda: _changed(stage, words))
    taken.changed.append(perf_counter() - began)


def _card(stage: DeskStage, words: str) -> dict[str, Any] | None:
    return next(
        (m for m in stage.telegram.messages(stage.desk)
         if words in m.get("text", "") and "reply_markup" in m),
        None,
    )  # fmt: skip


def _discord(stage: DeskStage) -> list[str]:
    return [str(m) for m in stage.discord.messages(stage.discord_desk)]


def _changed(stage: DeskStage, words: str) -> bool:
    card = _card(stage, words)
    thread = str(stage.discord.threads(stage.forum)[0]["id"])
    return (
        card is not None
        and "Published" in card["text"]
        and any(words in text and "Published" in text for text in _discord(stage))
        and any(words in m["content"] for m in stage.discord.messages(thread))
        and any(m.get("text", "").startswith("#") and words in m["text"]
                for m in stage.telegram.messages(stage.group))
    )  # fmt: skip

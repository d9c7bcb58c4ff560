"""relay_latency_1, relay_latency_20: from the Telegram update that is handed out to the message
that is stored at Discord, median and (`_p99`) 99th centile, at 1 a second in one thread and at
20 a second over 20 threads, without rate limits.

The product runs in this process on the rehearsal's servers in another one; the baseline
(`bench.poller`) on servers of its own. At 1 a second both are measured side by side, half a
second apart; at 20 they take turns.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.desk import open_publication
from bench.figures import Figure, centile
from bench.poller import poller
from bench.remote import Remote, stage
from bench.stage import headline
from bots.app import Product, Wiring
from core.clock import SystemClock
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan
from core.text.model import Rich


@dataclass(frozen=True, slots=True)
class Size:
    """threads: how many articles. slow: remarks at 1 a second; rounds of fast ones at 20."""

    threads: int = 20
    slow: int = 30
    rounds: int = 3
    fast: int = 100
    rate: float = 1.0
    fast_rate: float = 20.0
    warm: int = 20


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Four figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with stage() as ours, stage() as bare:
            await bare.ask("articles", count=size.threads)
            threads = await bare.ask("threads", count=size.threads)
            async with (
                product(ours, Path(folder), size.threads),
                poller(bare.hello, threads, Path(folder) / "bare.db"),
            ):
                return await _measured(ours, bare, size)


@asynccontextmanager
async def product(
    remote: Remote, folder: Path, articles: int, *, pace: float = 0.0
) -> AsyncIterator[Product]:
    """The whole product, connected to a stage, its articles published and their threads open.
    pace: of Telegram's limits, as in `bots.app.Wiring`."""
    async with wired(remote, folder, pace=pace) as product:
        await _furnish(product, remote, articles)
        yield product


@asynccontextmanager
async def wired(remote: Remote, folder: Path, *, pace: float = 0.0) -> AsyncIterator[Product]:
    """The whole product, connected to a stage, without a publication yet."""
    hello = remote.hello
    names = ("telegram_token", "telegram_api", "discord_token", "discord_api", "discord_gateway")
    wiring = Wiring(
        folder / "product.db", b"b" * 32, telegram_pace=pace,
        **{name: hello[name] for name in names},
    )  # fmt: skip
    product = await Product.open(wiring, SystemClock())
    try:
        await product.start()
        await remote.ask("connected")
        yield product
    finally:
        await product.stop()


async def _furnish(product: Product, remote: Remote, articles: int) -> None:
    room, adapters = product.newsroom, product.adapters
    number = await room.change(open_publication)
    announce, talk = ChannelPlan(number, Purpose.ANNOUNCE), ChannelPlan(number, Purpose.DISCUSS)
    await room.add_channel(announce, adapters["telegram"], remote.hello["channel"])
    await room.add_channel(talk, adapters["telegram"], remote.hello["group"])
    await room.add_channel(talk, adapters["discord"], remote.hello["forum"])
    for article in range(articles):
        title = headline(article)
        draft = Draft(title, f"https://paper.example/{article}", title, body=Rich("What we know."))
        await room.publish_draft_now(None, draft)
    await remote.ask("threads", count=articles)


async def _measured(ours: Remote, bare: Remote, size: Size) -> list[Figure]:
    for remote in (ours, bare):
        await _relay(remote, size.threads, size.warm, size.fast_rate)
    fast: tuple[list[float], list[float]] = ([], [])
    for _ in range(size.rounds):
        for remote, taken in ((ours, fast[0]), (bare, fast[1])):
            taken += await _relay(remote, size.threads, size.fast, size.fast_rate)
    slow = await asyncio.gather(
        _relay(ours, 1, size.slow, size.rate),
        _relay(bare, 1, size.slow, size.rate, wait=0.5 / size.rate),
    )
    return [*_figures("relay_latency_1", *slow), *_figures("relay_latency_20", *fast)]


async def _relay(
    remote: Remote, threads: int, count: int, rate: float, wait: float = 0.0
) -> list[float]:
    """Seconds that each remark took."""
    await asyncio.sleep(wait)
    taken = await remote.ask("relay", threads=threads, count=count, rate=rate)
    return [float(seconds) for seconds in taken["seconds"]]


def _figures(name: str, ours: list[float], bare: list[float]) -> list[Figure]:
    milli = [[1000 * seconds for seconds in taken] for taken in (ours, bare)]
    return [
        Figure(name, median(milli[0]), "ms", median(milli[1]), at_most=2.0),
        Figure(f"{name}_p99", centile(milli[0], 99), "ms", centile(milli[1], 99)),
    ]

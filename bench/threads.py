"""A newsroom in which many threads are open."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.desk import open_publication
from bench.relay import wired
from bench.remote import Json, Remote, stage
from bench.stage import headline
from bots.app import Product
from core.model import Purpose
from core.newsroom import ChannelPlan, Context
from core.ports import Tx

Made = tuple[Remote, Path, Json]
"""(stage, folder of the product, root on Telegram to thread on Discord)."""


@asynccontextmanager
async def open_threads(count: int, *, pace: float) -> AsyncIterator[Made]:
    """A running product with so many threads."""
    async with _staged(count) as made:
        remote, folder, threads = made
        async with wired(remote, folder, pace=pace) as product:
            await _furnish(product, remote.hello, threads)
            yield made


@asynccontextmanager
async def left_threads(count: int) -> AsyncIterator[Made]:
    """The same, where the product has been stopped."""
    async with _staged(count) as made:
        remote, folder, threads = made
        async with wired(remote, folder) as product:
            await _furnish(product, remote.hello, threads)
        yield made


@asynccontextmanager
async def _staged(count: int) -> AsyncIterator[Made]:
    with tempfile.TemporaryDirectory() as folder:
        async with stage() as remote:
            await remote.ask("articles", count=count)
            yield remote, Path(folder), await remote.ask("threads", count=count)


async def _furnish(product: Product, hello: Json, threads: Json) -> None:
    """The articles of the stage as rows; publishing so many would take an hour at these limits."""
    room, adapters = product.newsroom, product.adapters
    number = await room.change(open_publication)
    talk = ChannelPlan(number, Purpose.DISCUSS)
    group = await room.add_channel(talk, adapters["telegram"], hello["group"])
    forum = await room.add_channel(talk, adapters["discord"], hello["forum"])

    def work(tx: Tx, context: Context) -> None:
        for position, (root, thread) in enumerate(threads.items()):
            row = {
                "publication": number, "headline": headline(position), "state": "published",
                "token": context.clock.token(), "names_key": context.clock.key(16).hex(),
                "created": context.clock.now(),
            }  # fmt: skip
            article = tx.insert("article", row)
            for channel, place in ((group.id, root), (forum.id, thread)):
                tx.insert("thread", {"article": article, "channel": channel, "place": place})

    await room.change(work)

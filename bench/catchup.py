"""catchup_seconds, catchup_requests: an absence in which 10,000 messages were written in 200
threads on Discord: from the product's start until the last one is a stored comment, and the
requests for messages that this took.

The baseline of the first is a client that only reads the same pages, one after the other; that of
the second is the fewest requests with which the messages can be read, 100 in each.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.figures import Figure
from bench.relay import wired
from bench.remote import Json, Remote
from bench.threads import left_threads
from bots.app import Product

PAGE = 100


@dataclass(frozen=True, slots=True)
class Size:
    """threads, and how many messages were missed in each."""

    threads: int = 200
    missed: int = 50


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Two figures."""
    async with left_threads(size.threads) as (remote, folder, threads):
        await remote.ask("missed", threads=size.threads, each=size.missed)
        bare = await _bare(remote, threads)
        seconds = await _caught_up(remote, folder, size)
        reads = await remote.ask("reads")
    fewest = size.threads * math.ceil(size.missed / PAGE)
    return [
        Figure("catchup_seconds", seconds, "s", bare),
        Figure("catchup_requests", reads["reads"], "requests", fewest, at_most=1.1),
    ]


async def _caught_up(remote: Remote, folder: Path, size: Size) -> float:
    await remote.ask("forget")
    began = time.monotonic()
    async with wired(remote, folder) as product:
        while await _stored(product) < size.threads * size.missed:
            await product.clock.sleep(0.02)
        return time.monotonic() - began


async def _stored(product: Product) -> int:
    row = await product.newsroom.look(lambda tx, _: tx.one("SELECT count(*) AS n FROM comment"))
    return int(row["n"]) if row else 0


async def _bare(remote: Remote, threads: Json) -> float:
    """Seconds of a client that only reads."""
    hello = remote.hello
    headers = {"Authorization": f"Bot {hello['discord_token']}"}
    began = time.monotonic()
    async with aiohttp.ClientSession(headers=headers) as session:
        for thread in threads.values():
            url = f"{hello['discord_api']}/channels/{thread}/messages?limit={PAGE}"
            async with session.get(url) as answer:
                await answer.json()
    await remote.ask("reads")
    return time.monotonic() - began

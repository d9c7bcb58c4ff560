"""busy_delay (longest, `_median`), busy_messages, busy_refused: 60 comments a minute written on
Discord in 5 threads whose group on Telegram may have 20 messages a minute; every third answers an
earlier one. In seconds of the World, whose time passes faster. The baseline sends every comment as
a message of its own, at that pace.

quiet_p99: the 99th centile of how long the comments of one quiet thread take while another one of
the group is flooded. The baseline is the same thread while nobody else writes.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp

from bench.figures import Figure, centile
from bench.relay import product
from bench.remote import Json, Remote, stage

STEP = 3.0
"""Seconds between two messages of a group that may have 20 a minute."""
LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Size:
    """pace: how much faster the World is. minutes of talk; comments a minute; threads.
    flood: comments a minute in the flooded thread; quiet: seconds between two in the quiet one."""

    pace: float = 20.0
    minutes: float = 4.0
    rate: float = 60.0
    threads: int = 5
    flood: float = 90.0
    quiet: float = 7.0


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Five figures."""
    with tempfile.TemporaryDirectory() as folder:
        busy = await _busy(size, Path(folder))
        return [*busy, await _quiet(size, Path(folder))]


async def _busy(size: Size, folder: Path) -> list[Figure]:
    comments = int(size.minutes * size.rate)
    plan = [(60.0 * n / size.rate, n % size.threads) for n in range(comments)]
    async with stage(size.pace) as ours, stage(size.pace) as bare:
        await bare.ask("articles", count=size.threads)
        threads = await bare.ask("threads", count=size.threads)
        async with (
            product(ours, folder / "busy", size.threads, pace=1 / size.pace),
            one_by_one(bare, threads, size.pace),
        ):
            for remote in (ours, bare):
                await remote.ask("limits")
            here, there = await asyncio.gather(
                ours.ask("talk", plan=plan), bare.ask("talk", plan=plan)
            )
    delays = [[float(seconds) for seconds in taken["seconds"]] for taken in (here, there)]
    longest, middle = [max(one) for one in delays], [median(one) for one in delays]
    return [
        Figure("busy_delay", longest[0], "s", longest[1], at_most=0.2),
        Figure("busy_delay_median", middle[0], "s", middle[1], at_most=0.2),
        Figure("busy_messages", here["messages"], "messages", there["messages"], at_most=1.0),
        Figure("busy_refused", here["refused"], "429s", here["messages"], at_most=0.0),
    ]


async def _quiet(size: Size, folder: Path) -> Figure:
    seconds = 60.0 * size.minutes
    quiet = [(size.quiet * n, 0) for n in range(1, int(seconds / size.quiet))]
    flood = [(60.0 * n / size.flood, 1) for n in range(int(seconds * size.flood / 60))]
    both = sorted([*quiet, *flood])
    async with (
        stage(size.pace) as remote,
        product(remote, folder / "quiet", 2, pace=1 / size.pace),
    ):
        await remote.ask("limits")
        alone = await remote.ask("talk", plan=quiet)
        together = await remote.ask("talk", plan=both)
    taken = [s for s, (_, thread) in zip(together["seconds"], both, strict=True) if thread == 0]
    return Figure("quiet_p99", centile(taken, 99), "s", centile(alone["seconds"], 99))


@asynccontextmanager
async def one_by_one(remote: Remote, threads: Json, pace: float) -> AsyncIterator[None]:
    """A bare bridge: what is new in the threads of Discord goes to Telegram, one message each.
    threads: a root's message id to the Discord thread's id."""
    task = asyncio.create_task(_bridge(remote.hello, threads, pace))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _bridge(hello: Json, threads: Json, pace: float) -> None:
    headers = {"Authorization": f"Bot {hello['discord_token']}"}
    waiting: deque[tuple[str, str]] = deque()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        for root, thread in threads.items():
            url = f"{hello['discord_api']}/channels/{thread}/messages"
            tasks.create_task(_reads(session, url, headers, root, waiting))
        tasks.create_task(_sends(session, hello, waiting, pace))


async def _reads(
    session: aiohttp.ClientSession,
    url: str,
    headers: dict[str, str],
    root: str,
    waiting: deque[tuple[str, str]],
) -> None:
    newest = "0"
    while True:
        query = {"after": newest, "limit": "100"}
        async with session.get(url, params=query, headers=headers) as answer:
            page = await answer.json() if answer.status == 200 else []
        for message in sorted(page, key=lambda one: int(one["id"])):
            newest = message["id"]
            waiting.append((root, f"{message['author']['username']}: {message['content']}"))
        await asyncio.sleep(LOOK * 5)


async def _sends(
    session: aiohttp.ClientSession, hello: Json, waiting: deque[tuple[str, str]], pace: float
) -> None:
    url = f"{hello['telegram_api']}/bot{hello['telegram_token']}/sendMessage"
    while True:
        if not waiting:
            await asyncio.sleep(LOOK)
            continue
        root, text = waiting[0]
        reply = {"message_id": int(root)}
        body = {"chat_id": hello["group"], "text": text, "reply_parameters": reply}
        async with session.post(url, json=body) as answer:
            if answer.status == 200:
                waiting.popleft()
        await asyncio.sleep(STEP / pace)

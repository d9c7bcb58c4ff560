"""The baseline of the relay: a bare python-telegram-bot poller that commits one row for each
message and posts it to Discord with aiohttp."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import aiohttp
from telegram import Bot, Update

POLL = 20


@asynccontextmanager
async def poller(
    hello: Mapping[str, Any], threads: Mapping[str, str], file: Path
) -> AsyncIterator[None]:
    """Runs with the block. threads: a root's message id to the Discord thread's id."""
    task = asyncio.create_task(_run(hello, threads, file))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _run(hello: Mapping[str, Any], threads: Mapping[str, str], file: Path) -> None:
    base = hello["telegram_api"]
    bot = Bot(hello["telegram_token"], base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
    headers = {"Authorization": f"Bot {hello['discord_token']}"}
    with closing(_database(file)) as db:
        async with bot, aiohttp.ClientSession(headers=headers) as session:
            offset = 0
            while True:
                for update in await bot.get_updates(offset=offset, timeout=POLL):
                    offset = update.update_id + 1
                    await _relay(update, db, session, hello["discord_api"], threads)


def _database(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE remark (id INTEGER PRIMARY KEY, thread TEXT, name TEXT, text TEXT)")
    return db


async def _relay(
    update: Update,
    db: sqlite3.Connection,
    session: aiohttp.ClientSession,
    api: str,
    threads: Mapping[str, str],
) -> None:
    message = update.message
    thread = threads.get(str(message.message_thread_id)) if message is not None else None
    if message is None or thread is None or message.from_user is None:
        return
    name = message.from_user.full_name
    values = (update.update_id, thread, name, message.text)
    db.execute("INSERT INTO remark VALUES (?, ?, ?, ?)", values)
    body = {"content": f"**{name}**: {message.text}", "allowed_mentions": {"parse": []}}
    async with session.post(f"{api}/channels/{thread}/messages", json=body) as answer:
        await answer.read()
        answer.raise_for_status()

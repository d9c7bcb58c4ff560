"""A newsroom without platforms for the benchmarks: its places and threads as rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bots.app import Wiring, office
from core.clock import SystemClock
from core.newsroom import Context, Newsroom
from core.newsroom.context import dumps
from core.newsroom.setup import admin
from core.ports import Tx

SECRET = b"b" * 32
ARTICLES = 20
MUCH = 1_000_000
GROUP, FORUM = "-1002000000001", "3000000001"


@asynccontextmanager
async def furnished(database: Path) -> AsyncIterator[Newsroom]:
    """A newsroom whose publication is open, with a Telegram group, a Discord forum, and ARTICLES
    articles whose threads are open in both."""
    async with office(Wiring(database, SECRET), SystemClock()) as newsroom:
        await newsroom.change(_furnish)
        yield newsroom


def open_publication(tx: Tx, context: Context) -> int:
    """A publication whose checks look at everything and hold nothing of what a benchmark writes:
    much of the same, and faster than people do."""
    number = admin.add_publication(tx, context, "The Paper", mode="open")
    options = {"repeats": False, "wave": MUCH, "author_pace": MUCH, "thread_pace": MUCH}
    tx.run(
        "UPDATE publication SET options = :options WHERE id = :id",
        {"options": dumps(options), "id": number},
    )
    return number


def _furnish(tx: Tx, context: Context) -> None:
    number = open_publication(tx, context)
    group = _channel(tx, number, "telegram", GROUP, "group")
    forum = _channel(tx, number, "discord", FORUM, "forum")
    for article in range(1, ARTICLES + 1):
        _article(tx, context, number, article)
        for channel in (group, forum):
            place = thread(article)
            tx.insert("thread", {"article": article, "channel": channel, "place": place})
    context.forget_house()


def thread(article: int) -> str:
    """The place of an article's thread, on either side."""
    return str(9_000_000 + article)


def _channel(tx: Tx, publication: int, platform: str, place: str, kind: str) -> int:
    row = {
        "publication": publication,
        "platform": platform,
        "place": place,
        "purpose": "discuss",
        "kind": kind,
    }
    return tx.insert("channel", row)


def _article(tx: Tx, context: Context, publication: int, number: int) -> None:
    row = {
        "id": number,
        "publication": publication,
        "headline": f"Report {number}",
        "state": "published",
        "token": context.clock.token(),
        "names_key": context.clock.key(16).hex(),
        "created": context.clock.now(),
    }
    tx.insert("article", row)

"""The watch: health, alarms that are told once and once again, and what is counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bots.app import Product, Wiring
from bots.gaps import TOGETHER
from bots.metrics import Metrics
from bots.watch import GRACE, STALE, Watch, Watched
from core.clock import FakeClock
from core.ending import end
from core.newsroom import Rules
from core.newsroom.desks.alarms import oldest_held
from core.outbox import Outbox
from core.ports import Tx
from core.storage.sqlite import SqliteDatabase

RULES = Rules(alarm_unreachable=300.0, alarm_held=600.0, alarm_disk=1)
DESKS = ((1, "telegram", "desk"), (2, "discord", "desk"), (3, "telegram", "discuss"))


class Bot:
    """As much of an adapter as the watch looks at."""

    def __init__(self) -> None:
        self.up = False
        self.reading = False

    def healthy(self) -> bool:
        return self.up

    def behind(self) -> bool:
        return self.reading or not self.up


class Post:
    """A watch over a newsroom with a desk on each platform."""

    def __init__(self, product: Product, clock: FakeClock, path: Path) -> None:
        self.product, self.clock, self.path = product, clock, path
        self.bots = {"telegram": Bot(), "discord": Bot()}
        self.hanging: list[str] = []
        self.refusal = ""
        self.metrics = Metrics()
        self.watch = self.new_watch()

    def new_watch(self, rules: Rules = RULES) -> Watch:
        """As after a restart: nothing is remembered but the database."""
        watched = Watched(
            self.path, self.bots, self.product.newsroom,  # type: ignore[arg-type]
            lambda _: self.hanging, list, lambda: self.refusal,
        )  # fmt: skip
        return Watch(watched, rules, self.clock, self.metrics)

    def up(self, telegram: bool, discord: bool) -> None:
        self.bots["telegram"].up, self.bots["discord"].up = telegram, discord

    async def look(self, seconds: float = 0.0) -> None:
        """Look after so many seconds."""
        self.clock.advance(seconds)
        await self.watch.look()

    async def told(self, channel: int) -> list[str]:
        """The alarms at a desk, in the order in which they were said."""
        return [text for text in await self.said(channel) if not text.startswith("Away")]

    async def absences(self, channel: int) -> list[str]:
        """What a desk was told of absences."""
        return [text for text in await self.said(channel) if text.startswith("Away")]

    async def said(self, channel: int) -> list[str]:
        """Every notice at a desk."""
        rows = await self.product.newsroom.look(
            lambda tx, _: tx.all(
                "SELECT n.text FROM delivery d JOIN notice n ON n.id = d.subject_id"
                " WHERE d.subject = 'notice' AND d.channel = :c ORDER BY n.id",
                {"c": channel},
            )
        )
        return [json.loads(row["text"]) for row in rows]


def _furnish(tx: Tx, _: Any) -> None:
    tx.insert("publication", {"id": 1, "name": "The Paper", "zone": "Etc/GMT-2", "created": 0.0})
    for number, platform, purpose in DESKS:
        row = {"id": number, "publication": 1, "platform": platform, "place": str(number)}
        tx.insert("channel", {**row, "purpose": purpose, "kind": "group", "title": platform})
    article = {"id": 1, "publication": 1, "headline": "Report", "state": "published"}
    tx.insert("article", {**article, "token": "a", "names_key": "", "created": 0.0})


def _hold(tx: Tx, at: float) -> None:
    row = {"id": 1, "article": 1, "number": 1, "author": "tag", "name": "Ana", "posted": at}
    row |= {"platform": "telegram", "way": "chat", "state": "held", "token": "c"}
    tx.insert("comment", row)
    tx.insert("revision", {"comment": 1, "number": 1, "text": '"words"', "at": at})


def _behind(tx: Tx, _: Any) -> None:
    row = {"subject": "comment", "subject_id": 1, "channel": 3, "article": 1, "want": 1}
    tx.insert("delivery", {**row, "raised": 1, "shown_revision": 1})


def _missed(tx: Tx, posted: float, stored: float) -> None:
    row = {"id": 7, "article": 1, "number": 7, "author": "tag", "name": "Ana", "posted": posted}
    row |= {"platform": "telegram", "way": "chat", "state": "published", "token": "m"}
    row["changed"] = posted + 5
    tx.insert("comment", row)
    tx.insert("revision", {"comment": 7, "number": 1, "text": '"words"', "at": stored + 30})


@asynccontextmanager
async def post(folder: Path) -> AsyncIterator[Post]:
    clock = FakeClock(start=1_700_000_000.0)  # 22:13:20 UTC
    path = folder / "commonthread.db"
    product = await Product.open(Wiring(database=path, secret=b"s" * 32), clock)
    try:
        await product.newsroom.change(_furnish)
        yield Post(product, clock, path)
    finally:
        await product.stop()


async def test_health_needs_every_connection_but_forgives_a_reconnect(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, False)
        await p.look()
        assert p.watch.health("1")["ok"] is False, "never connected"
        p.up(True, True)
        await p.look(1)
        assert p.watch.health("1")["ok"] is True
        p.up(True, False)
        await p.look(GRACE - 1)
        assert p.watch.health("1")["ok"] is True, "a reconnect"
        assert p.watch.health("1")["connected"] == {"telegram": True, "discord": False}
        await p.look(2)
        assert p.watch.health("1")["ok"] is False


@pytest.mark.parametrize("trouble", ["hanging", "refusal"])
async def test_health_is_false_when_a_loop_hangs_or_the_disk_refuses(
    tmp_path: Path, trouble: str
) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        setattr(p, trouble, ["desk"] if trouble == "hanging" else "disk is full")
        told = p.watch.health("1")
        assert told["ok"] is False
        assert (told["late"] or told["disk"]["refuses"]) in (["desk"], "disk is full")


async def test_a_loop_that_does_not_turn_is_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the core's, the spool's, and the outbox's of each channel: they hang in a read."""
    async with post(tmp_path) as p:
        never, product = asyncio.Event(), p.product
        bots: Any = p.bots
        outbox = Outbox(product.newsroom, bots, p.clock)
        loops = product.workers.loops(watch=never.wait)  # type: ignore[arg-type]
        asked: asyncio.Queue[str] = asyncio.Queue()

        def hangs(name: str) -> Any:
            async def ask(*_: Any, **__: Any) -> None:
                asked.put_nowait(name)
                await never.wait()

            return ask

        monkeypatch.setattr(product.newsroom, "ready", hangs("ready"))
        monkeypatch.setattr(product.spooler, "_start", hangs("spool"))
        running = [loops["watch"](), product.spooler.run(), outbox.run()]
        tasks = [asyncio.ensure_future(one) for one in running]
        try:
            async with asyncio.timeout(15):
                found = {await asked.get() for _ in ("spool", *DESKS)}
            assert found == {"ready", "spool"}
            assert product._late(STALE) == outbox.late(STALE) == []
            p.clock.advance(STALE + 1)
            assert product._late(STALE) == ["watch", "spool"]
            assert outbox.late(STALE) == [f"channel {number}" for number, _, _ in DESKS]
        finally:
            await end(tasks)


async def test_a_platform_that_is_away_is_told_once_and_once_again(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        p.up(False, True)
        for _ in range(4):
            await p.look(100)
        assert await p.told(2) == ["Telegram cannot be reached since 0:13."]
        assert await p.told(1) == [], "the desk that cannot be told is not"
        p.watch = p.new_watch()
        await p.look(301)
        assert len(await p.told(2)) == 1, "a restart tells it again"
        p.up(True, True)
        await p.look(100)
        await p.look(100)
        over = "Telegram can be reached again; it could not from 0:13 to 0:26."
        assert await p.told(2) == ["Telegram cannot be reached since 0:13.", over]
        assert await p.told(1) == [over]
        p.up(False, True)
        await p.look(301)
        assert len(await p.told(2)) == 3, "the next time is another alarm"


async def test_what_ended_while_nobody_watched_is_ended(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        p.up(True, False)
        await p.look(301)
        p.watch = p.new_watch()
        p.up(True, True)
        await p.look(1)
        assert [text[:20] for text in await p.told(1)] == [
            "Discord cannot be re",
            "Discord can be reach",
        ]


async def test_an_absence_is_reported_when_it_is_over(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        assert await p.absences(1) == []
        p.up(True, False)
        await p.look(10)
        p.up(True, True)
        await p.look(10)
        assert await p.absences(1) == [], "too short, and nothing was missed"
        p.watch = p.new_watch()
        p.up(False, True)
        await p.look(3600)
        assert await p.absences(1) == [], "the other one is still away"
        began = p.clock.now() - 3600
        await p.product.newsroom.change(lambda tx, _: _missed(tx, began + 60, began + 3600))
        p.up(True, True)
        await p.look(20)
        (said,) = await p.absences(1)
        assert said.splitlines() == [
            "Away from 0:13 to 1:14:",
            "Telegram: 1 comment recovered; complete, but for removals, which are never told.",
            "Discord: 0 comments recovered; changes and removals among the last 500 messages of"
            " each thread, older ones are not found.",
        ]
        assert await p.absences(2) == [said]
        await p.look(600)
        assert len(await p.absences(1)) == 1


async def test_a_crash_while_an_absence_is_read_is_a_part_of_it(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        p.watch = p.new_watch()
        p.bots["discord"].reading = True
        await p.look(3600)
        await p.look(60)
        assert await p.absences(1) == []
        p.watch = p.new_watch()
        p.bots["discord"].reading = False
        await p.look(60)
        (said,) = await p.absences(1)
        assert said.startswith("Away from 0:13 to 1:15:")
        assert "\nDiscord: " in said


async def test_a_desk_hears_only_of_the_platforms_that_its_publication_uses(
    tmp_path: Path,
) -> None:
    async with post(tmp_path) as p:
        await p.product.newsroom.change(_furnish_other)
        p.up(True, True)
        await p.look()
        p.watch = p.new_watch()
        await p.look(3600)
        (said,) = await p.absences(9)
        assert "Telegram" in said
        assert "Discord" not in said


def _furnish_other(tx: Tx, _: Any) -> None:
    tx.insert("publication", {"id": 2, "name": "Other", "zone": "UTC", "created": 0.0})
    row = {"id": 9, "publication": 2, "platform": "telegram", "place": "9", "purpose": "desk"}
    tx.insert("channel", {**row, "kind": "group", "title": "other"})


async def test_one_platform_is_reported_before_the_other_is_back(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        p.up(False, False)
        await p.look(1)
        p.up(True, False)
        await p.look(600)
        await p.look(TOGETHER + 1)
        (said,) = await p.absences(1)
        assert "Discord" not in said
        p.up(True, True)
        await p.look(3600)
        assert "Telegram" not in (await p.absences(1))[1]


async def test_what_a_platform_keeps_no_longer_is_said_to_be_lost(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        await p.look()
        p.watch = p.new_watch()
        await p.look(2 * 86_400)
        (said,) = await p.absences(1)
        assert said.startswith("Away from Nov 15, 2023, 0:13 to Nov 17, 2023, 0:13:")
        assert "written there before Nov 16, 2023, 0:13 is lost" in said


async def test_comments_that_wait_too_long_are_told(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        began = p.clock.now()
        await p.product.newsroom.change(lambda tx, _: _hold(tx, began))
        await p.look(599)
        assert await p.told(1) == []
        await p.look(20)
        await p.look(20)
        assert await p.told(1) == ["A comment waits for more than 10 minutes, since 0:13: /queue"]
        decide = "UPDATE comment SET state = 'published'"
        await p.product.newsroom.change(lambda tx, _: tx.run(decide))
        await p.look(20)
        assert (await p.told(1))[1:] == ["No comment waits for more than 10 minutes any more."]
        assert await p.product.newsroom.look(lambda tx, _: oldest_held(tx, 1)) is None


async def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        p.watch = p.new_watch(Rules(alarm_disk=1 << 60))
        await p.look()
        assert (await p.told(1))[0].startswith("The disk is nearly full: ")
        p.watch = p.new_watch(Rules(alarm_disk=1))
        await p.look(20)
        assert (await p.told(1))[1].startswith("There is room on the disk again: ")


async def test_a_disk_at_the_edge_is_not_told_of_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with post(tmp_path) as p:
        p.up(True, True)
        p.watch = p.new_watch(Rules(alarm_disk=1000))
        for free in (999, 1001, 999, 1099, 1101):
            monkeypatch.setattr("bots.watch._free", lambda _, free=free: free)
            await p.look(20)
        assert [text.split(":")[0] for text in await p.told(1)] == [
            "The disk is nearly full", "There is room on the disk again",
        ]  # fmt: skip


async def test_alarms_can_be_switched_off(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        began = p.clock.now()
        await p.product.newsroom.change(lambda tx, _: _hold(tx, began))
        p.watch = p.new_watch(Rules(alarm_unreachable=0, alarm_held=0, alarm_disk=0))
        await p.look(1e6)
        assert await p.told(1) == await p.told(2) == []


async def test_metrics_tell_what_waits_and_what_was_done(tmp_path: Path) -> None:
    async with post(tmp_path) as p:
        p.up(True, False)
        began = p.clock.now()
        await p.product.newsroom.change(lambda tx, _: _hold(tx, began))
        await p.look(60)
        p.metrics.received("telegram", "held")
        p.metrics.tried("discord", "send", "retrylater", 2.5)
        p.metrics.shown("discord", "published", 0.3)
        p.metrics.heard("telegram")
        await p.product.newsroom.change(_behind)
        await p.product.newsroom.quarantine("telegram", "1", b"odd", "KeyError")
        p.hanging = ["desk"]
        text = (await p.watch.metrics()).decode()
    for line in (
        'commonthread_comments_received_total{platform="telegram",state="held"} 1.0',
        'commonthread_comments_shown_total{platform="discord",state="published"} 1.0',
        'commonthread_asked_to_wait_seconds_total{platform="discord"} 2.5',
        'commonthread_calls_total{operation="send",outcome="retrylater",platform="discord"} 1.0',
        'commonthread_relay_seconds_bucket{le="0.5",platform="discord"} 1.0',
        'commonthread_connected{platform="discord"} 0.0',
        "commonthread_held_comments 1.0",
        "commonthread_held_oldest_seconds 60.0",
        "commonthread_disk_refuses 0.0",
        'commonthread_deliveries_waiting{platform="telegram",state="no thread"} 1.0',
        'commonthread_deliveries_oldest_seconds{platform="telegram",state="no thread"} 60.0',
        'commonthread_quarantined{platform="telegram"} 1.0',
        'commonthread_loop_late{loop="desk"} 1.0',
    ):
        assert line in text, line
    for name in ("disk_free_bytes", "database_bytes"):
        assert f"commonthread_{name} 0.0" not in text
        assert f"commonthread_{name} " in text
    assert 'commonthread_last_update_timestamp_seconds{platform="telegram"} 1.' in text


async def test_a_refusing_disk_is_remembered_until_it_takes_something(tmp_path: Path) -> None:
    database = await SqliteDatabase.open(tmp_path / "full.db")
    try:
        await database.write(lambda tx: tx.run("PRAGMA max_page_count = 1"))
        with pytest.raises(Exception, match="full"):
            await database.write(
                lambda tx: tx.run("CREATE TABLE many AS SELECT zeroblob(1000000) AS b")
            )
        assert "full" in database.refusal
        await database.write(lambda tx: tx.run("PRAGMA max_page_count = 100000"))
        assert database.refusal == ""
    finally:
        await database.close()

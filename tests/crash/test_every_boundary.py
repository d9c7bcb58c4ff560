"""A crash at every I/O boundary, before and after its effect; then the restart must mend it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bots.app import Product
from bots.rehearsal.world import Switches, World
from core.clock import SystemClock
from core.feeds.model import Draft
from core.newsroom import Rules
from core.text.model import Rich
from tests.campaign.report import record
from tests.crash.boundary import Boundaries
from tests.crash.scenario import HEADLINE, STEPS, Story, play
from tests.road.house import House

RULES = Rules(forward_wait=0.6)
WORDS = ("alpha words", "beta words")

SWITCHES = {
    "plain": Switches(),
    "forward before": Switches(forward="before", nonce_window=0.0, forum_id_equal=False),
    "forward missing": Switches(forward="missing", mirror_edits=False, admin_delete_48h=False),
}


@dataclass
class Report:
    """What one run left."""

    boundaries: int
    names: list[str]
    doubled: int = 0


async def _run(folder: Path, switches: Switches, at: int, *, after: bool) -> Report:
    folder.mkdir()  # noqa: ASYNC240  nothing else runs yet
    house = House(World(folder / "world.db", switches=switches), folder, RULES)
    house.furnish()
    await house.open()
    try:
        return await _through(house, at, after=after)
    finally:
        await house.close()


async def _through(house: House, at: int, *, after: bool) -> Report:
    await house.start()
    await house.connect()
    await house.stop()
    boundaries = Boundaries(at, after=after)
    story = Story(house)
    reached = await _live(house, story, 0, boundaries)
    if boundaries.dead.is_set():
        reached = await _live(house, story, reached, Boundaries())
    assert reached == len(STEPS), f"stuck at {STEPS[reached][0]}"
    return Report(boundaries.count, boundaries.names, _check(house))


async def _live(house: House, story: Story, start: int, boundaries: Boundaries) -> int:
    """One life of the program: until the story ends or the program dies."""
    house.product = await Product.open(house._wiring, SystemClock())
    boundaries.install(house.product)
    alive = asyncio.ensure_future(boundaries.dead.wait())
    try:
        await house.product.start()
        if not await _publish(house, story, boundaries):
            return start
        wait = _waiter(house, boundaries, alive)
        if not await wait(lambda: house.product.health()["ok"], "both bots connected"):
            return start
        reached = await play(story, start, wait)
        if reached == len(STEPS):
            await _rest(house, boundaries)
        return reached
    finally:
        alive.cancel()
        await house.product.stop()


async def _publish(house: House, story: Story, boundaries: Boundaries) -> bool:
    """Publishing is the command line's act: it either committed or is done again."""
    if boundaries.dead.is_set():
        return False
    known = await house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT id FROM article WHERE headline = :h", {"h": HEADLINE})
    )
    if known is None:
        draft = Draft(HEADLINE, "https://paper.example/harbour", HEADLINE, body=Rich("One."))
        task = asyncio.ensure_future(house.product.newsroom.publish_draft_now(None, draft))
        await asyncio.wait({task})
        if task.exception() is not None:
            return False
    return True


def _waiter(
    house: House, boundaries: Boundaries, alive: asyncio.Future[Any]
) -> Callable[[Callable[[], object], str], Awaitable[bool]]:
    async def wait(condition: Callable[[], object], what: str) -> bool:
        seen = asyncio.ensure_future(house.until(condition, what))
        await asyncio.wait({seen, alive}, return_when=asyncio.FIRST_COMPLETED)
        if boundaries.dead.is_set():
            seen.cancel()
            await asyncio.gather(seen, return_exceptions=True)
            return False
        try:
            seen.result()
        except TimeoutError:
            raise AssertionError(f"nobody saw: {what}") from None
        return True

    return wait


async def _rest(house: House, boundaries: Boundaries) -> None:
    """Until want equals have everywhere, so that nothing more will move; or the program dies."""

    async def quiet() -> bool:
        row = await house.product.newsroom.look(
            lambda tx, _: tx.one(
                "SELECT count(*) AS n FROM delivery d LEFT JOIN thread t ON t.article = d.article"
                " AND t.channel = d.channel WHERE d.want <> d.have"
                " AND (d.subject <> 'comment' OR t.id IS NOT NULL)"
            )
        )
        return boundaries.dead.is_set() or (row is not None and row["n"] == 0)

    await house.until_async(quiet, "the outbox empty")


def _check(house: House) -> int:
    """The invariants; the number of comments that stand twice on Telegram."""
    thread = house.forum_thread()
    assert thread is not None
    discord = [m["content"] for m in house.discord.messages(thread)]
    telegram = [m["text"] for m in house.group()]
    for words in WORDS:
        assert sum(words in text for text in discord) == 1, (words, discord)
        assert 1 <= sum(words in text for text in telegram) <= 2, (words, telegram)
    assert not [text for text in discord + telegram if "gamma words" in text]
    assert len(house.discord.threads(house.places.forum)) == 1
    _check_replies(house, thread)
    counts = Counter(words for words in WORDS for text in telegram if words in text)
    return sum(n - 1 for n in counts.values())


def _check_replies(house: House, thread: str) -> None:
    messages = house.discord.messages(thread)
    parent = next(m for m in messages if WORDS[0] in m["content"])
    child = next(m for m in messages if WORDS[1] in m["content"])
    assert child["message_reference"]["message_id"] == parent["id"]
    answer = house.group_message(WORDS[1])
    assert answer is not None
    assert WORDS[0] in answer["reply_to_message"]["text"]


@pytest.mark.timeout(60)
async def test_the_scenario_without_a_crash(tmp_path: Path) -> None:
    for name, switches in SWITCHES.items():
        report = await _run(tmp_path / name.replace(" ", "-"), switches, 0, after=False)
        assert report.doubled == 0, name
        assert report.boundaries > 30


@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_at_some_boundaries(tmp_path: Path, after: bool) -> None:
    for at in range(3, 60, 11):
        await _run(tmp_path / str(at), SWITCHES["plain"], at, after=after)


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("switches", SWITCHES)
async def test_a_crash_at_every_boundary(tmp_path: Path, switches: str) -> None:
    whole = await _run(tmp_path / "whole", SWITCHES[switches], 0, after=False)
    doubled, runs = 0, 0
    every = 1 if switches == "plain" else 2
    for at in range(1, whole.boundaries + 1, every):
        for after in (False, True) if every == 1 else (at % 4 == 1,):
            report = await _run(tmp_path / f"{at}-{after}", SWITCHES[switches], at, after=after)
            if report.doubled:
                # Only a send to Telegram that was under way has an outcome nobody can know.
                assert "telegram send" in report.names[max(0, at - 8) :], (at, report.names)
            doubled += report.doubled
            runs += 1
    result = {"runs": runs, "lost": 0, "visible_held": 0, "doubled_unavoidable": doubled}
    record(f"crash at every boundary, {switches}", result)

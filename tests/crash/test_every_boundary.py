"""A crash at every boundary of input and output, before and after its effect, and what is left.

The story has an article and its correction, comments and replies both ways, an edit, an album,
removals, decisions and an undo. Its boundaries are the commits, the requests to both platforms
(asking for updates and reading back among them) and what the gateway brings.

The rows of SWITCHES cover what nobody has verified about the platforms: the campaign crashes at
every boundary, before and after, under each row, so every switch has each of its values over the
whole matrix. Pairs of values are not all covered; Hypothesis draws those in tests/property.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from bots.app import Product
from bots.rehearsal.world import Switches, World
from core.clock import Clock, SystemClock
from core.feeds.model import Draft
from core.newsroom import Rules
from core.text.model import Rich
from tests.campaign.report import Counts, record
from tests.crash.boundary import Boundaries, Crash
from tests.crash.matrix import SLICES, add
from tests.crash.scenario import (
    HEADLINE,
    PIECES,
    STEPS,
    Step,
    Story,
    copies,
    in_chat,
    pieces,
    play,
    words_of,
)
from tests.property.town import PACE, PaceClock
from tests.road.house import House, Json, Places

FAST = Rules(forward_wait=0.6 * PACE)
SOON = Rules(forward_wait=0.1 * PACE)
"""Where no forward ever comes, every life of the program waits so long."""
SWITCHES = {
    "plain": Switches(),
    "forward before": Switches(
        forward="before", nonce_window=0.0, history_nonce=True, forum_id_equal=False,
        mirror_edits=False, mirror_deletes=True, admin_delete_48h=False, rich_messages=False,
        linger=60.0, ephemeral_messages="10.3",
    ),
    "forward missing": Switches(
        forward="missing", mirror_edits=False, admin_delete_48h=False, nonce_window=0.0,
        active_threads=1, old_edits=1, link_life=1.0,
    ),
}  # fmt: skip

STAYING = {"omega words": "alpha", "beta words": "beta"}
GONE = ("gamma words", "delta words", "alpha words")


@dataclass
class Template:
    """A newsroom that is set up and stopped: its folder, copied for every run, and its places."""

    folder: Path
    switches: Switches
    places: Places


@dataclass
class Run:
    """What one run left."""

    boundaries: Boundaries
    counts: Counts = field(default_factory=Counts)


def rules_of(switches: Switches) -> Rules:
    """The waits of a newsroom under these switches."""
    return SOON if switches.forward == "missing" else FAST


async def template(
    folder: Path,
    switches: Switches,
    mode: str = "held",
    furnished: Callable[[House], Awaitable[None]] | None = None,
) -> Template:
    """furnished: what happens there before it is stopped."""
    folder.mkdir()  # noqa: ASYNC240  nothing else runs yet
    house = House(World(folder / "world.db", switches=switches), folder, rules_of(switches))
    house.furnish()
    await house.open()
    try:
        await house.start()
        await house.connect(mode)
        if furnished is not None:
            await furnished(house)
        await house.stop()
    finally:
        await house.close()
    return Template(folder, switches, house.places)


async def _run(made: Template, at: int, *, after: bool) -> Run:
    logging.disable()  # the traces of a program that dies at any point are most of its work
    folder = made.folder.with_name(f"{made.folder.name}-{at}-{after}")
    shutil.copytree(made.folder, folder)
    house = House(
        World(folder / "world.db", switches=made.switches), folder, rules_of(made.switches)
    )
    house.places = made.places
    await house.open()
    try:
        run = await _through(house, at, after=after)
    finally:
        await house.close()
        logging.disable(logging.NOTSET)
    shutil.rmtree(folder)
    return run


async def _through(house: House, at: int, *, after: bool) -> Run:
    run, story, clock = Run(Boundaries(at, after=after)), Story(house), PaceClock()
    story.watch()

    def where() -> str:
        return f"{at} {'after' if after else 'before'} {run.boundaries.names[at - 1 : at]}"

    try:
        reached = await live(house, story, 0, run.boundaries, clock=clock)
        if run.boundaries.dead.is_set():
            reached = await live(house, story, reached, Boundaries(), clock=clock, last=_reveal)
    except AssertionError as error:
        error.add_note(f"The crash: {where()}")
        raise
    assert reached == len(STEPS), f"stuck at {STEPS[reached][0]}: {where()}"
    _count(story, run)
    return run


async def live(
    house: House,
    story: Story,
    start: int,
    boundaries: Boundaries,
    steps: Sequence[Step] = STEPS,
    *,
    clock: Clock | None = None,
    last: Callable[[House], Awaitable[None]] | None = None,
) -> int:
    """One life of the program: until the story ends (and after it `last`) or the program dies."""
    house.product = await Product.open(house._wiring, clock or SystemClock())
    boundaries.install(house.product)
    alive = asyncio.ensure_future(boundaries.dead.wait())
    try:
        with suppress(Crash):
            await house.product.start()
        if not await _publish(house, story, boundaries):
            return start
        wait = _waiter(house, boundaries, alive)
        if not await wait(lambda: house.product.health()["ok"], "both bots connected"):
            return start
        reached = await play(story, start, wait, steps)
        if reached == len(steps):
            await _rest(house, boundaries)
            if last is not None:
                await last(house)
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
        seen.result()
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


async def _reveal(house: House) -> None:
    """Somebody answers every copy on Telegram that shows what nobody may read any more."""
    t, p = house.telegram, house.places
    for words in GONE:
        for message in copies(house, words):
            t.person_posts(p.boss, p.group, "what is that", reply_to=message)
            await house.until(lambda m=message: not t.message(p.group, m), "gone once revealed")  # type: ignore[misc]
    await _rest(house, Boundaries())


# What is left


def _count(story: Story, run: Run) -> None:
    """Every invariant, counted."""
    house, counts, thread = story.house, run.counts, story.house.forum_thread()
    assert thread is not None
    discord = [m["content"] for m in house.discord.messages(thread)]
    telegram = [words_of(m) for m in in_chat(house)]
    uncertain = run.boundaries.cut.count("telegram sendMessage")
    for words in STAYING:
        on_discord = sum(words in text for text in discord)
        on_telegram = len(copies(house, words))
        counts.lost += (not on_discord) + (not on_telegram)
        counts.doubled += max(0, on_discord - 1) + max(0, on_telegram - 1 - uncertain)
        counts.doubled_unavoidable += min(uncertain, max(0, on_telegram - 1))
    for words in GONE:
        counts.orphaned += sum(words in text for text in discord) + len(copies(house, words))
    counts.visible_held += len(story.leaks)
    counts.visible_held += sum(words in text for words in story.secret for text in telegram)
    counts.doubled += len(house.discord.threads(house.places.forum)) - 1
    _count_pieces(house, run)
    _count_replies(house, house.discord.messages(thread), counts)
    if run.boundaries.at:
        counts.runs += 1


def _count_pieces(house: House, run: Run) -> None:
    """The album: one comment, its pieces together, once on each side."""
    counts, thread = run.counts, house.forum_thread()
    assert thread is not None
    copies = [m for m in house.discord.messages(thread) if m["attachments"]]
    counts.lost += not copies or len(copies[0]["attachments"]) < PIECES
    counts.doubled += max(0, len(copies) - 1)
    albums = Counter(piece.get("media_group_id") for piece in pieces(house))
    uncertain = run.boundaries.cut.count("telegram sendMediaGroup")
    counts.lost += sum(number < PIECES for number in albums.values()) + (not albums)
    counts.doubled += max(0, len(albums) - 1 - uncertain)
    counts.doubled_unavoidable += min(uncertain, max(0, len(albums) - 1))


def _count_replies(house: House, messages: list[Json], counts: Counts) -> None:
    """Beta answers what was alpha and is omega, and comes after it."""
    parent = next((m for m in messages if "omega words" in m["content"]), None)
    child = next((m for m in messages if "beta words" in m["content"]), None)
    if parent and child:
        answers = (child.get("message_reference") or {}).get("message_id") == parent["id"]
        counts.lost += not (answers or "> #1" in child["content"])
        counts.reply_before_parent += int(child["id"]) < int(parent["id"])
    answer = next((m for m in house.group() if "beta words" in m["text"]), None)
    if answer:
        answered = answer["reply_to_message"]
        counts.lost += not ("omega words" in answered["text"] or "#1" in answer["text"])
        counts.reply_before_parent += answer["message_id"] < answered["message_id"]


def test_every_switch_has_another_value_in_some_row() -> None:
    for one in fields(Switches):
        assert len({getattr(row, one.name) for row in SWITCHES.values()}) > 1, one.name


@pytest.mark.timeout(60)
@pytest.mark.parametrize("switches", SWITCHES)
async def test_the_scenario_without_a_crash(tmp_path: Path, switches: str) -> None:
    run = await _run(await template(tmp_path / "made", SWITCHES[switches]), 0, after=False)
    assert not {k: v for k, v in run.counts.flat().items() if v}
    assert run.boundaries.count > 150
    assert {name.split()[0] for name in run.boundaries.names} == {
        "commit", "telegram", "gateway", "GET", "POST", "PATCH", "DELETE",
    }  # fmt: skip


@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_at_some_boundaries(tmp_path: Path, after: bool) -> None:
    made = await template(tmp_path / "made", SWITCHES["plain"])
    counts = Counts()
    for at in range(7, 310, 50):
        add(counts, (await _run(made, at, after=after)).counts)
    counts.runs = counts.doubled_unavoidable = 0
    assert not {k: v for k, v in counts.flat().items() if v}


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("switches", SWITCHES)
async def test_a_crash_at_every_boundary(tmp_path: Path, switches: str, part: int) -> None:
    made = await template(tmp_path / "made", SWITCHES[switches])
    whole = await _run(made, 0, after=False)
    counts = Counts(more={"boundaries": 0})
    for at in range(1 + part, whole.boundaries.count + 1, SLICES):
        counts.more["boundaries"] += 1
        for after in (False, True):
            add(counts, (await _run(made, at, after=after)).counts)
    record("crash", f"{switches}, {part + 1} of {SLICES}", counts)

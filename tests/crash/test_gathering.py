"""A crash at every boundary while comments share a message, and while one of them goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bots.rehearsal.world import Fault, World
from tests.campaign.report import Counts
from tests.crash import scenario
from tests.crash.boundary import Boundaries
from tests.crash.lives import lived
from tests.crash.matrix import crash_everywhere
from tests.crash.scenario import Step, Story
from tests.crash.test_every_boundary import FAST
from tests.road.house import House

WORDS = ("one fish", "two fish", "red fish", "blue fish")


def _ben_writes(story: Story) -> None:
    house = story.house
    thread = house.forum_thread()
    assert thread
    house.world.faults.add(Fault("telegram", "sendMessage", "429", retry_after=1, times=1))
    for words in WORDS:
        house.discord.person_posts(house.places.ben, thread, words)


def _up(*words: str, gone: str = "") -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        texts = [message["text"] for message in story.house.group()]
        there = all(any(one in text for text in texts) for one in words)
        return there and not (gone and any(gone in text for text in texts))

    return seen


def _ana_answers(story: Story) -> None:
    """To the first message that shows it: a copy that a lost answer left unknown is adopted."""
    house = story.house
    shared = house.group_message("one fish")
    assert shared
    ana, group = house.places.ana, house.places.group
    house.telegram.person_posts(ana, group, "#1 indeed", reply_to=shared["message_id"])


def _once(story: Story) -> object:
    texts = [message["text"] for message in story.house.group()]
    return all(sum(words in text for text in texts) == 1 for words in WORDS)


def _ben_edits(words: str, changed: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        own = story.house.thread_message(words)
        assert own
        story.house.discord.person_edits(story.house.places.ben, own["id"], changed)

    return act


def _ben_deletes(words: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        own = story.house.thread_message(words)
        assert own
        story.house.discord.person_deletes(story.house.places.ben, own["id"])

    return act


DONE = ("one ocean", "two whales", "blue water")
TWO, ONE, BLUE = "two whales " * 170, "one ocean " * 190, "blue water " * 170

STEPS: list[Step] = [
    ("threads open", scenario.nothing, scenario.threads),
    ("Ben writes fast", _ben_writes, _up(*WORDS)),
    ("Ana answers one", _ana_answers, lambda s: s.house.thread_message("indeed") and _once(s)),
    ("Ben edits one", _ben_edits("one fish", "one whale"), _up("one whale", gone="one fish")),
    ("Ben deletes one", _ben_deletes("red fish"), _up(gone="red fish")),
    ("Ben grows one", _ben_edits("two fish", TWO), _up("two whales", gone="two fish")),
    ("Ben grows another", _ben_edits("one whale", ONE), _up("one ocean", gone="one whale")),
    ("Ben grows the last", _ben_edits("blue fish", BLUE), _up("blue water", gone="blue fish")),
]


async def _run(folder: Path, at: int, *, after: bool) -> tuple[Boundaries, Counts, bool]:
    """Boundaries, what was counted, whether some message was shared."""
    folder.mkdir()  # noqa: ASYNC240  nothing else runs yet
    house = House(World(folder / "world.db"), folder, FAST)
    house.furnish()
    await house.open()
    try:
        await house.start()
        await house.connect("open")
        await house.stop()
        boundaries = await lived(house, STEPS, at, after=after)
        return boundaries, *_check(house, boundaries)
    finally:
        await house.close()


def _check(house: House, boundaries: Boundaries) -> tuple[Counts, bool]:
    texts = [message["text"] for message in house.group()]
    found = [sum(words in text for text in texts) for words in DONE]
    uncertain = boundaries.cut.count("telegram sendMessage")
    more = sum(max(0, one - 1) for one in found)
    counts = Counts(
        runs=int(boundaries.at > 0),
        lost=found.count(0),
        orphaned=sum("fish" in text for text in texts),
        doubled=max(0, more - uncertain * len(WORDS)),
        doubled_unavoidable=min(more, uncertain * len(WORDS)),
    )
    return counts, any("one ocean" in text and "two whales" in text for text in texts)


@pytest.mark.timeout(60)
async def test_the_scenario_without_a_crash(tmp_path: Path) -> None:
    boundaries, counts, shared = await _run(tmp_path / "whole", 0, after=False)
    assert boundaries.count > 60
    assert shared
    assert not {name: n for name, n in counts.flat().items() if n}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_at_some_boundaries(tmp_path: Path, after: bool) -> None:
    for at in range(20, 80, 20):
        _, counts, _ = await _run(tmp_path / str(at), at, after=after)
        counts.runs = counts.doubled_unavoidable = 0
        assert not {name: n for name, n in counts.flat().items() if n}, at


@pytest.mark.campaign
@pytest.mark.timeout(1200)
async def test_a_crash_at_every_boundary(tmp_path: Path) -> None:
    async def told(folder: Path, at: int, after: bool) -> tuple[Boundaries, Counts]:
        boundaries, counts, _ = await _run(folder, at, after=after)
        return boundaries, counts

    await crash_everywhere(told, tmp_path, "gathering")

"""A crash at every boundary while a conversation is reshaped: two articles become one and are told
apart again, a comment is moved and moved back. Nobody's words are lost on the way, and every one of
them is read once, where it belongs in the end."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bots.rehearsal.world import Switches, World
from tests.campaign.report import Counts
from tests.crash.boundary import Boundaries
from tests.crash.lives import count_decided, lived
from tests.crash.matrix import SLICES, crash_everywhere
from tests.crash.scenario import Step, Story, copies, nothing
from tests.crash.test_every_boundary import FAST, Template, template
from tests.road.hands import Hands
from tests.road.house import House, Json

KEPT, DOUBLE = "Harbour report", "Harbor report"
WORDS = {"own words": KEPT, "more words": KEPT, "other words": DOUBLE, "answer words": DOUBLE}
"""What people wrote before, and under which article."""
DECIDED = Counter(publish=2, merge=1, move=1, undo=2)


def _boss_says(words: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        places = story.house.places
        story.house.telegram.person_posts(places.boss, places.desk, words)

    return act


def _here(house: House, words: str) -> dict[str, list[Json]]:
    """The messages on Discord that show some words, by the article below which they stand."""
    found = {
        name: house.discord.messages(house.forum_thread(name) or "") for name in (KEPT, DOUBLE)
    }
    return {name: [m for m in all_ if words in m["content"]] for name, all_ in found.items()}


def _there(house: House, words: str) -> dict[str, list[int]]:
    """The same on Telegram."""
    roots = {house.root(name): name for name in (KEPT, DOUBLE)}
    found: dict[str, list[int]] = {KEPT: [], DOUBLE: []}
    for number in copies(house, words):
        message = house.telegram.message(house.places.group, number)
        assert message is not None
        found[roots[message["message_thread_id"]]].append(number)
    return found


def _stand(of: Callable[[str], str]) -> Callable[[Story], bool]:
    """Everything is read below the article that `of` tells, on both sides, and on Discord nowhere
    else. On Telegram a copy may be left whose send got no answer."""

    def seen(story: Story) -> bool:
        for words in WORDS:
            wanted = of(words)
            other = KEPT if wanted == DOUBLE else DOUBLE
            here, there = _here(story.house, words), _there(story.house, words)
            if not here[wanted] or here[other] or not there[wanted] or len(there[other]) > 1:
                return False
        return True

    return seen


def _answers(words: str) -> Callable[[Story], bool]:
    """What was moved says so on Discord, where it was sent as an answer to something else."""

    def seen(story: Story) -> bool:
        [copy] = _here(story.house, "answer words")[DOUBLE] or [{"content": ""}]
        return words in copy["content"]

    return seen


APART, TOGETHER = _stand(WORDS.__getitem__), _stand(lambda words: KEPT)
STEPS: list[Step] = [
    ("everything stands", nothing, APART),
    ("Boss merges", _boss_says("/merge 1 2"), TOGETHER),
    ("Boss takes it apart", _boss_says("/undo"), APART),
    ("Boss moves", _boss_says("/move 2#2 0"), _answers("the article")),
    ("Boss moves it back", _boss_says("/undo"),
     lambda story: not _answers("the article")(story) and APART(story)),
]  # fmt: skip


async def _two_articles(house: House) -> None:
    """What was published and said before."""
    for headline in (KEPT, DOUBLE):
        await house.publish(headline)
    said = 0
    for words, headline in WORDS.items():
        where = {"reply_to": said} if words == "answer words" else {"under": house.root(headline)}
        made = house.telegram.person_posts(house.places.ana, house.places.group, words, **where)
        said = int(made["message_id"])
        await house.until(partial(house.thread_message, words, headline), words)
    await Hands(house).settled()


async def _told(made: Template, folder: Path, at: int, after: bool) -> tuple[Boundaries, Counts]:
    shutil.copytree(made.folder, folder)
    house = House(World(folder / "world.db"), folder, FAST)
    house.places = made.places
    await house.open()
    try:
        boundaries = await lived(house, STEPS, at, after=after)
        counts = Counts(runs=int(at > 0))
        _count_read(house, boundaries, counts)
        await count_decided(house, DECIDED, counts)
        return boundaries, counts
    finally:
        await house.close()
        shutil.rmtree(folder)


def _count_read(house: House, boundaries: Boundaries, counts: Counts) -> None:
    """Everything is read once on each side, below its article; an answer after what it answers."""
    uncertain = boundaries.cut.count("telegram sendMessage")
    for words, headline in WORDS.items():
        here, there = _here(house, words), sum(map(len, _there(house, words).values()))
        counts.lost += (not here[headline]) + (not there)
        counts.doubled += sum(map(len, here.values())) - 1 + max(0, there - 1 - uncertain)
        counts.doubled_unavoidable += min(uncertain, max(0, there - 1))
    asked, answer = (_here(house, words)[DOUBLE][0] for words in ("other words", "answer words"))
    counts.reply_before_parent += int(answer["id"]) < int(asked["id"])


@pytest.mark.timeout(60)
async def test_the_scenario_without_a_crash(tmp_path: Path) -> None:
    made = await template(tmp_path / "made", Switches(), "open", _two_articles)
    boundaries, counts = await _told(made, tmp_path / "whole", 0, False)
    assert boundaries.count > 50
    assert not {name: n for name, n in counts.flat().items() if n}


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(SLICES))
async def test_a_crash_at_every_boundary(tmp_path: Path, part: int) -> None:
    told = partial(_told, await template(tmp_path / "made", Switches(), "open", _two_articles))
    await crash_everywhere(told, tmp_path, "reshaping", part, SLICES)

"""A crash at every boundary while moderators and readers decide: a wave is rejected, taken back and
decided again, readers report a comment out of sight, an author appeals. Every decision is taken
once, and people read what was decided in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bots.rehearsal.world import World
from tests.campaign.report import Counts
from tests.crash import scenario
from tests.crash.boundary import Boundaries
from tests.crash.lives import count_decided, lived
from tests.crash.matrix import SLICES, crash_everywhere
from tests.crash.scenario import Step, Story, copies, in_group, root
from tests.crash.test_every_boundary import FAST
from tests.road.house import House, Json, read

QUICK = replace(FAST, tell_gather=0.5, tell_gap=1.0)
RAID = "Everybody knows that the mayor sold the harbour, resign now and give the money back"
RAIDERS, READERS = 7, 3
STAY = ("alpha words", "beta words")
DECIDED = Counter(
    publish=1, reject=2 * RAIDERS, undo=RAIDERS, approve=3, withhold=1, uphold=1
)  # fmt: skip
"""How often each thing is decided in the whole story."""


def _people(story: Story, first: str) -> list[int]:
    every = story.house.telegram.people()
    return [int(one["id"]) for one in every if one["first_name"].startswith(first)]


def _raid(story: Story) -> None:
    house = story.house
    for number, person in enumerate(_people(story, "Raider")):
        words = RAID + "!" * (number % 3)
        house.telegram.person_posts(person, house.places.group, words, under=root(story))


def _says(words: str, *, who: str = "boss", desk: bool = False) -> Callable[[Story], None]:
    """Somebody writes into the thread on Telegram, or at the desk."""

    def act(story: Story) -> None:
        house = story.house
        person = getattr(house.places, who)
        if desk:
            house.telegram.person_posts(person, house.places.desk, words)
        else:
            house.telegram.person_posts(person, house.places.group, words, under=root(story))

    return act


def _presses(words: str, button: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        card = _card(words, button)(story)
        assert card is not None, f"no card of {words!r} with {button!r}"
        house.telegram.person_presses(house.places.boss, house.places.desk, card["message_id"],
                                      button)  # fmt: skip

    return act


def _card(words: str, button: str) -> Callable[[Story], Json | None]:
    def seen(story: Story) -> Json | None:
        found = [m for m in story.house.cards() if words in m.get("text", "")]
        return next((m for m in found if button in str(m.get("reply_markup"))), None)

    return seen


def _clicks(words: str, button: str) -> Callable[[Story], None]:
    """At the Discord desk; where the button is gone, nobody presses it again."""

    def act(story: Story) -> None:
        card = _discord_card(words, button)(story)
        if card is not None:
            story.house.discord.person_presses(story.house.places.mod, card["id"], button)

    return act


def _discord_card(words: str, button: str) -> Callable[[Story], Json | None]:
    def seen(story: Story) -> Json | None:
        house = story.house
        found = house.discord.messages(house.places.discord_desk)
        return next((m for m in found if words in read(m) and button in str(m["components"])), None)

    return seen


def _readers_report(story: Story) -> None:
    house = story.house
    shown = in_group(house, "alpha words")
    assert shown is not None
    for person in _people(story, "Reader"):
        house.telegram.person_posts(
            person, house.places.group, "/report spam", reply_to=shown["message_id"]
        )


def _on_both(words: str) -> Callable[[Story], object]:
    return lambda story: in_group(story.house, words) and story.house.thread_message(words)


def _at_both(words: str, button: str) -> Callable[[Story], object]:
    """A card at either desk."""
    return _both(_card(words, button), _discord_card(words, button))


def _both(*conditions: Callable[[Story], object]) -> Callable[[Story], object]:
    return lambda story: all(condition(story) for condition in conditions)


def _away(words: str) -> Callable[[Story], object]:
    """Away, but for a copy on Telegram whose send got no answer."""

    def seen(story: Story) -> object:
        return not story.house.thread_message(words) and len(copies(story.house, words)) < 2

    return seen


ALIKE, REJECTED = f"{RAIDERS} alike", f"{RAIDERS} rejected"
STEPS: list[Step] = [
    ("threads open", scenario.nothing, scenario.threads),
    ("Raiders write", _raid, _at_both(ALIKE, "Reject all")),
    ("Boss rejects all", _presses(ALIKE, "Reject all as spam"), _at_both(REJECTED, "Undo")),
    ("Mod takes it back", _clicks(REJECTED, "Undo"), _at_both(ALIKE, "Reject all")),
    ("Boss lets one through", _presses(ALIKE, "Approve the first, reject the rest"),
     _on_both("mayor sold")),
    ("Ana writes", _says("alpha words", who="ana"), _at_both("alpha words", "Approve")),
    ("Boss approves", _presses("alpha words", "Approve"),
     _both(_on_both("alpha words"), _at_both("alpha words", "Undo"))),
    ("Readers report", _readers_report,
     _both(_away("alpha words"), _at_both("alpha words", "Approve"))),
    ("Boss keeps it", _presses("alpha words", "Approve"), _on_both("alpha words")),
    ("Ana writes again", _says("beta words", who="ana"), _card("beta words", "Approve")),
    ("Boss rejects", _says(f"/reject 1#{RAIDERS + 2} spam", desk=True),
     _card("beta words", "Undo")),
    ("Ana appeals", _says(f"/appeal 1#{RAIDERS + 2} Look again please.", who="ana"),
     _discord_card("Look again please", "Uphold")),
    ("Mod upholds", _clicks("Look again please", "Uphold"), _on_both("beta words")),
]  # fmt: skip


async def _run(folder: Path, at: int, after: bool) -> tuple[Boundaries, Counts]:
    folder.mkdir()  # noqa: ASYNC240  nothing else runs yet
    house = House(World(folder / "world.db"), folder, QUICK)
    house.furnish()
    for name in [f"Raider {n}" for n in range(RAIDERS)] + [f"Reader {n}" for n in range(READERS)]:
        house.telegram.join(house.places.group, house.telegram.add_person(name))
    await house.open()
    try:
        await house.start()
        await house.connect("held")
        await house.stop()
        boundaries = await lived(house, STEPS, at, after=after)
        counts = Counts(runs=int(at > 0))
        _count_read(house, boundaries, counts)
        await count_decided(house, DECIDED, counts)
        return boundaries, counts
    finally:
        await house.close()


def _count_read(house: House, boundaries: Boundaries, counts: Counts) -> None:
    """What stays is read once on each side; of the raid one is."""
    thread = house.forum_thread()
    assert thread is not None
    uncertain = boundaries.cut.count("telegram sendMessage")
    texts = house.discord.texts(thread)
    for words in (*STAY, "mayor sold"):
        there, here = len(copies(house, words)), sum(words in text for text in texts)
        counts.lost += (not there) + (not here)
        counts.doubled += max(0, here - 1) + max(0, there - 1 - uncertain)
        counts.doubled_unavoidable += min(uncertain, max(0, there - 1))


@pytest.mark.timeout(60)
async def test_the_scenario_without_a_crash(tmp_path: Path) -> None:
    boundaries, counts = await _run(tmp_path / "whole", 0, False)
    assert boundaries.count > 100
    assert not {name: n for name, n in counts.flat().items() if n}


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(SLICES))
async def test_a_crash_at_every_boundary(tmp_path: Path, part: int) -> None:
    await crash_everywhere(_run, tmp_path, "deciding", part, SLICES)

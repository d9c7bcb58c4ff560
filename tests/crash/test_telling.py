"""A crash at every boundary while an author is told, banned on the platform and let in again:
nothing is said twice, and no ban of ours is left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bots.rehearsal.world import Switches, World
from tests.campaign.report import Counts
from tests.crash import scenario
from tests.crash.boundary import Boundaries
from tests.crash.lives import lived
from tests.crash.matrix import SLICES, crash_everywhere
from tests.crash.scenario import Step, Story
from tests.crash.test_every_boundary import FAST
from tests.road.house import House

QUICK = replace(FAST, tell_gather=0.5, tell_gap=1.0)
SAID = ("waits for a moderator", "was not published", "You cannot comment at The Paper")


def _told(house: House) -> list[str]:
    """What the bot said to Ana."""
    bot = int(house.telegram.bots()[0]["id"])
    messages = house.telegram.messages(house.places.ana)
    messages += house.telegram.ephemeral(house.places.group, house.places.ana)
    return [m["text"] for m in messages if m["from"]["id"] == bot]


async def _starts(house: House) -> None:
    house.telegram.person_starts(house.places.ana, int(house.telegram.bots()[0]["id"]))
    await house.until(lambda: len(house.telegram.messages(house.places.ana)) > 1, "welcomed")


def _ana_writes(story: Story) -> None:
    house = story.house
    house.telegram.person_posts(
        house.places.ana, house.places.group, "a bad word", under=house.root()
    )


def _boss_says(words: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        house.telegram.person_posts(house.places.boss, house.places.desk, words)

    return act


def _card(words: str) -> Callable[[Story], object]:
    return lambda story: any(words in m.get("text", "") for m in story.house.cards())


def _stands(status: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return _standing(story.house) == status

    return seen


def _standing(house: House) -> str:
    group = house.telegram.known_chat(house.places.group)
    return str(house.telegram.members.status(group, house.places.ana))


STEPS: list[Step] = [
    ("threads open", scenario.nothing, scenario.threads),
    ("Ana writes", _ana_writes, _card("a bad word")),
    ("Boss rejects", _boss_says("/reject 1#1 spam"), _card("Rejected by Boss")),
    ("Boss bans", _boss_says("/ban 1#1 --on-platform"), _stands("kicked")),
    ("Boss lets in", _boss_says("/unban 1#1"), _stands("left")),
]


async def _run(folder: Path, at: int, after: bool, known: str = "") -> tuple[Boundaries, Counts]:
    """known: Ana never opens the bot's chat, and Telegram has ephemeral messages as the switch
    of this value says; without, she opens it."""
    folder.mkdir()  # noqa: ASYNC240  nothing else runs yet
    switches = Switches(ephemeral_messages=known or "missing")
    house = House(World(folder / "world.db", switches=switches), folder, QUICK)
    house.furnish()
    await house.open()
    try:
        await house.start()
        await house.connect("held")
        if not known:
            await _starts(house)
        seen: list[str] = []
        house.world.on_change(lambda: seen.extend(house.telegram.texts(house.places.group)))
        await house.stop()
        boundaries = await lived(house, STEPS, at, after=after)
        texts = _told(house)
        more = sum(max(0, sum(said in text for text in texts) - 1) for said in SAID)
        public = sum(any(said in text for said in SAID) for text in set(seen))
        counts = Counts(
            runs=int(at > 0), orphaned=int(_standing(house) == "kicked"), doubled=more,
            visible_held=public,
        )  # fmt: skip
        if not at:
            assert bool(texts) == (known != "ignored")
        return boundaries, counts
    finally:
        await house.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("known", ["", "10.3", "ignored"])
async def test_the_scenario_without_a_crash(tmp_path: Path, known: str) -> None:
    boundaries, counts = await _run(tmp_path / "whole", 0, False, known=known)
    assert ("telegram deleteEphemeralMessage" in boundaries.names) == bool(known)
    assert "telegram banChatMember" in boundaries.names
    assert "telegram unbanChatMember" in boundaries.names
    assert not {name: n for name, n in counts.flat().items() if n}


@pytest.mark.campaign
@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", ["banChatMember", "unbanChatMember"])
async def test_a_crash_at_the_ban_and_at_its_lifting(
    tmp_path: Path, name: str, after: bool
) -> None:
    whole, _ = await _run(tmp_path / "whole", 0, False)
    at = whole.names.index(f"telegram {name}") + 1
    for near in (at, at + 1):
        _, counts = await _run(tmp_path / str(near), near, after)
        counts.runs = 0
        assert not {kind: n for kind, n in counts.flat().items() if n}, near


@pytest.mark.campaign
@pytest.mark.timeout(300)
@pytest.mark.parametrize("known", ["10.3", "ignored"])
async def test_a_crash_while_the_server_is_tried_with_what_one_person_alone_sees(
    tmp_path: Path, known: str
) -> None:
    whole, _ = await _run(tmp_path / "whole", 0, after=False, known=known)
    first = whole.names.index("telegram deleteEphemeralMessage")
    for at in range(first, first + 7):
        for after in (False, True):
            folder = tmp_path / f"{at}-{after}"
            _, counts = await _run(folder, at, after=after, known=known)
            counts.runs = 0
            assert not {kind: n for kind, n in counts.flat().items() if n}, (at, after)


@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(SLICES))
async def test_a_crash_at_every_boundary(tmp_path: Path, part: int) -> None:
    await crash_everywhere(_run, tmp_path, "telling", part, SLICES)

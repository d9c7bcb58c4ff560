"""How each delivery is told of, and what is tried again of what was given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events import Moved
from core.newsroom.outgoing import deliveries
from tests.desk.room import BOSS, NOW, THREADS, Desk, desk

COPY = "id = (SELECT max(id) FROM delivery WHERE subject = 'comment' AND role = 'copy')"


async def change(d: Desk, *statements: str) -> None:
    for statement in statements:
        await d.room.change(lambda tx, _, statement=statement: tx.run(statement))  # type: ignore[misc]


async def why(d: Desk) -> str:
    """The line about the copy on the other side."""
    answer = await d.commands(BOSS, "why 1#1")
    return next(line for line in answer.text.text.splitlines() if "our copy" in line)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ((), "wanted revision 1, there nothing · on its way"),
        (("want = 2, raised = 2, shown_revision = 2, have = 1",),
         "wanted revision 2, there an earlier text · on its way"),
        (("want = 2, raised = 2, shown_revision = -1, have = 1",),
         "wanted a placeholder, there an earlier text · on its way"),
        (("want = 0, shown_revision = 0, have = 1",),
         "wanted nothing, there an earlier text · on its way"),
        (("have = 1",), "wanted revision 1, there revision 1"),
        ((f"due = {NOW + 90}, outcome = 'Discord answered 502'",),
         "there nothing · tried again in 90 seconds · Discord answered 502"),
        (("dead_want = 1, outcome = 'no'",),
         "there nothing · refused; /replay tries it again · no"),
        (("gone = 1, want = 0",),
         "there nothing · taken away by hand; /restore brings it back"),
    ],
)  # fmt: skip
async def test_what_is_wanted_and_what_is_there(
    tmp_path: Path, statements: tuple[str, ...], words: str
) -> None:
    async with desk(tmp_path, "open") as d:
        await d.say("some words")
        await change(d, *(f"UPDATE delivery SET {one} WHERE {COPY}" for one in statements))
        assert (await why(d)).endswith(words)


async def test_a_try_of_unknown_outcome_and_a_thread_that_is_gone_are_told(tmp_path: Path) -> None:
    async with desk(tmp_path, "open") as d:
        await d.say("some words")
        await change(d, "UPDATE thread SET dead = 1")
        assert (await why(d)).endswith("there is no thread here to show it in")
        await change(
            d,
            f"INSERT INTO message (channel, tried_at) SELECT channel, 1 FROM delivery WHERE {COPY}",
            "INSERT INTO shows (delivery, message, position) SELECT d.id, max(m.id), 0"
            f" FROM message m, delivery d WHERE d.{COPY}",
        )
        assert (await why(d)).endswith("a try whose outcome is not known")
        rows = await d.room.look(lambda tx, c: deliveries.unsettled(tx, c, 1))
        assert "unknown" in {row["state"] for row in rows if row["subject"] == "1#1"}


@pytest.mark.parametrize("subject", ["", " 1", " 1#1"])
async def test_what_was_given_up_is_tried_again(tmp_path: Path, subject: str) -> None:
    """All of it, an article's or a comment's: refused copies, and threads that were gone."""
    async with desk(tmp_path, "open") as d:
        await d.say("some words")
        await change(d, "UPDATE thread SET dead = 1", "UPDATE channel SET dead = 'no' WHERE id = 2",
                     f"UPDATE delivery SET dead_want = want WHERE {COPY}")  # fmt: skip
        answer = await d.commands(BOSS, "replay" + subject)
        assert "1 delivery is tried again" in answer.text.text
        assert (await why(d)).endswith("there nothing · on its way")
        assert not await d.rows("SELECT 1 FROM thread WHERE dead = 1")
        desks = await d.rows("SELECT 1 FROM channel WHERE dead <> ''")
        assert bool(desks) == bool(subject), "a desk belongs to no article"


async def test_what_waits_for_a_thread_that_was_gone_is_counted(tmp_path: Path) -> None:
    async with desk(tmp_path, "open") as d:
        await d.say("some words")
        await d.say("other words")
        await change(d, "UPDATE thread SET dead = 1")
        answer = await d.commands(BOSS, "replay 1")
        assert "2 deliveries are tried again" in answer.text.text
        answer = await d.commands(BOSS, "replay 1")
        assert "Nothing was refused" in answer.text.text


async def test_what_came_while_a_thread_was_given_up_is_shown_there_too(tmp_path: Path) -> None:
    async with desk(tmp_path, "open") as d:
        await change(d, "UPDATE thread SET dead = 1")
        await d.say("meanwhile")
        assert "our copy" not in (await d.commands(BOSS, "why 1#1")).text.text
        answer = await d.commands(BOSS, "replay")
        assert "1 delivery is tried again" in answer.text.text
        assert (await why(d)).endswith("wanted revision 1, there nothing · on its way")


@pytest.mark.parametrize("given_up", [False, True])
async def test_what_stands_in_a_group_that_moved_is_not_tried_again(
    tmp_path: Path, given_up: bool
) -> None:
    async with desk(tmp_path, "open") as d:
        await d.say("some words", side="discord")
        group = THREADS["telegram"][0]
        if given_up:
            await change(d, "UPDATE thread SET dead = 1 WHERE place = '55'")
        for _ in range(2):
            await d.room.handle(Moved("telegram", group, "-1009", NOW))
        answer = await d.commands(BOSS, "replay")
        assert "Nothing was refused" in answer.text.text
        row = await d.row("SELECT dead FROM thread WHERE place LIKE '55%'")
        assert row["dead"] == 1
        await d.say("more words", side="discord")
        assert "our copy" not in (await d.commands(BOSS, "why 1#2")).text.text

"""Waves: alike comments in one card, decided together and taken back together."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from core.newsroom.comments.removal import gone_by_hand
from core.newsroom.context import Context
from core.newsroom.desks.wave_card import wave_view
from core.ports import Tx
from core.views import NoticeView
from tests.desk.room import BOSS, MOD, Desk, desk

RAID = "Everybody knows that the mayor sold the harbour, resign now and give the money back"
LETTERS = str.maketrans("0123456789abcdef", "aeioubdfglmnprst")


def ordinary(number: int) -> str:
    """A remark that is like no other."""
    digest = hashlib.blake2b(str(number).encode(), digest_size=20).hexdigest()
    return " ".join(re.findall(".{5}", digest.translate(LETTERS)))


async def _raid(house: Desk, most: int, authors: int) -> None:
    for number in range(most):
        side = ("telegram", "discord")[number % authors % 2]
        await house.say(f"{RAID}{'!' * (number % 4)}", who=f"R{number % authors}", side=side)


async def _wave(house: Desk, wave: int = 1) -> NoticeView:
    def look(tx: Tx, context: Context) -> NoticeView:
        view = wave_view(tx, context, context.house(tx).publications[1], wave)
        assert view is not None
        return view

    return await house.room.look(look)


def _action(view: NoticeView, label: str) -> str:
    return next(b.action for row in view.buttons for b in row if b.label == label)


async def _open(house: Desk, side: str) -> list[tuple[str, int]]:
    rows = await house.rows(
        "SELECT d.subject, d.subject_id FROM delivery d JOIN channel n ON n.id = d.channel"
        " WHERE d.want > 0 AND n.platform = :side AND (d.subject = 'wave' OR (d.subject = 'card'"
        " AND (SELECT state FROM comment c WHERE c.id = d.subject_id) = 'held'))", side=side,
    )  # fmt: skip
    return [(row["subject"], row["subject_id"]) for row in rows]


async def test_alike_comments_fold_into_one_card_which_is_decided_and_taken_back(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        await house.say(ordinary(1), who="Ann")
        await _raid(house, 12, 9)
        await house.room.refresh_desks(every=True)
        for side in ("telegram", "discord"):
            assert sorted(await _open(house, side)) == [("card", 1), ("wave", 1)]
        view = await _wave(house)
        assert view.text.text.startswith("Wave · 12 alike from 9 authors")
        assert "and 9 more" in view.text.text
        await house.presses(BOSS, _action(view, "Show more"))
        assert "and 2 more" in (await _wave(house)).text.text
        said = await house.presses(BOSS, _action(view, "Approve the first, reject the rest"))
        assert said.alert == "12 decided."
        states = await house.rows("SELECT state, count(*) AS n FROM comment GROUP BY state")
        assert {row["state"]: row["n"] for row in states} == {
            "held": 1, "published": 1, "rejected": 11,
        }  # fmt: skip
        view = await _wave(house)
        assert "1 published, 11 rejected by Boss" in view.text.text
        assert len(await house.rows("SELECT 1 FROM decision WHERE comment > 1")) == 12
        back = await house.presses(MOD, _action(view, "Undo"))
        assert back.alert == "12 taken back."
        states = await house.rows("SELECT DISTINCT state FROM comment")
        assert [row["state"] for row in states] == ["held"]
        assert "Reject all" in [b.label for row in (await _wave(house)).buttons for b in row]


async def test_a_press_decides_on_what_the_card_told_and_undo_leaves_what_changed_since(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 6, 6)
        await house.room.refresh_desks(every=True)
        view = await _wave(house)
        await house.say(RAID, who="late")
        await house.room.refresh_desks(every=True)
        await house.commands(MOD, "approve 1#2")
        assert (await house.presses(BOSS, _action(view, "Reject all"))).alert == "5 decided."
        left = await house.rows("SELECT number FROM comment WHERE state = 'held'")
        assert [row["number"] for row in left] == [7]
        await house.commands(MOD, "restore 1#3")
        back = await house.presses(BOSS, _action(await _wave(house), "Undo"))
        assert back.alert == "4 taken back."
        row = await house.row("SELECT state FROM comment WHERE number = 3")
        assert row["state"] == "published"
        house.clock.advance(601)
        again = await house.presses(BOSS, _action(await _wave(house), "Reject all as spam"))
        assert again.alert == "5 decided."
        view = await _wave(house)
        assert "by Boss: spam" in view.text.text
        house.clock.advance(601)
        late = await house.presses(BOSS, _action(view, "Undo"))
        assert "more than 10 minutes ago" in late.alert


async def test_the_undo_of_a_card_goes_with_its_time(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 6, 6)
        await house.room.refresh_desks(every=True)
        await house.presses(BOSS, _action(await _wave(house), "Reject all"))
        raised = "SELECT sum(raised) AS n FROM delivery WHERE subject = 'wave'"
        before = (await house.row(raised))["n"]
        house.clock.advance(599)
        await house.room.tidy()
        assert _labels(await _wave(house)) == ["Undo"]
        assert (await house.row(raised))["n"] == before
        house.clock.advance(1)
        assert _labels(await _wave(house)) == ["Undo"], "a card changes with its delivery alone"
        late = await house.presses(BOSS, _action(await _wave(house), "Undo"))
        assert "more than 10 minutes ago" in late.alert
        await house.room.tidy()
        await house.room.tidy()
        assert _labels(await _wave(house)) == []
        assert (await house.row(raised))["n"] == before + 2, "once on each desk"


async def test_a_press_on_more_than_a_transaction_takes_is_gone_on_with(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 610, 300)
        for _ in range(8):
            await house.room.refresh_desks()
        assert (await _wave(house)).text.text.startswith("Wave · 610 alike from 300 authors")
        view = await _wave(house)
        said = await house.presses(BOSS, _action(view, "Approve the first, reject the rest"))
        assert said.alert == "250 are decided, 360 more follow at once."
        view = await _wave(house)
        assert "360 more are being decided on." in view.text.text
        assert _labels(view) == ["Undo"]
        again = await house.presses(MOD, f"w{await _token(house)}:r:610")
        assert again.alert == "It is being decided already."
        for _ in range(3):
            await house.room.refresh_desks()
        assert "1 published, 609 rejected by Boss" in (await _wave(house)).text.text
        rows = await house.rows("SELECT DISTINCT actor_name FROM decision WHERE comment > 0")
        assert [row["actor_name"] for row in rows] == ["Boss"]
        back = await house.presses(MOD, _action(await _wave(house), "Undo"))
        assert back.alert == "250 are taken back, 360 more follow at once."
        assert "360 more are being taken back." in (await _wave(house)).text.text
        for _ in range(3):
            await house.room.refresh_desks()
        states = await house.rows("SELECT DISTINCT state FROM comment")
        assert [row["state"] for row in states] == ["held"]
        authors = await house.row("SELECT sum(published) AS p, sum(rejected) AS r FROM author")
        assert (authors["p"], authors["r"]) == (0, 0)
        assert "Reject all" in _labels(await _wave(house))


async def test_undo_stops_what_is_still_being_decided(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 300, 300)
        for _ in range(4):
            await house.room.refresh_desks()
        await house.presses(BOSS, _action(await _wave(house), "Reject all"))
        back = await house.presses(BOSS, _action(await _wave(house), "Undo"))
        assert back.alert == "250 taken back."
        await house.room.refresh_desks()
        states = await house.rows("SELECT DISTINCT state FROM comment")
        assert [row["state"] for row in states] == ["held"]


async def test_a_press_decides_on_what_was_seen_also_where_one_left_the_wave(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 6, 6)
        await house.room.refresh_desks(every=True)
        view = await _wave(house)
        await house.edits(1, ordinary(1))
        late = await house.say(RAID, who="late")
        await house.room.refresh_desks(every=True)
        assert (await house.presses(BOSS, _action(view, "Reject all"))).alert == "5 decided."
        rows = await house.rows("SELECT id FROM comment WHERE state = 'held' ORDER BY id")
        assert [row["id"] for row in rows] == [1, late]


def _labels(view: NoticeView) -> list[str]:
    return [button.label for row in view.buttons for button in row]


async def _token(house: Desk) -> str:
    return str((await house.row("SELECT token FROM wave"))["token"])


async def _header(house: Desk, side: str) -> int:
    """How many comments the header line tells of."""
    row = await house.rows(
        "SELECT d.shown_revision AS face FROM delivery d JOIN channel n ON n.id = d.channel"
        " WHERE d.subject = 'queue' AND d.want > 0 AND n.platform = :side", side=side,
    )  # fmt: skip
    return int(row[0]["face"]) - 1 if row else 0


async def _on_cards(house: Desk, side: str) -> int:
    """Held comments that are on a card, of their own or of a wave."""
    found = await _open(house, side)
    folded = await house.rows("SELECT id, wave FROM comment WHERE state = 'held' AND wave > 0")
    waves = {number for subject, number in found if subject == "wave"}
    cards = {number for subject, number in found if subject == "card"}
    return len(cards | {row["id"] for row in folded if row["wave"] in waves})


async def test_what_is_on_no_card_is_counted_also_where_there_are_more_waves_than_cards(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        for wave in range(8):
            for number in range(6):
                await house.say(ordinary(wave), who=f"R{wave}-{number}")
        for number in range(100, 107):
            await house.say(ordinary(number), who=f"O{number}")
        await house.room.refresh_desks(every=True)
        for side in ("telegram", "discord"):
            found = await _open(house, side)
            assert [n for s, n in sorted(found) if s == "wave"] == [1, 2, 3, 4, 5]
            assert len(found) == 10
            assert await _header(house, side) == 3 * 6 + 2 == 55 - await _on_cards(house, side)
        card = await house.row("SELECT token FROM comment WHERE id = 1")
        await house.presses(BOSS, f"qo:{card['token']}:1:-1")
        await house.room.refresh_desks(every=True)
        assert ("card", 1) in await _open(house, "telegram"), "one of a wave has its own card too"
        assert await _header(house, "telegram") == 55 - await _on_cards(house, "telegram")
        await house.room.change(_taken_by_hand)
        await house.room.refresh_desks(every=True)
        waves = [n for s, n in sorted(await _open(house, "discord")) if s == "wave"]
        assert waves == [2, 3, 4, 5, 6], "another wave takes the place of what was taken away"
        assert await _header(house, "discord") == 55 - await _on_cards(house, "discord")


def _taken_by_hand(tx: Tx, context: Context) -> None:
    row = tx.one(
        "SELECT d.id FROM delivery d JOIN channel n ON n.id = d.channel WHERE d.subject = 'wave'"
        " AND d.subject_id = 1 AND n.platform = 'discord'"
    )
    assert row is not None
    gone_by_hand(tx, row["id"])
    context.touch_desk(tx, 1)


async def test_a_wave_that_comes_back_takes_no_room_from_the_others(tmp_path: Path) -> None:
    """Never more cards of waves than there may be, and the one that was undone keeps its card."""
    async with desk(tmp_path) as house:
        for wave in range(6):
            for number in range(6):
                await house.say(ordinary(wave), who=f"R{wave}-{number}")
        await house.room.refresh_desks(every=True)
        await house.presses(BOSS, _action(await _wave(house, 1), "Reject all"))
        await house.room.refresh_desks(every=True)
        assert ("wave", 6) in await _open(house, "discord")
        await house.presses(BOSS, _action(await _wave(house, 1), "Undo"))
        await house.room.refresh_desks(every=True)
        for side in ("telegram", "discord"):
            waves = [n for s, n in sorted(await _open(house, side)) if s == "wave"]
            assert waves == [1, 2, 3, 4, 5]
            assert await _header(house, side) == 6


async def test_one_author_who_repeats_is_folded_and_called_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 12, 1)
        await house.room.refresh_desks(every=True)
        view = await _wave(house)
        assert view.text.text.startswith("Wave · 12 alike from one author\n")
        assert await _open(house, "telegram") == [("wave", 1)]


async def test_forged_presses_on_waves_do_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await _raid(house, 6, 6)
        await house.room.refresh_desks(every=True)
        token = _action(await _wave(house), "Reject all").split(":")[0]
        for forged in ("w", "wx:r:3", f"{token}:z:3", f"{token}:r:", f"{token}:u:9"):
            assert "does nothing" in (await house.presses(BOSS, forged)).alert, forged
        assert await house.rows("SELECT 1 FROM decision WHERE comment IS NOT NULL") == []


async def test_a_thousand_comments_from_five_hundred_authors_leave_a_usable_desk(
    tmp_path: Path,
) -> None:
    """Most are one raid; ordinary remarks come between them."""
    async with desk(tmp_path) as house:
        for number in range(1000):
            if number % 50 == 25:
                await house.say(ordinary(number), who=f"O{number}")
            else:
                await house.say(f"{RAID}{'.' * (number % 5)}", who=f"R{number % 480}")
            house.clock.advance(0.06)
            if number % 10 == 0:
                await house.room.refresh_desks()
        for _ in range(20):
            await house.room.refresh_desks(every=True)
        held = await house.row("SELECT count(*) AS n FROM comment WHERE state = 'held'")
        assert held["n"] == 1000, "nothing is lost"
        for side in ("telegram", "discord"):
            found = await _open(house, side)
            assert len(found) <= 10, found
            cards = [number for subject, number in found if subject == "card"]
            assert len(cards) >= 5, found
            texts = await house.rows("SELECT comment, text FROM revision")
            raid = {row["comment"] for row in texts if RAID[:20] in row["text"]}
            assert not raid & set(cards), "ordinary comments are not buried"
        raised = await house.rows(
            "SELECT sum(raised) AS n FROM delivery WHERE subject IN ('wave', 'queue', 'card')"
            " GROUP BY channel"
        )
        assert raised

"""A raid as the desks of both platforms see it: one card, decided and undone with one press."""

from __future__ import annotations

from pathlib import Path

from tests.road.house import read
from tests.road.test_moderation import published

RAID = "Everybody knows that the mayor sold the harbour, resign now and give the money back"


async def test_a_raid_is_one_card_on_both_desks_and_is_undone_on_the_other(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for number in range(7):
            person = hands.t.add_person(f"Raider {number}")
            hands.t.join(hands.p.group, person)
            hands.writes(person, RAID + "!" * (number % 3))
        hands.ben("The minutes of the meeting say otherwise, page four")
        card = await hands.house.until(lambda: hands.house.card("7 alike from 7 authors"), "wave")
        other = await hands.house.until(lambda: hands.house.discord_card("7 alike"), "on Discord")
        await hands.house.until(lambda: hands.house.card("page four"), "the ordinary one")
        hands.presses(card, "Reject all as spam")
        await hands.house.until(lambda: hands.house.discord_card("by Boss: spam"), "told")
        assert {r["action"] for r in await hands.log()} == {"reject"}
        await hands.house.until(lambda: hands.house.discord_card("7 rejected"), "decided")
        other = hands.house.discord_card("by Boss: spam") or other
        done = await hands.clicks(other, "Undo")
        assert done.text == "7 taken back."
        card = await hands.house.until(lambda: hands.house.card("7 alike"), "again")
        await hands.settled()
        waiting = [m for m in hands.house.cards() if "Reject all" in hands.buttons(m)]
        assert len(waiting) == 1
        hands.presses(waiting[0], "Approve the first, reject the rest")
        await hands.copies("mayor sold the harbour")
        await hands.settled()
        thread = hands.house.forum_thread() or ""
        assert sum("mayor" in text for text in hands.d.texts(thread)) == 1
        assert hands.house.card("page four")


async def test_a_wave_whose_card_somebody_takes_away_is_counted_in_the_header(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        for number in range(7):
            person = hands.t.add_person(f"Raider {number}")
            hands.t.join(hands.p.group, person)
            hands.writes(person, RAID + "!" * (number % 3))
        card = await hands.house.until(lambda: hands.house.discord_card("7 alike"), "on Discord")
        await hands.settled()
        hands.d.person_deletes(hands.p.mod, card["id"])
        desk = hands.p.discord_desk
        await hands.house.until(
            lambda: any("7 more comments wait" in read(m) for m in hands.d.messages(desk)),
            "what waits without a card is told",
        )

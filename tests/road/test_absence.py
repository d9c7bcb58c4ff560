"""What happens while the program is away is recovered, and the desk is told."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from bots.rehearsal.world import Fault
from core.feeds.model import Draft
from core.newsroom import Rules
from tests.road.hands import Hands
from tests.road.house import House, newsroom


async def test_what_was_recovered_after_a_stop_is_told_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        kept = hands.ben("stays as it is")
        hands.ben("before the stop")
        await house.until(lambda: house.group_message("before the stop"), "relayed")
        await hands.settled()
        await house.until_async(lambda: _noted(house), "both platforms are noted as listened to")
        await house.stop()
        hands.ana("meanwhile on Telegram")
        hands.ben("meanwhile on Discord")
        hands.ben("another on Discord")
        house.discord.person_edits(house.places.ben, kept, "was changed meanwhile")
        await house.start()
        said = await house.until(lambda: _told(house), "the desk is told")
        assert "Telegram: 1 comment recovered; complete" in said
        assert "Discord: 2 comments recovered, 1 change; changes and removals among" in said
        for words in ("meanwhile on Discord", "another on Discord", "was changed meanwhile"):
            await house.until(partial(house.group_message, words), words)
        await hands.settled()
        assert len([m for m in house.cards() if m.get("text", "").startswith("Away")]) == 1


async def test_what_a_thread_holds_that_fell_asleep_meanwhile_is_read(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        early = hands.ben("before the stop")
        await house.until(lambda: house.group_message("before the stop"), "relayed")
        await hands.settled()
        await house.stop()
        hands.ben("the last word")
        house.discord.person_deletes(house.places.ben, early)
        thread = house.forum_thread() or ""
        owner = house.discord.owner_of(house.discord.channel(house.places.forum)["guild_id"])
        house.discord.call_as(owner, "PATCH", f"/channels/{thread}", {"archived": True})
        await house.start()
        await house.until(lambda: house.group_message("the last word"), "read in the archive")
        await house.until(lambda: not house.group_message("before the stop"), "its removal too")


async def test_who_takes_back_an_old_comment_meanwhile_is_heard(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        old = hands.ben("said in the beginning")
        await house.until(lambda: house.group_message("said in the beginning"), "relayed")
        guild = house.discord.channel(house.places.forum)["guild_id"]
        for number in range(55):
            person = house.discord.add_person(f"Reader {number}", guild=guild)
            words = " ".join(f"w{(number * 7 + n * n) % 997}" for n in range(6))
            house.discord.person_posts(person, house.forum_thread() or "", words)
        await house.until(lambda: len(_readers(house)) == 55, "all of them relayed")
        await hands.settled()
        before = [m["text"] for m in house.group()]
        await house.stop()
        house.discord.person_deletes(house.places.ben, old)
        await house.start()
        await house.until(lambda: not house.group_message("said in the beginning"), "gone")
        await hands.settled()
        assert [m["text"] for m in house.group()] == [t for t in before if "beginning" not in t]


def _readers(house: House) -> list[str]:
    return re.findall(r"Reader \d", "".join(m["text"] for m in house.group()))


async def test_what_people_wrote_before_we_knew_the_thread_to_be_ours_is_read(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        send = "POST /channels/{channel_id}/threads"
        house.world.faults.add(Fault("discord", send, "drop_after", times=1))
        draft = Draft("Harbour report", "https://paper.example/harbour", "Harbour report")
        await house.product.newsroom.publish_draft_now(None, draft)
        await house.until(house.forum_thread, "posted, unknown to us")
        look = "GET /guilds/{guild_id}/threads/active"
        house.world.faults.add(Fault("discord", look, "status", times=1000, status=503))
        await house.stop()
        hands = Hands(house)
        hands.ben("first words")
        hands.ben("second words")
        await house.start()
        hands.ben("third words")
        house.world.faults.clear()
        for words in ("first words", "second words", "third words"):
            await house.until(partial(house.group_message, words), words)
        await hands.settled()
        assert len([m for m in house.group() if "words" in m["text"]]) == 3


@pytest.mark.parametrize("chatter", [0, 120])
async def test_a_card_that_was_taken_away_meanwhile_makes_room_for_another(
    tmp_path: Path, chatter: int
) -> None:
    async with newsroom(tmp_path, rules=Rules(open_cards=1)) as house:
        hands = Hands(house)
        await house.publish()
        hands.ben("first words")
        card = await house.until(lambda: house.discord_card("first words"), "a card")
        hands.ben("second words")
        await hands.settled()
        assert not house.discord_card("second words")
        for number in range(chatter):
            house.discord.person_posts(house.places.mod, house.places.discord_desk, f"{number}")
        await house.stop()
        house.discord.person_deletes(house.places.mod, card["id"])
        await house.start()
        await house.until(lambda: house.discord_card("second words"), "its card")
        await hands.settled()
        assert not house.discord_card("first words")


async def _noted(house: House) -> bool:
    rows = await house.product.newsroom.look(
        lambda tx, _: tx.all("SELECT place FROM cursor WHERE platform = 'alive'")
    )
    return len(rows) == 2


def _told(house: House) -> str:
    found = [m["text"] for m in house.cards() if m.get("text", "").startswith("Away")]
    return str(found[0]) if found else ""

"""What the platforms do not allow, and what stands in its place."""

from __future__ import annotations

from pathlib import Path

from bots.rehearsal.world import Fault, Switches
from tests.road.house import newsroom

DAYS = 3 * 86_400.0


async def test_a_copy_too_old_to_be_removed_gives_its_words_up(tmp_path: Path) -> None:
    switches = Switches(admin_delete_48h=True)
    async with newsroom(tmp_path, mode="open", switches=switches) as house:
        await house.publish()
        thread = house.forum_thread()
        assert thread
        house.discord.person_posts(house.places.ben, thread, "old words")
        copy = await house.until(lambda: house.group_message("old words"), "relayed")
        house.world.clock.advance(DAYS)
        own = house.thread_message("old words")
        assert own
        house.discord.person_deletes(house.places.ben, own["id"])
        await house.until(lambda: not house.group_message("old words"), "words gone")
        left = house.telegram.message(house.places.group, copy["message_id"])
        assert left
        assert "removed" in left["text"]


async def test_a_long_card_stays_one_message_on_discord(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        words = "long words " * 300
        house.telegram.person_posts(house.places.ana, house.places.group, words, under=house.root())

        def cards() -> list[str]:
            return [str(m["id"]) for m in house.discord.messages(house.places.discord_desk)]

        await house.until(cards, "a card")
        (card,) = house.discord.messages(house.places.discord_desk)
        assert "long words" in card["embeds"][0]["description"]
        house.discord.person_presses(house.places.mod, card["id"], "Approve")
        await house.until(lambda: house.thread_message("long words"), "published")


async def test_a_copy_of_unknown_outcome_goes_when_nothing_is_wanted_any_more(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        send = "POST /channels/{channel_id}/messages"
        house.world.faults.add(Fault("discord", send, "drop_after", times=1))
        read = "GET /channels/{channel_id}/messages"
        house.world.faults.add(Fault("discord", read, "status", times=2, status=503))
        ana, group = house.places.ana, house.places.group
        house.telegram.person_posts(ana, group, "lost words", under=house.root())
        await house.until(lambda: house.thread_message("lost words"), "sent, unknown to us")
        own = house.group_message("lost words")
        assert own
        house.telegram.person_posts(ana, group, "/delete", reply_to=own["message_id"])
        await house.until(lambda: not house.thread_message("lost words"), "found and removed")

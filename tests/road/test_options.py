"""What a publication sets for itself: at the desk, and with what follows from it."""

from __future__ import annotations

from pathlib import Path

from tests.road.hands import Hands
from tests.road.house import newsroom


async def test_an_option_is_shown_changed_and_taken_back(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="new") as house:
        await house.publish()
        hands = Hands(house)
        await hands.starts(hands.p.boss)
        assert "new_after 2" in await hands.at_desk("/options")
        assert "number from 0 to" in await hands.at_desk("/options new_after many")
        assert "no option" in await hands.at_desk("/options colour blue")
        hands.ana("still unknown")
        await house.until(lambda: house.card("still unknown"), "a card")
        assert await hands.at_desk("/options new_after 0") == "new_after is 0 now."
        hands.ana("known by now")
        await house.until(lambda: house.thread_message("known by now"), "its copy")
        assert await hands.at_desk("/options new_after 0") == "That is so already."
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        assert "new_after 2" in await hands.at_desk("/options new_after")
        hands.ana("unknown again")
        await house.until(lambda: house.card("unknown again"), "a card")
        assert '"options"' in (await hands.log())[-1]["before"]


async def test_undo_leaves_alone_what_the_decision_did_not_touch(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        hands = Hands(house)
        await hands.starts(hands.p.boss)
        hands.ana("a fine remark")
        await house.until(lambda: house.card("a fine remark"), "a card")
        await hands.at_desk("/approve 1#1")
        await hands.at_desk("/mute 1#1 5")
        approved = (await hands.log())[-2]["id"]
        assert (await hands.at_desk(f"/undo {approved}")).startswith("Taken back: ")
        rows = await house.product.newsroom.look(
            lambda tx, _: tx.all("SELECT standing, published FROM author")
        )
        assert [(row["standing"], row["published"]) for row in rows] == [("muted", 0)]

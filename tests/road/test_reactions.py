"""Reactions: added up over both platforms, shown where the thread is read, never relayed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.events import Reacted
from core.newsroom.comments.reactions import reaction_words
from core.newsroom.setup import readings
from tests.road.hands import Hands
from tests.road.house import newsroom
from tests.road.test_gathering import together

Json = dict[str, Any]


async def reactions(hands: Hands, number: int = 1) -> Json:
    """As `show --json` tells them."""
    told = await hands.house.product.newsroom.look(lambda tx, c: readings.thread(tx, c, "1"))
    found: Json = told["comments"][number - 1]["reactions"]
    return found


async def counted(hands: Hands, expected: Json, number: int = 1) -> None:
    async def same() -> bool:
        return await reactions(hands, number) == expected

    await hands.house.until_async(same, f"{expected}")


async def test_both_platforms_add_up_and_taking_back_takes_away(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        t, d, p = hands.t, hands.d, hands.p
        own = hands.ana("worth a thumb")
        copy = await house.until(lambda: hands.copy_here("worth a thumb"), "relayed")
        t.person_reacts(p.boss, p.group, own, "👍")
        d.person_reacts(p.ben, copy["id"], "👍")
        d.person_reacts(p.mod, copy["id"], "👍")
        d.person_reacts(p.mod, copy["id"], "🔥")
        await counted(hands, {"👍": 3, "🔥": 1})
        t.person_reacts(p.boss, p.group, own, "❤")
        await counted(hands, {"👍": 2, "❤": 1, "🔥": 1})
        d.person_unreacts(p.mod, copy["id"], "🔥")
        await counted(hands, {"👍": 2, "❤": 1})
        shown = await house.product.newsroom.show("1")
        assert "  👍 2 · ❤ 1" in shown
        t.person_reacts(p.boss, p.group, own, None)
        await counted(hands, {"👍": 2})
        assert "👍" not in (hands.copy_here("worth a thumb") or {})["content"]
        stored = await house.product.newsroom.look(lambda tx, _: tx.all("SELECT * FROM reaction"))
        assert [tuple(dict(row)) for row in stored] == [("message", "emoji", "count")]


async def test_a_repeated_update_counts_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        own = hands.ana("only once")
        await house.until(lambda: hands.copy_here("only once"), "relayed")
        handle = house.product.newsroom.handle
        group, message = str(hands.p.group), str(own)
        for key in ("r1", "r1", "r2"):
            await handle(Reacted("telegram", group, message, {"👍": 1}, True, key))
        assert await reactions(hands) == {"👍": 2}
        await handle(Reacted("telegram", group, message, {"👍": 5, "🔥": 1}, key="r3"))
        await handle(Reacted("telegram", group, message, {"🔥": -3}, True, "r4"))
        await handle(Reacted("telegram", group, "4711", {"🔥": 1}, True, "r5"))
        await handle(Reacted("telegram", "-5", message, {"🔥": 1}, True, "r6"))
        assert await reactions(hands) == {"👍": 5}


async def test_the_card_tells_them_when_it_is_shown_again(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="held") as house:
        await house.publish()
        hands = Hands(house)
        hands.ben("liked before a change")
        card = await house.until(lambda: house.card("liked before"), "card")
        hands.presses(card, "Approve")
        there, here = await hands.copies("liked before")
        hands.t.person_reacts(hands.p.ana, hands.p.group, there["message_id"], "👍")
        await counted(hands, {"👍": 1})
        opened = await hands.menu(hands.p.ben, "Edit comment", here["id"])
        await hands.submits(hands.p.ben, opened, "liked and then changed")
        changed = await house.until(lambda: house.card("changed"), "card")
        assert "Reactions: 👍 1" in changed["text"]


async def test_under_a_message_of_several_they_are_told_apart_and_counted_for_none(
    tmp_path: Path,
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        shared = await together(hands, "one fish", "two fish")
        hands.t.person_reacts(hands.p.ana, hands.p.group, shared["message_id"], "👍")

        async def told() -> bool:
            return "  on one message with others: 👍 1" in await house.product.newsroom.show("1")

        await house.until_async(told, "told in show")
        assert await reactions(hands) == {}
        await house.product.newsroom.command(None, "mode", "held 1")
        own = house.thread_message("two fish") or {}
        hands.d.person_edits(hands.p.ben, own["id"], "three fish")
        card = await house.until(lambda: house.card("three fish"), "card")
        assert "Reactions to it and others in one message: 👍 1" in card["text"]
        assert "Reactions:" not in card["text"]


async def test_reactions_on_discord_while_away_are_read_afterwards(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        hands.ana("reacted to at night")
        copy = await house.until(lambda: hands.copy_here("reacted to"), "relayed")
        await hands.settled()
        await house.stop()
        hands.d.person_reacts(hands.p.ben, copy["id"], "👍")
        await house.start()
        await counted(hands, {"👍": 1})
        await hands.settled()
        await house.stop()
        hands.d.person_unreacts(hands.p.ben, copy["id"], "👍")
        await house.start()
        await counted(hands, {})


def test_a_platforms_own_emoji_are_told_by_their_names() -> None:
    assert reaction_words({"👍": 3, "partyparrot": 1}) == "👍 3 · :partyparrot: 1"

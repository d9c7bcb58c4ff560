"""Who may write on Telegram besides people under their own account, and a group's new id."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from core.events import Moved
from core.feeds.model import Draft
from core.model import Purpose
from core.newsroom import ChannelPlan
from core.newsroom.setup import admin
from tests.road.hands import Hands
from tests.road.house import House, Json, newsroom
from tests.road.test_door_media import at_the_door, confirms, enters
from tests.road.test_waves import RAID


async def test_the_publications_own_voices_are_not_held(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        t, p = house.telegram, house.places
        t.person_posts(p.boss, p.group, "the channel speaks", under=house.root(), as_chat=p.channel)
        copy = await house.until(lambda: house.thread_message("the channel speaks"), "published")
        assert "The Paper" in copy["content"]
        t.person_posts(p.boss, p.group, "an admin speaks", under=house.root(), anonymous_admin=True)
        await house.until(lambda: house.thread_message("an admin speaks"), "published")
        assert house.group_message("the channel speaks")
        assert house.group_message("an admin speaks")


async def test_who_writes_as_another_channel_is_held_and_can_be_banned(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        hands = Hands(house)
        await house.publish()
        t, p = house.telegram, house.places
        loud = t.add_channel("Loud", "loud", owner=p.ana)
        t.person_posts(p.ana, p.group, "loud words", under=house.root(), as_chat=loud)
        card = await house.until(lambda: house.card("loud words"), "held")
        assert "Loud" in card["text"]
        hands.presses(card, "Ban")
        await hands.nowhere("loud words")
        t.person_posts(p.ana, p.group, "loud again", under=house.root(), as_chat=loud)
        await hands.nowhere("loud again")
        t.person_posts(p.ana, p.group, "under my own name", under=house.root())
        await house.until(lambda: house.card("under my own name"), "only held")


async def test_what_came_through_a_bot_says_so_on_both_sides(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        await house.publish()
        gif = house.telegram.add_bot("Gif", "gif_bot", "7000000002:" + "B" * 35)
        hands.ana("made by it", via_bot=gif)
        copy = await house.until(lambda: hands.copy_here("made by it"), "relayed")
        assert "via @gif" in copy["content"].replace("\\", "")
        hands.ana("by hand")
        other = await house.until(lambda: hands.copy_here("by hand"), "relayed")
        assert "via" not in other["content"]


async def test_the_channel_of_another_publication_is_nobody_in_particular(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        t, p, room = house.telegram, house.places, house.product.newsroom
        bot = int(t.bots()[0]["id"])
        other = t.add_channel("The Other Paper", "otherpaper", owner=p.boss)
        t.make_admin(other, bot)
        number = await room.change(
            lambda tx, c: admin.add_publication(tx, c, "Other", mode="open", languages="en")
        )
        plan = ChannelPlan(number, Purpose.ANNOUNCE)
        await room.add_channel(plan, house.product.adapters["telegram"], str(other))
        t.person_posts(p.boss, p.group, "from next door", under=house.root(), as_chat=other)
        await house.until(lambda: house.card("from next door"), "held as everybody's")


async def _small_desk(house: House) -> int:
    """A second desk, in a group that is not a supergroup."""
    t, p = house.telegram, house.places
    bot = next(b["id"] for b in t.bots() if b["username"] == "thread_bot")
    small = t.add_group("Small desk", owner=p.boss, basic=True)
    t.make_admin(small, bot)
    number = (await house.product.newsroom.house()).publications
    plan = ChannelPlan(next(iter(number)), Purpose.DESK)
    await house.product.newsroom.add_channel(plan, house.product.adapters["telegram"], str(small))
    return small


async def test_a_desk_that_became_a_supergroup_goes_on_there(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        hands = Hands(house)
        await house.publish()
        t, p = house.telegram, house.places
        small = await _small_desk(house)
        hands.ana("still undecided")
        hands.ana("decided before")
        await house.until(lambda: _card(house, small, "still undecided"), "a card")
        decided = await house.until(lambda: _card(house, small, "decided before"), "a card")
        said = await hands.toast(t.person_presses(p.boss, small, decided["message_id"], "Approve"))
        assert said == "Published #2."
        await hands.copies("decided before")
        await hands.settled()
        new = t.migrate(small)
        card = await house.until(lambda: _card(house, new, "still undecided"), "a card there")
        await hands.settled()
        shown = [m.get("text", "") for m in t.messages(new)]
        assert sum("still undecided" in text for text in shown) == 1
        assert not [text for text in shown if "decided before" in text]
        assert [text for text in shown if "has become a supergroup" in text]
        t.person_presses(p.boss, new, card["message_id"], "Approve")
        await hands.copies("still undecided")


def _card(house: House, chat: int, words: str) -> Json | None:
    found = [m for m in house.telegram.messages(chat)
             if words in m.get("text", "") and "reply_markup" in m]  # fmt: skip
    return found[-1] if found else None


async def test_whatever_asks_the_desk_something_appears_where_it_went(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        hands = Hands(house)
        await house.publish()
        t, p = house.telegram, house.places
        await hands.starts(p.ana)
        small = await _small_desk(house)
        hands.ana("They were at the harbour")
        await house.until(lambda: house.card("at the harbour"), "a card")
        assert await hands.at_desk("/reject 1#1 insult")
        hands.t.person_posts(p.ana, p.ana, "/appeal 1#1 It is no insult.")
        for number in range(7):
            raider = t.add_person(f"Raider {number}")
            t.join(p.group, raider)
            hands.writes(raider, RAID + "!" * (number % 3))
        draft = Draft("Next report", "https://paper.example/next", "Next report")
        await house.product.newsroom.preview(1, draft)
        asked = ("It is no insult", "7 alike", "Next report")
        for words in asked:
            await house.until(partial(_card, house, small, words), words)
        await hands.settled()
        new = t.migrate(small)
        for words in asked:
            await house.until(partial(_card, house, new, words), f"{words}, in the new group")
        await hands.settled()
        for words in asked:
            assert sum(words in m.get("text", "") for m in t.messages(new)) == 1


async def test_a_discuss_group_that_moved_sends_nothing_twice(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        t, p = house.telegram, house.places
        await house.publish()
        hands.ben("before the move")
        await house.until(lambda: house.group_message("before the move"), "relayed")
        await hands.settled()
        new = t.add_group("The Paper talk", owner=p.boss)
        t.make_admin(new, hands.bot)
        t.link(p.channel, new)
        for _ in range(2):
            moved = Moved("telegram", str(p.group), str(new), house.product.clock.now())
            await house.product.newsroom.handle(moved)
        await house.until(
            lambda: [m for m in house.cards() if "1 thread there is closed" in m.get("text", "")],
            "the desk is told",
        )
        hands.ben("after the move")
        copy = await house.until(lambda: house.thread_message("after the move"), "written")
        assert not [m for m in t.messages(new) if "the move" in m.get("text", "")]
        house.discord.person_deletes(p.ben, copy["id"])
        await hands.settled()
        await house.product.newsroom.publish_draft_now(None, Draft("Second", "", "Second"))
        await house.until(
            lambda: [m for m in t.messages(new) if "Second" in m.get("text", "")],
            "new articles get their thread there",
        )
        assert not [m for m in t.messages(new) if "Harbour report" in m.get("text", "")]
        root = next(m for m in t.messages(new) if m.get("is_automatic_forward"))
        for words in ("one there", "two there", "three there"):
            t.person_posts(p.boss, new, words, under=root["message_id"])
            seen = partial(house.thread_message, words, "Second")
            await house.until(seen, f"{words}, whose number the old group had too")


async def test_what_is_forwarded_to_the_door_says_so(tmp_path: Path) -> None:
    """A channel is named, a person is not, whatever Telegram tells; own words take it away."""
    async with at_the_door(tmp_path) as hands:
        house, t, p = hands.house, hands.t, hands.p
        loud = t.add_channel("Loud", "loud", owner=p.ana)
        eve = t.add_person("Eve Canary", "eve")
        t.join(friends := t.add_group("Friends", owner=eve), p.ana)
        heard = t.person_posts(eve, friends, "hearsay")
        said = t.person_posts(p.ana, loud, "loud words")
        for chat, message, line in (
            (loud, said, "forwarded from Loud"),
            (heard["chat"]["id"], heard, "forwarded"),
        ):
            t.person_forwards(p.ana, chat, message["message_id"], p.ana)
            shown = await house.until(partial(_shown, hands, message["text"]), "preview")
            assert line in shown["text"].split("\n")
        await confirms(hands, shown)
        there, here = await hands.copies("hearsay")
        assert "forwarded" in there["text"].split("\n")
        assert "forwarded" in here["content"]
        assert "Canary" not in str([shown, there, here, house.cards()])
        await enters(hands)
        t.person_forwards(p.ana, loud, said["message_id"], p.ana)
        await house.until(lambda: _shown(hands, "loud words"), "preview")
        t.person_posts(p.ana, p.ana, "my own")
        shown = await house.until(lambda: _shown(hands, "my own"), "preview")
        assert "forwarded" not in shown["text"]


def _shown(hands: Hands, words: str) -> Json | None:
    """The newest preview, if it has these words."""
    found = [m for m in hands.t.messages(hands.p.ana) if "Send" in str(m.get("reply_markup"))]
    return found[-1] if found and words in found[-1]["text"] else None

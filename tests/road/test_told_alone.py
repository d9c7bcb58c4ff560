"""What authors who never opened the bot's chat are told in the group, where nobody else sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.rehearsal.world import Switches
from tests.road.hands import Hands
from tests.road.test_told import Json, _count, _states, published, rejects, says, to_ana

KNOWS = Switches(ephemeral_messages="10.3")


def alone(hands: Hands) -> list[str]:
    """What Ana alone sees in the group."""
    return [one["text"] for one in hands.t.ephemeral(hands.p.group, hands.p.ana)]


def shown_alone(hands: Hands, words: str) -> Json:
    every = hands.t.ephemeral(hands.p.group, hands.p.ana)
    return next(one for one in every if words in one["text"])


def watch(hands: Hands) -> list[str]:
    """Everything that everybody in the group ever sees from now on."""
    seen: list[str] = []
    hands.house.world.on_change(lambda: seen.extend(hands.t.texts(hands.p.group)))
    return seen


@pytest.mark.parametrize("known", ["10.2", "10.3"])
async def test_a_reader_is_told_in_the_group_that_it_waits_and_why_it_does_not_appear(
    tmp_path: Path, known: str
) -> None:
    async with published(tmp_path, switches=Switches(ephemeral_messages=known)) as hands:
        eva = hands.t.add_person("Eva", "eva")
        hands.t.join(hands.p.group, eva)
        seen = watch(hands)
        hands.ana("Please read me")
        told = await says(hands, alone, "waits for a moderator")
        assert told.startswith("The Paper")
        assert "“Please read me”" in told
        await rejects(hands, "Please read me")
        told = await says(hands, alone, "was not published")
        assert "Reason: insult" in told
        assert "How comments are moderated" in told
        shown = shown_alone(hands, "was not published")
        assert shown["message_thread_id"] == hands.house.root(), "below the article"
        await hands.settled()
        said = ("waits for a moderator", "was not published", "Reason:")
        assert not [text for text in seen if any(words in text for words in said)]
        for somebody in (eva, hands.p.boss):
            assert hands.t.ephemeral(hands.p.group, somebody) == []
        assert to_ana(hands) == []


async def test_its_button_leads_to_the_appeal_and_nothing_is_told_again_there(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, switches=KNOWS) as hands:
        hands.ana("Please read me")
        await rejects(hands, "Please read me")
        await says(hands, alone, "was not published")
        ((button,),) = shown_alone(hands, "was not published")["reply_markup"]["inline_keyboard"]
        hands.t.person_opens(hands.p.ana, button["url"])
        await says(hands, to_ana, "Write in one message why 1#1 should be looked at again.")
        hands.t.person_posts(hands.p.ana, hands.bot, "It names nobody")
        await hands.house.until(lambda: hands.house.card("It names nobody"), "the appeal's card")
        assert await _count(hands, "SELECT * FROM told WHERE state = 'told'", len(alone(hands)))
        assert not [text for text in to_ana(hands) if "not published" in text]


async def test_somebody_elses_button_appeals_against_nothing(tmp_path: Path) -> None:
    async with published(tmp_path, switches=KNOWS) as hands:
        hands.ana("Please read me")
        await rejects(hands, "Please read me")
        await says(hands, alone, "was not published")
        ((button,),) = shown_alone(hands, "was not published")["reply_markup"]["inline_keyboard"]
        hands.t.person_opens(hands.p.boss, button["url"])

        def answered() -> bool:
            said = [m["text"] for m in hands.t.messages(hands.p.boss)]
            return any("does nothing any more" in text for text in said)

        await hands.house.until(answered, "refused")


async def test_once_the_chat_is_open_the_rest_is_told_there(tmp_path: Path) -> None:
    async with published(tmp_path, switches=KNOWS) as hands:
        hands.ana("Please read me")
        await says(hands, alone, "waits for a moderator")
        await hands.starts(hands.p.ana)
        await rejects(hands, "Please read me")
        await says(hands, to_ana, "was not published")
        assert len(alone(hands)) == 1
        assert not [text for text in to_ana(hands) if "waits for" in text]


async def test_notify_off_in_the_group_ends_it(tmp_path: Path) -> None:
    async with published(tmp_path, switches=KNOWS) as hands:
        hands.ana("Please read me")
        assert "/notify off" in await says(hands, alone, "waits for a moderator")
        hands.ana("/notify off")
        await hands.house.until_async(lambda: _count(hands, "SELECT * FROM quiet", 1), "quiet")
        await rejects(hands, "Please read me")
        assert await _count(hands, "SELECT * FROM told WHERE state = 'waiting'", 0)
        assert len(alone(hands)) == 1


@pytest.mark.parametrize("known", ["missing", "ignored"])
async def test_where_the_server_cannot_nothing_is_ever_public_and_they_are_told_in_the_chat(
    tmp_path: Path, known: str
) -> None:
    async with published(tmp_path, switches=Switches(ephemeral_messages=known)) as hands:
        seen = watch(hands)
        hands.ana("Please read me")
        await hands.house.until_async(lambda: _states(hands, "refused", 1), "refused")
        await rejects(hands, "Please read me")
        await hands.settled()
        assert not [text for text in seen if "waits for a moderator" in text]
        assert not [text for text in hands.t.texts(hands.p.group) if text == "…"]
        assert alone(hands) == to_ana(hands) == []
        await hands.starts(hands.p.ana)
        hands.ana("Now I listen")
        await says(hands, to_ana, "“Now I listen”")


async def test_who_comments_through_the_door_is_told_nothing_in_the_group(tmp_path: Path) -> None:
    async with published(tmp_path, way="door", switches=KNOWS) as hands:
        (post,) = [m for m in hands.t.messages(hands.p.channel) if "Harbour" in m.get("text", "")]
        rows = post["reply_markup"]["inline_keyboard"]
        url = next(b["url"] for row in rows for b in row if b["text"] == "Comment")
        hands.t.person_opens(hands.p.ana, url)
        await hands.house.until(lambda: to_ana(hands), "the door opens")
        hands.t.person_posts(hands.p.ana, hands.bot, "Anonymously")

        def offers() -> list[Json]:
            return [m for m in hands.t.messages(hands.p.ana) if "Send" in hands.buttons(m)]

        (offer,) = await hands.house.until(offers, "asked")
        hands.t.person_presses(hands.p.ana, hands.bot, offer["message_id"], "Send")
        await hands.house.until(lambda: hands.house.card("Anonymously"), "held")
        memory = hands.t.memory
        chat = memory.private_chat(hands.p.ana, hands.bot)
        assert chat
        memory.put_chat({**chat, "started": False})
        await rejects(hands, "Anonymously")
        await hands.house.until_async(lambda: _states(hands, "refused", 1), "refused")
        assert alone(hands) == []


async def test_who_writes_into_a_closed_thread_is_told_so_there_once_in_a_while(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open", switches=KNOWS) as hands:
        await hands.at_desk("/lock 1")
        for words in ("too late", "again", "and again"):
            hands.ana(words)
        assert "yours was removed: “too late”" in await says(hands, alone, "Comments are closed")
        await hands.nowhere("again")
        assert len(alone(hands)) == 1
        assert to_ana(hands) == []

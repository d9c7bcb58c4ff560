"""What authors are told alone: where a comment waits, and what was decided; never in public."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bots.rehearsal.world import Switches
from core.newsroom import Rules
from core.newsroom.authors import private
from tests.road.hands import Hands
from tests.road.house import newsroom, read

Json = dict[str, Any]
QUICK = Rules(tell_gather=0.05, tell_gap=0.1)


@asynccontextmanager
async def published(
    folder: Path,
    mode: str = "held",
    rules: Rules = QUICK,
    way: str = "chat",
    switches: Switches | None = None,
) -> AsyncIterator[Hands]:
    """A newsroom with one article, which tells authors soon."""
    async with newsroom(folder, mode=mode, way=way, rules=rules, switches=switches) as house:
        await house.publish()
        yield Hands(house)


def to_ana(hands: Hands) -> list[str]:
    """What the bot wrote to Ana's direct chat."""
    return [m["text"] for m in hands.t.messages(hands.p.ana) if m["from"]["id"] == hands.bot]


def to_ben(hands: Hands) -> list[str]:
    """What the bot wrote to Ben's direct messages."""
    bot = str(hands.d.state.all("app").__next__()["bot_id"])
    return [read(m).replace("*", "").replace("\\", "")
            for m in hands.d.messages(hands.d.direct_chat(hands.p.ben, bot))
            if m["author"]["id"] == bot]  # fmt: skip


async def says(hands: Hands, heard: Any, words: str) -> str:
    """Wait until one of the private messages has the words; the message."""
    return str(
        await hands.house.until(
            lambda: next((text for text in heard(hands) if words in text), ""), words
        )
    )


async def rejects(hands: Hands, words: str, reason: str = "insult") -> None:
    card = await hands.house.until(lambda: hands.house.card(words), f"card of {words}")
    hands.presses(card, "Reject")
    await hands.house.until(
        lambda: reason in hands.buttons(hands.house.card(words) or {}), "the reasons"
    )
    hands.presses(hands.house.card(words) or {}, reason)


async def test_who_opened_the_chat_is_told_on_telegram_that_it_waits_and_why_it_does_not_appear(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("Please read me")
        told = await says(hands, to_ana, "waits for a moderator")
        assert "Harbour report" in told
        assert "“Please read me”" in told
        await rejects(hands, "Please read me")
        told = await says(hands, to_ana, "was not published")
        assert "1#1" in told
        assert "Reason: insult" in told
        assert "How comments are moderated" in told
        assert "endanger nobody" in told
        assert "Boss" not in told
        await hands.settled()
        assert all("not published" not in text for text in hands.t.texts(hands.p.group))


async def test_on_discord_a_direct_message_tells_it_in_the_publications_language(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        hands.ben("Please read me")
        await says(hands, to_ben, "waits for a moderator")
        await rejects(hands, "Please read me", "spam")
        told = await says(hands, to_ben, "was not published")
        assert "Reason: spam" in told
        thread = hands.house.forum_thread()
        assert thread
        assert all("not published" not in text for text in hands.d.texts(thread))


async def test_who_never_opened_the_chat_or_closed_it_is_told_nothing_and_nobody_else_is(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        hands.d.close_direct_chat(hands.p.ben)
        hands.ana("From there")
        hands.ben("From here")
        await hands.house.until_async(lambda: _states(hands, "refused", 2), "both refused")
        await hands.settled()
        assert to_ana(hands) == []
        assert to_ben(hands) == []
        assert not [text for text in hands.t.texts(hands.p.group) if "waits for a mod" in text]


async def _states(hands: Hands, state: str, number: int) -> bool:
    rows = await hands.house.product.newsroom.look(
        lambda tx, _: tx.all("SELECT * FROM told WHERE state = :s", {"s": state})
    )
    return len(rows) == number


async def test_several_things_are_one_message_and_what_was_decided_meanwhile_is_not_told(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, rules=Rules(tell_gather=1.2, tell_gap=60.0)) as hands:
        await hands.starts(hands.p.ana)
        for words in ("first words", "second words", "third words"):
            hands.ana(words)
        card = await hands.house.until(lambda: hands.house.card("second words"), "card")
        hands.presses(card, "Approve")
        told = await says(hands, to_ana, "waits for a moderator")
        assert "“first words”" in told
        assert "“third words”" in told
        assert "second words" not in told
        assert len([text for text in to_ana(hands) if "waits" in text]) == 1
        await rejects(hands, "first words")
        await hands.settled()
        assert not [text for text in to_ana(hands) if "not published" in text], "too soon"


async def test_a_removal_a_mute_and_a_ban_are_told_and_what_is_taken_back_is_not(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open") as hands:
        await hands.starts(hands.p.ana)
        first = hands.ana("A remark that is shown")
        await hands.house.until(lambda: hands.copy_here("A remark that"), "relayed")
        await hands.at_desk("/remove 1#1 names a witness")
        told = await says(hands, to_ana, "was taken down")
        assert "names a witness" in told
        await hands.at_desk("/mute 1#1 48")
        told = await says(hands, to_ana, "You cannot comment at The Paper until")
        await hands.at_desk("/ban 1#1")
        await says(hands, to_ana, "You cannot comment at The Paper any more")
        assert first
        assert all("Boss" not in text for text in to_ana(hands))


async def test_notify_off_ends_it_and_nothing_is_kept_for_it(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("The first one")
        await says(hands, to_ana, "waits for a moderator")
        said = await hands.in_group(hands.p.ana, "/notify off")
        assert "I tell you nothing" in said
        assert await _rows(hands, "SELECT * FROM address") == []
        await rejects(hands, "The first one")
        hands.ana("The second one")
        await hands.house.until(lambda: hands.house.card("The second one"), "card")
        assert await _rows(hands, "SELECT * FROM told WHERE state = 'waiting'") == []
        assert await _rows(hands, "SELECT * FROM address") == []
        thread = hands.house.forum_thread()
        assert thread
        answer = await hands.slash(hands.p.ben, thread, "notify", text="maybe")
        assert "Write /notify on or /notify off." in answer
        assert "I tell you privately" in await hands.slash(hands.p.ben, thread, "notify", text="on")


async def _rows(hands: Hands, sql: str) -> list[Any]:
    return await hands.house.product.newsroom.look(lambda tx, _: tx.all(sql))


async def test_the_database_holds_no_identity_in_the_clear(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("Please read me")
        hands.ben("And me")
        await says(hands, to_ana, "waits")
        await says(hands, to_ben, "waits")
        await rejects(hands, "Please read me")
        await says(hands, to_ana, "was not published")
        path = hands.house.folder / "commonthread.db"
        with sqlite3.connect(path) as base:
            assert base.execute("SELECT count(*) FROM address").fetchone() == (2,)
            dump = "\n".join(base.iterdump())
        for identity in (hands.p.ana, hands.p.ben):
            assert str(identity) not in dump
            assert str(identity).encode().hex() not in dump.lower()


async def test_an_address_goes_when_its_days_are_over(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        hands.ana("Seen and published")
        await hands.house.until(lambda: hands.copy_here("Seen and"), "relayed")
        room = hands.house.product.newsroom
        assert len(await _rows(hands, "SELECT * FROM address")) == 1
        await room.change(lambda tx, c: tx.run("UPDATE address SET expires = :t",
                                               {"t": c.clock.now() - 1}))  # fmt: skip
        await hands.house.until_async(
            lambda: _count(hands, "SELECT * FROM address", 0), "the address goes"
        )


async def _count(hands: Hands, sql: str, number: int) -> bool:
    return len(await _rows(hands, sql)) == number


async def test_a_comment_through_the_door_is_answered_there_and_its_rejection_told(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, way="door") as hands:
        thread = hands.house.forum_thread()
        assert thread
        post = hands.d.messages(thread)[0]
        opened = await hands.clicks(post, "Comment", who=hands.p.ben)
        assert "waits for a moderator" in await hands.submits(hands.p.ben, opened, "Anonymously")
        await rejects(hands, "Anonymously")
        told = await says(hands, to_ben, "was not published")
        assert "“Anonymously”" in told
        assert not [text for text in to_ben(hands) if "waits for a moderator" in text]


async def test_a_rejection_that_does_not_stand_any_more_is_not_told(tmp_path: Path) -> None:
    async with published(tmp_path, rules=Rules(tell_gather=1.5, tell_gap=0.1)) as hands:
        await hands.starts(hands.p.ana)
        hands.ana("A second thought")
        await rejects(hands, "A second thought")
        await hands.at_desk("/restore 1#1")
        await hands.copies("A second thought")
        hands.ana("Another one")
        told = await says(hands, to_ana, "“Another one”")
        assert "not published" not in told
        assert not [text for text in to_ana(hands) if "A second thought" in text]


async def test_a_change_that_is_refused_is_told_as_a_change(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.starts(hands.p.ana)
        own = hands.ana("The first wording")
        card = await hands.house.until(lambda: hands.house.card("The first wording"), "card")
        hands.presses(card, "Approve")
        copy, _ = await hands.copies("The first wording")
        assert own
        said = await hands.in_group(hands.p.ana, "/edit The second wording",
                                    reply=copy["message_id"])  # fmt: skip
        assert "waits for a moderator" in said
        await rejects(hands, "The second wording")
        told = await says(hands, to_ana, "What you changed in comment 1#1")
        assert "it stands as it was" in told


async def test_more_than_one_message_holds_comes_after_the_next_pause(tmp_path: Path) -> None:
    rules = Rules(tell_gather=1.5, tell_gap=2.0)
    async with published(tmp_path, rules=rules) as hands:
        await hands.starts(hands.p.ana)
        for number in range(private.MOST + 1):
            hands.ana(f"comment {number} of many")

        def told() -> list[str]:
            return [text for text in to_ana(hands) if "waits for a moderator" in text]

        await hands.house.until(lambda: len(told()) == 2, "the rest in a second message")
        assert told()[0].count("waits for a moderator") == private.MOST
        assert told()[1].count("waits for a moderator") == 1


async def test_who_opens_the_chat_after_a_refusal_is_told_again(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("Into the void")
        await hands.house.until_async(lambda: _states(hands, "refused", 1), "refused")
        hands.ana("Into the void again")
        await hands.house.until(lambda: hands.house.card("void again"), "held")
        assert await _count(hands, "SELECT * FROM told", 1), "nobody keeps trying"
        await hands.starts(hands.p.ana)
        hands.ana("Now I listen")
        await says(hands, to_ana, "“Into the void”")
        await says(hands, to_ana, "“Now I listen”")


async def test_it_is_told_in_the_authors_language(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        eva = hands.t.add_person("Eva", "eva", language="es")
        hands.t.join(hands.p.group, eva)
        await hands.starts(eva)
        hands.writes(eva, "Estuve en el puerto")

        def told() -> list[str]:
            texts = [m["text"] for m in hands.t.messages(eva)]
            return [text for text in texts if "espera a un moderador" in text]

        await hands.house.until(told, "told in Spanish")
        assert "Para no recibir estos avisos, envíame /notify off." in told()[0]


async def test_the_way_to_be_told_stands_below_the_article_and_below_help(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("Nobody told me")
        await hands.house.until_async(lambda: _states(hands, "refused", 1), "refused")
        (post,) = [m for m in hands.t.messages(hands.p.channel) if "Harbour" in m.get("text", "")]
        assert hands.buttons(post) == ["Policy", "Hear what becomes of your comment"]
        hands.writes(hands.p.ana, "/help")
        brief = await hands.house.until(
            lambda: next((m for m in hands.t.messages(hands.p.group)
                          if "open a chat with me" in m.get("text", "")), None), "a short answer",
        )  # fmt: skip
        for message, label in ((brief, "Open a chat with me"), (post, hands.buttons(post)[1])):
            rows = message["reply_markup"]["inline_keyboard"]
            url = next(b["url"] for row in rows for b in row if b["text"] == label)
            hands.t.person_opens(hands.p.ana, url)
        told = await says(hands, to_ana, "waits for a moderator")
        assert "“Nobody told me”" in told, "what could not be told before is told now"
        await says(hands, to_ana, "I tell you what becomes of your comments")
        await rejects(hands, "Nobody told me")
        await says(hands, to_ana, "was not published")
        assert len([text for text in to_ana(hands) if "waits for" in text]) == 1


async def test_nothing_of_it_stands_where_comments_are_not_held_or_everybody_can_be_told(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open") as hands:
        (post,) = [m for m in hands.t.messages(hands.p.channel) if "Harbour" in m.get("text", "")]
        assert hands.buttons(post) == ["Policy"]
        thread = hands.house.forum_thread()
        assert thread
        assert "Hear what" not in str(hands.d.messages(thread))

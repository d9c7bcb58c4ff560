"""What authors do with their words after they wrote them: change, withdraw, at any length."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from core.events import Edited, Invoked, Person
from core.text.model import Rich
from core.views import LONGEST
from tests.road.hands import Hands
from tests.road.house import newsroom

Json = dict[str, Any]


@asynccontextmanager
async def published(folder: Path, mode: str = "open") -> AsyncIterator[Hands]:
    """A newsroom with one article; Ana has spoken to the bot before."""
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        hands = Hands(house)
        await hands.starts(hands.p.ana)
        yield hands


def bolds(message: Json) -> set[str]:
    """The bold words of a Telegram message (of the basic plane)."""
    return {
        message["text"][e["offset"] : e["offset"] + e["length"]]
        for e in message["entities"]
        if e["type"] == "bold"
    }


def marks(message: Json) -> set[tuple[str, str]]:
    """(kind, words) of a Telegram message's entities (of the basic plane)."""
    return {
        (e["type"], message["text"][e["offset"] : e["offset"] + e["length"]])
        for e in message.get("entities", ())
    }


def withdrawn(hands: Hands) -> bool:
    return any("Withdrawn by its author." in m.get("text", "") for m in hands.house.cards())


# Editing the original where it stands


async def test_an_edit_of_the_original_reaches_the_other_side(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("the wrong word")
        copy = await hands.house.until(lambda: hands.copy_here("the wrong word"), "relayed")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "the right word")
        await hands.house.until(lambda: hands.copy_here("the right word"), "edited")
        changed = hands.d.message(copy["id"]) or {}
        assert "the right word" in changed["content"]
        assert "edited" in changed["content"]
        theirs = hands.ben("vague")
        mirror = await hands.house.until(lambda: hands.copy_there("vague"), "relayed")
        hands.d.person_edits(hands.p.ben, theirs, "precise")
        await hands.house.until(
            lambda: (
                "precise"
                in (hands.t.message(hands.p.group, mirror["message_id"]) or {}).get("text", "")
            ),
            "edited on Telegram",
        )


async def test_a_preview_that_discord_adds_is_no_edit(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        theirs = hands.ben("nothing changes")
        await hands.house.until(lambda: hands.copy_there("nothing changes"), "relayed")
        hands.d.preview_resolves(theirs)
        hands.ben("afterwards")
        await hands.house.until(lambda: hands.copy_there("afterwards"), "relayed")
        copy = hands.copy_there("nothing changes")
        assert copy
        assert "edited" not in copy["text"]


async def test_what_telegram_calls_an_edit_without_a_change_is_none(tmp_path: Path) -> None:
    """A reaction or a link's preview comes as an edit, and a held comment's would be read again."""
    async with published(tmp_path, "held-soft") as hands:
        own = hands.ana("nothing changes here")
        await approved_in_place(hands, "nothing changes here")
        await hands.settled()
        cards = len(hands.house.cards())
        hands.t.edits_invisibly(hands.p.group, own)
        hands.ana("afterwards")
        await hands.house.until(lambda: hands.house.card("afterwards"), "its card")
        copy = hands.copy_here("nothing changes here")
        assert copy
        assert "edited" not in copy["content"]
        assert len(hands.house.cards()) == cards + 1
        assert "Changed comment" not in str(hands.house.cards())


async def approved_in_place(hands: Hands, words: str) -> None:
    """Approve what waits where it was written; it is up on Discord."""
    card = await hands.house.until(lambda: hands.house.card(words), f"card of {words}")
    hands.presses(card, "Approve")
    await hands.house.until(lambda: hands.copy_here(words), "relayed")


async def test_a_soft_original_keeps_its_changed_words_and_its_copy_the_approved_ones(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "held-soft") as hands:
        own = hands.ana("plain words")
        await approved_in_place(hands, "plain words")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "other words")
        card = await hands.house.until(lambda: hands.house.card("other words"), "card")
        assert card["text"].startswith("Changed comment waits")
        await hands.settled()
        assert (hands.t.message(hands.p.group, own) or {})["text"] == "other words"
        assert hands.copy_here("plain words")
        assert not hands.copy_there("plain words")
        hands.presses(card, "Approve")
        await hands.house.until(lambda: hands.copy_here("other words"), "changed on Discord")
        await hands.settled()
        assert hands.t.message(hands.p.group, own)


async def test_an_edit_that_must_be_held_leaves_the_last_approved_words(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("plain words")
        await hands.house.until(lambda: hands.copy_here("plain words"), "relayed")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "see https://bad.example/ now")
        card = await hands.house.until(lambda: hands.house.card("see https"), "card")
        assert card["text"].startswith("Changed comment waits")
        changed = card["text"].partition("What changed:\n")[2].splitlines()[0]
        assert changed == "plainsee wordshttps://bad.example/ now"
        shown = {(kind, words) for kind, words in marks(card) if "plain" in words or "see" in words}
        assert {("strikethrough", "plain"), ("bold", "see"), ("underline", "see")} <= shown
        there, here = await hands.copies("plain words")
        assert hands.t.message(hands.p.group, own) is None
        await hands.nowhere("bad.example")
        hands.presses(card, "Approve")
        await hands.house.until(
            lambda: (
                "bad.example"
                in (hands.t.message(hands.p.group, there["message_id"]) or {}).get("text", "")
            ),
            "approved on Telegram",
        )
        await hands.house.until(
            lambda: "bad.example" in (hands.d.message(here["id"]) or {}).get("content", ""),
            "approved on Discord",
        )


async def test_the_card_tells_of_a_change_below_the_same_words(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        t, p = hands.t, hands.p
        own = hands.ana("the report says", media=Attachment("photo", jpeg(30, 30)))
        await hands.house.until(lambda: hands.copy_here("the report"), "relayed")
        await hands.at_desk("/mode 1 held")
        t.person_replaces(
            p.ana, p.group, own, Attachment("photo", jpeg(300, 200)), "the report says"
        )
        card = await hands.house.until(lambda: _changed(hands, "What is attached."), "held")
        hands.presses(card, "Approve")
        await hands.settled()
        copy = next(m for m in t.messages(p.group) if "the report" in m.get("caption", ""))
        linked = {"type": "text_link", "offset": 10, "length": 6, "url": "https://paper.example/"}
        t.person_posts(
            p.ana, p.group, "/edit the report says", reply_to=copy["message_id"], entities=[linked]
        )
        await hands.house.until(
            lambda: _changed(hands, "The formatting, or where a link leads."), "held again"
        )


def _changed(hands: Hands, line: str) -> Json | None:
    """The card that names nothing but this as changed."""
    found = [c for c in hands.house.cards() if f"What changed:\n{line}\n" in c.get("text", "")]
    return found[-1] if found else None


async def test_a_rejected_edit_keeps_what_was_approved(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        theirs = hands.ben("as agreed")
        await hands.house.until(lambda: hands.copy_there("as agreed"), "relayed")
        hands.d.person_edits(hands.p.ben, theirs, "www.spam.example")
        card = await hands.house.until(lambda: hands.house.discord_card("spam.example"), "card")
        asked = await hands.clicks(card, "Reject")
        hands.d.person_presses(hands.p.mod, asked.messages[-1]["id"], "spam")
        decided = "Change rejected by Mod: spam · the earlier words stand"
        await hands.house.until(lambda: hands.house.card(decided), "decided")
        assert hands.house.card("What changed:\n")
        await hands.copies("as agreed")
        await hands.nowhere("spam.example")
        assert hands.d.message(theirs) is None


async def test_a_change_that_is_told_late_undoes_no_newer_one(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("the first words")
        await hands.house.until(lambda: hands.copy_here("the first words"), "relayed")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "the newest words")
        await hands.house.until(lambda: hands.copy_here("the newest words"), "changed")
        late = Edited(
            "telegram", str(hands.p.group), str(own), Person(str(hands.p.ana), "Ana"),
            Rich("words in between"), at=1.0, key="late",
        )  # fmt: skip
        await hands.house.product.newsroom.handle(late)
        await hands.settled()
        assert hands.copy_here("the newest words")
        assert not hands.copy_here("words in between")


async def test_a_published_comment_is_removed_from_its_card(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("up and down")
        _, here = await hands.approved("up and down")
        hands.ben("an answer below it", reply=here["id"])
        await hands.approved("an answer below it")
        card = await hands.house.until(
            lambda: next((c for c in hands.house.cards() if "up and down" in c.get("text", "")
                          and "Remove" in hands.buttons(c)), None),
            "a card with Remove",
        )  # fmt: skip
        hands.presses(card, "Remove")
        await hands.nowhere("up and down")
        assert hands.copy_here("an answer below it")
        placeholder = await hands.house.until(
            lambda: hands.house.thread_message("This comment was removed."), "a placeholder"
        )
        assert placeholder["content"].startswith("**#1**")
        decided = await hands.house.until(
            lambda: next((c for c in hands.house.cards() if "up and down" in c.get("text", "")
                          and "Removed" in c["text"]), None),
            "the card says so",
        )  # fmt: skip
        assert hands.buttons(decided) == ["Undo"]


# Our copy, by command and menu


async def test_an_author_edits_our_copy_by_a_command_in_reply(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("a first try")
        there, _ = await hands.approved("a first try")
        said = await hands.in_group(hands.p.ana, "/edit a better try", reply=there["message_id"])
        assert said == "Thank you. Your new text waits for a moderator."
        assert hands.copy_here("a first try")
        card = await hands.house.until(lambda: hands.house.card("a better try"), "card")
        assert card["text"].startswith("Changed comment waits")
        hands.presses(card, "Approve")
        await hands.copies("a better try")
        await hands.nowhere("a first try")


async def test_an_edit_by_command_keeps_formatting_and_replaces_the_original(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("mine in place")
        await hands.house.until(lambda: hands.copy_here("mine in place"), "relayed")
        bold = [{"type": "bold", "offset": 10, "length": 4}]
        hands.ana("/edit #1  new words", entities=bold)
        here = await hands.house.until(lambda: hands.copy_here("**new** words"), "on Discord")
        assert "Ana" in here["content"]
        there = await hands.house.until(lambda: hands.copy_there("new words"), "on Telegram")
        assert "new" in bolds(there)
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "no old words")


async def test_an_author_uses_the_menu_on_discord(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ben("typed too fast")
        _, copy = await hands.approved("typed too fast")
        await hands.settled()
        opened = await hands.menu(hands.p.ben, "Edit comment", copy["id"])
        assert opened.modal
        assert opened.modal["title"] == "Edit your comment"
        assert opened.modal["components"][0]["component"]["value"] == "typed too fast"
        other = await hands.menu(hands.p.mod, "Edit comment", copy["id"])
        assert other.modal
        assert "value" not in other.modal["components"][0]["component"], "words of somebody else"
        said = await hands.submits(hands.p.ben, opened, "typed **slowly**")
        assert said == "Thank you. Your new text waits for a moderator."
        there, _ = await hands.approved("slowly")
        assert "slowly" in bolds(there)
        gone = await hands.menu(hands.p.ben, "Withdraw comment", copy["id"])
        assert gone.text == "Your comment is withdrawn, here and everywhere."
        await hands.nowhere("slowly")
        await hands.house.until(lambda: withdrawn(hands), "the card")


async def test_nobody_else_edits_or_withdraws_a_comment(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ben("mine alone")
        there, copy = await hands.approved("mine alone")
        for words in ("/edit yours now", "/delete"):
            said = await hands.in_group(hands.p.ana, words, reply=there["message_id"])
            assert said == "Only its author can do that."
        other = await hands.menu(hands.p.mod, "Withdraw comment", copy["id"])
        assert other.text == "Only its author can do that."
        assert hands.copy_here("mine alone")


async def test_an_author_withdraws_in_the_direct_chat(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("sorry for this")
        await hands.approved("sorry for this")
        before = len(hands.t.messages(hands.p.ana))
        hands.t.person_posts(hands.p.ana, hands.bot, "/delete #1")
        await hands.house.until(
            lambda: len(hands.t.messages(hands.p.ana)) == before + 2, "answered"
        )
        assert "withdrawn" in hands.t.messages(hands.p.ana)[-1]["text"]
        await hands.nowhere("sorry for this")


async def test_a_held_comment_is_withdrawn_before_anybody_read_it(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("never mind")
        card = await hands.house.until(lambda: hands.house.card("never mind"), "card")
        said = await hands.in_group(hands.p.ana, "/delete #1")
        assert "withdrawn" in said
        await hands.house.until(
            lambda: (
                "Withdrawn by its author."
                in (hands.t.message(hands.p.desk, card["message_id"]) or {})["text"]
            ),
            "the card says so",
        )
        assert await hands.log() == []


# Withdrawing the original


async def test_a_deletion_on_discord_withdraws_everywhere(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        theirs = hands.ben("too hasty")
        copy = await hands.house.until(lambda: hands.copy_there("too hasty"), "relayed")
        hands.ana("why so?", reply=copy["message_id"])
        await hands.house.until(lambda: hands.copy_here("why so?"), "answered")
        hands.d.person_deletes(hands.p.ben, theirs)
        await hands.nowhere("too hasty")
        await hands.house.until(
            lambda: (
                "This comment was removed."
                in (hands.t.message(hands.p.group, copy["message_id"]) or {})["text"]
            ),
            "a placeholder, because a reply hangs on it",
        )
        assert await hands.log() == []


async def test_a_single_dot_withdraws_on_telegram(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("forget it")
        await hands.house.until(lambda: hands.copy_here("forget it"), "relayed")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, ".")
        await hands.nowhere("forget it")
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "gone too")


# Long ones


def long(word: str, length: int) -> str:
    """Numbered sentences, so that a lost piece is seen."""
    pieces = [f"{word} sentence {number}." for number in range(1000)]
    text = ""
    for piece in pieces:
        if len(text) + len(piece) > length:
            return text.strip()
        text += piece + " "
    return text.strip()


def written_on_discord(hands: Hands) -> list[str]:
    thread = hands.house.forum_thread()
    assert thread
    return [
        m["content"] for m in hands.d.messages(thread) if m["author"].get("bot") and m["content"]
    ]


async def test_a_long_comment_is_split_and_an_edit_changes_how_many(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        words = long("_Early_", 3900)
        own = hands.ana(words)
        await hands.house.until(lambda: len(written_on_discord(hands)) == 3, "three messages")
        shown = " ".join(" ".join(written_on_discord(hands)).split())
        assert all(f"Early\\_ sentence {n}." in shown for n in range(words.count("sentence")))
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "Short now")
        await hands.house.until(lambda: len(written_on_discord(hands)) == 1, "one message")
        await hands.settled()
        assert await hands.log() == []
        hands.ben("between the two")
        await hands.house.until(lambda: hands.copy_there("between"), "relayed")
        hands.t.person_edits(hands.p.ana, hands.p.group, own, long("Late", 3000))
        await hands.house.until(lambda: len(written_on_discord(hands)) == 2, "two messages")
        await hands.settled()
        assert "Short now" not in " ".join(written_on_discord(hands))
        second = [m for m in hands.d.messages(hands.house.forum_thread() or "")
                  if m["author"].get("bot") and m["content"]][1]  # fmt: skip
        hands.ben("to the end of it", reply=second["id"])
        reply = await hands.house.until(lambda: hands.copy_there("to the end of it"), "relayed")
        assert reply["reply_to_message"]["message_id"] == own


async def test_one_part_of_a_long_copy_taken_away_takes_the_rest_along(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana(long("_Removed_", 3900))
        await hands.house.until(lambda: len(written_on_discord(hands)) == 3, "three messages")
        await hands.settled()
        copy = hands.copy_here("sentence 0.")
        assert copy
        hands.d.person_deletes(hands.p.mod, copy["id"])
        await hands.nowhere("sentence")
        assert [r["action"] for r in await hands.log()] == ["remove"]


# Replies


async def test_replies_are_mapped_across_a_restart(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("before the restart")
        copy = await hands.house.until(lambda: hands.copy_here("before the"), "relayed")
        await hands.settled()
        await hands.house.stop()
        hands.ben("while you were away", reply=copy["id"])
        await hands.house.start()
        answer = await hands.house.until(lambda: hands.copy_there("while you were"), "caught up")
        assert answer["reply_to_message"]["message_id"] == own
        hands.ana("and deeper still", reply=answer["message_id"])
        deeper = await hands.house.until(lambda: hands.copy_here("and deeper"), "relayed")
        theirs = next(
            m for m in hands.d.messages(hands.house.forum_thread() or "")
            if m["content"] == "while you were away"
        )  # fmt: skip
        assert deeper["message_reference"]["message_id"] == theirs["id"]


async def test_a_quoted_line_takes_the_place_of_a_parent_that_is_not_there(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        theirs = hands.ben("somebody removes me on Telegram")
        copy = await hands.house.until(lambda: hands.copy_there("somebody removes"), "relayed")
        hands.t.person_deletes(hands.p.boss, hands.p.group, copy["message_id"])
        hands.ben("an answer without a parent", reply=theirs)
        answer = await hands.house.until(lambda: hands.copy_there("an answer without"), "relayed")
        assert "#1 Ben: somebody removes me on Telegram" in answer["text"]
        assert answer["reply_to_message"]["message_id"] == hands.house.root()
        assert any(e["type"] == "blockquote" for e in answer["entities"])


async def test_a_form_that_is_refused_gives_its_words_back(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("what do you say")
        await hands.house.until(lambda: hands.copy_here("what do you say"), "relayed")
        copy = hands.copy_here("what do you say")
        assert copy
        opened = await hands.menu(hands.p.ben, "Reply", copy["id"])
        said = await hands.submits(hands.p.ben, opened, "a **long** answer")
        assert said == "Write your comment in the thread itself.\n\na **long** answer"


async def test_no_more_words_are_given_back_than_a_form_takes(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        words = Rich("x" * 50_000)
        form = Invoked(
            "discord", Person(hands.p.ben, "Ben"), 0.0, token="menu-reply",
            fields={"text": words.text}, text=words, place=hands.p.forum,
        )  # fmt: skip
        answer = await hands.house.product.newsroom.handle(form)
        assert answer
        assert answer.text.text.count("x") == LONGEST

"""What a card offers besides approving: other words, notes, mutes, context; and their undoing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.events import Invoked, Person
from core.text.model import Rich
from core.views import Answer
from tests.desk.room import AT, BOSS, DESKS, MOD, Desk, desk


async def _submits(house: Desk, token: str, words: str) -> Answer:
    """Mod sends the form that a button opened."""
    answer = await house.room.handle(
        Invoked(AT["Mod"], MOD, house.clock.now(), token=token, fields={"text": words},
                text=Rich(words), place=DESKS["discord"])
    )  # fmt: skip
    assert answer is not None
    return answer


async def test_a_comment_is_published_in_the_desks_words_and_undo_goes_back(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        one = await house.say("the autor's words")
        token = await house.token(one)
        asked = await house.presses(BOSS, token + "e")
        assert "/amend 1#1 " in asked.text.text
        assert "the autor's words" in asked.text.text
        said = await _submits(house, token + "e", "the author's words")
        assert said.alert == "Published #1 as edited."
        row = await house.row("SELECT state, shown, revision FROM comment WHERE id = 1")
        assert [*row] == ["published", 2, 2]
        card = (await house.card(one)).text.text
        assert "the author's words" in card
        assert "What the desk changed:\nthe autorauthor's words" in card
        author = await house.row("SELECT published FROM author")
        assert author["published"] == 1
        await house.commands(MOD, "undo")
        row = await house.row("SELECT state, shown, revision FROM comment WHERE id = 1")
        assert [*row] == ["held", 0, 1]
        assert "the autor's words" in (await house.card(one)).text.text
        again = await house.commands(BOSS, "amend 1#1 quite other words")
        assert again.text.text == "Published #1 as edited."
        texts = await house.rows("SELECT text FROM revision WHERE comment = 1 ORDER BY number")
        assert [row["text"] for row in texts] == [
            '"the autor\'s words"', '"the author\'s words"', '"quite other words"',
        ]  # fmt: skip


async def test_the_same_words_and_no_words_are_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.say("as it is")
        assert "already" in (await house.commands(BOSS, "amend 1#1 as it is")).alert
        assert "Write the new text" in (await house.commands(BOSS, "amend 1#1")).alert
        await house.commands(BOSS, "approve 1#1")
        assert "was first" in (await house.commands(MOD, "amend 1#1 late")).alert


async def test_a_note_is_read_on_later_cards_of_that_author_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        await house.say("first")
        await house.say("of another", who="Eve")
        said = await _submits(house, await house.token(1) + "n", "calls us at night")
        assert said.alert == "Noted about the author of #1."
        later = await house.say("second")
        assert "Note by Mod: calls us at night" in (await house.card(later)).text.text
        assert "Note by" not in (await house.card(2)).text.text
        await house.commands(MOD, "undo")
        assert "Note by" not in (await house.card(later)).text.text
        await house.commands(BOSS, "note 1#1 polite since")
        assert "polite since" in (await house.card(later)).text.text


async def test_a_mute_lasts_as_long_as_the_list_says_and_is_undone_from_the_card(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        one = await house.say("noise")
        token = await house.token(one)
        await house.presses(BOSS, token + "h")
        assert (await house.labels(one))[:4] == ["1 hour", "24 hours", "7 days", "30 days"]
        said = await house.presses(BOSS, token + "h168")
        assert said.alert == "The author of #1 is muted for 7 days."
        card = await house.card(one)
        assert "muted" in card.text.text
        assert [b.label for row in card.buttons for b in row][-1] == "Undo"
        await house.presses(MOD, card.buttons[-1][0].action)
        assert "muted" not in (await house.card(one)).text.text
        row = await house.row("SELECT standing, until FROM author")
        assert [*row] == ["ordinary", None]
        assert "does nothing" in (await house.presses(BOSS, token + "h9999")).alert


async def test_the_context_is_the_parent_whole_and_what_was_said_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        for words in ("long " * 90 + "parent", "beside it"):
            await house.say(words)
            await house.commands(BOSS, f"approve 1#{house.posts - 100}")
        await house.say("#1 an answer", who="Ben")
        shown = await house.presses(BOSS, await house.token(3) + "c")
        assert shown.public
        assert "long parent" in shown.text.text
        assert "beside it" in shown.text.text
        assert "Being read by Boss." in (await house.card(3)).text.text


async def test_a_card_tells_an_authors_record_here_and_over_all(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        for words in ("one that is fine", "harbour at nine", "window seat please"):
            await house.say(words)
        await house.commands(BOSS, "approve 1#1")
        await house.commands(BOSS, "reject 1#2")
        text = (await house.card(3)).text.text
        assert "Author: 1 published, 1 rejected · in this thread 1 and 1" in text


async def test_a_ban_needs_a_second_moderator_where_the_publication_wants_it(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as house:
        one = await house.say("an offence")
        await house.room.command(None, "options", "quorum 2")
        asked = await house.presses(BOSS, await house.token(one) + "b")
        assert asked.alert.startswith("The ban is asked for. Another moderator has to confirm it")
        assert "Boss asks for a ban" in (await house.card(one)).text.text
        again = await house.presses(BOSS, await house.token(one) + "b")
        assert again.alert.startswith("You asked for this ban already.")
        assert (await house.row("SELECT standing FROM author"))["standing"] == "ordinary"
        house.clock.advance(25 * 3600)
        assert "asks for a ban" not in (await house.card(one)).text.text
        assert (await house.commands(MOD, "ban 1#1")).alert == asked.alert
        done = await house.presses(BOSS, await house.token(one) + "b")
        assert done.alert == "The author of #1 is banned."
        assert (await house.row("SELECT standing FROM author"))["standing"] == "banned"
        await house.commands(BOSS, "undo")
        assert (await house.row("SELECT standing FROM author"))["standing"] == "ordinary"


async def test_nobody_confirms_their_own_ban_as_an_anonymous_admin(tmp_path: Path) -> None:
    """All anonymous admins have one tag, and each of them may be somebody who asked by name."""
    async with desk(tmp_path) as house:
        one = await house.say("an offence")
        nobody = Person("", "Desk", admin=True)

        async def bans() -> str:
            event = Invoked("telegram", nobody, house.clock.now(), command="ban", argument="1#1",
                            text=Rich("1#1"), place=DESKS["telegram"])  # fmt: skip
            answer = await house.room.handle(event)
            assert answer is not None
            return answer.alert

        await house.room.command(None, "options", "quorum 2")
        assert "nobody can tell anonymous admins apart" in await bans()
        await house.presses(BOSS, await house.token(one) + "b")
        assert "under your own name" in await bans()
        assert (await house.row("SELECT standing FROM author"))["standing"] == "ordinary"
        assert len(await house.rows("SELECT 1 FROM decision WHERE action = 'propose'")) == 1
        done = await house.presses(MOD, await house.token(one) + "b")
        assert done.alert == "The author of #1 is banned."
        await house.commands(MOD, "unban 1#1")
        await house.room.command(None, "options", "quorum 0")
        assert await bans() == "The author of #1 is banned."


async def test_decisions_have_names_in_the_language_of_the_reader(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.say("up and down")
        boss = replace(BOSS, language="es")
        await house.commands(boss, "mute 1#1 2d")
        listed = (await house.commands(boss, "history")).text.text
        assert "silenciar 1#1 hasta el " in listed
        await house.commands(boss, "note 1#1 conocido")
        assert "nota 1#1" in (await house.commands(boss, "history")).text.text
        said = (await house.commands(boss, "undo")).text.text
        assert said == "Deshecho: nota 1#1."


async def test_the_history_takes_back_what_a_line_tells(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.say("up and down")
        await house.commands(BOSS, "approve 1#1")
        listed = await house.commands(MOD, "history")
        back = next(b for row in listed.buttons for b in row if b.label.startswith("↶"))
        assert (await house.presses(MOD, back.action)).alert == "Taken back: approve 1#1."
        assert (await house.row("SELECT state FROM comment"))["state"] == "held"

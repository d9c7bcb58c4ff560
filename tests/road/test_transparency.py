"""The monthly transparency note: drafted at the desks, published with one tap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.newsroom.publishing.articles import find_by_keys
from tests.road.hands import Hands
from tests.road.test_commands import published

INSULTS = ("you fool", "what an ass", "idiots all", "shut up", "liar liar", "go away", "clowns")
"""Nothing alike, so that no two are folded into one card."""


def last_month() -> datetime:
    """The middle of the month before, in the publication's zone (UTC)."""
    return (datetime.now(UTC).replace(day=1) - timedelta(days=15)).replace(hour=12)


async def long_ago(hands: Hands, *, insults: int) -> None:
    """One comment, and so many rejected ones, moved into the month before."""
    hands.ana("a fine remark")
    await hands.house.until(lambda: hands.house.card("a fine remark"), "card")
    await hands.at_desk("/approve 1#1")
    for number in range(insults):
        hands.ana(INSULTS[number])
    await hands.house.until(lambda: hands.house.discord_card(INSULTS[insults - 1]), "cards")
    for number in range(2, insults + 2):
        await hands.at_desk(f"/reject 1#{number} insult")
    at = last_month().timestamp()
    await hands.house.product.newsroom.change(
        lambda tx, _: tx.run("UPDATE comment SET posted = :at", {"at": at})
    )


async def test_a_note_is_drafted_by_command_and_published_with_one_tap(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await long_ago(hands, insults=6)
        month = f"{last_month():%Y-%m}"
        said = await hands.at_desk(f"/transparency {month}")
        assert said == "The draft is at the desk, with buttons to publish or discard it."
        words = f"{last_month():%B %Y}"
        card = await hands.house.until(
            lambda: hands.house.card(f"How comments were moderated in {words}"), "a preview"
        )
        assert "Comments received: 6 or a few more." in card["text"]
        assert "Published: fewer than 5." in card["text"]
        assert "· insult: 6" in card["text"]
        await hands.house.until(
            lambda: hands.house.discord_card("Comments received: 6 or a few more."), "there too"
        )
        hands.presses(card, "Publish")
        for shown in (
            lambda: any("Comments received" in text for text in hands.t.texts(hands.p.channel)),
            lambda: hands.house.forum_thread(f"How comments were moderated in {words}"),
        ):
            await hands.house.until(shown, "readers see it")
        assert "was published already" in await hands.at_desk(f"/transparency {month}")


async def test_it_is_told_in_each_of_the_publications_languages(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await long_ago(hands, insults=6)
        room = hands.house.product.newsroom
        await room.change(lambda tx, _: tx.run("UPDATE publication SET languages = 'en,es,en_GB'"))
        await hands.at_desk(f"/transparency {last_month():%Y-%m}")
        card = await hands.house.until(lambda: hands.house.card("How comments were"), "a preview")
        assert card["text"].count("Comments received: 6 or a few more.") == 1
        assert card["text"].count("Comentarios recibidos: 6 o unos pocos más.") == 1
        assert "· insulto: 6" in card["text"]
        assert card["text"].index("Comments received") < card["text"].index("Cómo se moder")


async def test_the_note_of_the_month_before_comes_by_itself_and_once(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await long_ago(hands, insults=1)
        room = hands.house.product.newsroom
        await room.change(lambda tx, _: tx.run("UPDATE publication SET noted = '2020-01'"))
        await room.notes()
        words = f"How comments were moderated in {last_month():%B %Y}"
        card = await hands.house.until(lambda: hands.house.card(words), "a preview")
        assert "Comments received: fewer than 5." in card["text"]
        assert "insult" not in card["text"]
        hands.presses(card, "Discard")
        await hands.house.until(lambda: not hands.house.card(words), "discarded")
        await room.notes()
        await hands.settled()
        assert not hands.house.card(words)


async def test_who_wants_no_note_gets_none_and_readers_cannot_ask(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await long_ago(hands, insults=1)
        assert "transparency" in await hands.at_desk("/options transparency off")
        room = hands.house.product.newsroom
        await room.change(lambda tx, _: tx.run("UPDATE publication SET noted = ''"))
        await room.notes()
        key = f"transparency:{last_month():%Y-%m}"
        assert await room.look(lambda tx, _: find_by_keys(tx, 1, (key,))) is None
        assert "Write it like" in await hands.at_desk("/transparency soon")
        assert "not over yet" in await hands.at_desk(f"/transparency {datetime.now(UTC):%Y-%m}")
        assert "No comments came in 2001-01." in await hands.at_desk("/transparency 2001-01")
        no = "Sorry, only editors can do that."
        desk = hands.p.discord_desk
        assert await hands.slash(hands.p.mod, desk, "transparency", text="2001-01") == no


async def test_a_month_without_comments_is_looked_at_once(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        room = hands.house.product.newsroom
        await room.change(lambda tx, _: tx.run("UPDATE publication SET noted = ''"))
        await room.notes()
        row = await room.look(lambda tx, _: tx.one("SELECT noted FROM publication"))
        assert row is not None
        assert row["noted"] == f"{last_month():%Y-%m}"

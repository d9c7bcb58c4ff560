"""What the checks hold, as readers and moderators live it on both platforms."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from bots.rehearsal.discord import Attached
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.telegram.specials import poll
from tests.road.hands import Hands
from tests.road.house import newsroom, read

WAVE = "Viva el gobierno que todo lo sabe y nada hace por su pueblo desde hace años {}"


@asynccontextmanager
async def published(folder: Path, mode: str = "open") -> AsyncIterator[Hands]:
    """A newsroom with one article whose threads are open."""
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        yield Hands(house)


async def test_danger_to_people_is_held_from_the_trusted_too(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("nothing special")
        await hands.house.until(lambda: hands.copy_here("nothing special"), "let through")
        await hands.at_desk("/trust 1#1")
        hands.ana("llámame al 664 123 4567 y hablamos")
        card = await hands.house.until(lambda: hands.house.card("hablamos"), "card")
        assert "danger to people: a telephone number, “664 123 4567”" in card["text"]
        there = await hands.house.until(lambda: hands.house.discord_card("hablamos"), "its pair")
        assert "a telephone number, “664 123 4567”" in read(there)
        assert hands.copy_here("hablamos") is None
        hands.presses(card, "Approve")
        await hands.copies("hablamos")


async def test_the_words_of_a_poll_and_of_a_description_are_read_too(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        call = "call 664 123 4567"
        hands.ana("", special=poll("Who pays?", ["Nobody", call]))
        await hands.house.until(lambda: hands.house.card(call), "the poll's card")
        thread = hands.house.forum_thread() or ""
        for words, text in (("ask at 664 765 4321", "held"), ("a pier", "let through")):
            photo = Attached("a.jpg", jpeg(30, 30), description=words, spoiler=True)
            hands.d.person_posts(hands.p.ben, thread, text, attachments=(photo,))
        card = await hands.house.until(lambda: hands.house.card("664 765 4321"), "its card")
        assert "danger to people" in card["text"]
        assert "no words" not in card["text"]
        described = Attached("b.jpg", jpeg(30, 30), description="ask at 664 765 9999")
        hands.d.person_posts(hands.p.ben, thread, "", attachments=(described,))
        bare = await hands.house.until(lambda: hands.house.card("664 765 9999"), "its card")
        assert "no words, only what is attached" in bare["text"]
        shown = await hands.house.until(
            lambda: [m for m in hands.t.messages(hands.p.group)
                     if m["from"]["is_bot"] and "a pier" in m.get("caption", "")], "on Telegram"
        )  # fmt: skip
        hidden = [e for e in shown[0]["caption_entities"] if e["type"] == "spoiler"]
        assert [e["length"] for e in hidden] == [len("Description of the picture: a pier")]


async def test_a_threat_is_held_and_talk_of_violence_is_not(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("Los van a matar a todos por la plaza, y nadie hace nada")
        hands.ana("Ya sabemos dónde vive tu familia, sapo")
        card = await hands.house.until(lambda: hands.house.card("sapo"), "card")
        assert "danger to people: a threat, “sabemos dónde vive tu”" in card["text"]
        there = await hands.house.until(lambda: hands.house.discord_card("sapo"), "its pair")
        assert "danger to people: a threat" in read(there)
        await hands.house.until(lambda: hands.copy_here("por la plaza"), "let through")
        assert hands.copy_here("sapo") is None


async def test_an_author_who_repeats_is_held_and_others_are_not(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        for _ in range(2):
            hands.ana("They knew it all along, every one of them")
        card = await hands.house.until(lambda: hands.house.card("knew it all along"), "card")
        assert "the author said the same 2 times now" in card["text"]
        hands.ben("They knew it all along, every one of them!")
        await hands.house.until(lambda: hands.copy_there("all along, every one"), "Ben's stands")


async def test_a_wave_of_several_authors_is_held_from_its_sixth_comment_on(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        people = [hands.t.add_person(f"P{n}", f"p{n}") for n in range(6)]
        for number, person in enumerate(people):
            hands.t.join(hands.p.group, person)
            root = hands.house.root()
            hands.t.person_posts(person, hands.p.group, WAVE.format("!" * number), under=root)
        card = await hands.house.until(lambda: hands.house.card("Viva el gobierno"), "card")
        assert "5 comments of 5 others are alike" in card["text"]
        await hands.settled()
        assert sum("Viva el gobierno" in text for text in hands.t.texts(hands.p.group)) == 5


async def test_words_are_listed_at_either_desk_and_found_at_once(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        assert "Nothing is listed" in await hands.at_desk("/words")
        assert await hands.at_desk("/words add banned vermin") == "1 entry added."
        said = await hands.slash(
            hands.p.mod, hands.p.discord_desk, "words", text="add suspect es: payaso, vete a*"
        )
        assert said == "2 entries added."
        assert "payaso" in await hands.at_desk("/words suspect")
        own = hands.ana("you v3rmin")
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "rejected")
        hands.ben("eres un PAYASO de verdad")
        card = await hands.house.until(lambda: hands.house.card("de verdad"), "card")
        assert "suspect word “PAYASO”" in card["text"]


async def test_a_list_is_taken_back_and_another_process_is_noticed(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/words add suspect payaso")
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        hands.ana("payaso uno")
        await hands.house.until(lambda: hands.copy_here("payaso uno"), "let through")
        with closing(sqlite3.connect(tmp_path / "commonthread.db")) as other, other:
            other.execute("INSERT INTO word VALUES (1, 'suspect', '', 'payaso')")
        hands.ana("payaso dos")
        await hands.house.until(lambda: hands.house.card("payaso dos"), "held now")


async def test_a_denied_domain_is_refused_and_an_allowed_one_is_not_held(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/words add deny bad.example")
        await hands.at_desk("/words add allow paper.example")
        own = hands.ana("look at https://x.bad.example/1")
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "refused")
        hands.ana("but https://news.paper.example/2 is fine")
        await hands.house.until(lambda: hands.copy_here("is fine"), "let through")
        hands.ana("and https://other.example/3 waits")
        card = await hands.house.until(lambda: hands.house.card("/3 waits"), "card")
        assert "it holds a link, https://other.example/3" in card["text"]

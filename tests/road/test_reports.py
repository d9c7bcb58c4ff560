"""Reports by readers, on both platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from core.authors import tag
from core.newsroom.context import Context
from core.ports import Row, Tx
from tests.road.hands import Hands
from tests.road.house import newsroom, read
from tests.road.test_door import button, comments, direct

Json = dict[str, Any]


@asynccontextmanager
async def published(folder: Path, mode: str = "open") -> AsyncIterator[Hands]:
    """A newsroom with one article whose threads are open."""
    async with newsroom(folder, mode=mode) as house:
        await house.publish()
        yield Hands(house)


async def reports(hands: Hands) -> list[Row]:
    return await hands.house.product.newsroom.look(
        lambda tx, _: tx.all("SELECT * FROM report ORDER BY id")
    )


async def by_menu(hands: Hands, person: str, message: str, why: str = "") -> str:
    """Report from a Discord message's menu."""
    opened = await hands.menu(person, "Report", message)
    return await hands.submits(person, opened, why)


async def newcomer(hands: Hands, name: str) -> int:
    """Somebody else in the Telegram group, who talks to the bot already."""
    person = hands.t.add_person(name, name.lower())
    hands.t.join(hands.p.group, person)
    await hands.starts(person)
    return person


async def relayed(hands: Hands, words: str) -> tuple[int, str]:
    """Ana's comment: its message on Telegram, and our copy of it on Discord."""
    own = hands.ana(words)
    copy = await hands.house.until(lambda: hands.copy_here(words), "relayed")
    return own, str(copy["id"])


async def test_readers_of_both_platforms_together_take_a_comment_out_of_sight(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        own, copy = await relayed(hands, "You are all idiots")
        assert "will look at #1" in await by_menu(hands, hands.p.ben, copy, "insult")
        card = await hands.house.until(lambda: hands.house.card("Reported by 1 reader"), "a card")
        assert "Reported by 1 reader: insult" in card["text"]
        assert hands.buttons(card) == ["Keep", "Remove"]
        cleo, dan = await newcomer(hands, "Cleo"), await newcomer(hands, "Dan")
        assert "will look at #1" in await hands.in_group(cleo, "/report spam", reply=own)
        assert hands.copy_here("idiots")
        assert "will look at #1" in await hands.in_group(dan, "/report", reply=own)
        await hands.nowhere("idiots")
        card = await hands.house.until(
            lambda: (c := hands.house.card("idiots")) and "Approve" in hands.buttons(c) and c,
            "the card waits for a decision",
        )  # fmt: skip
        assert "Reported by 3 readers: insult, spam" in card["text"]
        assert "Held because: readers reported it" in card["text"].splitlines()
        for name in ("Ben", "Cleo", "Dan"):
            assert name not in card["text"]
        withheld = (await hands.log())[0]
        assert (withheld["action"], withheld["actor"]) == ("withhold", "system")
        hands.presses(card, "Approve")
        await hands.copies("idiots")
        assert {row["outcome"] for row in await reports(hands)} == {"disagreed"}
        author = await hands.house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT sum(published) AS n FROM author")
        )
        assert author is not None
        assert author["n"] == 1


async def test_undo_of_the_withholding_puts_the_comment_back_as_it_was(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/options report_threshold 1")
        _, copy = await relayed(hands, "Taken down too fast")
        await by_menu(hands, hands.p.ben, copy)
        await hands.nowhere("too fast")
        number = next(r["id"] for r in await hands.log() if r["action"] == "withhold")
        assert (await hands.at_desk(f"/undo {number}")).startswith("Taken back: ")
        await hands.copies("too fast")
        cleo = await newcomer(hands, "Cleo")
        there = hands.copy_there("too fast")
        assert there
        await hands.in_group(cleo, "/report", reply=there["message_id"])
        await hands.settled()
        assert hands.copy_here("too fast"), "what a moderator put back is not withheld again"


async def test_what_a_moderator_keeps_is_not_withheld_for_the_same_words(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own, copy = await relayed(hands, "Harsh but fair")
        await by_menu(hands, hands.p.ben, copy)
        card = await hands.house.until(lambda: hands.house.card("Reported by 1"), "a card")
        assert await hands.toast(hands.presses(card, "Keep")) == "Published #1."
        assert [row["outcome"] for row in await reports(hands)] == ["disagreed"]
        await hands.at_desk("/options report_threshold 1")
        cleo = await newcomer(hands, "Cleo")
        await hands.in_group(cleo, "/report", reply=own)
        await hands.settled()
        assert hands.copy_here("Harsh but fair")
        assert "a moderator left it up" in await by_menu(hands, hands.p.ben, copy)


async def test_removing_agrees_with_the_reports_and_undo_opens_them_again(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        _, copy = await relayed(hands, "Buy my coins")
        await by_menu(hands, hands.p.ben, copy, "spam")
        card = await hands.house.until(lambda: hands.house.card("Reported by 1"), "a card")
        hands.presses(card, "Remove")
        await hands.nowhere("Buy my coins")
        assert [row["outcome"] for row in await reports(hands)] == ["agreed"]
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        await hands.copies("Buy my coins")
        assert [row["outcome"] for row in await reports(hands)] == [""]
        await hands.house.until(lambda: (c := hands.house.card("Buy my coins"))
                                and "Keep" in hands.buttons(c), "asked again")  # fmt: skip


async def test_one_report_of_each_reader_and_not_of_ones_own_comment(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own, copy = await relayed(hands, "Only once")
        await hands.starts(hands.p.ana)
        said = await hands.in_group(hands.p.ana, "/report", reply=own)
        assert said == "That is your own comment; /delete withdraws it."
        await by_menu(hands, hands.p.ben, copy)
        assert "Your reason was added" in await by_menu(hands, hands.p.ben, copy, "rude")
        assert "reported it already" in await by_menu(hands, hands.p.ben, copy, "very rude")
        found = await reports(hands)
        assert [row["reason"] for row in found] == ["rude"]
        await hands.house.until(lambda: hands.house.card("Reported by 1 reader: rude"), "told")


async def test_a_reader_who_reports_fast_is_asked_to_wait(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        _, first = await relayed(hands, "The first one")
        _, second = await relayed(hands, "The second one")
        await by_menu(hands, hands.p.ben, first)
        said = await by_menu(hands, hands.p.ben, second)
        assert said.startswith("You report fast. Please wait ")
        assert len(await reports(hands)) == 1


async def test_a_report_is_answered_to_its_reader_or_to_nobody(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own, _ = await relayed(hands, "Look at this")
        eve = hands.t.add_person("Eve", "eve")
        hands.t.join(hands.p.group, eve)
        made = hands.writes(eve, "/report insult", reply=own)
        await hands.house.until(
            lambda: hands.t.message(hands.p.group, made) is None, "the command goes"
        )
        assert [row["reason"] for row in await reports(hands)] == ["insult"]
        assert not [text for text in hands.t.texts(hands.p.group) if "moderators will" in text]


async def test_a_soft_original_goes_too_when_it_is_withheld(tmp_path: Path) -> None:
    async with published(tmp_path, "held-soft") as hands:
        await hands.at_desk("/options report_threshold 1")
        own = hands.ana("Stays where it is")
        await hands.house.until(lambda: hands.house.card("Stays where"), "card")
        cleo = await newcomer(hands, "Cleo")
        await hands.in_group(cleo, "/report threat", reply=own)
        await hands.house.until(lambda: hands.t.message(hands.p.group, own) is None, "it goes")


async def test_who_is_usually_wrong_does_not_withhold_alone(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/options report_threshold 1")
        await relayed(hands, "Left up before")
        _, second = await relayed(hands, "Reported by a crier")

        def cried_wolf(tx: Tx, context: Context) -> None:
            """Ben's reports of last week, with which nobody agreed."""
            ben = tag(context.keys, "discord", hands.p.ben)
            row = tx.one("SELECT id FROM comment WHERE number = 1")
            assert row is not None
            values = {"revision": 1, "weight": 1.0, "at": 0.0, "outcome": "disagreed"}
            tx.insert("report", {"comment": row["id"], "reporter": ben, **values})

        await hands.house.product.newsroom.change(cried_wolf)
        assert "will look at #2" in await by_menu(hands, hands.p.ben, second)
        await hands.settled()
        assert hands.copy_here("crier"), "half a report"
        found = await reports(hands)
        assert 0 < found[-1]["weight"] < 1
        cleo = await newcomer(hands, "Cleo")
        there = next(m for m in hands.house.group() if "crier" in m["text"])
        await hands.in_group(cleo, "/report", reply=there["message_id"])
        await hands.nowhere("crier")


async def test_discord_takes_a_report_by_command_with_its_reason(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await relayed(hands, "By its number")
        thread = hands.house.forum_thread()
        assert thread
        said = await hands.slash(hands.p.ben, thread, "report", comment="#1", text="spam, again")
        assert said == "Thank you. The moderators will look at #1."
        await hands.house.until(lambda: hands.house.card("Reported by 1 reader: spam"), "told")
        assert [row["reason"] for row in await reports(hands)] == ["spam, again"]


async def test_at_the_door_a_reader_reports_from_the_direct_chat(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        t, p = house.telegram, house.places
        await comments(house, p.ana, "Ask for the boss")
        copy = await house.until(lambda: house.group_message("Ask for"), "published")
        cleo = t.add_person("Cleo", "cleo")
        t.person_opens(cleo, button(copy, "Reply")["url"])
        asked = await house.until(lambda: direct(house, cleo, "Write your comment"), "asked")
        t.person_presses(cleo, cleo, asked["message_id"], "Report this comment instead")
        await house.until(lambda: direct(house, cleo, "The moderators will look at #1"), "thanked")
        card = await house.until(lambda: house.card("Reported by 1 reader"), "card")
        assert "Cleo" not in card["text"]


REMARKS = (
    "The pier was closed on Monday", "Who pays for the cranes?", "My uncle worked there",
    "Ask the port authority", "Rain all week, so nothing moved", "The photo is from last year",
    "Trucks queue at gate four", "A strike was announced", "Fish prices doubled since",
    "They promised a new quay", "Nobody answers the phone",
)  # fmt: skip


async def _older(hands: Hands, seconds: float) -> None:
    """So much time passes for the reports that were made."""
    await hands.house.product.newsroom.change(
        lambda tx, _: tx.run("UPDATE report SET at = at - :s", {"s": seconds})
    )


async def test_one_in_5_seconds_3_in_5_minutes_and_10_an_hour_on_both_platforms(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        cleo = await newcomer(hands, "Cleo")
        authors = [await newcomer(hands, name) for name in ("Dan", "Eve", "Fay", "Gus")]
        up: list[tuple[int, str]] = []
        for number, words in enumerate(REMARKS):
            own = hands.writes(authors[number % len(authors)], words)
            copy = await hands.house.until(partial(hands.copy_here, words), "relayed")
            up.append((own, str(copy["id"])))

        async def both(number: int) -> tuple[str, str]:
            own, copy = up[number]
            here = await by_menu(hands, hands.p.ben, copy)
            return here, await hands.in_group(cleo, "/report", reply=own)

        async def taken(number: int) -> None:
            for said in await both(number):
                assert f"will look at #{number + 1}" in said

        await taken(0)
        for said in await both(1):
            assert said.startswith("You report fast. Please wait ")
        for number in (1, 2):
            await _older(hands, 6)
            await taken(number)
        await _older(hands, 6)
        for said in await both(3):
            assert said.startswith("You report a lot. Please wait 5 minutes")
        for number in range(3, 10):
            await _older(hands, 300 if number == 3 else 160)
            await taken(number)
        await _older(hands, 301)
        for said in await both(10):
            assert said.startswith("You report a lot. Please wait ")
            assert int(said.split("wait ")[1].split(" ")[0]) > 20
        await _older(hands, 3600)
        await taken(10)


async def test_a_withheld_comments_replies_keep_a_placeholder_on_both_platforms(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        _, copy = await relayed(hands, "Words that readers mind")
        hands.ben("An answer to that", reply=copy)
        await hands.house.until(lambda: hands.copy_there("An answer to that"), "answered")
        own = hands.ben("Other words that readers mind")
        here = await hands.house.until(lambda: hands.copy_there("Other words"), "relayed")
        hands.ana("An answer to this", reply=here["message_id"])
        await hands.house.until(lambda: hands.copy_here("An answer to this"), "answered")
        assert own
        people = [await newcomer(hands, name) for name in ("Hal", "Ivy", "Jon")]
        for number in (1, 3):
            for person in people:
                await hands.in_group(person, f"/report 1#{number}")
            await _older(hands, 400)
        await hands.nowhere("readers mind")
        thread = hands.house.forum_thread() or ""

        def stand_in(number: int) -> bool:
            here = [read(m).replace("*", "") for m in hands.d.messages(thread)]
            there = [m.get("text", "") for m in hands.t.messages(hands.p.group)]
            return all(
                any(f"#{number}" in text and "was removed" in text for text in texts)
                for texts in (here, there)
            )

        for number in (1, 3):
            await hands.house.until(partial(stand_in, number), f"#{number} has a placeholder")
        assert hands.copy_there("An answer to that")
        assert hands.copy_here("An answer to this")

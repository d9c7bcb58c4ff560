"""Above Telegram's pace several comments share a message, and each is still itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.house import House, Json, newsroom

SEND = "sendMessage"


@asynccontextmanager
async def busy(folder: Path, words: tuple[str, ...], **more: str) -> AsyncIterator[Hands]:
    """A newsroom in whose group the comments of Discord wait for the pace, until they are up."""
    async with newsroom(folder, mode="open", **more) as house:  # type: ignore[arg-type]
        await house.publish()
        hands = Hands(house)
        await together(hands, *words)
        yield hands


async def together(hands: Hands, *words: str, reply: str | None = None) -> Json:
    """Ben writes faster than the group may have messages; the message that shows all of it."""
    house = hands.house
    house.world.faults.add(Fault("telegram", SEND, "429", retry_after=1, times=1))
    for one in words:
        hands.ben(one, reply=reply)
    found: Json = await house.until(
        lambda: next((m for m in house.group() if all(one in m["text"] for one in words)), None),
        "gathered",
    )
    await hands.settled()
    return found


def lines(message: Json) -> list[str]:
    return [line for line in str(message["text"]).split("\n") if line]


def heads(message: Json) -> list[str]:
    return [line for line in lines(message) if line.startswith("#")]


def now(house: House, message: Json) -> Json:
    found = house.telegram.message(house.places.group, message["message_id"])
    assert found is not None
    return found


async def test_waiting_comments_share_a_message_each_with_its_head(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish", "red fish")) as hands:
        (shared,) = [m for m in hands.house.group() if "fish" in m["text"]]
        assert lines(shared) == [
            "#1 Ben · Discord", "one fish", "#2 Ben · Discord", "two fish",
            "#3 Ben · Discord", "red fish",
        ]  # fmt: skip
        bold = [e for e in shared["entities"] if e["type"] == "bold"]
        units = shared["text"].encode("utf-16-le")
        assert {units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
                for e in bold} == {"Ben"}  # fmt: skip


async def test_below_the_pace_every_comment_keeps_its_own(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        for words in ("one fish", "two fish", "red fish"):
            hands.ben(words)
        await house.until(lambda: house.group_message("red fish"), "relayed")
        assert len([m for m in house.group() if "fish" in m["text"]]) == 3


async def test_one_of_them_changes_and_one_goes_and_the_others_stay(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish", "red fish")) as hands:
        house = hands.house
        shared = house.group_message("one fish")
        assert shared
        for words, changed in (("one fish", "one whale"), ("two fish", "two whales")):
            own = house.thread_message(words)
            assert own
            house.discord.person_edits(hands.p.ben, own["id"], changed)
        await house.until(lambda: "two whales" in now(house, shared)["text"], "changed in place")
        await hands.settled()
        text = now(house, shared)["text"]
        assert "one whale" in text
        assert "red fish" in text
        own = house.thread_message("two whales")
        assert own
        house.discord.person_deletes(hands.p.ben, own["id"])
        await hands.nowhere("two whales")
        assert heads(now(house, shared)) == ["#1 Ben · Discord", "#3 Ben · Discord"]
        for words in ("one whale", "red fish"):
            own = house.thread_message(words)
            assert own
            house.discord.person_deletes(hands.p.ben, own["id"])
        await house.until(
            lambda: house.telegram.message(hands.p.group, shared["message_id"]) is None, "all gone"
        )
        await hands.settled()


async def test_an_edit_that_does_not_fit_gets_a_message_of_its_own(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish", "red fish")) as hands:
        house = hands.house
        shared = house.group_message("two fish")
        own = house.thread_message("two fish")
        assert shared
        assert own
        long = " ".join(["two whales"] * 180)
        for words in ("one fish", "red fish"):
            whole = house.thread_message(words)
            assert whole
            house.discord.person_edits(hands.p.ben, whole["id"], f"{words} " + "x" * 1900)
        await house.until(lambda: "red fish xx" in now(house, shared)["text"], "grown")
        house.discord.person_edits(hands.p.ben, own["id"], long)
        alone = await house.until(lambda: house.group_message("two whales"), "spilled")
        await hands.settled()
        assert alone["message_id"] != shared["message_id"]
        assert heads(now(house, shared)) == ["#1 Ben · Discord", "#3 Ben · Discord"]
        assert house.group_message("two fish") is None
        # From now on it lives by itself.
        house.discord.person_edits(hands.p.ben, own["id"], "small again")
        await house.until(lambda: house.group_message("small again"), "changed")
        assert "small again" in now(house, alone)["text"]


async def test_an_answer_to_one_of_several_says_which(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish")) as hands:
        house = hands.house
        shared, own = house.group_message("two fish"), house.thread_message("two fish")
        assert shared
        assert own
        hands.ben("an answer", reply=own["id"])
        answer = await house.until(lambda: house.group_message("an answer"), "relayed")
        assert answer["reply_to_message"]["message_id"] == shared["message_id"]
        assert lines(answer) == ["#3 Ben · Discord", "↩ #2", "an answer"]
        # The parent goes: the answer stays under a placeholder, inside of what is shared.
        house.discord.person_deletes(hands.p.ben, own["id"])
        await house.until(lambda: not house.group_message("two fish"), "words gone")
        await hands.settled()
        text = now(house, shared)["text"]
        assert "one fish" in text
        assert "#2\nThis comment was removed." in text


async def test_an_answer_may_stand_below_what_it_answers(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        house.world.faults.add(Fault("telegram", SEND, "429", retry_after=1, times=1))
        asked = hands.ben("one fish")
        hands.ben("an answer", reply=asked)
        shared = await house.until(lambda: house.group_message("an answer"), "relayed")
        await hands.settled()
        assert lines(shared) == [
            "#1 Ben · Discord", "one fish", "#2 Ben · Discord", "↩ #1", "an answer",
        ]  # fmt: skip
        own = house.thread_message("an answer")
        assert own
        house.discord.person_edits(hands.p.ben, own["id"], "another answer")
        await house.until(lambda: house.group_message("another answer"), "changed")
        assert "↩ #1\nanother answer" in now(house, shared)["text"]
        house.discord.person_edits(hands.p.ben, asked, "two fish")
        await house.until(lambda: house.group_message("two fish"), "changed")
        house.discord.person_deletes(hands.p.ben, asked)
        await house.until(lambda: not house.group_message("two fish"), "gone")
        await hands.settled()
        text = now(house, shared)["text"]
        assert "#1\nThis comment was removed." in text
        assert "↩ #1\nanother answer" in text


async def test_who_is_meant_by_a_reply_is_told_or_asked_never_guessed(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish", "fish, fish")) as hands:
        house = hands.house
        shared = house.group_message("two fish")
        assert shared
        number = shared["message_id"]

        async def parent(words: str) -> int | None:
            await house.until(lambda: hands.copy_here(words), f"{words} relayed")
            row = await house.product.newsroom.look(
                lambda tx, _: tx.one(
                    "SELECT p.number FROM comment c JOIN revision r ON r.comment = c.id"
                    " LEFT JOIN comment p ON p.id = c.parent WHERE r.text LIKE :w",
                    {"w": f"%{words}%"},
                )
            )
            assert row is not None
            return None if row["number"] is None else int(row["number"])

        hands.ana("marked it", reply=number, quote="two fish")
        assert await parent("marked it") == 2
        hands.ana("marked the head", reply=number, quote="#3 Ben")
        assert await parent("marked the head") == 3
        hands.ana("#1 said otherwise", reply=number)
        assert await parent("said otherwise") == 1
        hands.ana("to whom is this", reply=number)
        assert await parent("to whom is this") is None
        hands.ana("in all of them", reply=number, quote="fish")
        assert await parent("in all of them") is None


async def test_a_command_in_reply_asks_which(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish")) as hands:
        house = hands.house
        shared = house.group_message("two fish")
        assert shared
        await hands.starts(hands.p.boss)
        asked = await hands.in_group(hands.p.boss, "/remove", reply=shared["message_id"])
        assert "#1, #2" in asked
        assert house.group_message("two fish")
        await hands.in_group(hands.p.boss, "/remove #2", reply=shared["message_id"])
        await hands.nowhere("two fish")
        assert house.group_message("one fish")


async def test_answers_to_many_are_gathered_and_quote(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        parents = []
        for word in ("alpha", "beta", "gamma", "delta"):
            hands.ana(f"{word} says")
            words = f"{word} says"
            copy = await house.until(partial(hands.copy_here, words), "there")
            parents.append(copy["id"])
        house.world.faults.add(Fault("telegram", SEND, "429", retry_after=1, times=1))
        for position, one in enumerate(parents):
            hands.ben(f"answer {position}", reply=one)
        await house.until(lambda: house.group_message("answer 3"), "relayed")
        await hands.settled()
        shown = [m for m in house.group() if "answer" in m["text"]]
        assert len(shown) == 1
        assert shown[0]["reply_to_message"]["message_id"] == house.root()
        assert "#1 Ana: alpha says\nanswer 0" in shown[0]["text"]
        assert "#4 Ana: delta says\nanswer 3" in shown[0]["text"]


async def test_answers_to_the_same_share_a_reply(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        asked = hands.ana("a question")
        here = await house.until(lambda: hands.copy_here("a question"), "there")
        shared = await together(hands, "yes", "no", reply=here["id"])
        assert shared["reply_to_message"]["message_id"] == asked
        assert lines(shared) == ["#2 Ben · Discord", "yes", "#3 Ben · Discord", "no"]


async def test_what_is_refused_together_is_sent_alone(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        house.world.faults.add(Fault("telegram", SEND, "429", retry_after=1, times=1))
        house.world.faults.add(Fault("telegram", SEND, "status", status=400, times=1))
        for words in ("one fish", "two fish"):
            hands.ben(words)
        await house.until(lambda: house.group_message("two fish"), "relayed")
        await hands.settled()
        assert len([m for m in house.group() if "fish" in m["text"]]) == 2


async def test_a_lost_answer_is_adopted_with_all_that_it_shows(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        house.world.faults.add(Fault("telegram", SEND, "429", retry_after=1, times=1))
        house.world.faults.add(Fault("telegram", SEND, "drop_after", times=1))
        for words in ("one fish", "two fish"):
            hands.ben(words)

        def both() -> list[Json]:
            return [m for m in house.group() if "two fish" in m["text"]]

        await house.until(lambda: len(both()) == 2, "sent once more")
        await hands.settled()
        lost = both()[0]
        hands.ana("#2 is right", reply=lost["message_id"])
        await house.until(lambda: len(both()) == 1, "the surplus one goes")
        await hands.settled()
        (kept,) = both()
        assert kept["message_id"] != lost["message_id"]
        assert "one fish" in kept["text"]


async def test_what_somebody_deleted_by_hand_stays_deleted(tmp_path: Path) -> None:
    async with busy(tmp_path, ("one fish", "two fish")) as hands:
        house = hands.house
        shared, own = house.group_message("two fish"), house.thread_message("two fish")
        assert shared
        assert own
        house.telegram.person_deletes(hands.p.boss, hands.p.group, shared["message_id"])
        house.discord.person_edits(hands.p.ben, own["id"], "two whales")
        await house.until(lambda: house.thread_message("two whales"), "changed")
        await hands.settled()
        assert not [m for m in house.group() if "fish" in m["text"] or "whales" in m["text"]]
        hands.ben("later", reply=own["id"])
        answer = await house.until(lambda: house.group_message("later"), "relayed")
        assert "#2 Ben: two whales" in answer["text"]


async def test_at_the_door_each_has_its_own_button(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        hands = Hands(house)
        house.world.faults.add(Fault("telegram", SEND, "429", retry_after=1, times=1))
        thread = house.forum_thread()
        assert thread
        for words in ("one fish", "two fish"):
            root = next(m for m in house.discord.messages(thread) if m["components"])
            form = await hands.clicks(root, "Comment", who=hands.p.ben)
            await hands.submits(hands.p.ben, form, words)
        shared = await house.until(lambda: house.group_message("two fish"), "relayed")
        assert "one fish" in shared["text"]
        assert hands.buttons(shared) == ["Reply to #1", "Reply to #2"]

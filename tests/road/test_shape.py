"""Marks, moves and merges of comments, as readers of both platforms see them."""

from __future__ import annotations

from pathlib import Path

from core.newsroom.context import Context
from core.newsroom.publishing.birth import open_thread
from core.ports import Row, Tx
from tests.road.hands import Hands
from tests.road.house import read
from tests.road.test_reports import published


def pins(hands: Hands) -> tuple[list[int], list[str]]:
    """What is pinned in the group and in the thread."""
    chat = hands.t.memory.chat(str(hands.p.group)) or {}
    thread = hands.house.forum_thread()
    assert thread
    return chat["pinned"], [m["id"] for m in hands.d.messages(thread) if m["pinned"]]


def stars(hands: Hands, message: int) -> list[str]:
    """The reactions of the bot below a Telegram message."""
    found = hands.t.memory.message(str(hands.p.group), message) or {}
    return [one["emoji"] for one in (found.get("reactions") or {}).get(str(hands.bot), [])]


# Featured and pinned


async def test_a_featured_comment_is_marked_on_both_sides_and_shown_first(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.ana("An ordinary remark")
        await hands.house.until(lambda: hands.copy_here("ordinary"), "relayed")
        hands.ben("The best remark")
        await hands.house.until(lambda: hands.copy_there("The best"), "relayed")
        assert await hands.at_desk("/feature 1#2") == "#2 is featured now."
        copy = await hands.house.until(
            lambda: (m := hands.copy_there("The best")) and "★ featured" in m["text"] and m,
            "the copy says so",
        )  # fmt: skip
        assert copy["text"].split("\n")[0] == "#2 Ben · Discord · ★ featured"
        thread = hands.house.forum_thread()
        assert thread

        def own() -> bool:
            message = next(m for m in hands.d.messages(thread) if "The best" in m["content"])
            return [r["emoji"]["name"] for r in message.get("reactions", [])] == ["⭐"]

        await hands.house.until(own, "the original bears a star")
        shown = await hands.house.product.newsroom.show("1")
        assert shown.index("The best remark") < shown.index("An ordinary remark")
        assert "★ Featured" in shown
        assert "Reactions" not in shown, "our own star is not counted"
        assert await hands.at_desk("/feature 1#2") == "That is so already."
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        await hands.house.until(
            lambda: (m := hands.copy_there("The best")) and "featured" not in m["text"], "undone"
        )
        await hands.house.until(lambda: not own(), "the star goes")


async def test_a_featured_original_on_telegram_bears_a_cup(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("Worth a cup")
        await hands.house.until(lambda: hands.copy_here("Worth"), "relayed")
        await hands.at_desk("/feature 1#1")
        await hands.house.until(
            lambda: "★ featured" in (hands.copy_here("Worth") or {})["content"], "marked"
        )
        await hands.house.until(lambda: stars(hands, own) == ["🏆"], "a cup")
        assert await hands.at_desk("/feature 1#1 off") == "#1 is not featured any more."
        await hands.house.until(lambda: stars(hands, own) == [], "gone again")


async def test_a_pin_is_each_platforms_own_and_follows_the_copy(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        own = hands.ana("Pin me up")
        await hands.house.until(lambda: hands.copy_here("Pin me"), "relayed")
        assert await hands.at_desk("/pin 1#1") == "#1 is pinned in every thread."
        copy = hands.copy_here("Pin me")
        assert copy
        await hands.house.until(
            lambda: own in pins(hands)[0] and pins(hands)[1] == [copy["id"]], "pinned"
        )
        await hands.at_desk("/remove 1#1")
        await hands.nowhere("Pin me")
        await hands.at_desk("/restore 1#1")
        there, here = await hands.copies("Pin me")
        await hands.house.until(
            lambda: there["message_id"] in pins(hands)[0] and pins(hands)[1] == [here["id"]],
            "pinned anew",
        )
        assert await hands.at_desk("/pin off 1#1") == "#1 is not pinned any more."
        await hands.house.until(
            lambda: there["message_id"] not in pins(hands)[0] and not pins(hands)[1], "unpinned"
        )


async def test_where_the_bot_may_not_pin_the_desk_is_told(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        hands.t.make_admin(hands.p.group, hands.bot, can_pin_messages=False)
        hands.ana("Pin me up")
        await hands.house.until(lambda: hands.copy_here("Pin me"), "relayed")
        await hands.at_desk("/pin 1#1")
        await hands.house.until(
            lambda: any("1#1 could not be pinned in The Paper talk" in t
                        for t in hands.t.texts(hands.p.desk)), "told",
        )  # fmt: skip
        await hands.house.until(lambda: pins(hands)[1], "pinned on the other side")


async def test_what_nobody_can_read_is_not_marked(tmp_path: Path) -> None:
    async with published(tmp_path, "held") as hands:
        hands.ana("Still waiting")
        await hands.house.until(lambda: hands.house.card("Still waiting"), "held")
        assert await hands.at_desk("/feature 1#1") == "It is not up any more."


async def test_a_thread_that_is_born_late_is_slow_and_marked_like_the_others(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        hands.ana("Pin me up")
        copy = await hands.house.until(lambda: hands.copy_here("Pin me"), "relayed")
        thread = hands.house.forum_thread()
        assert thread
        room = hands.house.product.newsroom

        def forget(tx: Tx, _: Context) -> Row:
            row = tx.one(
                "SELECT t.place, t.link, n.place AS channel FROM thread t JOIN channel n"
                " ON n.id = t.channel WHERE n.platform = 'discord'"
            )
            tx.run("DELETE FROM thread WHERE channel IN (SELECT id FROM channel WHERE"
                   " platform = 'discord')")  # fmt: skip
            assert row is not None
            return row

        row = await room.change(forget)
        await hands.at_desk("/pin 1#1")
        await hands.at_desk("/slow 1 30")
        assert not hands.d.channel(thread)["rate_limit_per_user"]

        def born(tx: Tx, context: Context) -> None:
            channel = context.house(tx).by_place["discord", row["channel"]]
            open_thread(tx, context, 1, channel, row["place"], link=row["link"])

        await room.change(born)
        await hands.house.until(
            lambda: hands.d.channel(thread)["rate_limit_per_user"] == 30, "slow from birth"
        )
        await hands.house.until(lambda: pins(hands)[1] == [copy["id"]], "pinned")


# Moves


async def test_a_moved_comment_quotes_what_it_answers_now_and_undo_ends_that(
    tmp_path: Path,
) -> None:
    async with published(tmp_path) as hands:
        first = hands.ana("The first question")
        await hands.house.until(lambda: hands.copy_here("first question"), "relayed")
        hands.ana("The second question")
        await hands.house.until(lambda: hands.copy_here("second question"), "relayed")
        hands.ana("An answer", reply=first)
        copy = await hands.house.until(lambda: hands.copy_here("An answer"), "relayed")
        assert copy["message_reference"]
        assert await hands.at_desk("/move 1#3 #2") == "#3 answers #2 now."
        moved = await hands.house.until(
            lambda: (m := hands.copy_here("An answer")) and "second question" in m["content"] and m,
            "it quotes the other",
        )  # fmt: skip
        assert moved["id"] == copy["id"], "edited, not sent again"
        shown = await hands.house.product.newsroom.show("1")
        assert shown.index("The second question") < shown.index("An answer")
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        await hands.house.until(
            lambda: "second question" not in (hands.copy_here("An answer") or {})["content"],
            "as it was",
        )
        assert await hands.at_desk("/move 1#3 0") == "#3 answers the article now."
        await hands.house.until(
            lambda: "the article" in (hands.copy_here("An answer") or {})["content"], "it says so"
        )


async def test_a_move_refuses_circles_and_other_threads(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        first = hands.ana("The root of it")
        await hands.house.until(lambda: hands.copy_here("root of it"), "relayed")
        hands.ana("Its branch", reply=first)
        await hands.house.until(lambda: hands.copy_here("Its branch"), "relayed")
        assert "cannot answer itself" in await hands.at_desk("/move 1#1 #2")
        assert "cannot answer itself" in await hands.at_desk("/move 1#1 #1")
        assert await hands.at_desk("/move 1#2 #1") == "That is so already."
        assert "Which comment, and what" in await hands.at_desk("/move 1#2")
        await hands.house.publish("Another report")
        thread = hands.house.forum_thread("Another report")
        assert thread
        hands.d.person_posts(hands.p.ben, thread, "Elsewhere")
        await hands.house.until(lambda: hands.copy_there("Elsewhere"), "relayed")
        assert await hands.at_desk("/move 1#1 2#1") == "Both must be in the same thread."


# Merges


async def test_an_article_published_twice_becomes_one_conversation(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        house = hands.house
        await house.publish("Harbor report")
        kept, double = house.forum_thread(), house.forum_thread("Harbor report")
        assert kept
        assert double
        hands.ana("Said under the first")
        await house.until(lambda: hands.copy_here("under the first"), "relayed")
        harbor = "Harbor report"
        root = house.root(harbor)
        made = hands.t.person_posts(hands.p.ana, hands.p.group, "Said under the second", under=root)
        await house.until(lambda: house.thread_message("under the second", harbor), "there")
        hands.t.person_posts(
            hands.p.ana, hands.p.group, "An answer to it", reply_to=made["message_id"]
        )
        await house.until(lambda: house.thread_message("An answer", harbor), "there")
        said = await hands.at_desk("/merge 1 2")
        assert said == "“Harbour report” is one conversation now; 2 comments moved."
        here = await house.until(lambda: hands.copy_here("under the second"), "moved on Discord")
        answer = await house.until(lambda: hands.copy_here("An answer"), "its answer too")
        assert here["content"].startswith("#2 ")
        assert answer["content"].startswith("#3 ")
        assert answer["message_reference"]["message_id"] == here["id"]
        there = await house.until(lambda: hands.copy_there("under the second"), "on Telegram")
        assert there["reply_to_message"]["message_id"] == house.root()
        await hands.settled()
        assert not house.thread_message("under the second", harbor)
        assert hands.t.message(hands.p.group, made["message_id"]) is None
        pointer = read(hands.d.messages(double)[0])
        assert "published twice" in pointer
        assert "Harbour report" in pointer
        late = hands.t.person_posts(hands.p.ana, hands.p.group, "Late in the double", under=root)
        await house.until(lambda: hands.copy_here("Late in the double"), "it comes to the kept one")
        await house.until(
            lambda: hands.t.message(hands.p.group, late["message_id"]) is None, "and moves there"
        )
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        back = await house.until(
            lambda: house.thread_message("under the second", harbor), "back again"
        )
        assert back["content"].startswith("#1 ")
        await house.until(lambda: hands.copy_here("under the second") is None, "gone here")


async def test_a_merge_refuses_what_it_cannot_do_whole(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        assert (
            await hands.at_desk("/merge 1") == "Which articles? First the one to keep: /merge 3 4."
        )
        assert "Name two different" in await hands.at_desk("/merge 1 1")
        await hands.house.publish("Harbor report")
        await hands.at_desk("/merge 1 2")
        await hands.house.publish("Third report")
        assert "Another article became a part" in await hands.at_desk("/merge 3 1")
        assert await hands.at_desk("/merge 3 2") == "Article 2 is not published."


async def test_a_merge_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        house, harbor = hands.house, "Harbor report"
        await house.publish(harbor)
        root, ana, group = house.root(harbor), hands.p.ana, hands.p.group
        for n in range(4):
            hands.t.person_posts(ana, group, f"Remark {n} of the double", under=root)
        await house.until(lambda: house.thread_message("Remark 3", harbor), "relayed")
        await hands.at_desk("/merge 1 2")
        await house.restart()
        for n in range(4):
            await hands.copies(f"Remark {n} of")
        await hands.settled()
        assert not house.thread_message("of the double", harbor)
        shown = [text for text in hands.t.texts(group) if "of the double" in text]
        assert len(shown) == 4


async def test_in_the_thread_itself_no_article_has_to_be_named(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        thread = hands.house.forum_thread()
        assert thread
        first = hands.ana("The first one")
        await hands.house.until(lambda: hands.copy_here("The first"), "relayed")
        second = hands.ana("The second one")
        copy = await hands.house.until(lambda: hands.copy_here("The second"), "relayed")
        said = await hands.slash(hands.p.mod, thread, "slow", text="5m")
        assert said == "One comment in 5 minutes: “Harbour report”."
        said = await hands.slash(hands.p.mod, thread, "slow")
        assert said == "Slow mode: one comment in 5 minutes."
        assert (await hands.menu(hands.p.mod, "Feature", copy["id"])).text == "#2 is featured now."
        assert (await hands.menu(hands.p.mod, "Pin", copy["id"])).text.startswith("#2 is pinned")
        await hands.starts(hands.p.boss)
        assert await hands.in_group(hands.p.boss, "/move #1", reply=second) == "#2 answers #1 now."
        assert await hands.in_group(hands.p.boss, "/move 0", reply=second) == (
            "#2 answers the article now."
        )
        assert hands.t.message(hands.p.group, first)

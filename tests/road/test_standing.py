"""An author's standing: warnings and their points, premoderation, and that mutes and bans hold
everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.road.hands import Hands
from tests.road.test_told import published, says, to_ana


@asynccontextmanager
async def shown(folder: Path, words: str = "A remark", **options: int) -> AsyncIterator[Hands]:
    """A newsroom with a published comment of Ana's, who can be told things."""
    async with published(folder, "open") as hands:
        for name, value in options.items():
            await hands.at_desk(f"/options {name} {value}")
        await hands.starts(hands.p.ana)
        hands.ana(words)
        await hands.house.until(lambda: hands.copy_here(words), "relayed")
        yield hands


async def test_premoderated_comments_wait_and_unban_ends_it(tmp_path: Path) -> None:
    async with shown(tmp_path) as hands:
        said = await hands.at_desk("/premoderate 1#1")
        assert said == "Every comment of the author of #1 is read first now."
        hands.ana("Wait for it")
        card = await hands.house.until(lambda: hands.house.card("Wait for it"), "held")
        assert "premoderated" in card["text"]
        assert "every comment of this author is read first" in card["text"]
        await hands.at_desk("/unban 1#1")
        hands.ana("Straight on")
        await hands.house.until(lambda: hands.copy_here("Straight on"), "through")


async def test_warnings_add_up_to_what_the_publication_has_set_and_are_told(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path, warn_premoderate=2, warn_mute=4, warn_ban=6) as hands:
        said = await hands.at_desk("/warn 1#1 insult")
        assert said == "The author of #1 was warned and has 1 point."
        told = await says(hands, to_ana, "A moderator warns you because of comment 1#1")
        assert "Reason: insult" in told
        said = await hands.at_desk("/warn 1#1 1")
        assert "has 2 points. Every comment of theirs is read first now." in said
        await says(hands, to_ana, "your comments are read before they appear")
        assert "They are muted now." in await hands.at_desk("/warn 1#1 2")
        await says(hands, to_ana, "You cannot comment until")
        assert "They are banned now." in await hands.at_desk("/warn 1#1 50")
        assert "A warning has 1 to 100 points." in await hands.at_desk("/warn 1#1 500")
        log = await hands.log()
        warned = [row for row in log if row["action"] == "warn"]
        assert (await hands.at_desk(f"/undo {warned[-1]['id']}")).startswith("Taken back: ")
        hands.ana("I am muted, not banned")
        assert await _standing(hands) == "muted"
        await hands.at_desk(f"/undo {warned[-2]['id']}")
        assert await _standing(hands) == "premoderated"
        await hands.at_desk("/unban 1#1")
        assert "has 3 points. Every comment of theirs is read first now." in await hands.at_desk(
            "/warn 1#1"
        )


async def _standing(hands: Hands) -> str:
    row = await hands.house.product.newsroom.look(
        lambda tx, _: tx.one("SELECT standing FROM author WHERE standing <> 'ordinary'")
    )
    return row["standing"] if row else "ordinary"


async def test_points_do_nothing_by_default_and_lapse(tmp_path: Path) -> None:
    async with shown(tmp_path, warn_days=1) as hands:
        assert "has 5 points" in await hands.at_desk("/warn 1#1 5")
        assert await _standing(hands) == "ordinary"
        room = hands.house.product.newsroom
        await room.change(lambda tx, c: tx.run("DROP TRIGGER decision_is_never_changed"))
        await room.change(lambda tx, c: tx.run("UPDATE decision SET at = at - 90000"))
        assert "has 1 point" in await hands.at_desk("/warn 1#1")


async def test_a_ban_holds_in_every_channel_and_way_of_that_platform(tmp_path: Path) -> None:
    async with published(tmp_path, "open", way="door") as hands:
        thread = hands.house.forum_thread()
        assert thread
        post = hands.d.messages(thread)[0]

        async def through_the_door(words: str) -> str:
            opened = await hands.clicks(post, "Comment", who=hands.p.ben)
            return await hands.submits(hands.p.ben, opened, words)

        assert "Thank you" in await through_the_door("The first")
        await hands.at_desk("/ban 1#1")
        assert await through_the_door("The second") == "Your comment was not accepted."
        await hands.slash(hands.p.ben, thread, "edit", comment="#1", text="Changed after it")
        await hands.settled()
        assert not [text for text in hands.d.texts(thread) if "Changed after it" in text]
        assert await _standing(hands) == "banned"


async def test_the_history_of_an_author_begins_with_how_they_stand(tmp_path: Path) -> None:
    async with shown(tmp_path) as hands:
        await hands.at_desk("/warn 1#1 3 insult")
        await hands.at_desk("/mute 1#1 48 --on-platform")
        head, *lines = (await hands.at_desk("/history author 1#1")).split("\n")
        assert head.startswith("Author ")
        assert "1 published, 0 rejected · muted until " in head
        assert "3 points of warnings · restricted on the platform as well" in head
        assert [line.split(" 1#1")[0].split()[-1] for line in lines] == ["mute", "warn"]
        assert "Ana" not in head

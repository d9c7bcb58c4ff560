"""Slow mode: Discord's own, and the bot's where a platform gives bots none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.rehearsal.discord.errors import ApiError
from tests.road.hands import Hands
from tests.road.house import newsroom, read
from tests.road.test_door import comments, direct, first, submits
from tests.road.test_reports import published


def root_text(hands: Hands) -> str:
    """What the article says of itself in the Telegram group."""
    found = hands.t.message(hands.p.group, hands.house.root() or 0)
    return str((found or {}).get("text", ""))


async def test_discord_keeps_it_by_itself_and_the_bot_does_on_telegram(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        assert await hands.at_desk("/slow 1") == "Slow mode is off."
        assert await hands.at_desk("/slow 1 1h") == "One comment in 1 hour: “Harbour report”."
        assert await hands.at_desk("/slow 1") == "Slow mode: one comment in 1 hour."
        thread = hands.house.forum_thread()
        assert thread
        await hands.house.until(
            lambda: hands.d.channel(thread)["rate_limit_per_user"] == 3600, "Discord's own"
        )
        await hands.house.until(
            lambda: "kept by this bot: one comment in 1 hour" in root_text(hands), "told there"
        )
        await hands.house.until(
            lambda: "Slow mode: one comment in 1 hour." in read(hands.d.messages(thread)[0]),
            "and here",
        )
        hands.ben("my first")
        await hands.house.until(lambda: hands.copy_there("my first"), "relayed")
        with pytest.raises(ApiError):
            hands.ben("my second")
        await hands.starts(hands.p.ana)
        hands.ana("one from me")
        await hands.house.until(lambda: hands.copy_here("one from me"), "relayed")
        early = hands.ana("and another one, which is a little longer than the first was")
        await hands.house.until(lambda: hands.t.message(hands.p.group, early) is None, "taken")
        told = await hands.house.until(lambda: direct(hands.house, hands.p.ana, "Slow"), "told")
        assert "Slow mode, kept by this bot: one comment in 1 hour." in told["text"]
        assert told["text"].endswith("which is a little longer than the first was")
        assert hands.copy_here("and another one") is None
        counted = await hands.house.product.newsroom.look(
            lambda tx, _: tx.one("SELECT sum(rejected) AS n FROM author")
        )
        assert counted is not None
        assert counted["n"] == 0, "coming early is not what an author is refused for"


async def test_off_ends_it_on_both_and_undo_brings_it_back(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/slow 1 30")
        thread = hands.house.forum_thread()
        assert thread
        await hands.house.until(
            lambda: hands.d.channel(thread)["rate_limit_per_user"] == 30, "slow"
        )
        await hands.at_desk("/slow 1 off")
        await hands.house.until(lambda: not hands.d.channel(thread)["rate_limit_per_user"], "off")
        hands.ana("quick one")
        hands.ana("quick two")
        await hands.house.until(lambda: hands.copy_here("quick two"), "both stay")
        assert (await hands.at_desk("/undo")).startswith("Taken back: ")
        await hands.house.until(
            lambda: hands.d.channel(thread)["rate_limit_per_user"] == 30, "slow again"
        )
        assert "How slow?" in await hands.at_desk("/slow 1 fast")
        assert "How slow?" in await hands.at_desk("/slow 1 7h")


async def test_moderators_and_the_trusted_are_not_slowed(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        await hands.at_desk("/slow 1 1h")
        hands.writes(hands.p.boss, "from the boss")
        hands.writes(hands.p.boss, "and once more")
        await hands.house.until(lambda: hands.copy_here("and once more"), "an admin")
        hands.ana("trust me")
        await hands.house.until(lambda: hands.copy_here("trust me"), "relayed")
        await hands.at_desk("/trust 1#3")
        hands.ana("trusted again")
        await hands.house.until(lambda: hands.copy_here("trusted again"), "a trusted author")


async def test_at_the_door_it_is_the_bots_and_the_words_are_kept(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", way="door") as house:
        await house.publish()
        hands = Hands(house)
        await hands.at_desk("/slow 1 1h")
        await comments(house, hands.p.ana, "one at a time")
        t, ana = house.telegram, hands.p.ana
        article = next(m for m in t.messages(hands.p.channel) if "Harbour" in m.get("text", ""))
        url = article["reply_markup"]["inline_keyboard"][0][0]["url"]
        t.person_opens(ana, url)
        await house.until(lambda: direct(house, ana, "Write your comment now"), "asked")
        t.person_posts(ana, ana, "too soon")
        preview = await house.until(
            lambda: (m := direct(house, ana, "too soon")) and "reply_markup" in m and m, "preview"
        )
        press = t.person_presses(ana, ana, preview["message_id"], "Send")
        assert "press Send again then" in await hands.toast(press)
        await hands.at_desk("/slow 1 off")
        t.person_presses(ana, ana, preview["message_id"], "Send")
        await house.until(lambda: house.group_message("too soon"), "sent after all")
        await hands.at_desk("/slow 1 1h")
        await submits(house, hands.p.ben, first(house), "Comment", "from the form")
        await house.until(lambda: house.group_message("from the form"), "through")
        await submits(house, hands.p.ben, first(house), "Comment", "again from the form")
        told = house.discord.ephemeral_to(hands.p.ben)[-1]["content"]
        assert "Slow mode" in told
        assert told.endswith("again from the form")

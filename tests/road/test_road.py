"""The whole road: one article, one conversation, on both platforms."""

from __future__ import annotations

from pathlib import Path

from tests.road.house import newsroom


async def test_open_replies_cross_both_ways(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        t, d, p = house.telegram, house.discord, house.places
        root, thread = house.root(), house.forum_thread()
        assert root
        assert thread
        t.person_posts(p.ana, p.group, "Who owns the pier?", under=root)
        copy = await house.until(lambda: house.thread_message("Who owns the pier?"), "relayed")
        assert "#1" in copy["content"]
        assert "Ana" in copy["content"]
        d.person_posts(p.ben, thread, "The port **authority**", reply_to=copy["id"])
        answer = await house.until(lambda: house.group_message("authority"), "back")
        assert answer["text"].startswith("#2 Ben")
        assert answer["reply_to_message"]["text"] == "Who owns the pier?"
        assert any(e["type"] == "bold" for e in answer["entities"])


async def test_held_comment_goes_and_returns_as_a_copy(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as house:
        await house.publish()
        t, p = house.telegram, house.places
        t.person_posts(p.ana, p.group, "I saw the trucks", under=house.root())
        await house.until(lambda: not house.group_message("I saw the trucks"), "original gone")
        card = await house.until(lambda: house.card("I saw the trucks"), "card")
        assert house.thread_message("I saw the trucks") is None
        t.person_presses(p.boss, p.desk, card["message_id"], "Approve")
        await house.until(lambda: house.group_message("I saw the trucks"), "copy on Telegram")
        await house.until(lambda: house.thread_message("I saw the trucks"), "copy on Discord")
        await house.until(lambda: house.card("Published by Boss"), "card decided")
        assert await house.until(lambda: house.discord_card("Published"), "other card decided")

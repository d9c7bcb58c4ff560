"""The platforms' own bans and mutes: set where the bot may, lifted exactly where they were ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from core.newsroom import Rules
from tests.road.hands import Hands
from tests.road.test_told import published, says, to_ana, to_ben

QUICK = Rules(tell_gather=0.05, tell_gap=0.1)
NOBODY = {"status": "member"}


def there(hands: Hands) -> dict[str, Any]:
    """How Ana stands in the Telegram group."""
    return dict(hands.t.members.entry(hands.t.known_chat(hands.p.group), hands.p.ana))


def set_there(hands: Hands, **entry: Any) -> None:
    """An admin of the group sets it by hand."""
    chat = hands.t.known_chat(hands.p.group)
    chat["members"][str(hands.p.ana)] = entry
    hands.t.memory.put_chat(chat)
    hands.t.world.touch()


def banned_here(hands: Hands) -> bool:
    """Ben is banned from the Discord server."""
    return hands.d.state.find("ban", f"{guild(hands)}:{hands.p.ben}") is not None


def guild(hands: Hands) -> str:
    return str(hands.d.state.get("channel", hands.p.forum)["guild_id"])


def timed_out(hands: Hands) -> str | None:
    member = hands.d.state.member(guild(hands), hands.p.ben)
    return member["communication_disabled_until"] if member else None


async def shown(hands: Hands, words: str = "A remark", *, by: str = "ana") -> None:
    """A published comment, the thread's next."""
    if by == "ana":
        hands.ana(words)
        await hands.house.until(lambda: hands.copy_here(words), "relayed")
    else:
        hands.ben(words)
        await hands.house.until(lambda: hands.copy_there(words), "relayed")


async def _rows(hands: Hands, sql: str) -> list[Any]:
    return await hands.house.product.newsroom.look(lambda tx, _: tx.all(sql))


async def nothing_kept(hands: Hands) -> None:
    """No row of ours and no address for a ban is left."""

    async def gone() -> bool:
        left = await _rows(hands, "SELECT id FROM restriction")
        return not left and not await _rows(hands, "SELECT * FROM address WHERE purpose = 'ban'")

    await hands.house.until_async(gone, "nothing is kept any more")


async def test_a_ban_on_telegram_is_told_set_and_lifted_by_undo(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await hands.starts(hands.p.ana)
        await shown(hands)
        said = await hands.at_desk("/ban 1#1 --on-platform spam")
        assert said == "The author of #1 is banned. The platform is asked to do the same."
        told = await says(hands, to_ana, "You cannot comment at The Paper any more")
        assert "Reason: spam" in told
        await hands.house.until(lambda: there(hands)["status"] == "kicked", "banned there")
        assert str(hands.p.ana) not in _dump(hands)
        await hands.at_desk("/undo")
        await hands.house.until(lambda: there(hands)["status"] == "left", "lifted")
        await nothing_kept(hands)


def _dump(hands: Hands) -> str:
    with sqlite3.connect(hands.house.folder / "commonthread.db") as base:
        return "\n".join(base.iterdump())


async def test_a_ban_on_discord_is_told_before_and_lifted_by_unban(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await shown(hands, by="ben")
        await hands.at_desk("/ban 1#1 —on-platform")
        await hands.house.until(lambda: banned_here(hands), "banned there")
        assert [text for text in to_ben(hands) if "You cannot comment" in text], "told before"
        await hands.house.until_async(lambda: _has(hands, "ban"), "recorded")
        await hands.at_desk("/unban 1#1")
        await hands.house.until(lambda: not banned_here(hands), "lifted")
        await nothing_kept(hands)


async def _has(hands: Hands, value: str) -> bool:
    return [row["have"] for row in await _rows(hands, "SELECT have FROM restriction")] == [value]


async def test_who_was_banned_by_hand_stays_banned(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await shown(hands)
        set_there(hands, status="kicked", until=0)
        await hands.at_desk("/ban 1#1 --on-platform")
        await hands.house.until_async(lambda: _has(hands, "ban"), "looked at")
        await hands.at_desk("/undo")
        await nothing_kept(hands)
        assert there(hands)["status"] == "kicked"


async def test_a_mute_puts_back_what_an_admin_had_set_before(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await shown(hands)
        allowed = {"can_send_messages": True, "can_send_photos": False}
        set_there(hands, status="restricted", permissions=allowed, until=0, is_member=True)
        await hands.at_desk("/mute 1#1 48 --on-platform")
        await hands.house.until(
            lambda: not there(hands)["permissions"]["can_send_messages"], "muted there"
        )
        until = there(hands)["until"]
        assert 47 * 3600 < until - hands.house.world.clock.now() <= 48 * 3600
        await hands.house.until_async(lambda: _has(hands, f"mute:{until}"), "recorded")
        await hands.at_desk("/undo")
        await nothing_kept(hands)
        now = there(hands)["permissions"]
        assert (now["can_send_messages"], now["can_send_photos"]) == (True, False)


async def test_a_timeout_on_discord_is_at_most_28_days_and_what_was_changed_by_hand_stays(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open") as hands:
        await shown(hands, by="ben")
        await hands.at_desk("/mute 1#1 2000 --on-platform")
        await hands.house.until(lambda: timed_out(hands), "timed out")
        row = (await _rows(hands, "SELECT want FROM restriction"))[0]
        await hands.house.until_async(lambda: _has(hands, row["want"]), "recorded")
        member = hands.d.state.member(guild(hands), hands.p.ben)
        assert member
        by_hand = hands.d.state.iso(hands.d.state.now() + 600)
        hands.d.state.put_member({**member, "communication_disabled_until": by_hand})
        await hands.at_desk("/unban 1#1")
        await nothing_kept(hands)
        assert timed_out(hands) == by_hand
        await hands.at_desk("/mute 1#1 2 --on-platform")
        await hands.house.until(lambda: timed_out(hands) not in (None, by_hand), "ours")
        await hands.at_desk("/undo")
        await hands.house.until(lambda: timed_out(hands) == by_hand, "exactly as before")


async def test_who_writes_as_a_channel_is_banned_as_one(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        loud = hands.t.add_channel("Loud", "loudchannel", owner=hands.p.ana)
        hands.writes(hands.p.ana, "loud words", as_chat=loud)
        await hands.house.until(lambda: hands.copy_here("loud words"), "relayed")
        await hands.at_desk("/ban 1#1 --on-platform")
        chat = hands.t.known_chat(hands.p.group)
        await hands.house.until(lambda: str(loud) in chat.get("banned_chats", []), "banned")
        assert there(hands) == NOBODY
        await hands.at_desk("/undo")
        await hands.house.until(lambda: str(loud) not in chat["banned_chats"], "lifted")
        await hands.at_desk("/mute 1#1 5 --on-platform")
        await hands.house.until(
            lambda: [m for m in hands.house.cards() if "but not mute them" in m.get("text", "")],
            "the desk is told that Telegram cannot",
        )


async def test_without_the_right_the_desk_is_told_once_and_the_bots_own_ban_holds(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open") as hands:
        hands.t.make_admin(hands.p.group, hands.bot, can_delete_messages=True)
        await shown(hands)
        await hands.at_desk("/options platform_bans on")
        await hands.at_desk("/ban 1#1")

        def notices() -> list[str]:
            return [
                m["text"] for m in hands.house.cards() if "could not be set" in m.get("text", "")
            ]

        await hands.house.until(notices, "the desk is told")
        assert "Not enough rights" in notices()[0]
        hands.ana("Back again")
        await hands.nowhere("Back again")
        await hands.settled()
        assert len(notices()) == 1
        assert there(hands) == NOBODY
        await hands.at_desk("/unban 1#1")


async def test_whom_nobody_knows_any_more_is_banned_when_they_write_again(tmp_path: Path) -> None:
    async with published(tmp_path, "open") as hands:
        await hands.at_desk("/options address_days 0")
        await shown(hands)
        assert await _rows(hands, "SELECT * FROM address") == []
        await hands.at_desk("/ban 1#1 --on-platform")
        await hands.settled()
        assert there(hands) == NOBODY
        hands.ana("Here again")
        await hands.house.until(lambda: there(hands)["status"] == "kicked", "banned now")


async def test_a_restart_between_the_ban_and_its_record_lifts_it_all_the_same(
    tmp_path: Path,
) -> None:
    async with published(tmp_path, "open") as hands:
        await shown(hands)
        await hands.at_desk("/ban 1#1 --on-platform")
        await hands.house.until(lambda: there(hands)["status"] == "kicked", "banned")
        await hands.house.until_async(lambda: _has(hands, "ban"), "recorded")
        room = hands.house.product.newsroom
        await room.change(lambda tx, _: tx.run("UPDATE restriction SET have = '?'"))
        await hands.house.restart()
        await hands.at_desk("/undo")
        await hands.house.until(lambda: there(hands)["status"] == "left", "lifted")
        await nothing_kept(hands)

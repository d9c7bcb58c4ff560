"""Pictures and files through Discord's door: a form, whose files no message holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.discord import NotPossible
from bots.rehearsal.discord.cdn import ATTACHMENT
from bots.rehearsal.discord.writing import Attached
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault
from tests.road.hands import Hands
from tests.road.house import newsroom
from tests.road.test_door import first, rows
from tests.road.test_door_media import content, files, here, there

Json = dict[str, Any]
NAME = "Ben-Canary-IMG.jpg"


@asynccontextmanager
async def at_the_door(folder: Path, mode: str = "open") -> AsyncIterator[Hands]:
    """A newsroom with one article behind the door."""
    async with newsroom(folder, mode=mode, way="door") as house:
        await house.publish()
        yield Hands(house)


async def sends(hands: Hands, text: str, *attached: Attached, at: str = "") -> str:
    """Ben fills in the form behind Comment (or Reply, under a comment's copy); the answer."""
    label = "Reply" if at else "Comment"
    pressed = hands.d.person_presses(hands.p.ben, at or first(hands.house), label)
    await hands.house.until(lambda: pressed.modal, "the form")
    given = {"text": text, "files": list(attached)}
    sent = hands.d.person_submits(hands.p.ben, pressed, given)
    await hands.house.until(lambda: sent.text, "answered")
    return sent.text


def card_with(hands: Hands, kind: str) -> list[Json]:
    return [m for m in hands.house.cards() if kind in m]


async def test_a_held_photo_goes_from_the_form_to_both_sides(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "core")
    caplog.set_level("DEBUG", "bots")
    async with at_the_door(tmp_path, "held") as hands:
        data = jpeg(64, 48)
        told = await sends(hands, "the pier", Attached(NAME, data))
        assert "Attached: photo" in told
        card = await hands.house.until(lambda: hands.house.card("the pier"), "card")
        [seen] = await hands.house.until(lambda: card_with(hands, "photo"), "at the desk")
        other = await hands.house.until(
            lambda: hands.house.discord_card("the pier"), "card on Discord"
        )
        assert seen["has_media_spoiler"]
        assert other["attachments"][0]["filename"].startswith("SPOILER_")
        hands.house.world.switches.linger = 0.0
        for doc in hands.d.state.all("file"):  # what Discord held for the form is gone by now
            if doc["filename"] == NAME:
                hands.d.state.put("file", doc | {"gone": 0.0})
        assert not there(hands, "photo")
        hands.presses(card, "Approve")
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        await hands.settled()
        assert content(hands, photo) == data
        assert copy["attachments"][0]["size"] == len(data)
        public = str([card, seen, other, copy, photo])
        for secret in (NAME.removesuffix(".jpg"), "ephemeral", hands.p.ben):
            assert secret not in public
            assert secret not in caplog.text
        await hands.house.stop()
        assert NAME.encode() not in files(tmp_path)
        await hands.house.start()


async def test_files_without_words_and_a_reply_with_a_file(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        two = Attached("minutes.pdf", b"%PDF-1"), Attached("quay.jpg", jpeg(20, 20), spoiler=True)
        assert "minutes" in await sends(hands, "", *two)
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        assert [a["filename"] for a in copy["attachments"]] == ["minutes.pdf", "SPOILER_photo.jpg"]
        [photo] = await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        assert photo["has_media_spoiler"]
        await hands.settled()
        await sends(hands, "and this", Attached("b.jpg", jpeg(21, 20)), at=copy["id"])
        await hands.house.until(lambda: len(there(hands, "photo")) == 2, "the reply's")
        await hands.settled()
        assert len(await rows(hands.house, "SELECT 1 FROM comment")) == 2


async def test_nothing_at_all_is_no_comment(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        assert "needs words" in await sends(hands, "")
        with pytest.raises(NotPossible):
            await sends(hands, "", *[Attached("a", b"a")] * 11)
        assert not await rows(hands.house, "SELECT 1 FROM comment")


async def test_a_file_that_was_not_fetched_yet_survives_a_restart(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        fault = Fault("discord", ATTACHMENT, "status", times=99, status=503)
        hands.house.world.faults.add(fault)
        await sends(hands, "the crane", Attached("a.jpg", jpeg(22, 20)))
        await hands.house.stop()
        assert not here(hands)
        hands.house.world.faults.clear()
        await hands.house.start()
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        assert "the crane" in copy["content"]
        await hands.settled()


async def test_a_file_whose_address_has_ended_is_told(tmp_path: Path) -> None:
    """A held comment is rejected with it: its words alone are not what was sent."""
    async with at_the_door(tmp_path, "held") as hands:
        fault = Fault("discord", ATTACHMENT, "status", times=99, status=503)
        hands.house.world.faults.add(fault)
        await sends(hands, "too late", Attached("a.jpg", jpeg(23, 20)))
        for doc in hands.d.state.all("file"):
            hands.d.state.put("file", doc | {"gone": 0.0})
        hands.house.world.faults.clear()
        await hands.house.until(
            lambda: any("1#1 was rejected" in m.get("text", "") for m in hands.house.cards()),
            "told at the desk",
        )
        await hands.settled()
        [row] = await rows(hands.house, "SELECT state FROM comment")
        assert row["state"] == "rejected"


async def test_a_change_through_the_menu_replaces_the_file(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as hands:
        new = jpeg(50, 40)
        await sends(hands, "first words", Attached("a.jpg", jpeg(30, 20)))
        [copy] = await hands.house.until(lambda: here(hands), "on Discord")
        await hands.house.until(lambda: there(hands, "photo"), "on Telegram")
        await hands.settled()
        opened = await hands.menu(hands.p.ben, "Edit comment", copy["id"])
        given = {"text": "", "files": [Attached("b.jpg", new)]}
        sent = hands.d.person_submits(hands.p.ben, opened, given)
        await hands.house.until(lambda: "Changed" in sent.text, "answered")
        await hands.house.until(lambda: content(hands, there(hands, "photo")[0]) == new, "replaced")
        assert "first words" in there(hands, "photo")[0]["caption"]
        await hands.settled()

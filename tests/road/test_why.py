"""What every channel shows, why, and trying the refused again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.rehearsal.world import Fault
from core.newsroom.outgoing import deliveries
from tests.road.hands import Hands
from tests.road.house import newsroom

SEND = "POST /channels/{channel_id}/messages"
REFUSED_ONE = "SELECT id, subject_id FROM delivery WHERE dead_want = want AND subject = 'comment'"
REFUSED = {"message": "Cannot send messages to this user", "code": 50007}


async def test_a_refused_copy_is_told_explained_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        article = await house.publish()
        fault = Fault("discord", SEND, "status", times=1, status=403, body=REFUSED)
        house.world.faults.add(fault)
        root = house.root()
        house.telegram.person_posts(house.places.ana, house.places.group, "some words", under=root)
        told = await house.until(
            lambda: next(
                (m for m in house.cards() if "could not be shown" in m.get("text", "")), None
            ),
            "the desk is told",
        )
        assert "#1" in told["text"]
        (line,) = [r for r in caplog.records if "was refused" in r.getMessage()]
        row = await house.product.newsroom.look(lambda tx, _: tx.one(REFUSED_ONE))
        assert row is not None
        about = {name: getattr(line, name) for name in ("delivery", "comment", "article")}
        assert about == {"delivery": row["id"], "comment": row["subject_id"], "article": article}
        said = await hands.at_desk(f"/why {article}#1")
        assert "wanted revision 1, there nothing" in said
        assert "50007" in said
        assert "the original: wanted revision 1, there revision 1" in said
        look = house.product.newsroom.look
        rows = await look(lambda tx, c: deliveries.unsettled(tx, c, None))
        assert (f"{article}#1", "refused") in [(row["subject"], row["state"]) for row in rows]
        assert "1 delivery is tried again" in await hands.at_desk("/replay")
        await house.until(lambda: house.thread_message("some words"), "shown after all")
        await hands.settled()
        assert await look(lambda tx, c: deliveries.unsettled(tx, c, None)) == []
        assert "Nothing was refused" in await hands.at_desk("/replay")
        assert len([m for m in house.cards() if "could not be shown" in m.get("text", "")]) == 1


async def test_an_article_tells_where_it_stands_and_links_there(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        article = await house.publish()
        await hands.settled()
        said = await hands.at_desk(f"/why {article}")
        assert said.count("wanted the current text, there the current text") == 2
        assert await hands.at_desk("/why 99") == "There is no article 99 here."
        assert await hands.at_desk("/why") == (
            "Which article? Use this in its thread, or name it by its number or address."
        )
        assert "no comment #7" in await hands.at_desk(f"/why {article}#7")


async def test_what_was_removed_by_hand_is_said_so(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        hands = Hands(house)
        article = await house.publish()
        house.telegram.person_posts(
            house.places.ana, house.places.group, "some words", under=house.root()
        )
        copy = await house.until(lambda: house.thread_message("some words"), "relayed")
        house.discord.person_deletes(house.places.mod, copy["id"])
        await house.until(lambda: not house.group_message("some words"), "removed everywhere")
        said = await hands.at_desk(f"/why {article}#1")
        assert "taken away by hand" in said
        assert "/restore" in said

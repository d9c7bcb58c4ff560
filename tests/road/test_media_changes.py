"""What becomes of media where a platform refuses them, where their bytes are gone, and where a
piece of an album comes after its comment was held."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault
from core.newsroom.context import Context
from core.ports import Tx
from tests.road.hands import Hands
from tests.road.test_media import here, published, there

REFUSED = {"message": "Explicit content cannot be sent to the desired recipient(s)", "code": 20009}


async def test_files_that_discord_refuses_are_told_in_words_for_good(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        send = "POST /channels/{channel_id}/messages"
        hands.house.world.faults.add(Fault("discord", send, "status", status=400, body=REFUSED))
        own = hands.ana("the pier", media=Attachment("photo", jpeg(40, 30)))
        copy = await hands.house.until(lambda: hands.copy_here("the pier"), "in words")
        assert "Not shown here: photo, 1 KB" in copy["content"]
        hands.t.person_edits(hands.p.ana, hands.p.group, own, "the other pier")
        changed = await hands.house.until(lambda: hands.copy_here("other pier"), "changed")
        assert changed["id"] == copy["id"]
        await hands.settled()
        changed = hands.copy_here("other pier") or {}
        assert "Not shown here: photo, 1 KB" in changed["content"]
        assert not here(hands)


async def test_what_is_not_kept_any_more_stays_where_a_message_has_it(tmp_path: Path) -> None:
    async with published(tmp_path) as hands:
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(2)]
        first, _ = hands.t.person_posts_album(
            hands.p.ana, hands.p.group, photos, ["an album"], under=hands.house.root()
        )
        await hands.house.until(lambda: here(hands) and len(here(hands)[0]["attachments"]) == 2, "")
        await hands.settled()
        before = [a["id"] for a in here(hands)[0]["attachments"]]
        await hands.house.product.newsroom.change(_expires_last)
        hands.t.person_replaces(
            hands.p.ana, hands.p.group, first["message_id"],
            Attachment("photo", jpeg(300, 200)), "an album",
        )  # fmt: skip
        await hands.house.until(
            lambda: before[0] not in [a["id"] for a in here(hands)[0]["attachments"]], "replaced"
        )
        await hands.settled()
        after = [a["id"] for a in here(hands)[0]["attachments"]]
        assert len(after) == 2
        assert before[1] in after
        await hands.house.product.newsroom.change(_expires_last)
        hands.t.person_edits(hands.p.ana, hands.p.group, first["message_id"], "other words")
        await hands.house.until(lambda: hands.copy_here("other words"), "the words changed")
        await hands.settled()
        assert [a["id"] for a in here(hands)[0]["attachments"]] == after
        assert "Not shown" not in here(hands)[0]["content"]


def _expires_last(tx: Tx, _: Context) -> None:
    tx.run(
        "UPDATE attachment SET state = 'expired', file = ''"
        " WHERE id = (SELECT max(id) FROM attachment)"
    )


def _left(hands: Hands) -> list[int]:
    """The photos of people that stand in the group."""
    found = hands.t.messages(hands.p.group)
    return [m["message_id"] for m in found if "photo" in m and not m["from"]["is_bot"]]


@pytest.mark.parametrize("approved", [False, True])
async def test_a_piece_that_comes_after_the_others_were_held_is_held_as_well(
    tmp_path: Path, approved: bool
) -> None:
    async with published(tmp_path, "held") as hands:
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(3)]
        hands.t.person_posts_album(
            hands.p.ana, hands.p.group, photos, ["in pieces"], under=hands.house.root(), held=1
        )
        card = await hands.house.until(lambda: hands.house.card("in pieces"), "a card")
        await hands.house.until(lambda: len(_left(hands)) == 1, "the first two are removed")
        await hands.settled()
        if approved:
            hands.presses(card, "Approve")
            await hands.house.until(lambda: len(there(hands, "photo")) == 2, "approved")
            await hands.settled()
        hands.t.release_pieces()
        await hands.house.until(lambda: not _left(hands), "the late one is removed too")
        await hands.settled()
        rows = await hands.house.product.newsroom.look(
            lambda tx, _: tx.all("SELECT state FROM comment")
        )
        assert [row["state"] for row in rows] == ["held"]
        assert len(there(hands, "photo")) == (2 if approved else 0)

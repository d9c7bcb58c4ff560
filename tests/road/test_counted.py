"""What is counted for `/metrics`: every comment that comes in, whichever way, and every copy that
comes up, whatever it shows."""

from __future__ import annotations

from pathlib import Path

from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.world import Fault
from core.newsroom import Rules
from tests.road.hands import Hands
from tests.road.house import House, newsroom
from tests.road.test_door import approve, comments, first, submits
from tests.road.test_media import ben, here, there

SEND = "POST /channels/{channel_id}/messages"
COMMENTS = ("commonthread_comments_", "commonthread_relay_seconds_count")
CALLS = ("commonthread_calls_", "commonthread_asked_")


async def counts(house: House, kinds: tuple[str, ...] = COMMENTS) -> dict[str, float]:
    """The lines of the page about comments (or calls), by their names and labels."""
    page = (await house.product.metrics()).decode()
    found: dict[str, float] = {}
    for line in page.splitlines():
        if line.startswith(kinds):
            name, _, value = line.removeprefix("commonthread_").rpartition(" ")
            found[name] = float(value)
    return {name: value for name, value in found.items() if "_created" not in name}


async def test_comments_through_the_door_are_counted(tmp_path: Path) -> None:
    async with newsroom(tmp_path, way="door") as house:
        await house.publish()
        hands = Hands(house)
        await comments(house, hands.p.ana, "I saw nothing")
        await submits(house, hands.p.ben, first(house), "Comment", "nor did I")
        await approve(house, "I saw nothing")
        await hands.copies("I saw nothing")
        await hands.settled()
        assert await counts(house) == {
            'comments_received_total{platform="telegram",state="held"}': 1,
            'comments_received_total{platform="discord",state="held"}': 1,
            'comments_shown_total{platform="telegram",state="published"}': 1,
            'comments_shown_total{platform="discord",state="published"}': 1,
            'relay_seconds_count{platform="telegram"}': 1,
            'relay_seconds_count{platform="discord"}': 1,
        }
        page = (await house.product.metrics()).decode()
        assert 'last_update_timestamp_seconds{platform="telegram"}' in page
        assert 'last_update_timestamp_seconds{platform="discord"}' in page


async def test_an_album_counts_once_on_either_side(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open", rules=Rules(album_gather=0.2)) as house:
        await house.publish()
        hands = Hands(house)
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(3)]
        hands.t.person_posts_album(
            hands.p.ana, hands.p.group, photos, ["an album"], under=house.root()
        )
        await house.until(lambda: here(hands), "on Discord")
        ben(hands, "mine", *((f"{n}.jpg", jpeg(40 + n, 30)) for n in range(2)))
        await house.until(lambda: len(there(hands, "photo")) == 2, "on Telegram")
        await hands.settled()
        assert await counts(house) == {
            'comments_received_total{platform="telegram",state="published"}': 1,
            'comments_received_total{platform="discord",state="published"}': 1,
            'comments_shown_total{platform="telegram",state="published"}': 1,
            'comments_shown_total{platform="discord",state="published"}': 1,
            'relay_seconds_count{platform="telegram"}': 1,
            'relay_seconds_count{platform="discord"}': 1,
        }


async def test_calls_are_counted_by_how_they_ended(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        await house.publish()
        hands = Hands(house)
        await hands.settled()
        before = await counts(house, CALLS)
        house.world.faults.add(Fault("telegram", "sendMessage", "429", retry_after=1))
        house.world.faults.add(Fault("discord", SEND, "drop_after"))
        hands.ben("asked to wait")
        hands.ana("an answer that is lost")
        await hands.house.until(lambda: hands.copy_there("asked to wait"), "relayed")
        await hands.house.until(lambda: hands.copy_here("an answer that"), "relayed")
        await hands.settled()
        after = await counts(house, CALLS)
        more = {k: v - before.get(k, 0.0) for k, v in after.items() if v != before.get(k, 0.0)}
        assert more == {
            _call("telegram", "send", "retrylater"): 1,
            _call("telegram", "send", "done"): 1,
            _call("discord", "send", "outcomeunknown"): 1,
            _call("discord", "look_for", "done"): 1,
            'asked_to_wait_seconds_total{platform="telegram"}': 1,
        }


def _call(platform: str, operation: str, outcome: str) -> str:
    labels = f'operation="{operation}",outcome="{outcome}",platform="{platform}"'
    return f"calls_total{{{labels}}}"

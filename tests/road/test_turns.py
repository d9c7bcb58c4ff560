"""The threads of one group share its pace: each has its turn, however much waits in another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bots.rehearsal.world import Fault
from core.model import Purpose
from core.newsroom.outgoing.jobs import Look
from tests.road.hands import Hands
from tests.road.house import House, newsroom

SEND = "sendMessage"
QUIET = "Quiet report"


async def _both(house: House) -> tuple[int, int]:
    """A thread to be flooded and a quiet one, whose comments have the higher numbers."""
    flooded, quiet = await house.publish(), await house.publish(QUIET)
    raise_ = "UPDATE article SET comments = 100 WHERE id = :id"
    await house.product.newsroom.change(lambda tx, _: tx.run(raise_, {"id": quiet}))
    return flooded, quiet


def _says(hands: Hands, words: str, headline: str = "Harbour report") -> None:
    thread = hands.house.forum_thread(headline)
    assert thread
    hands.d.person_posts(hands.p.ben, thread, words)


async def test_who_was_served_last_comes_last(tmp_path: Path) -> None:
    async with newsroom(tmp_path, mode="open") as house:
        flooded, quiet = await _both(house)
        hands = Hands(house)
        group = str(hands.p.group)
        closed: dict[str, Any] = {"where": lambda call: str(call.get("chat_id")) == group}
        house.world.faults.add(Fault("telegram", SEND, "429", retry_after=300, **closed))
        for words in ("one fish", "two fish", "red fish", "blue fish"):
            _says(hands, words)
        _says(hands, "a quiet word", QUIET)
        known = (await house.product.newsroom.house()).channels.values()
        number = next(c.id for c in known if c.purpose == Purpose.DISCUSS and c.place == group)

        async def order(**served: float) -> list[int | None]:
            look = Look(
                served={flooded: served.get("flooded", 0.0), quiet: served.get("quiet", 0.0)}
            )
            ready = await house.product.newsroom.ready(number, look, settle=False)
            assert ready is not None
            return [job.article for job in ready.jobs]

        async def all_wait() -> bool:
            return len(await order()) == 4  # The first one was refused, and comes again later.

        await house.until_async(all_wait, "the others wait")
        assert await order() == [flooded, quiet, flooded, flooded]
        assert await order(flooded=2.0, quiet=1.0) == [quiet, flooded, flooded, flooded]
        assert await order(flooded=1.0, quiet=2.0) == [flooded, quiet, flooded, flooded]


async def test_a_quiet_thread_does_not_wait_for_a_flooded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(House, "telegram_pace", 0.05)
    async with newsroom(tmp_path, mode="open") as house:
        await _both(house)
        hands = Hands(house)

        guild = hands.d.channel(hands.p.forum)["guild_id"]

        def shown() -> list[str]:
            return [
                m["text"] for m in house.group() if "Reader" in m["text"] or "quiet" in m["text"]
            ]

        thread = house.forum_thread() or ""
        for n in range(30):
            reader = hands.d.add_person(f"Reader {n}", guild=guild)
            words = " ".join(f"w{(n * 31 + k * k * (n + 1)) % 9973}" for k in range(320))
            hands.d.person_posts(reader, thread, words)
        await house.until(lambda: len(shown()) >= 4, "the flood is under way")
        _says(hands, "a quiet word", QUIET)
        before = len(shown())
        await house.until(lambda: any("quiet" in text for text in shown()), "relayed")
        after = shown()
        place = next(n for n, text in enumerate(after) if "quiet" in text)
        assert place - before <= 2
        assert "Reader 29" not in "".join(after), "the flood was over already"

"""limit_discord, limit_telegram, limit_refused: both ways at once with 1,000 open threads, at the
platforms' own limits for a minute: 50 requests a second on Discord, 20 messages a minute in the
group on Telegram. People write somewhat more than that; the baseline of the first two is the
limit, that of the last the messages that were sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Figure
from bench.threads import open_threads

DISCORD_SECOND = 50
TELEGRAM_MINUTE = 20


@dataclass(frozen=True, slots=True)
class Size:
    """threads; seconds of talk; comments a second written on Telegram, and on Discord."""

    threads: int = 1000
    seconds: float = 60.0
    rates: tuple[float, float] = (52.0, 0.8)


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Three figures."""
    async with open_threads(size.threads, pace=1.0) as (remote, _, _):
        await remote.ask("limits")
        found = await remote.ask(
            "both", threads=size.threads, seconds=size.seconds, rates=size.rates
        )
    return [
        Figure(
            "limit_discord", found["discord"] / size.seconds, "1/s", DISCORD_SECOND, at_least=0.95
        ),
        Figure(
            "limit_telegram", found["telegram"] * 60 / size.seconds, "1/min", TELEGRAM_MINUTE,
            at_least=0.95,
        ),
        Figure(
            "limit_refused", found["refused"], "429s", found["discord"] + found["telegram"],
            at_most=0.0,
        ),
    ]  # fmt: skip

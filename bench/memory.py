"""memory_100000: what the product holds after it relayed 100,000 comments from Telegram to Discord
over 200 threads, without rate limits, against what it held after the first thousand. Megabytes
(10^6 bytes) of resident memory of its process.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Figure
from bench.start import environment_of, memory_of, process_of
from bench.threads import left_threads


@dataclass(frozen=True, slots=True)
class Size:
    """threads; comments in all; after how many the baseline is taken."""

    threads: int = 200
    comments: int = 100_000
    first: int = 1_000


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """One figure."""
    async with left_threads(size.threads) as (remote, folder, _):
        await remote.ask("forget")
        environment = {**environment_of(remote, folder), "TELEGRAM_PACE": "0"}
        (folder / "secret.key").write_text((b"b" * 32).hex())
        (folder / "secret.key").chmod(0o600)
        async with process_of("-m", "bots", "run", environment=environment) as process:
            await remote.ask("connected")
            await remote.ask("flood", threads=size.threads, count=size.first)
            first = memory_of(process.pid)
            await remote.ask("flood", threads=size.threads, count=size.comments - size.first)
            last = memory_of(process.pid)
    return [Figure("memory_100000", last, "MB", first, at_most=1.5)]

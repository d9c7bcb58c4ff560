"""start_seconds and idle_memory: from the product's process start until the gateway handed out
its first GUILD_CREATE and the first getUpdates came, and the memory that it holds when idle.

The baseline is a process that only imports python-telegram-bot, discord.py, aiohttp and
aiosqlite. Seconds; megabytes (10^6 bytes) of resident memory.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.remote import ROOT, Remote, stage

IMPORTS = "import telegram, discord, aiohttp, aiosqlite"
SAY_AND_WAIT = f"{IMPORTS}\nprint(flush=True)\ninput()"


@dataclass(frozen=True, slots=True)
class Size:
    """Rounds, after one that warms the file caches and makes the database; the seconds after
    which a product that has started is taken for idle."""

    rounds: int = 5
    settled: float = 1.5


FULL = Size()


async def run(size: Size = FULL) -> list[Figure]:
    """Both figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with stage() as remote:
            environment = environment_of(remote, Path(folder))
            taken = [
                (*await _product(remote, environment, size.settled), *await _imports())
                for _ in range(size.rounds + 1)
            ]
    seconds, memory, bare_seconds, bare_memory = map(median, zip(*taken[1:], strict=True))
    return [
        Figure("start_seconds", seconds, "s", bare_seconds, at_most=3.0),
        Figure("idle_memory", memory, "MB", bare_memory, at_most=2.0),
    ]


def environment_of(remote: Remote, folder: Path) -> Mapping[str, str]:
    hello = remote.hello
    return os.environ | {
        "TELEGRAM_BOT_TOKEN": hello["telegram_token"],
        "TELEGRAM_API_URL": hello["telegram_api"],
        "DISCORD_BOT_TOKEN": hello["discord_token"],
        "DISCORD_API_URL": hello["discord_api"],
        "DISCORD_GATEWAY_URL": hello["discord_gateway"],
        "DATA_DIR": str(folder),
        "DATABASE": str(folder / "product.db"),
        "SECRET_KEY_FILE": str(folder / "secret.key"),
        "RUN_PORT": "0",
        "PYTHONPATH": str(ROOT),
    }


async def _product(
    remote: Remote, environment: Mapping[str, str], settled: float
) -> tuple[float, float]:
    """(seconds until both platforms are there, megabytes when idle)."""
    await remote.ask("forget")
    began = time.monotonic()
    async with process_of("-m", "bots", "run", environment=environment) as process:
        connected = await remote.ask("connected")
        seconds = max(connected.values()) - began
        await asyncio.sleep(settled)
        return seconds, memory_of(process.pid)


async def _imports() -> tuple[float, float]:
    """The same of a process that has the libraries, and nothing else."""
    began = time.monotonic()
    async with process_of("-c", SAY_AND_WAIT, environment=os.environ) as process:
        assert process.stdout is not None
        await process.stdout.readline()
        return time.monotonic() - began, memory_of(process.pid)


@asynccontextmanager
async def process_of(
    *arguments: str, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python that is told to stop at the end of the block. It runs in the folder for its data,
    where no .env of a real newsroom lies."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdin=pipe, stdout=pipe,
        cwd=environment.get("DATA_DIR"),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        await process.communicate()


def memory_of(process: int) -> float:
    """Megabytes of resident memory; `ps` is asked where there is no /proc."""
    pages = Path(f"/proc/{process}/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / 1e6
    command = ["ps", "-o", "rss=", "-p", str(process)]
    told = subprocess.run(command, capture_output=True, check=True, text=True)
    return int(told.stdout) * 1024 / 1e6

"""The real process, killed at any moment under load, on one database and one World that live on."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bots.rehearsal.world import Switches
from bots.secrets import secret_key
from core.clock import FakeClock, SystemClock
from core.newsroom import Rules
from tests.property.acts import Act, Players, article
from tests.property.test_machine import Machine, Tally
from tests.property.town import Town
from tests.road.house import DISCORD_TOKEN, TELEGRAM_TOKEN

KILLS = int(os.environ.get("KILLS", "200"))
"""In all; each of the two modes gets half of them."""
SEED = int(os.environ.get("SEED", "0"))
ROOT = Path(__file__).resolve().parents[2]
LOAD = (
    "telegram_posts", "telegram_posts", "telegram_posts", "discord_posts", "discord_posts",
    "discord_posts", "edits", "presses", "presses", "presses", "presses", "rejects", "commands",
    "commands", "replies_with_command", "undoes", "author_commands", "deletes", "waits", "waits",
)  # fmt: skip
PATIENCE = 45.0


class KilledTown(Town):
    """A town whose program is a process of its own."""

    def __init__(self, folder: Path, switches: Switches) -> None:
        super().__init__(folder, switches)
        self.rules = Rules()
        self.process: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        await super().open()
        key = secret_key(self.folder / "secret.key", SystemClock(), database=self._wiring.database)
        self._wiring = replace(self._wiring, secret=key)

    async def start(self) -> None:
        """`python -m bots run`; nothing is waited for."""
        with (self.folder / "out.log").open("ab") as told:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bots", "run", cwd=ROOT, env=self._environment(),
                stdout=told, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
        self.running = True

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(self.folder),
            "DATABASE": str(self._wiring.database),
            "SECRET_KEY_FILE": str(self.folder / "secret.key"),
            "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_API_URL": self._wiring.telegram_api,
            "TELEGRAM_PACE": "0",
            "DISCORD_BOT_TOKEN": DISCORD_TOKEN,
            "DISCORD_API_URL": self._wiring.discord_api,
            "DISCORD_GATEWAY_URL": self._wiring.discord_gateway,
            "RUN_PORT": "0",
        }

    async def kill(self) -> None:
        """As the out-of-memory killer does it."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self.process = None
        self.running = False

    async def stop(self) -> None:
        await self.kill()

    async def revive(self) -> None:
        if not self.running:
            await self.start()

    def healthy(self) -> bool:
        return self.process is not None and self.process.returncode is None


class Killing:
    """Load, a kill, sometimes more load while nobody listens, and so on."""

    def __init__(self, town: KilledTown, seed: int) -> None:
        self.town = town
        self.tally = Tally()
        self.machine = Machine(town, self.tally, patience=PATIENCE)
        self.chance = FakeClock(seed=seed)

    def _below(self, number: int) -> int:
        return int(self.chance.random() * number)

    async def act(self, times: int) -> None:
        for _ in range(times):
            name = LOAD[self._below(len(LOAD))]
            self.tally.steps += 1
            await self.machine.players.do(Act(name, self._below(256), self._below(256)))
            await self.town.pause(self.chance.random() / 20)

    async def run(self, kills: int) -> None:
        for number in range(kills):
            await self.town.revive()
            if self._below(3):
                await self.until_listening()
            await self.act(2 + self._below(6))
            self.machine.memory.interrupted = self.machine.memory.doubtful = True
            await self.town.kill()
            await self.act(self._below(4))
            if number % 4 == 3:
                await self.machine.quiet()
            self.tally.counts.runs += 1
        await self.machine.end()

    async def until_listening(self) -> None:
        """Until the program has taken what waited for it on Telegram."""
        bot = next(b["id"] for b in self.town.telegram.bots() if b["username"] == "thread_bot")
        pending: Callable[[], bool] = lambda: not self.town.telegram.pending(bot)  # noqa: E731
        await self.town.until(pending, "the program listening")


SWITCHES = {
    "held": Switches(),
    "new": Switches(
        forward="before", nonce_window=0.0, history_nonce=True, forum_id_equal=False,
        mirror_edits=False, mirror_deletes=True, admin_delete_48h=False, rich_messages=False,
        linger=60.0, ephemeral_messages="10.3", active_threads=1, old_edits=1, link_life=1.0,
    ),
}  # fmt: skip
"""By mode; between them, every switch has both of its values."""


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", SWITCHES)
async def test_killed_at_any_moment(tmp_path: Path, mode: str) -> None:
    town = KilledTown(tmp_path, SWITCHES[mode])
    town.furnish()
    await town.open()
    killing = Killing(town, seed=len(mode) + SEED)
    try:
        with killing.tally.recorded("kill", mode):
            await _found(town, mode)
            killing.machine.players = Players(town, killing.machine.memory)
            await killing.machine.quiet()
            await killing.run(KILLS // 2)
    except BaseException:
        print(f"database, World and log: {tmp_path}")  # noqa: T201  for whoever looks into it
        raise
    finally:
        await town.kill()
        await town.close()


async def _found(town: KilledTown, mode: str) -> None:
    """The publication, made in this process before the first start of the other."""
    await Town.start(town)
    await town.until(lambda: Town.healthy(town), "both bots connected")
    await town.connect(mode)
    await town.product.newsroom.publish_draft_now(None, article("c0c"))
    await Town.stop(town)

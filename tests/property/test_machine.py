"""The machine: any order of people, faults and restarts, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from bots.rehearsal.world import Switches
from tests.campaign.report import Counts, record
from tests.property.acts import MODES, Act, Players, article
from tests.property.checks import Scene, busy, check
from tests.property.model import Memory
from tests.property.town import Town

WEIGHTS = {
    "telegram_posts": 8,
    "discord_posts": 8,
    "edits": 4,
    "deletes": 1,
    "reacts": 1,
    "author_commands": 2,
    "presses": 8,
    "rejects": 2,
    "raids": 3,
    "presses_wave": 3,
    "mutes": 2,
    "amends": 2,
    "queues": 3,
    "commands": 6,
    "replies_with_command": 2,
    "undoes": 2,
    "mode": 1,
    "locks": 1,
    "takes_by_hand": 1,
    "takes_card": 1,
    "corrects": 1,
    "telegram_fails": 3,
    "discord_fails": 3,
    "gateway_fails": 2,
    "tells_twice": 1,
    "stops": 1,
    "starts": 1,
    "crashes": 2,
    "waits": 5,
    "quiet": 4,
    "there_and_back": 1,
}
NAMES = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
PATIENCE = float(os.environ.get("MACHINE_PATIENCE", "12"))
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "60"))

acts = st.builds(Act, st.sampled_from(NAMES), st.integers(0, 255), st.integers(0, 255))
switches = st.builds(
    Switches,
    admin_delete_48h=st.booleans(),
    forward=st.sampled_from(["after", "before", "missing"]),
    mirror_edits=st.booleans(),
    mirror_deletes=st.booleans(),
    nonce_window=st.sampled_from([0.0, 300.0]),
    history_nonce=st.booleans(),
    rich_messages=st.booleans(),
    ephemeral_messages=st.sampled_from(["missing", "10.2", "10.3", "ignored"]),
    forum_id_equal=st.booleans(),
)


@dataclass
class Tally:
    """What a campaign adds up to."""

    counts: Counts = field(default_factory=Counts)
    steps: int = 0
    crashes: int = 0
    revealed: int = 0
    acts: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def recorded(self, campaign: str, part: str = "all") -> Iterator[None]:
        """Record the counts when it is over, also where a violation ended it."""
        try:
            yield
        except BaseException:
            with suppress(AssertionError):
                self._record(campaign, part)
            raise
        self._record(campaign, part)

    def _record(self, campaign: str, part: str) -> None:
        more = {"steps": self.steps, "crashes": self.crashes, "revealed": self.revealed}
        self.counts.more = {**self.counts.more, **more}
        record(campaign, part, self.counts)


class Machine:
    """One run over one town."""

    def __init__(self, town: Town, tally: Tally, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._doubled = 0
        self.town = town
        self.tally = tally
        self.memory = Memory()
        self.players: Players

    async def play(self, mode: str, script: list[Act]) -> None:
        """From the first article to the last quiet moment."""
        self.town.furnish()
        await self.town.open()
        try:
            await self.town.start()
            await self.town.connected()
            await self.town.connect(mode)
            self.players = Players(self.town, self.memory)
            await self.town.product.newsroom.publish_draft_now(None, article("c0c"))
            if script[0].a % 4:
                await self.quiet()
            for act in script:
                await self._step(act)
            await self.end()
        finally:
            await self.town.stop()
            await self.town.close()
        self.tally.counts.runs += 1
        self.tally.crashes += self.town.crashes

    async def end(self) -> None:
        """The last quiet moment. What nobody knows of is answered by somebody: then it is known,
        and goes where it may not be read. What could not be helped, at its worst moment, is
        added to the tally."""
        scene = await self.quiet()
        self.tally.counts.doubled_unavoidable += self._doubled
        unknown = [m for m in scene.messages if scene.orphan(m) and m.number]
        for message in unknown:
            self.players.reveal(message)
        self.tally.revealed += len(unknown)
        after = await self.quiet()
        ids = {message.id for message in unknown}
        left = [m for m in after.messages if m.id in ids and after.orphan(m) and after.hidden(m)]
        self.tally.counts.orphaned += len(left)

    async def _step(self, act: Act) -> None:
        self.tally.steps += 1
        self.tally.acts[act.name] += 1
        if act.name == "quiet":
            await self.quiet()
        elif act.name == "there_and_back":
            await self._there_and_back(act)
        else:
            await self.players.do(act)

    async def quiet(self) -> Scene:
        """Mend everything, wait until nothing moves, and look."""
        await self.town.revive()
        calm = 0
        scene: Scene | None = None
        try:
            async with asyncio.timeout(self._patience):
                while calm < 2:
                    await self.town.pause(0.05)
                    if await busy(self.town):
                        calm = 0
                        continue
                    scene = await check(self.town, self.memory)
                    calm = 0 if scene.findings.wrong else calm + 1
        except TimeoutError:
            wrong = scene.findings.wrong if scene else []
            if scene is not None:
                scene.findings.count(self.tally.counts)
            still = " (and never quiet)" if await busy(self.town) else ""
            raise AssertionError(
                "\n".join([f"after {self.tally.steps} steps{still}", *wrong])
            ) from None
        assert scene is not None
        self._settle(scene)
        return scene

    def _settle(self, scene: Scene) -> None:
        self._doubled = max(self._doubled, scene.findings.doubled)
        missed = self.memory.interrupted
        self.memory.interrupted = self.memory.refused = False
        for said in self.memory.said:
            said.unsure |= said.missed and missed
            comment = next((scene.by_mark[w] for w in said.wordings if w in scene.by_mark), None)
            if comment is not None:
                row = comment.row
                said.number = row["number"]
                said.settled(row["state"], row["shown"], row["revision"])

    async def _there_and_back(self, act: Act) -> None:
        """A removal and its undoing: afterwards people read what they read before."""
        before = await self.quiet()
        readable = [c for c in before.comments if c.readable and not c.soft]
        if not readable:
            return
        row = readable[act.a % len(readable)].row
        players, boss = self.players, self.town.places.boss
        for said in self.memory.said:
            said.disturb()
        players.into_group(boss, f"/remove #{row['number']}", "")
        removed = await self.quiet()
        states = {c.row["number"]: c.row["state"] for c in removed.comments}
        assert states[row["number"]] == "removed", f"#{row['number']} is not removed"
        for said in self.memory.said:
            said.disturb()
        players.into_group(boss, "/undo", "")
        after = await self.quiet()
        was, now = _read(before), _read(after)
        lost = {side: was[side] - now[side] for side in was if was[side] - now[side]}
        assert not lost, f"undoing #{row['number']} lost {lost}"


def _read(scene: Scene) -> dict[str, set[str]]:
    return {
        side: {
            mark
            for m in scene.messages
            if m.side == side
            for mark in m.marks
            if not scene.orphan(m)
        }
        for side in ("telegram", "discord")
    }


def run(mode: str, chosen: Switches, script: list[Act], tally: Tally) -> None:
    """One run in its own folder and loop."""
    note(f"mode {mode}, {chosen}")
    for act in script:
        note(str(act))
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), chosen)
        asyncio.run(Machine(town, tally).play(mode, script))


@pytest.mark.timeout(120)
@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.sampled_from(MODES), switches, st.lists(acts, min_size=25, max_size=40))
def test_whatever_happens(mode: str, chosen: Switches, script: list[Act]) -> None:
    run(mode, chosen, script, Tally())


@settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    mode=st.sampled_from(MODES), chosen=switches, script=st.lists(acts, min_size=30, max_size=80)
)
def whatever_happens(tally: Tally, mode: str, chosen: Switches, script: list[Act]) -> None:
    run(mode, chosen, script, tally)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_whatever_happens_for_long() -> None:
    tally = Tally()
    with tally.recorded("machine"):
        whatever_happens(tally)
        assert tally.steps >= 2000, "fewer steps than a campaign has to take"

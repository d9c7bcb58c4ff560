"""The lease: who else has it is told once, and nothing is lost of it when somebody lets go."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bots import lease
from bots.run import _locks
from core.clock import FakeClock
from core.errors import UserError
from core.settings import load

TELEGRAM = "7000000009:" + "AAcanary" * 4


class Passing(FakeClock):
    """Time that passes by itself. looked: set when somebody has waited for it five times."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = asyncio.Event()
        self._times = 0

    async def sleep(self, seconds: float) -> None:
        self._times += 1
        if self._times == 5:
            self.looked.set()
        await asyncio.sleep(0)


async def test_who_waits_says_so_once_and_takes_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, path = Passing(), tmp_path / "run.lock"
    taken = asyncio.Event()

    async def second() -> None:
        async with lease.held([path], clock):
            taken.set()

    async with lease.held([path], clock):
        other = asyncio.create_task(second())
        await clock.looked.wait()
        assert not taken.is_set()
    await other
    assert taken.is_set()
    (told,) = [r.getMessage() for r in caplog.records if "runs already" in r.getMessage()]
    assert f"process {os.getpid()} since 2023-11-14T22:13:20Z" in told


async def test_a_lock_names_whoever_has_it_now(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    path.write_text("99999999 2020-01-01T00:00:00Z of an earlier one that died\n")
    async with lease.held([path], FakeClock()):
        assert path.read_text().split() == [str(os.getpid()), "2023-11-14T22:13:20Z"]


async def test_nobody_replaces_a_database_on_which_a_program_works(tmp_path: Path) -> None:
    database = tmp_path / "commonthread.db"
    async with lease.held([lease.of_database(database)], FakeClock()):
        with (
            pytest.raises(UserError, match=f"process {os.getpid()}.*Stop it first"),
            lease.free(database),
        ):
            pass
    with lease.free(database):
        pass


def test_each_account_has_a_lock_and_none_tells_its_token() -> None:
    one = lease.of_account("telegram", TELEGRAM, "")
    assert one is not None
    assert one == lease.of_account("telegram", TELEGRAM, "")
    others = {
        lease.of_account("telegram", TELEGRAM + "x", ""),
        lease.of_account("telegram", TELEGRAM, "https://bots.example"),
        lease.of_account("discord", TELEGRAM, ""),
    }
    assert len(others | {one}) == 4
    assert "canary" not in one.name


def test_a_database_is_for_one_program_wherever_its_folder_is(tmp_path: Path) -> None:
    given = {"TELEGRAM_BOT_TOKEN": TELEGRAM, "DATABASE": str(tmp_path / "one.db")}
    locks = [
        set(_locks(load({**given, "DATA_DIR": str(tmp_path / name)}), "chat")) for name in "ab"
    ]
    both = locks[0] & locks[1]
    assert lease.of_database(tmp_path / "one.db") in both
    assert lease.of_account("telegram", TELEGRAM, "") in both
    assert len(locks[0]) == len(locks[1]) == 3

"""What every test stands on: time that is held, an environment without our settings, and the
certainty that nothing runs on after a test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import core.settings
from core.clock import FakeClock
from core.settings import SETTINGS

# The event loop's debug mode slows everything down and logs slow steps as if they were faults.
os.environ.pop("PYTHONASYNCIODEBUG", None)

settings.register_profile(
    "house",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine or of a developer's `.env` reaches a test."""
    for one in SETTINGS:
        monkeypatch.delenv(one.name, raising=False)
    monkeypatch.setattr(core.settings, "ENV_FILE", Path(os.devnull))


@pytest.fixture
def clock() -> FakeClock:
    """Time that stands until the test moves it."""
    return FakeClock()


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    """Where a database may be made."""
    return tmp_path / "commonthread.db"


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> None:
    """Watch asynchronous tests for tasks that outlive them."""
    if request.node.get_closest_marker("asyncio") is not None:
        request.getfixturevalue("no_task_left")


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Fail where a task still runs after the test and its other fixtures ended."""
    before = asyncio.all_tasks()
    yield
    for task in asyncio.all_tasks() - before:
        # discord.py's Client.close() leaves its own wait for the last guilds running.
        if "ConnectionState._delay_ready" in str(task.get_coro()):
            task.cancel()
    for _ in range(5):
        # A task that was cancelled, or a transport that was closed, ends at the loop's next turns.
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    names = sorted(f"{task.get_name()} ({task.get_coro()})" for task in left if not task.done())
    assert not names, f"still running after the test: {', '.join(names)}"

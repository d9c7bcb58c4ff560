"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

SWALLOWED = 1.0
"""Seconds after which a task that did not end is cancelled again."""


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel until all are over: a library may swallow a cancellation that comes at a bad time."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=SWALLOWED)


async def wait_out(task: asyncio.Task[Any]) -> None:
    """Wait for a task, also where whoever waits is told to stop meanwhile. Its error is raised."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task})
    task.result()

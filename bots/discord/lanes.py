"""Events in order: one lane for each thread, threads beside each other."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """`work` is called with one item of a lane at a time, in order. It must not raise.

    A lane is worked off by one task that exists only while there is something to do.
    """

    def __init__(self, work: Callable[[T], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: defaultdict[str, deque[T]] = defaultdict(deque)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.size = 0

    def put(self, lane: str, item: T) -> None:
        """Add to the end of a lane."""
        self._waiting[lane].append(item)
        self.size += 1
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._run(lane), name=f"discord lane {lane}")

    async def stop(self) -> None:
        """Cancel everything and forget what waits."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()
        self.size = 0

    async def _run(self, lane: str) -> None:
        try:
            while self._waiting[lane]:
                await self._work(self._waiting[lane][0])
                self._waiting[lane].popleft()
                self.size -= 1
        finally:
            self._waiting.pop(lane, None)
            del self._tasks[lane]

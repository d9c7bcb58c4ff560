"""How far each thread is handled, and which messages were in it lately.

Kept behind the sink's cursor of the thread: one line, the newest id below which there is no gap,
then the ids of the last messages, so that after an absence edits and deletions among them are
found. Written some seconds late on purpose: a reading that begins too early is harmless, because
what is known already is recognised, and a commit for each message would not be.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from bots.discord import ids
from bots.discord.capabilities import CAPABILITIES
from core.clock import Clock
from core.errors import StorageError
from core.ports import Sink

log = logging.getLogger(__name__)

PLATFORM = "discord"
WINDOW = CAPABILITIES.window
"""How many of a thread's last messages are compared after an absence."""
_FLUSH_SECONDS = 3.0


@dataclass(slots=True)
class Mark:
    """newest: everything up to this snowflake is handled. recent: ids of comments and copies,
    oldest first, at most WINDOW."""

    newest: int = 0
    recent: list[int] = field(default_factory=list)

    def dump(self) -> str:
        return " ".join(str(n) for n in (self.newest, *self.recent))

    @classmethod
    def load(cls, value: str | None) -> Mark:
        numbers = [int(n) for n in (value or "").split() if n.isascii() and n.isdigit()]
        return cls(numbers[0], numbers[1:]) if numbers else cls()


class Cursors:
    """The marks of the threads that were heard of; `run` writes them down."""

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._marks: dict[str, Mark] = {}
        self._changed: set[str] = set()

    async def load(self, thread: str) -> Mark:
        """The mark of a thread."""
        if thread not in self._marks:
            stored = Mark.load(await self._sink.cursor(PLATFORM, thread))
            self._marks.setdefault(thread, stored)
        return self._marks[thread]

    async def handled(self, thread: str, message: str, *, shown: bool) -> None:
        """A message was handled, and everything before it. shown: it is a comment or a copy of
        ours, so its deletion matters."""
        mark = await self.load(thread)
        number = ids.bare(message)
        mark.newest = max(mark.newest, number)
        if shown and number not in mark.recent:
            mark.recent = sorted([*mark.recent, number])[-WINDOW:]
        self._changed.add(thread)

    async def removed(self, thread: str, messages: Iterable[int]) -> None:
        """These messages are gone and told."""
        mark = await self.load(thread)
        gone = set(messages)
        if gone.intersection(mark.recent):
            mark.recent = [n for n in mark.recent if n not in gone]
            self._changed.add(thread)

    async def flush(self) -> None:
        """Write down what changed; what the storage refuses is written the next time."""
        for thread in sorted(self._changed):
            self._changed.discard(thread)
            try:
                await self._sink.advance(PLATFORM, thread, self._marks[thread].dump())
            except StorageError as error:
                self._changed.add(thread)
                log.warning("A cursor waits for the storage: %s", error)
                return

    async def run(self) -> None:
        """Flush every few seconds, until cancelled."""
        while True:
            await self._clock.sleep(_FLUSH_SECONDS)
            await self.flush()

"""The poll loop: nothing is confirmed to Telegram before it is stored here.

getUpdates confirms what lies before `offset`, so the offset moves only over updates whose events
were all committed or which were put into quarantine.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bots.telegram.api import Api, Taken, TokenRefused
from bots.telegram.capabilities import BATCH, LONG_POLL_SECONDS
from core.clock import Clock
from core.errors import DeliveryError, RetryLater, StorageError, where
from core.events import Event
from core.ports import Sink

log = logging.getLogger(__name__)

KINDS = (
    "message", "edited_message", "channel_post", "callback_query", "my_chat_member",
    "chat_member", "message_reaction", "message_reaction_count",
)  # fmt: skip
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
STUCK = 600.0
"""Seconds after which a turn that does not end is no long poll any more."""
IDLE_RESET = 24 * 3600.0
BRISK = 1.0

Update = dict[str, Any]
Read = Callable[[Update], Awaitable[Sequence[Event]]]
Done = Callable[[Event, Any], None]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an update says, or why it cannot be read."""

    events: Sequence[Event] = ()
    error: Exception | None = None


class Poller:
    """Receives for one bot until it is cancelled.

    read: an update to events; whatever it raises besides StorageError makes the update one that
    cannot be read. done: is told of every event that was stored, with the sink's answer.
    """

    def __init__(self, api: Api, clock: Clock, read: Read, done: Done) -> None:
        self._api = api
        self._clock = clock
        self._read = read
        self._done = done
        self._offset = 0
        self._stored: set[int] = set()
        self._failures = 0
        self._last_news = self._turned = clock.monotonic()
        self.receiving = False
        self.behind = True
        """Updates from an absence may still wait at Telegram."""

    async def run(self, sink: Sink) -> None:
        """Poll for ever. The first poll after a fault does not wait, so that one soon knows
        whether Telegram is there again."""
        while True:
            try:
                await self._turn(sink)
            except StorageError as error:
                log.warning("cannot store what Telegram told, it will tell it again: %s", error)
                await self._back_off()
            except DeliveryError as error:
                self.receiving, self.behind = False, True
                await self._fault(error)
            except Exception:
                log.exception("a mistake of this program; what Telegram told comes again")
                await self._back_off()

    def stuck(self) -> bool:
        """The loop has not turned for long: whatever it waits for does not come."""
        return self._clock.monotonic() - self._turned > STUCK

    async def _turn(self, sink: Sink) -> None:
        self._turned = began = self._clock.monotonic()
        patience = LONG_POLL_SECONDS if self.receiving and not self._failures else 0
        updates = await self._api.updates(self._offset, patience, KINDS)
        self.receiving = True
        await self._take(updates, sink)
        self.behind = len(updates) >= BATCH
        self._failures = 0
        if not updates and patience and self._clock.monotonic() - began < BRISK:
            # A server that does not wait must not make this a hot loop.
            await self._clock.sleep(BRISK)
        self._mind_idleness(bool(updates))

    def _mind_idleness(self, news: bool) -> None:
        """After a week without updates their numbers start anywhere (Bot API, "Update"), so an
        offset that has long been confirmed is dropped."""
        now = self._clock.monotonic()
        if news:
            self._last_news = now
        elif now - self._last_news > IDLE_RESET:
            self._offset, self._last_news = 0, now

    async def _take(self, updates: list[Any], sink: Sink) -> None:
        """Store a batch and move the offset behind it, or raise the StorageError and move it
        only up to the first update that was refused."""
        errors = await self._stored_or_error(updates, sink)
        numbers = [_number(update) for update in updates]
        refused = [e for e in errors if e is not None]
        left = [n for n, e in zip(numbers, errors, strict=True) if e is not None and n is not None]
        done = [n for n in numbers if n is not None]
        if left:
            self._offset = min(left)
        elif done:
            self._offset = max(done) + 1
            self._stored.clear()
        if refused:
            raise refused[0]

    async def _stored_or_error(self, updates: list[Any], sink: Sink) -> list[StorageError | None]:
        """All events of the batch are handed over at once, in their order, so that they share a
        commit; updates that were stored in an earlier try are passed over."""
        readings = [await self._reading(update) for update in updates]
        handled = [
            [asyncio.create_task(_handled(sink, event)) for event in reading.events]
            for reading in readings
        ]
        try:
            return [
                await self._settled(update, reading, tasks, sink)
                for update, reading, tasks in zip(updates, readings, handled, strict=True)
            ]
        finally:
            for task in chain.from_iterable(handled):
                task.cancel()

    async def _reading(self, update: Any) -> _Reading:
        if _number(update) in self._stored:
            return _Reading()
        try:
            return _Reading(await self._read(update))
        except Exception as error:
            return _Reading(error=error)

    async def _settled(
        self, update: Any, reading: _Reading, tasks: Sequence[asyncio.Task[Any]], sink: Sink
    ) -> StorageError | None:
        """Wait for an update's events; what the database refused is given back."""
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            # Stopped before it was stored (a cancellation): it was not handled.
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
        errors = [r for r in (reading.error, *results) if isinstance(r, Exception)]
        try:
            for error in sorted(errors, key=lambda e: not isinstance(e, StorageError)):
                await self._fail(update, error, sink)
        except StorageError as error:
            return error
        if (number := _number(update)) is not None:
            self._stored.add(number)
        for event, result in zip(reading.events, results, strict=True):
            if not isinstance(result, BaseException):
                self._done(event, result)
        return None

    async def _fail(self, update: Any, error: Exception, sink: Sink) -> None:
        if isinstance(error, StorageError):
            raise error
        log.error("update %s cannot be handled: %s", _number(update), where(error))
        await self._set_aside(update, error, sink)

    async def _set_aside(self, update: Any, error: Exception, sink: Sink) -> None:
        number = _number(update)
        raw = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
        key = str(number) if number is not None else f"unnumbered-{self._offset}"
        await sink.quarantine("telegram", key, raw, where(error))

    async def _fault(self, error: DeliveryError) -> None:
        log.warning("Telegram cannot be polled: %s", _words(error))
        if isinstance(error, Taken) and "webhook" in error.reason.lower():
            await self._drop_webhook()
        if isinstance(error, RetryLater):
            await self._clock.sleep(error.after)
        await self._back_off()

    async def _drop_webhook(self) -> None:
        try:
            await self._api.call("deleteWebhook")
            log.warning("the bot had a webhook, which is removed: this program polls")
        except DeliveryError as error:
            log.warning("the bot's webhook cannot be removed: %s", error.reason)

    async def _back_off(self) -> None:
        """Wait longer after every failure, by chance a little less or more."""
        wait = min(FIRST_WAIT * 2 ** min(self._failures, 10), LONGEST_WAIT)
        self._failures += 1
        await self._clock.sleep(wait * (0.5 + self._clock.random()))


async def _handled(sink: Sink, event: Event) -> Any:
    return await sink.handle(event)


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else None


def _words(error: DeliveryError) -> str:
    if isinstance(error, TokenRefused):
        return "the bot token is not accepted any more; put the right one into the settings"
    if isinstance(error, Taken):
        return f"another program receives with this bot's token, stop one of them ({error.reason})"
    return error.reason

"""Who administers a group, remembered for a minute, so that a comment costs no look-up."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bots.telegram.api import Api
from core.clock import Clock
from core.errors import DeliveryError

log = logging.getLogger(__name__)
FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _List:
    identities: frozenset[str]
    hidden: frozenset[str]
    read_at: float


class Admins:
    """The administrators of every group in which something happened."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._lists: dict[int, _List] = {}
        self._asking: dict[int, asyncio.Task[None]] = {}

    async def of(self, chat: int, *, fresh: bool) -> frozenset[str]:
        """The identities of a group's admins, nobody where they cannot be read.

        fresh: an older list than a minute is read again before it is used; otherwise meanwhile.
        """
        known = self._lists.get(chat)
        if known is None or self._is_old(known):
            asking = self._ask(chat)
            if fresh or known is None:
                await asyncio.shield(asking)
        known = self._lists.get(chat)
        if known is None or (fresh and self._is_old(known)):
            return frozenset()
        return known.identities

    def hidden(self, chat: int) -> frozenset[str]:
        """Those of them who appear as the group itself, as far as `of` has read them: a press,
        unlike a message, names the person behind (core.telegram.org/bots/api, ChatMember)."""
        known = self._lists.get(chat)
        return known.hidden if known is not None else frozenset()

    def forget(self, chat: int) -> None:
        """Rights there have changed."""
        self._lists.pop(chat, None)

    async def close(self) -> None:
        """End what is still being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _is_old(self, known: _List) -> bool:
        return self._clock.monotonic() - known.read_at >= FRESH_SECONDS

    def _ask(self, chat: int) -> asyncio.Task[None]:
        task = self._asking.get(chat)
        if task is None:
            task = self._asking[chat] = asyncio.create_task(self._read(chat))
            task.add_done_callback(lambda _: self._asking.pop(chat, None))
        return task

    async def _read(self, chat: int) -> None:
        read_at = self._clock.monotonic()
        try:
            members = await self._api.call("getChatAdministrators", {"chat_id": chat})
            found = frozenset(str(member["user"]["id"]) for member in members)
            hidden = frozenset(
                str(member["user"]["id"]) for member in members if member.get("is_anonymous")
            )
        except (DeliveryError, KeyError, TypeError) as error:
            log.warning("cannot read who administers a group: %s", error)
            return
        self._lists[chat] = _List(found, hidden, read_at)

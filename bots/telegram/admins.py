"""Who administers a group, remembered for a minute, so that a comment costs no look-up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.telegram import ids
from bots.telegram.api import Api
from bots.telegram.convert import Admin
from core.clock import Clock
from core.errors import DeliveryError

log = logging.getLogger(__name__)
FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _List:
    admins: Mapping[str, Admin]
    read_at: float


class Admins:
    """The administrators of every group in which something happened.

    Telegram tells of every change where the bot is an administrator itself (Bot API, "Update",
    chat_member); elsewhere nothing tells, so before something is done they are asked for anew.
    """

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._lists: dict[int, _List] = {}
        self._asking: dict[int, asyncio.Task[None]] = {}
        self._changes: dict[int, int] = {}

    async def of(self, chat: int, me: str, *, fresh: bool) -> Mapping[str, Admin]:
        """A group's admins by identity, nobody where they cannot be read.

        me: the bot's own identity. fresh: what may not hold any more is read again before it is
        used; otherwise meanwhile.
        """
        now = self._clock.monotonic()
        for _ in range(2):  # What is being asked for already may be from before.
            known = self._lists.get(chat)
            if known is not None and not self._may_have_changed(known, me, now, fresh=fresh):
                break
            asking = self._ask(chat)
            if known is not None and not fresh:
                break
            await asyncio.shield(asking)
        known = self._lists.get(chat)
        if known is None or (fresh and self._may_have_changed(known, me, now, fresh=True)):
            return {}
        return known.admins

    def _may_have_changed(self, known: _List, me: str, now: float, *, fresh: bool) -> bool:
        if now - known.read_at >= FRESH_SECONDS:
            return True
        return fresh and me not in known.admins and known.read_at < now

    def forget(self, chat: int) -> None:
        """Rights there have changed; what was asked before that is asked again."""
        self._changes[chat] = self._changes.get(chat, 0) + 1
        self._lists.pop(chat, None)

    async def close(self) -> None:
        """End what is still being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _ask(self, chat: int) -> asyncio.Task[None]:
        task = self._asking.get(chat)
        if task is None:
            task = self._asking[chat] = asyncio.create_task(self._read(chat))
            task.add_done_callback(lambda _: self._asking.pop(chat, None))
        return task

    async def _read(self, chat: int) -> None:
        changes = -1
        while changes != self._changes.get(chat, 0):
            changes, read_at = self._changes.get(chat, 0), self._clock.monotonic()
            try:
                members = await self._api.call("getChatAdministrators", {"chat_id": chat})
                found = {str(member["user"]["id"]): _admin(member) for member in members}
            except (DeliveryError, KeyError, TypeError) as error:
                log.warning("cannot read who administers a group: %s", error)
                return
        self._lists[chat] = _List(found, read_at)


def _admin(member: dict[str, Any]) -> Admin:
    """What a ChatMember tells of an administrator."""
    owner = member["status"] == "creator" or bool(member.get("can_promote_members"))
    title = ids.title(member.get("custom_title") or "")
    return Admin(owner, title, bool(member.get("is_anonymous")))


def concerns_admins(changed: dict[str, Any]) -> bool:
    """Whether a ChatMemberUpdated may change who administers the chat, or how."""
    before, after = changed["old_chat_member"], changed["new_chat_member"]
    return any(member["status"] in ("creator", "administrator") for member in (before, after))

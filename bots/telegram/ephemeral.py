"""Ephemeral messages: words in a group that one of its members alone sees.

An administrator of a supergroup may send one to any person who is a member at any time, which those
are not who comment below a channel's posts without joining; and whether it arrives is not promised.
Source: core.telegram.org/bots/api, "Ephemeral messages and commands" (10.2).

A server that does not know the parameter ignores it and shows the words to everybody. So nothing
is said before the server has the methods and has shown, with a message that says nothing, that it
keeps one from the others; and what it answers to each is looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bots.telegram import ids
from bots.telegram.api import Api, Migrated, TokenRefused
from bots.telegram.pace import Pace
from core.clock import Clock
from core.errors import DeliveryError, OutcomeUnknown, Rejected, RetryLater, Unreachable
from core.ports import Target

log = logging.getLogger(__name__)
NOTHING = "…"
"""What is said to try the server."""
TRIES = 5
"""How often a message that everybody sees is to be taken away, before it is given up."""
_UNKNOWN = "this Telegram server has no messages for one person alone"


class Ephemeral:
    """Writes to single members of groups, for one bot. What it learned about the server holds for
    the life of the process."""

    def __init__(self, api: Api, pace: Pace, clock: Clock) -> None:
        self._api = api
        self._pace = pace
        self._clock = clock
        self._has: bool | None = None  # the server has the methods; None = not asked yet
        self._proven = False

    async def say(self, near: Target, user: int, messages: Sequence[Mapping[str, Any]]) -> None:
        """Show a member of the group messages (parameters of `sendMessage` without a chat), in
        the thread of `near`.

        Raises Rejected where the server or the group has no such messages or the person is no
        member; a DeliveryError otherwise, of the first message. Where a later one fails, what
        came is what they get.
        """
        chat, beside = ids.chat(near.place), _beside(near)
        if not await self._known(chat, user):
            raise Rejected(_UNKNOWN)
        if not self._proven:
            await self._prove(chat, user, beside)
        for position, params in enumerate(messages):
            try:
                await self._send(chat, user, {**params, **beside})
            except DeliveryError as error:
                if not position:
                    raise
                log.info("an ephemeral message was cut short: %s", error.reason)
                return

    async def _known(self, chat: int, user: int) -> bool:
        """Whether the server has the methods: it is asked to delete what surely is not there,
        which one that has them refuses. A failure that tells nothing counts as no, for now."""
        if self._has is None:
            try:
                await self._delete(chat, user, 0)
                self._has = True
            except TokenRefused:
                # A method that a server does not know is answered like a token that it does not.
                self._has = False
            except Rejected:
                self._has = True
            except OutcomeUnknown:
                return False
        return self._has

    async def _prove(self, chat: int, user: int, beside: Mapping[str, Any]) -> None:
        """Send what may be seen by everybody, and look whether it was for one person alone."""
        try:
            number = await self._send(
                chat, user, {"text": NOTHING, "disable_notification": True, **beside}
            )
        except OutcomeUnknown as error:
            raise Unreachable(error.reason) from None  # Nothing was said yet.
        self._proven = True
        try:
            await self._delete(chat, user, number)
        except DeliveryError as error:
            log.info("an empty ephemeral message stays: %s", error.reason)

    async def _send(self, chat: int, user: int, params: Mapping[str, Any]) -> int:
        """The ephemeral message's number. Raises Rejected where everybody sees the message; then
        it is taken away again, and there is never another."""
        # The receiver was a parameter of its own with 10.2, and stands in an object since 10.3.
        alone = {
            "receiver_user_id": user,
            "ephemeral_message_parameters": {"receiver_user_id": user},
        }
        try:
            with self._pace.spent(chat):
                made = await self._api.call("sendMessage", {"chat_id": chat, **params, **alone})
        except Migrated:
            raise
        except RetryLater as error:
            self._pace.refused(chat, error.after)
            raise
        told = made if isinstance(made, dict) else {}
        if number := int(told.get("ephemeral_message_id") or 0):
            return number
        self._has = False
        log.error("the Telegram server shows to everybody what is for one person alone")
        if public := int(told.get("message_id") or 0):
            await self._take_away(chat, public)
        raise Rejected(_UNKNOWN)

    async def _take_away(self, chat: int, message: int) -> None:
        for turn in range(1, TRIES + 1):
            try:
                await self._api.call("deleteMessage", {"chat_id": chat, "message_id": message})
                return
            except Rejected as error:
                log.error("a message stays that everybody sees: %s", error.reason)
                return
            except DeliveryError as error:
                log.warning("a message is not taken away yet: %s", error.reason)
                after = error.after if isinstance(error, RetryLater) else float(turn)
                await self._clock.sleep(after)
        log.error("a message stays that everybody sees")

    async def _delete(self, chat: int, user: int, number: int) -> None:
        await self._api.call(
            "deleteEphemeralMessage",
            {"chat_id": chat, "receiver_user_id": user, "ephemeral_message_id": number},
        )


def _beside(near: Target) -> dict[str, Any]:
    """Where the person looks: their thread, below its root. It answers nothing of theirs: that
    may be gone, and would name them if everybody saw it."""
    topic, root = ids.topic(near.thread), ids.root(near.thread)
    if topic is not None:
        return {"message_thread_id": topic}
    if root is None:
        return {}
    return {"reply_parameters": {"message_id": root, "allow_sending_without_reply": True}}

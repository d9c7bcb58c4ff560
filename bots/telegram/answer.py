"""Answers to what a person invoked: at most once, never stored, never in the way.

Telegram shows nothing to one person only inside of a group, so an answer that is not public goes
to the toast of the pressed button or into the person's direct chat; where that is closed (the
person never wrote to the bot) a short reply in the group has to do.
"""

from __future__ import annotations

import logging
from typing import Any

from bots.telegram.api import Api, NoChange
from bots.telegram.capabilities import TOAST_LIMIT
from bots.telegram.convert import Handle
from bots.telegram.pace import Pace
from bots.telegram.render import keyboard, parameters, texts
from bots.telegram.text import utf16_len
from core.errors import DeliveryError, RetryLater
from core.text.model import Rich
from core.text.tools import first_words, truncate
from core.views import Answer

log = logging.getLogger(__name__)
TOAST_GLANCE = 60
SHORT_REPLY = 300


class Answers:
    """Sends answers for one bot. `bot_name` is its username."""

    def __init__(self, api: Api, pace: Pace, bot_name: str) -> None:
        self._api = api
        self._pace = pace
        self._bot_name = bot_name

    async def give(self, handle: Handle, answer: Answer) -> None:
        """Answer what `handle` names; failures are logged."""
        if handle.callback:
            await self._toast(handle, answer)
            await self._menu(handle, answer)
        if self._needs_message(handle, answer):
            await self._say(handle, answer)
        if not handle.callback and not handle.private and not answer.public:
            # What a reader types with a command stands in the thread unmoderated.
            await self._quietly("deleteMessage", _message(handle))

    async def acknowledge(self, handle: Handle) -> None:
        """End the waiting of a pressed button for which there is nothing to say."""
        if handle.callback:
            await self._quietly("answerCallbackQuery", {"callback_query_id": handle.callback})

    def _needs_message(self, handle: Handle, answer: Answer) -> bool:
        if not handle.callback:
            return bool(answer.text or answer.alert)
        told = self._words(handle, answer)
        return bool(answer.buttons) or bool(answer.text and told != answer.text.text.strip())

    def _words(self, handle: Handle, answer: Answer) -> str:
        """What a pressed button's toast says. In the direct chat a text is a message of its
        own, which stays."""
        words = answer.alert
        if not words and not handle.private:
            words = first_words(answer.text, TOAST_LIMIT)
        return truncate(Rich(words), TOAST_LIMIT, utf16_len).text

    async def _toast(self, handle: Handle, answer: Answer) -> None:
        words = self._words(handle, answer)
        params: dict[str, Any] = {"callback_query_id": handle.callback}
        if words:
            params["text"] = words
            params["show_alert"] = len(words) > TOAST_GLANCE
        await self._quietly("answerCallbackQuery", params)

    async def _menu(self, handle: Handle, answer: Answer) -> None:
        if not answer.menu and not (answer.spent and handle.private):
            return
        rows = keyboard(answer.menu, self._bot_name, private=handle.private)
        self._pace.spent(handle.chat)
        await self._quietly(
            "editMessageReplyMarkup",
            {**_message(handle), "reply_markup": {"inline_keyboard": rows}},
        )

    async def _say(self, handle: Handle, answer: Answer) -> None:
        if handle.private:
            await self._whole(handle.chat, answer, private=True)
        elif answer.public:
            await self._whole(handle.chat, answer, private=False, **_beside(handle))
        elif handle.user is None or not await self._whole(handle.user, answer, private=True):
            await self._briefly(handle, answer)

    async def _whole(self, chat: int, answer: Answer, *, private: bool, **more: Any) -> bool:
        """The answer in as many messages as it needs, buttons under the last."""
        parts = texts(answer.text or Rich(answer.alert))
        rows = keyboard(answer.buttons, self._bot_name, private=private)
        for position, part in enumerate(parts):
            under = rows if position == len(parts) - 1 else []
            params = {"chat_id": chat, **parameters(part, under), **more}
            self._pace.spent(chat)
            if not await self._quietly("sendMessage", params):
                return False
        return True

    async def _briefly(self, handle: Handle, answer: Answer) -> None:
        if handle.callback:
            return
        words = answer.alert or truncate(answer.text, SHORT_REPLY).text
        params = {"chat_id": handle.chat, **parameters(Rich(words), []), **_beside(handle)}
        self._pace.spent(handle.chat)
        await self._quietly("sendMessage", params)

    async def _quietly(self, method: str, params: dict[str, Any]) -> bool:
        try:
            await self._api.call(method, params)
        except NoChange:
            return True
        except DeliveryError as error:
            if isinstance(error, RetryLater) and "chat_id" in params:
                self._pace.refused(params["chat_id"], error.after)
            log.info("%s for an answer failed: %s", method, error.reason)
            return False
        return True


def _message(handle: Handle) -> dict[str, Any]:
    return {"chat_id": handle.chat, "message_id": handle.message}


def _beside(handle: Handle) -> dict[str, Any]:
    """As a reply to what was said, in its topic."""
    beside: dict[str, Any] = {"reply_parameters": {"message_id": handle.message}}
    if handle.topic is not None:
        beside["message_thread_id"] = handle.topic
    return beside

"""Answers to what a person invoked: at most once, never stored, never in the way.

An answer that is not public goes to the toast of the pressed button or into the person's direct
chat; where that is closed (the person never wrote to the bot) a short reply in the group has to do.
An ephemeral message may not arrive, and who asked would have no answer at all.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

from bots.telegram import media
from bots.telegram.aiohttp_request import Upload
from bots.telegram.api import Api, NoChange
from bots.telegram.capabilities import TOAST_LIMIT
from bots.telegram.convert import Handle
from bots.telegram.guard import guarded
from bots.telegram.pace import Pace
from bots.telegram.render import keyboard, parameters, texts
from bots.telegram.text import utf16_len
from core.errors import DeliveryError, RetryLater
from core.text.model import Rich
from core.text.tools import first_words, truncate
from core.views import Answer, File, NoticeView

log = logging.getLogger(__name__)
TOAST_GLANCE = 60
SHORT_REPLY = 300


class Answers:
    """Sends answers for one bot. `bot_name` is its username."""

    def __init__(self, api: Api, pace: Pace, bot_name: str) -> None:
        self._api = api
        self._pace = pace
        self._bot_name = bot_name

    async def give(self, handle: Handle, answer: Answer, instead: int = 0) -> int:
        """Answer what `handle` names; failures are logged.

        instead: the message of an earlier answer, whose place this one takes where it can.
        Returns the message that holds the answer, 0 where none or more than one does.
        """
        made: list[int] = []
        if handle.callback:
            await self._toast(handle, answer)
            await self._menu(handle, answer)
            if answer.replaces and await self._replace(handle, answer):
                return handle.message
        if self._needs_message(handle, answer):
            made = await self._say(handle, answer, instead)
        if not handle.callback and not handle.private and not answer.public:
            # What a reader types with a command stands in the thread unmoderated. In a place of
            # a publication the newsroom wants it gone too, and repeats what fails here.
            await self._quietly("deleteMessage", _message(handle))
        return made[0] if len(made) == 1 else 0

    async def acknowledge(self, handle: Handle) -> None:
        """End the waiting of a pressed button for which there is nothing to say."""
        if handle.callback:
            await self._quietly("answerCallbackQuery", {"callback_query_id": handle.callback})

    def _needs_message(self, handle: Handle, answer: Answer) -> bool:
        if not handle.callback:
            return bool(answer.text or answer.alert or answer.files)
        told = self._words(handle, answer)
        return bool(answer.buttons or answer.files) or bool(
            answer.text and told != answer.text.text.strip()
        )

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

    async def _replace(self, handle: Handle, answer: Answer) -> bool:
        """Let the message whose button was pressed become this answer; False where it cannot."""
        parts = _parts(answer, private=handle.private)
        rows = keyboard(answer.buttons, self._bot_name, private=handle.private)
        if len(parts) != 1:
            return False
        self._pace.spent(handle.chat)
        params = {**_message(handle), **parameters(parts[0], rows)}
        return await self._quietly("editMessageText", params) is not None

    async def _say(self, handle: Handle, answer: Answer, instead: int) -> list[int]:
        if handle.private:
            return await self._whole(handle.chat, answer, instead, private=True)
        if answer.public:
            return await self._whole(handle.chat, answer, private=False, **_beside(handle))
        made: list[int] = []
        if handle.user is not None:
            made = await self._whole(handle.user, answer, private=True)
        if not made and not answer.secret:
            await self._briefly(handle, answer)
        return made

    async def _whole(
        self, chat: int, answer: Answer, instead: int = 0, *, private: bool, **more: Any
    ) -> list[int]:
        """The answer in as many messages as it needs, buttons under the last. The messages;
        none where Telegram does not take one of them."""
        parts = _parts(answer, private=private)
        rows = keyboard(answer.buttons, self._bot_name, private=private)
        if instead and len(parts) == 1:
            params = {"chat_id": chat, "message_id": instead, **parameters(parts[0], rows)}
            self._pace.spent(chat)
            if await self._quietly("editMessageText", params) is not None:
                return [instead]
        made: list[int] = []
        for position, part in enumerate(parts):
            under = rows if position == len(parts) - 1 else []
            params = {"chat_id": chat, **parameters(part, under), **more}
            self._pace.spent(chat)
            sent = await self._quietly("sendMessage", params)
            if sent is None:
                return []
            made.append(int(sent["message_id"]))
        for file in answer.files:
            await self._file(chat, file, more)
        return made

    async def tell(self, user: int, view: NoticeView) -> None:
        """Say something in a person's direct chat, the buttons under the last message.

        Raises the DeliveryError of the first message; where a later one fails, what came is
        what they get.
        """
        for position, params in enumerate(self.messages(view, private=True)):
            try:
                with self._pace.spent(user):
                    await self._api.call("sendMessage", {"chat_id": user, **params})
            except DeliveryError as error:
                if isinstance(error, RetryLater):
                    self._pace.refused(user, error.after)
                if not position:
                    raise
                log.info("a private message was cut short: %s", error.reason)
                return

    def messages(self, view: NoticeView, *, private: bool) -> list[dict[str, Any]]:
        """What shows a notice: parameters of `sendMessage` without a chat. private: in the
        direct chat, where a door is a plain button."""
        parts = texts(view.text)
        rows = keyboard(view.buttons, self._bot_name, private=private)
        last = len(parts) - 1
        return [
            parameters(part, rows if position == last else [])
            for position, part in enumerate(parts)
        ]

    async def _file(self, chat: int, file: File, more: dict[str, Any]) -> None:
        """One file as a message of its own; a picture that Telegram does not take as one goes
        as a document."""
        kinds = ("photo", "document") if file.is_picture else ("document",)
        for kind in kinds:
            upload = Upload(lambda: _once(file.data), len(file.data), file.name, file.mime)
            self._pace.spent(chat)
            sent = {"chat_id": chat, kind: upload, **more}
            if await self._quietly(media.METHODS[kind], sent) is not None:
                return

    async def _briefly(self, handle: Handle, answer: Answer) -> None:
        if handle.callback:
            return
        said = Rich(answer.alert or truncate(answer.text, SHORT_REPLY).text)
        rows = keyboard(answer.brief, self._bot_name, private=False)
        params = {
            "chat_id": handle.chat,
            **parameters(guarded(said, commands=False), rows),
            **_beside(handle),
        }
        self._pace.spent(handle.chat)
        await self._quietly("sendMessage", params)

    async def _quietly(self, method: str, params: dict[str, Any]) -> Any:
        """What Telegram answers, None where it refuses or cannot be reached."""
        try:
            return await self._api.call(method, params)
        except NoChange:
            return True
        except DeliveryError as error:
            if isinstance(error, RetryLater) and "chat_id" in params:
                self._pace.refused(params["chat_id"], error.after)
            log.info("%s for an answer failed: %s", method, error.reason)
            return None


def _parts(answer: Answer, *, private: bool) -> list[Rich]:
    """The answer's messages. In a group the words of readers that it repeats ring at nobody's."""
    words = answer.text or Rich(answer.alert)
    return texts(words if private else guarded(words, commands=False))


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _message(handle: Handle) -> dict[str, Any]:
    return {"chat_id": handle.chat, "message_id": handle.message}


def _beside(handle: Handle) -> dict[str, Any]:
    """As a reply to what was said, in its topic."""
    beside: dict[str, Any] = {"reply_parameters": {"message_id": handle.message}}
    if handle.topic is not None:
        beside["message_thread_id"] = handle.topic
    return beside

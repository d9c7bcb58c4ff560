"""Calls of the Bot API through python-telegram-bot, and what their failures mean.

`do_api_request` gives raw answers, so that a new field or a message of a new kind can never stop
us. Its endpoints are written in lower case: methods are case-insensitive (core.telegram.org/
bots/api, "Making requests"), and for a name that it knows the library warns to use its own
method, which reads answers strictly.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    TelegramError,
)
from telegram.request import BaseRequest

from bots.telegram.aiohttp_request import AiohttpRequest, AnswerLost, Flood, Missing, NotSent
from core.errors import DeliveryError, Gone, OutcomeUnknown, Rejected, RetryLater, Unreachable
from core.ports import Take

MIGRATION_WAIT = 1.0
"""Seconds after which what was meant for the old group is tried at the new one."""
REAL = "https://api.telegram.org"
_AS_IT_IS: Any = type(BaseRequest.DEFAULT_NONE)
_MESSAGE_GONE = (
    "message to edit not found",
    "message to delete not found",
    "message_id_invalid",
    "message identifier is not specified",
)
_REPLY_GONE = ("message to be replied not found", "message to reply not found")
_THREAD_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
_OTHER_FORM = ("there is no text in the message", "there is no caption in the message")
_NO_CHANGE = ("message is not modified", "topic_not_modified")
_NO_CHAT = ("can't initiate conversation with a user", "chat not found")


class TokenRefused(Unreachable):
    """Telegram does not know the token: nothing was done, and will be once it is replaced."""


class Taken(Rejected):
    """Somebody else receives with the same token, or a webhook does."""


class OtherForm(Rejected):
    """The message is of another form than what it was to become: words or a medium."""


class NoChat(Rejected):
    """There is no such chat; with a person: they never opened one with the bot."""


class NoChange(Rejected):
    """The message shows this already; for an edit that is success."""


class Migrated(RetryLater):
    """The group has become a supergroup: nothing was done, and is to be done at `to`."""

    def __init__(self, old: int | None, to: int) -> None:
        super().__init__(f"the group has become a supergroup with the id {to}", MIGRATION_WAIT)
        self.old = old
        self.to = to


def tame_loggers() -> None:
    """Keep the token out of the log: at INFO httpx writes whole addresses, at DEBUG
    python-telegram-bot writes its base address and every parameter."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Api:
    """One bot's account. `token` never appears in what is raised or logged.

    api_url: the address of another Bot API server, "" for Telegram's own. migrated: is told when
    a call finds that its group has another id now.
    """

    def __init__(self, token: str, api_url: str = "") -> None:
        tame_loggers()
        base = (api_url or REAL).rstrip("/")
        # A server of one's own stands near; only Telegram's may lie behind a proxy.
        self._request = AiohttpRequest(use_proxy=base == REAL)
        self._token = token
        self.migrated: Callable[[Migrated], None] = lambda _: None
        self._files = f"{base}/file/bot"
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def open(self) -> None:
        await self._request.initialize()

    async def close(self) -> None:
        await self._request.shutdown()

    async def call(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """The raw result of a method. Raises a DeliveryError, as `core.errors` says."""
        return await self._call(method, params or {}, None)

    async def updates(self, offset: int, timeout: int, kinds: Sequence[str]) -> list[Any]:
        """Wait at most `timeout` seconds for updates from `offset` on (0 = all that wait).

        kinds: the only ones that Telegram makes; what is not named is lost, not deferred.
        """
        params: dict[str, Any] = {"timeout": timeout, "allowed_updates": list(kinds)}
        if offset:
            params["offset"] = offset
        result = await self._call("getUpdates", params, timeout + 15)
        if not isinstance(result, list):
            raise OutcomeUnknown("what came is no list of updates")
        return result

    async def download(self, reference: str, take: Take, limit: int) -> None:
        """Give the bytes of a file to `take` as they come. Raises Rejected where Telegram does
        not give it, Unreachable or RetryLater where it may later.

        The address holds the token, so it is made here and goes nowhere else.
        """
        try:
            found = await self.call("getFile", {"file_id": reference})
            path = found.get("file_path")
            if not isinstance(path, str) or path.startswith("/"):
                raise Rejected("the Bot API server keeps the file on a disk of its own")
            await self._request.download(f"{self._files}{self._token}/{path}", take, limit)
        except OutcomeUnknown as error:
            raise Unreachable(error.reason) from None
        except Rejected as error:
            if "temporarily unavailable" in error.reason:
                raise Unreachable(error.reason) from None
            raise
        except Missing as error:
            raise Rejected(error.message) from None
        except TelegramError as error:
            raise Unreachable(self._meaning(error).reason) from None

    async def _call(self, method: str, params: dict[str, Any], wait: int | None) -> Any:
        longer = self._request.read_timeout if wait is None else wait
        # The library reads a list under this name as objects of its own, unless it is wrapped.
        if isinstance(album := params.get("media"), list):
            params = {**params, "media": _AS_IT_IS(album)}
        try:
            return await self._bot.do_api_request(
                method.lower(), api_kwargs=params, read_timeout=longer
            )
        except ChatMigrated as error:
            old = params.get("chat_id")
            moved = Migrated(old if isinstance(old, int) else None, error.new_chat_id)
            self.migrated(moved)
            raise moved from None
        except TelegramError as error:
            raise self._meaning(error) from None

    def _meaning(self, error: TelegramError) -> DeliveryError:
        """What a failure means; its words without the token."""
        if isinstance(error, Flood):
            return RetryLater(error.message, error.seconds)
        if isinstance(error, NotSent):
            return Unreachable(error.message)
        if isinstance(error, AnswerLost):
            return OutcomeUnknown(error.message)
        if isinstance(error, InvalidToken | EndPointNotFound):
            return TokenRefused("Telegram does not accept the bot token or the method")
        return self._refusal(error)

    def _refusal(self, error: TelegramError) -> DeliveryError:
        words = error.message.replace(self._token, "[token]")
        if isinstance(error, Conflict):
            return Taken(words)
        if isinstance(error, BadRequest | Forbidden):
            return refusal(words)
        return Rejected(words)


def refusal(words: str) -> Rejected:
    """What a 400 or 403 with this description means.

    Source of the texts: the Bot API server's own list (tdlib/telegram-bot-api, Client.cpp).
    """
    lower = words.lower()
    if any(text in lower for text in _NO_CHANGE):
        return NoChange(words)
    if any(text in lower for text in _OTHER_FORM):
        return OtherForm(words)
    if any(text in lower for text in _MESSAGE_GONE):
        return Gone(words, "message")
    if any(text in lower for text in _REPLY_GONE):
        return Gone(words, "reply")
    if any(text in lower for text in _THREAD_GONE):
        return Gone(words, "thread")
    if any(text in lower for text in _NO_CHAT):
        return NoChat(words)
    return Rejected(words)

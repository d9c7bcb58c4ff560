"""The HTTP side of python-telegram-bot on aiohttp, which tells what became of a request.

The library's own request class (httpx) is several times slower and folds "never went out" and
"answer lost" into one error; an outbox lives on that difference.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from telegram import InputFile
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from core.errors import StorageError
from core.ports import Take

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DEFAULT_FLOOD_WAIT = 5.0
CHUNK = 64 * 1024
UPLOAD_PATIENCE = 60.0
SLOWEST = 64 * 1024
"""Bytes a second of an upload, at least."""
NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
)


class NotSent(NetworkError):
    """No connection was made; surely nothing happened."""


class AnswerLost(NetworkError):
    """The request went out and no readable answer came; perhaps it was done."""


class Missing(TelegramError):
    """A file cannot be had."""


class Upload(InputFile):
    """A file of the spool as a parameter of a call: it is read while it is sent, never whole.

    Source: python-telegram-bot's InputFile, whose `field_tuple` goes to the request untouched.
    """

    __slots__ = ("size",)

    def __init__(self, read: Callable[[], AsyncIterator[bytes]], size: int, name: str, mime: str):
        super().__init__(b"", filename=name)
        self.input_file_content = read  # type: ignore[assignment]
        self.mimetype = mime or self.mimetype
        self.size = size

    @property
    def field_tuple(self) -> Any:
        return self.filename, Stream(self.input_file_content, self.size, self.mimetype), ""


class Stream(Payload):
    """A body of known length that is read in pieces."""

    def __init__(self, read: Any, size: int, mime: str) -> None:
        super().__init__(read, content_type=mime)
        self._size = size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a stream is not kept in memory")

    async def write(self, writer: AbstractStreamWriter) -> None:
        async for piece in self._value():
            await writer.write(piece)


class Flood(TelegramError):
    """Refused for now; `seconds` says when to come again."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """One pool of connections for all calls of one bot.

    read_timeout, connect_timeout: seconds. A call that waits for updates passes its own
    read_timeout. use_proxy: go through the proxy that the environment names.
    """

    __slots__ = ("_connect_timeout", "_read_timeout", "_session", "_use_proxy")

    def __init__(
        self,
        *,
        read_timeout: float = 20.0,
        connect_timeout: float = 10.0,
        use_proxy: bool = False,
    ) -> None:
        self._use_proxy = use_proxy
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the pool; a second call changes nothing."""
        if self._session is None:
            # The keep-alive is shorter than any server's, so that a POST is never written into
            # a connection that is just being closed: its outcome would be unknown.
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=10.0)
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=self._use_proxy,
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer. Raises AnswerLost for one that is torn; it is not logged, because it
        may hold what people wrote."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise AnswerLost("the answer could not be read") from None
        if not isinstance(answer, dict) or (answer.get("ok") and "result" not in answer):
            raise AnswerLost("the answer could not be read")
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request. Raises NotSent, AnswerLost (5xx included) or Flood; the texts of these
        never hold the URL, which carries the token."""
        if self._session is None:
            raise NotSent("the connection is closed")
        timeout = self._timeout(read_timeout, connect_timeout)
        try:
            async with (
                asyncio.timeout(_upload_time(request_data)),
                self._session.request(
                    method,
                    url,
                    data=_body(request_data),
                    headers=None if _has_files(request_data) else FORM,
                    timeout=timeout,
                    allow_redirects=False,
                ) as response,
            ):
                status, payload = response.status, await response.read()
        except StorageError as error:
            raise NotSent(f"the file cannot be read ({type(error).__name__})") from None
        except NOT_SENT as error:
            raise NotSent(f"no connection ({type(error).__name__})") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise AnswerLost(f"no answer ({type(error).__name__})") from None
        return self._checked(status, payload, response.headers)

    async def download(self, url: str, take: Take, limit: int) -> None:
        """Give a file's bytes to `take` as they come. Raises NotSent or AnswerLost (come again),
        or Missing (it is not there, or larger than `limit`); their texts never hold the URL."""
        if self._session is None:
            raise NotSent("the connection is closed")
        timeout = self._timeout(None, None)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status >= 500 or response.status == 429:
                    raise AnswerLost(f"server error {response.status}")
                if response.status != 200:
                    raise Missing(f"Telegram does not give the file ({response.status})")
                count = 0
                async for piece in response.content.iter_chunked(CHUNK):
                    count += len(piece)
                    if count > limit:
                        raise Missing("the file is larger than it may be")
                    await take(piece)
        except NOT_SENT as error:
            raise NotSent(f"no connection ({type(error).__name__})") from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise AnswerLost(f"the file broke off ({type(error).__name__})") from None

    def _timeout(self, read: Any, connect: Any) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=None,
            sock_read=read if isinstance(read, int | float) else self._read_timeout,
            connect=None,
            sock_connect=connect if isinstance(connect, int | float) else self._connect_timeout,
        )

    def _checked(
        self, status: int, payload: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        if status >= 500:
            raise AnswerLost(f"server error {status}")
        if status == 429:
            raise Flood("too many requests", _flood_wait(payload, headers))
        if status >= 300 and not _from_telegram(payload):
            raise AnswerLost(f"an answer {status} that is not Telegram's")
        return status, payload


def _has_files(data: RequestData | None) -> bool:
    return data is not None and data.contains_files


def _upload_time(data: RequestData | None) -> float | None:
    """Seconds for a request with files, by their size; others are bounded by their answer."""
    if data is None or not data.contains_files:
        return None
    size = sum(getattr(body, "size", 0) or 0 for _, body, _ in data.multipart_data.values())
    return UPLOAD_PATIENCE + size / SLOWEST


def _form(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, body, _) in data.multipart_data.items():
        form.add_field(name, body, filename=filename)
    return form


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if data is None or not data.parameters:
        return None
    if data.contains_files:
        return _form(data)
    return data.url_encoded_parameters({"errors": "replace"}).encode("ascii")


def _from_telegram(payload: bytes) -> bool:
    """Whether a refusal is the Bot API's own; that of some proxy between says nothing."""
    try:
        return json.loads(payload)["ok"] is False
    except (ValueError, TypeError, KeyError):
        return False


def _flood_wait(payload: bytes, headers: Mapping[str, str]) -> float:
    """Seconds to wait, from the answer's parameters or its header."""
    try:
        return float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError):
        try:
            return float(headers["Retry-After"])
        except (KeyError, ValueError):
            return DEFAULT_FLOOD_WAIT

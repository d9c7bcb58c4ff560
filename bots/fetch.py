"""Reading public web addresses: feeds, articles, permalinks.

Nobody's word decides where this machine connects to. Every address is checked at the moment of
connecting, on every hop: names are looked up here, what is not globally routable is thrown out,
and the connection goes to the very addresses that passed, so a name that changes its mind
between look-up and connection (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from email.utils import mktime_tz, parsedate_tz
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from core.clock import Clock
from core.feeds.addresses import is_loopback, is_public, literal
from core.feeds.fetching import (
    FEEDS,
    LIMIT,
    BadAddress,
    Fetched,
    FetchError,
    Garbled,
    NameUnknown,
    NotReached,
    NotSecure,
    PrivateAddress,
    TimedOut,
    TooLarge,
    TooManyRedirects,
)

MOST_REDIRECTS = 5
CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_STEP = 64 * 1024
"""Bytes decompressed at a time: a bomb costs this much memory before the limit stops it."""
_MOST_MEMBERS = 100
"""Concatenated gzip members; more cost time and bring nothing."""
_LONGEST_HEADER = 64 * 1024
"""Content security policies of real sites exceed the library's 8 KiB."""


def user_agent(version: str, contact: str = "") -> str:
    """An honest User-Agent: who asks, and whom to tell when that is unwelcome."""
    about = f"+feed reader; contact {contact}" if contact else "+feed reader"
    return f"Commonthread/{version} ({about})"


_Opening = AbstractAsyncContextManager[aiohttp.ClientResponse]


class Fetcher:
    """Fetches over HTTP with limits on size, time and redirects. Close it after use.

    Keeps no cookies, heeds no proxy of the environment. `allow_loopback` lets it reach this
    machine itself (the rehearsal), never anything else that is private. Times in seconds.
    """

    def __init__(
        self,
        clock: Clock,
        agent: str,
        *,
        allow_loopback: bool = False,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self._agent = agent
        self._loopback = allow_loopback
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close connections; a later `get` opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = FEEDS,
        limit: int = LIMIT,
    ) -> Fetched:
        """The answer at `url`, after at most five redirects, whatever its status.

        etag, last_modified: of the last answer, or ""; with them the answer may be a 304.
        accept: the Accept header. limit: most bytes of the decompressed body; bodies of errors
        (status 400 and up) are not read. Raises FetchError with a text for people.
        """
        headers = _headers(self._agent, accept, etag, last_modified)
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._follow(url, headers, limit)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError, zlib.error) as error:
            raise _explained(error, url) from error

    async def _follow(self, url: str, headers: Mapping[str, str], limit: int) -> Fetched:
        moved: list[str] = []
        temporary = False
        for _ in range(MOST_REDIRECTS + 1):
            self._check(url)
            async with self._open(url, headers) as response:
                target = _target(response, url)
                if not target:
                    return await self._read(response, url, tuple(moved), limit)
            temporary = temporary or response.status not in _PERMANENT
            if not temporary:
                moved.append(target)
            url = target
        raise TooManyRedirects(
            f"The address redirects more than {MOST_REDIRECTS} times. Open it in a browser and "
            "give the address where it ends."
        )

    def _open(self, url: str, headers: Mapping[str, str]) -> _Opening:
        if self._session is None:
            self._session = self._new_session()
        return self._session.get(URL(url), headers=headers, allow_redirects=False)

    def _new_session(self) -> aiohttp.ClientSession:
        resolver = _Checked(self._resolver or ThreadedResolver(), self._loopback)
        connector = aiohttp.TCPConnector(
            resolver=resolver, use_dns_cache=False, force_close=True, limit=20, limit_per_host=2
        )
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_seconds),
            trust_env=False,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )

    def _check(self, url: str) -> None:
        """Refuses what is no web address, and addresses written as numbers that are private."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise BadAddress(f"“{_shown(url)}” is no valid web address.") from error
        if parts.scheme.lower() not in ("http", "https") or not host:
            raise BadAddress(f"“{_shown(url)}” is no web address: it must begin with https://.")
        address = literal(host)
        if address is not None and not _allowed(str(address), self._loopback):
            raise PrivateAddress(_PRIVATE.format(host=host))

    async def _read(
        self, response: aiohttp.ClientResponse, url: str, moved: tuple[str, ...], limit: int
    ) -> Fetched:
        readable = response.status < 400 and response.status not in (204, 304)
        return Fetched(
            status=response.status,
            url=_without_login(url),
            body=await _body(response, limit) if readable else b"",
            content_type=response.headers.get("Content-Type", ""),
            etag=response.headers.get("ETag", ""),
            last_modified=response.headers.get("Last-Modified", ""),
            permanent_redirects=moved,
            retry_after=_retry_after(response.headers.get("Retry-After", ""), self._clock.now()),
        )


class _NotPublic(OSError):
    """Every address of a name is private. An OSError, as look-ups fail with."""


class _Checked(AbstractResolver):
    """Looks names up and hands on only the addresses that may be asked."""

    def __init__(self, inner: AbstractResolver, loopback: bool) -> None:
        self._inner = inner
        self._loopback = loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        open_ = [result for result in found if _allowed(result["host"], self._loopback)]
        if found and not open_:
            raise _NotPublic(_PRIVATE.format(host=host))
        return open_

    async def close(self) -> None:
        await self._inner.close()


class _Decompressor(Protocol):
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


_PRIVATE = (
    "“{host}” lies in a private or reserved network, which is not read. Give a public address."
)


def _allowed(address: str, loopback: bool) -> bool:
    return is_public(address) or (loopback and is_loopback(address))


def _headers(agent: str, accept: str, etag: str, last_modified: str) -> dict[str, str]:
    headers = {"User-Agent": agent, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    if etag and _one_line(etag):
        headers["If-None-Match"] = etag
    if last_modified and _one_line(last_modified):
        headers["If-Modified-Since"] = last_modified
    return headers


def _one_line(value: str) -> bool:
    return "\r" not in value and "\n" not in value and "\x00" not in value


def _target(response: aiohttp.ClientResponse, url: str) -> str:
    """Where a redirect leads, "" for an answer that is none."""
    location = response.headers.get("Location", "").strip()
    if response.status not in _REDIRECTS or not location:
        return ""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise BadAddress(f"“{_shown(url)}” redirects to no valid address.") from error


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if (response.content_length or 0) > limit:
        raise _too_large(limit)
    whole = bytearray()
    async for piece in _plain_pieces(response, limit):
        whole += piece
        if len(whole) > limit:
            raise _too_large(limit)
    return bytes(whole)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The answer is larger than {limit / 1048576:.3g} MiB. Ask the publisher for a feed with "
        "fewer entries."
    )


async def _plain_pieces(response: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    raw = response.content.iter_chunked(_STEP)
    if encoding in ("", "identity"):
        async for piece in raw:
            yield piece
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Garbled(f"The site compresses its answer in a way we did not ask for ({encoding}).")
    inflater, taken = _Inflater(encoding), 0
    async for piece in raw:
        taken += len(piece)
        if taken > limit + _STEP:
            raise _too_large(limit)
        for plain in inflater.feed(piece):
            yield plain
    inflater.finish()


class _Inflater:
    """gzip (with several members) and deflate (with or without its header), a step at a time."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding != "deflate"
        self._engine: _Decompressor | None = None
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` opens into, in pieces of bounded size. Raises zlib.error, Garbled."""
        pending = True
        while data or pending:
            if self._engine is None:
                self._engine = self._new_engine(data)
            plain = self._engine.decompress(data, _STEP)
            data, pending = self._engine.unconsumed_tail, len(plain) == _STEP
            if self._engine.eof:
                data, pending = self._after_member(self._engine.unused_data), False
            yield plain

    def finish(self) -> None:
        """Raises Garbled where the end is missing."""
        if self._engine is not None and not self._engine.eof:
            raise Garbled("The answer broke off in the middle. It will be tried again.")

    def _new_engine(self, data: bytes) -> _Decompressor:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise Garbled("The answer is compressed in a way that only an attack would choose.")
        if self._gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        bare = data[0] & 0x0F != 8
        return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)

    def _after_member(self, rest: bytes) -> bytes:
        """A further gzip member is read, padding after the last one is not."""
        if self._gzip and rest.startswith(b"\x1f\x8b"):
            self._engine = None
            return rest
        return b""


def _retry_after(value: str, now: float) -> float | None:
    """Seconds to wait, from a number of seconds or an HTTP date (RFC 9110, 10.2.3)."""
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        parts = parsedate_tz(value[:100]) if value else None
        return max(0.0, mktime_tz(parts) - now) if parts else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _explained(error: Exception, url: str) -> FetchError:
    host = _host(url)
    cause = getattr(error, "os_error", None)
    if isinstance(cause, _NotPublic):
        return PrivateAddress(str(cause))
    for kinds, make, text in _EXPLANATIONS:
        if isinstance(error, kinds):
            return make(text.format(host=host, error=str(error)[:200]))
    return NotReached(f"{host} could not be read: {str(error)[:200]}")


_EXPLANATIONS: tuple[tuple[tuple[type[Exception], ...], type[FetchError], str], ...] = (
    (
        (TimeoutError, aiohttp.ServerTimeoutError),
        TimedOut,
        "{host} took too long to answer. It will be tried again.",
    ),
    (
        (aiohttp.ClientConnectorCertificateError,),
        NotSecure,
        "The certificate of {host} is not valid, so nobody can tell who answers. Its owner has "
        "to renew or correct it.",
    ),
    (
        (aiohttp.ClientConnectorSSLError, aiohttp.ServerFingerprintMismatch, ssl.SSLError),
        NotSecure,
        "{host} offers no encryption that can be used. Its owner has to update the server.",
    ),
    (
        (aiohttp.ClientConnectorDNSError, socket.gaierror),
        NameUnknown,
        "There is no server named {host}, or its name cannot be looked up now. Check the spelling.",
    ),
    (
        (aiohttp.InvalidURL, UnicodeError),
        BadAddress,
        "The address at {host} is not valid. Copy it again from the browser.",
    ),
    (
        (aiohttp.ClientPayloadError,),
        Garbled,
        "The answer of {host} broke off in the middle. It will be tried again.",
    ),
    (
        (aiohttp.ClientResponseError, zlib.error),
        Garbled,
        "{host} gave an answer that is no proper HTTP. Its owner has to look at the server.",
    ),
    (
        (aiohttp.ClientConnectionError, OSError),
        NotReached,
        "{host} does not accept connections now. It will be tried again.",
    ),
    ((ValueError,), BadAddress, "The address at {host} is not valid: {error}"),
)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the address"
    except ValueError:
        return "the address"


def _shown(url: str) -> str:
    """An address for a message: short, and without a login in it."""
    return _without_login(url)[:200]


def _without_login(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

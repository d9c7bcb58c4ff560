"""Fetching what people attached, from Discord's CDN.

An attachment's address is signed and ends after a day; while its message stands, the API tells a
new one. What came with a form has no message, and has to be fetched while its address is good. A
reference is JSON: {"url", "message", "id"} of an attachment, or {"sticker"} with the
file's name. Source: Discord's documentation, "Reference" (signed attachment CDN URLs, CDN
endpoints).
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import aiohttp
import yarl

from bots.discord import ids
from bots.discord.api import Api
from core.errors import DeliveryError, Rejected, RetryLater, Unreachable
from core.ports import Take

REAL = "https://cdn.discordapp.com"
CHUNK = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=30)
_PAUSE = 5.0
_GONE = (401, 403, 404, 410, 415)


class Ended(Rejected):
    """The address leads to nothing (any more)."""


class Cdn:
    """Streams files for one adapter. api_url: as the adapter has it; a Discord that is played on
    this machine serves its files itself."""

    def __init__(self, api: Api, api_url: str) -> None:
        self._api = api
        self._origin = _origin(api_url)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def fetch(self, reference: str, take: Take) -> None:
        """See `core.ports.Adapter.fetch`."""
        known = json.loads(reference)
        if "sticker" in known:
            await self._stream(f"{self._origin}/stickers/{known['sticker']}", take)
            return
        try:
            await self._stream(known["url"], take)
        except Ended:
            await self._stream(await self._signed_anew(known), take)

    async def _signed_anew(self, known: dict[str, Any]) -> str:
        if not known["message"]:
            raise Rejected("the file came with a form, and its address has ended")
        channel, bare = ids.of_message(known["message"])
        path = "/channels/{channel_id}/messages/{message_id}"
        message = await self._api.read(path, patient=True, channel_id=channel, message_id=bare)
        for attachment in message.get("attachments") or ():
            if str(attachment["id"]) == known["id"]:
                return str(attachment["url"])
        raise Rejected("the attachment is gone")

    async def _stream(self, url: str, take: Take) -> None:
        """Give the bytes behind an address. What is raised does not hold it."""
        try:
            async with self._open().get(url, allow_redirects=False) as response:
                if response.status in _GONE:
                    raise Ended(f"Discord does not give the file ({response.status})")
                if response.status == 429:
                    raise RetryLater("Discord's CDN asks to wait", _PAUSE)
                if response.status != 200:
                    raise Unreachable(f"Discord's CDN answered {response.status}")
                async for piece in response.content.iter_chunked(CHUNK):
                    await take(piece)
        except DeliveryError:
            raise
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unreachable(f"the file broke off ({type(error).__name__})") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


def _origin(api_url: str) -> str:
    """Where stickers are: at Discord's own CDN, also behind a REST proxy, which has no files."""
    if not api_url:
        return REAL
    url = yarl.URL(api_url)
    try:
        here = ipaddress.ip_address(url.host or "").is_loopback
    except ValueError:
        here = url.host == "localhost"
    return str(url.origin()) if here else REAL

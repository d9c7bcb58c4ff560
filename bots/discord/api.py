"""REST calls with an exact outcome: each returns Discord's JSON or raises a DeliveryError."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from discord.http import HTTPClient, Route

from bots.discord.buckets import Buckets
from bots.discord.media import form, in_memory
from bots.discord.outcomes import Unanswered, judge
from core.clock import Clock
from core.errors import RetryLater, StorageError, Unreachable
from core.ports import Files
from core.views import File, Media

Json = dict[str, Any]
_PATIENCE = 6
_MOMENT = 0.25
"""Seconds that a call waits for its place, which another took after the pace was asked. Giving it
back would cost more than that."""
_UPLOAD_SECONDS = 60.0
_SLOWEST = 64 * 1024


class Api:
    """Discord's REST interface through the library's client, which `connect` hands over."""

    def __init__(self, clock: Clock, files: Files | None = None) -> None:
        self._files = files
        self.buckets = Buckets(clock)
        self._clock = clock
        self._http: HTTPClient | None = None

    def connect(self, http: HTTPClient | None) -> None:
        """Use this client from now on; None = not logged in, every call is Unreachable."""
        self._http = http

    def observe(self, route: Route, response: aiohttp.ClientResponse) -> None:
        """For the trace: every answer's headers."""
        self.buckets.observe(route, response.headers, response.status)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | list[Any] | None = None,
        query: Mapping[str, str] | None = None,
        limit: str = "",
        media: Sequence[Media] = (),
        **ids: str,
    ) -> Any:
        """One request, once. `path` holds {names} that `ids` fill; channel_id, guild_id,
        webhook_id and webhook_token are what Discord counts its limits by. limit: what of the
        route has a limit of its own ("name"). media: files of the spool that go out beside the
        body.

        Raises RetryLater without a request where our own count of the limits says so.
        """
        route = Route(method, path, metadata=limit or None, **ids)
        return await self._counted(route, body, query, media)

    async def _counted(
        self,
        route: Route,
        body: Mapping[str, Any] | list[Any] | None,
        query: Mapping[str, str] | None,
        media: Sequence[Media] = (),
    ) -> Any:
        # The spare place in the limit for all is kept by the pace, which knows who asks.
        while (wait := self.buckets.wait(route, first=True)) > 0:
            if wait > _MOMENT:
                raise RetryLater("Discord's pace", wait)
            await self._clock.sleep(wait)
        with self.buckets.take(route):
            return await self._request(route, body, query, media)

    async def respond(
        self,
        path: str,
        body: Mapping[str, Any] | None,
        method: str,
        files: Sequence[File] = (),
        **ids: str,
    ) -> Any:
        """A call that answers an interaction: outside of the limits, so it is not counted."""
        return await self._request(Route(method, path, **ids), body, None, files=files)

    async def read(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        patient: bool = False,
        **ids: str,
    ) -> Any:
        """GET. patient: wait and repeat where Discord asks for it, instead of raising."""
        for _ in range(_PATIENCE if patient else 0):
            try:
                return await self._counted(Route("GET", path, **ids), None, query)
            except RetryLater as error:
                await self._clock.sleep(error.after)
        return await self._counted(Route("GET", path, **ids), None, query)

    async def _request(
        self,
        route: Route,
        body: Mapping[str, Any] | list[Any] | None,
        query: Mapping[str, str] | None,
        media: Sequence[Media] = (),
        files: Sequence[File] = (),
    ) -> Any:
        if self._http is None:
            raise Unreachable("Not connected to Discord")
        options: Json = {}
        if files:
            options["form"] = in_memory(dict(body or {}), files)
        elif media and self._files is not None:
            options["form"] = form(self._files, json.dumps(body), media)
            options["timeout"] = _patience(media)
        elif body is not None:
            options["json"] = body
        if query is not None:
            options["params"] = dict(query)
        try:
            return await self._http.request(route, **options)
        except Exception as error:
            if isinstance(error, Unanswered) and error.status == 429 and not error.one_message:
                self.buckets.block(route, error.after, everywhere=error.everywhere)
            raise judge(error, reading=route.method == "GET") from None

    async def usable(self, media: Media) -> bool:
        """Whether the spool has a medium's bytes."""
        if self._files is None or not media.file:
            return False
        try:
            async for _ in self._files.read(media.file):
                return True
        except StorageError:
            return False
        return False


def _patience(media: Sequence[Media]) -> aiohttp.ClientTimeout:
    """Time for a request with files, by their size."""
    total = _UPLOAD_SECONDS + sum(one.size for one in media) / _SLOWEST
    return aiohttp.ClientTimeout(total=total, sock_connect=10)

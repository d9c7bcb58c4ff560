"""REST calls with an exact outcome: each returns Discord's JSON or raises a DeliveryError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from discord.http import HTTPClient, Route

from bots.discord.buckets import Buckets
from bots.discord.outcomes import Unanswered, judge
from core.clock import Clock
from core.errors import RetryLater, Unreachable

Json = dict[str, Any]
_PATIENCE = 6


class Api:
    """Discord's REST interface through the library's client, which `connect` hands over."""

    def __init__(self, clock: Clock) -> None:
        self.buckets = Buckets(clock)
        self._clock = clock
        self._http: HTTPClient | None = None

    def connect(self, http: HTTPClient | None) -> None:
        """Use this client from now on; None = not logged in, every call is Unreachable."""
        self._http = http

    def observe(self, route: Route, response: aiohttp.ClientResponse) -> None:
        """For the trace: every answer's headers."""
        self.buckets.observe(route, response.headers)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | list[Any] | None = None,
        query: Mapping[str, str] | None = None,
        **ids: str,
    ) -> Any:
        """One request, once. `path` holds {names} that `ids` fill; channel_id, guild_id,
        webhook_id and webhook_token are what Discord counts its limits by.

        Raises RetryLater without a request where our own count of the limits says so.
        """
        return await self._counted(Route(method, path, **ids), body, query)

    async def _counted(
        self,
        route: Route,
        body: Mapping[str, Any] | list[Any] | None,
        query: Mapping[str, str] | None,
    ) -> Any:
        wait = self.buckets.wait(route)
        if wait > 0:
            raise RetryLater("Discord's pace", wait)
        self.buckets.take(route)
        return await self._request(route, body, query)

    async def respond(
        self, path: str, body: Mapping[str, Any] | None, method: str, **ids: str
    ) -> Any:
        """A call that answers an interaction: outside of the limits, so it is not counted."""
        return await self._request(Route(method, path, **ids), body, None)

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
    ) -> Any:
        if self._http is None:
            raise Unreachable("Not connected to Discord")
        options: Json = {}
        if body is not None:
            options["json"] = body
        if query is not None:
            options["params"] = dict(query)
        try:
            return await self._http.request(route, **options)
        except Exception as error:
            if isinstance(error, Unanswered) and error.status == 429:
                self.buckets.block(route, error.after, everywhere=error.everywhere)
            raise judge(error, reading=route.method == "GET") from None

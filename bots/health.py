"""`GET /healthz` and `GET /metrics`, for whoever watches over the program, on this machine only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bots.metrics import CONTENT_TYPE
from core.errors import StorageError
from core.settings import HOST

Report = Callable[[], dict[str, Any]]
"""What is answered; `ok` decides on the status."""
Page = Callable[[], Awaitable[bytes]]
"""The text of `/metrics`."""


def routes(report: Report, page: Page) -> tuple[web.RouteDef, ...]:
    """`/healthz`: 200 and the report as JSON where it is `ok`, else 503. `/metrics`: Prometheus's
    text format, 503 where the database cannot be read."""

    async def healthz(_: web.Request) -> web.Response:
        told = report()
        return web.json_response(told, status=200 if told["ok"] else 503)

    async def metrics(_: web.Request) -> web.Response:
        try:
            body = await page()
        except StorageError:
            return web.Response(status=503, text="the database cannot be read")
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    return web.get("/healthz", healthz), web.get("/metrics", metrics)


class HealthServer:
    """Serves them alone, where no page is served beside them."""

    def __init__(self, report: Report, page: Page) -> None:
        self._app = web.Application()
        self._app.add_routes(routes(report, page))
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on loopback; the base URL. Port 0 lets the kernel choose.

        Raises OSError where the port is taken.
        """
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        return f"http://{HOST}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close the port. Safe to call at any time."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

"""`GET /healthz`, for whoever watches over the program, on this machine only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from core.settings import HOST

Report = Callable[[], dict[str, Any]]
"""What is answered; `ok` decides on the status."""


def route(report: Report) -> web.RouteDef:
    """The route of `/healthz`: 200 and the report as JSON where it is `ok`, else 503."""

    async def healthz(_: web.Request) -> web.Response:
        told = report()
        return web.json_response(told, status=200 if told["ok"] else 503)

    return web.get("/healthz", healthz)


class HealthServer:
    """Serves `/healthz` alone, where no page is served beside it."""

    def __init__(self, report: Report) -> None:
        self._app = web.Application()
        self._app.add_routes([route(report)])
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

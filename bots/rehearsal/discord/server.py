"""The rehearsal's Discord on loopback: REST and gateway in one aiohttp server."""

from __future__ import annotations

from aiohttp import web

from bots.rehearsal.discord.buckets import Buckets, RateLimits
from bots.rehearsal.discord.cdn import Cdn
from bots.rehearsal.discord.faults import Pauses
from bots.rehearsal.discord.files import REQUEST_LIMIT
from bots.rehearsal.discord.gateway import Gateway
from bots.rehearsal.discord.rest import Audit, Rest
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.world import World


class DiscordServer:
    """Speaks Discord's API over a side. `start` and `stop` may follow each other.

    limits: the rate limits, off by default. audit: is told of every REST call (method, path,
    request body, status, answer). heartbeat: the gateway's interval in real seconds.
    """

    def __init__(
        self,
        world: World,
        side: DiscordSide,
        *,
        limits: RateLimits | None = None,
        audit: Audit | None = None,
        heartbeat: float = 41.25,
    ) -> None:
        self.world = world
        self.side = side
        self.limits = limits or RateLimits()
        self._pause = Pauses(world)
        self.rest = Rest(side, Buckets(self.limits), audit, self._pause)
        self.cdn = Cdn(side, self._pause)
        self.gateway = Gateway(side, heartbeat=heartbeat)
        self._runner: web.AppRunner | None = None
        self._base = ""

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen; returns the base URL. Port 0 lets the kernel choose."""
        self._pause.begin()
        app = web.Application(client_max_size=REQUEST_LIMIT)
        self.rest.add_to(app)
        self.cdn.add_to(app)
        self.gateway.add_to(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        self._runner = runner
        bound = runner.addresses[0][1]
        self._base = f"http://{host}:{bound}"
        self.side.state.cdn = self._base
        self.side.state.gateway_url = self.gateway_url
        return self._base

    async def stop(self) -> None:
        """Close every connection and the port."""
        self._pause.end()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def base_url(self) -> str:
        """The address without a path, empty before the first start."""
        return self._base

    @property
    def api_url(self) -> str:
        """For `discord.http.Route.BASE`."""
        return f"{self._base}/api/v10"

    @property
    def gateway_url(self) -> str:
        """For `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`."""
        return self._base.replace("http", "ws", 1) + "/gw/"

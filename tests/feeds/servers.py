"""Servers on this machine and look-ups that lie, for the tests of the fetcher."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bots.fetch import Fetcher, user_agent
from core.clock import FakeClock
from core.feeds.fetching import FetchError

AGENT = user_agent("0.1", "desk@ledger.example")
NOW = 1_700_000_000.0
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
MIB = 1024 * 1024


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A web server on a port from the kernel that answers everything by `handler`; its URL."""
    server = web.Server(handler)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_serving(answer: bytes) -> AsyncIterator[str]:
    """A server that sends these bytes to whoever connects, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        await server.wait_closed()


class Names(AbstractResolver):
    """A look-up that gives what the test says, answer after answer."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): lists for name, lists in answers.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        lists = self.answers.get(host)
        if not lists:
            raise OSError(None, "no such name")
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing to close."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )


def local(**more: float) -> Fetcher:
    """A fetcher that may reach this machine."""
    return Fetcher(FakeClock(NOW), AGENT, allow_loopback=True, **more)  # type: ignore[arg-type]


async def fails(url: str, fetcher: Fetcher | None = None) -> FetchError:
    """The error that fetching `url` ends with."""
    async with fetcher or local() as reader:
        with pytest.raises(FetchError) as caught:
            await reader.get(url)
    assert str(caught.value)
    return caught.value


def answering(
    body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
) -> Handler:
    """A handler that always gives this answer."""

    async def handler(request: web.BaseRequest) -> web.Response:
        return web.Response(body=body, status=status, headers=headers)

    return handler

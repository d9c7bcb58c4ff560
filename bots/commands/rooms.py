"""How a command gets at the newsroom: over the database of the program, which may be running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from bots import app, run
from bots.commands.terminal import refuse
from bots.logs import configure
from core.clock import SystemClock
from core.errors import CommonthreadError, SettingsError
from core.newsroom import Newsroom
from core.ports import Adapter, Fetcher
from core.settings import Settings, load

T = TypeVar("T")

Adapters = dict[str, Adapter]

PLATFORMS = ("telegram", "discord")


def settings() -> Settings:
    """The settings, with logging set up after them. Leaves with 2 where they are bad."""
    try:
        found = load()
    except SettingsError as error:
        refuse("\n".join(error.problems), 2)
    configure(found.log_level, found.log_format, *found.secrets())
    return found


def quiet_settings() -> Settings:
    """The settings, where a command says by itself what happened; the log tells of trouble."""
    found = settings()
    if found.log_level == "INFO":
        configure("WARNING", found.log_format, *found.secrets())
    return found


def rehearsing() -> bool:
    """Whether the commands are about the rehearsal's newsroom."""
    return quiet_settings().rehearsal


def in_newsroom(act: Callable[[Newsroom], Awaitable[T]]) -> T:
    """Do something in the newsroom, without platforms. Leaves with 1 where it is refused."""

    async def work() -> T:
        clock = SystemClock()
        async with app.office(run.wiring(quiet_settings(), clock), clock) as room:
            return await act(room)

    return _finish(work)


def on_platforms(act: Callable[[Newsroom, Adapters], Awaitable[T]]) -> T:
    """The same with the platforms' accounts logged in, though not receiving."""

    async def work() -> T:
        async with _logged_in(quiet_settings()) as (room, adapters):
            return await act(room, adapters)

    return _finish(work)


@asynccontextmanager
async def _logged_in(given: Settings) -> AsyncIterator[tuple[Newsroom, Adapters]]:
    clock = SystemClock()
    wiring = run.wiring(given, clock)
    if given.rehearsal:
        from bots import rehearse

        wiring = rehearse.found(given, wiring)
    async with app.office(wiring, clock) as room, app.logged_in(wiring, clock) as adapters:
        yield room, adapters


def with_reader(act: Callable[[Newsroom, Fetcher], Awaitable[T]]) -> T:
    """In the newsroom, with what reads public addresses."""

    async def work() -> T:
        clock = SystemClock()
        wiring = run.wiring(quiet_settings(), clock)
        async with app.office(wiring, clock) as room, app.reader(wiring, clock) as fetcher:
            return await act(room, fetcher)

    return _finish(work)


def _finish(work: Callable[[], Awaitable[T]]) -> T:
    async def main() -> T:
        return await work()

    try:
        return asyncio.run(main())
    except CommonthreadError as error:
        refuse(str(error))
    except KeyboardInterrupt:
        refuse("", 130)

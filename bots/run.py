"""The running program: `python -m bots run`."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots import lease
from bots.app import Product, Wiring
from bots.health import HealthServer
from bots.secrets import secret_key
from bots.watch import MEGABYTE
from core.clock import Clock, SystemClock
from core.errors import StorageError, UserError
from core.i18n import FALLBACK, texts
from core.newsroom import Rules
from core.settings import HOST, Settings

if TYPE_CHECKING:
    from bots.rehearsal.stage import Way

# What plays the platforms is imported where it plays: a program with tokens starts without it.

log = logging.getLogger(__name__)
t = texts(FALLBACK)

Say = Callable[[str, str], None]
"""Tells the person at the terminal that it runs: a line, and the address that is in it."""

STOPPED, FAILED, REFUSED = 0, 1, 2
"""Exit codes: stopped by a signal; a part of the program died; the start was refused."""


def database(settings: Settings, way: Way | None = None) -> Path:
    """The database's file; a rehearsal has one of its own for each way of commenting.

    way: None means the rehearsal that runs or was played.
    """
    if not settings.rehearsal:
        return settings.database
    from bots import rehearse

    return rehearse.database(settings, way or rehearse.played(settings))


def wiring(settings: Settings, clock: Clock, way: Way | None = None) -> Wiring:
    """What the settings say, as the product's wiring; a rehearsal's platforms are still missing.

    Makes the key's file where there is none. Raises UserError where it cannot be used.
    """
    file = database(settings, way)
    return Wiring(
        database=file,
        secret=secret_key(settings.secret_key_file, clock, database=file),
        telegram_token=settings.telegram_bot_token,
        telegram_api=settings.telegram_api_url,
        telegram_pace=settings.telegram_pace,
        discord_token=settings.discord_bot_token,
        discord_api=settings.discord_api_url,
        discord_gateway=settings.discord_gateway_url,
        fetch_loopback=settings.fetch_loopback or settings.rehearsal,
        fetch_contact=settings.fetch_contact,
        spool_quota=int(settings.spool_quota * MEGABYTE),
        rules=Rules(
            forward_wait=settings.forward_wait,
            feed_interval=settings.feed_interval,
            alarm_unreachable=settings.alarm_unreachable * 60,
            alarm_held=settings.alarm_held * 60,
            alarm_disk=int(settings.alarm_disk * MEGABYTE),
            spool_life=settings.spool_days * 24 * 3600,
        ),
    )


async def run(settings: Settings, say: Say, way: Way = "chat") -> int:
    """Run until SIGINT or SIGTERM, then stop cleanly. The process's exit code.

    say: is called once it runs. way: how readers comment in a rehearsal. Refusals and failures
    are logged.
    """
    body = asyncio.create_task(_body(settings, say, way), name="program")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A second signal changes nothing: stopping takes a moment and must not be torn.
        loop.add_signal_handler(number, _once(body.cancel))
    try:
        await body
    except asyncio.CancelledError:
        return STOPPED
    except UserError as refusal:
        for line in str(refusal).splitlines():
            log.error("%s", line)
        return REFUSED
    except StorageError as error:
        log.error("%s", error)
    except _Died as death:
        log.critical("%s", death, exc_info=death.__cause__)
    return FAILED


def _once(act: Callable[[], object]) -> Callable[[], None]:
    acts = [act]

    def first() -> None:
        if acts:
            acts.pop()()

    return first


class _Died(Exception):
    """A part of the program ended that never should."""


async def _body(settings: Settings, say: Say, way: Way) -> None:
    if way == "door" and not settings.rehearsal:
        raise UserError(
            t(
                "--door is for the rehearsal, and a token is set. On the real platforms each"
                " channel chooses: channel add … --names anonymous --way door."
            )
        )
    clock = SystemClock()
    async with lease.held(_locks(settings, way), clock):
        plain = wiring(settings, clock, way)
        if settings.rehearsal:
            await _rehearse(settings, plain, clock, say, way)
        else:
            await _serve(settings, plain, clock, say)


def _locks(settings: Settings, way: Way) -> list[Path]:
    """What only one running program may have: its folder, its database, its accounts."""
    locks = [settings.data_dir / "run.lock", lease.of_database(database(settings, way))]
    for platform, token, api_url in (
        ("discord", settings.discord_bot_token, settings.discord_api_url),
        ("telegram", settings.telegram_bot_token, settings.telegram_api_url),
    ):
        if token and (account := lease.of_account(platform, token, api_url)) is not None:
            locks.append(account)
    return locks


@contextmanager
def _listening(port: int) -> Iterator[None]:
    """Say what to do where a port cannot be had."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: t("another program has it"),
            errno.EACCES: t("this user may not have it"),
        }
        raise UserError(
            t(
                "Port {port} of {host} cannot be used ({reason}). Set RUN_PORT to another one,"
                " or to 0 for any.",
                port=port,
                host=HOST,
                reason=reasons.get(error.errno or 0, error.strerror),
            )
        ) from error


async def _serve(settings: Settings, plain: Wiring, clock: Clock, say: Say) -> None:
    """On the real platforms."""
    product = await Product.open(plain, clock)
    health = HealthServer(product.health, product.metrics)
    try:
        with _listening(settings.run_port):
            origin = await health.start(settings.run_port)
        await product.start()
        line = t("Commonthread runs on {platforms}. Health: {url}", **_named(product, origin))
        say(line, origin)
        await _watch(product)
    finally:
        await health.stop()
        await product.stop()


def _named(product: Product, origin: str) -> dict[str, str]:
    platforms = " + ".join(name.capitalize() for name in product.adapters)
    return {"platforms": platforms, "url": f"{origin}/healthz"}


async def _rehearse(settings: Settings, plain: Wiring, clock: Clock, say: Say, way: Way) -> None:
    """On both platforms played on this machine."""
    from bots import rehearse

    async with rehearse.theatre(settings, plain, way) as stage:
        product = await Product.open(stage.wiring, clock)
        page = rehearse.page(stage, product)
        try:
            with _listening(settings.run_port):
                origin = await page.start(settings.run_port)
            await product.start()
            await rehearse.furnish(product, stage, origin)
            line = t(
                "No token is set: this is the rehearsal. Open {url} (Ctrl-C stops it)", url=origin
            )
            say(line, origin)
            await _watch(product, stage.player.play)
        finally:
            await page.stop()
            await product.stop()


async def _watch(product: Product, *besides: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Never returns: raises _Died when a loop ended. What runs besides may end by itself."""
    tasks = [asyncio.create_task(act()) for act in besides]
    for task in tasks:
        task.add_done_callback(_tell_failure)
    try:
        await product.wait()
    except UserError as error:
        raise _Died(str(error)) from None
    except Exception as error:
        raise _Died("a loop of the program died") from error
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise _Died("a loop of the program ended, which none should")


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the example cannot be played", exc_info=error)

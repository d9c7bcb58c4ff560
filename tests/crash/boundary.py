"""Stopping the program at one boundary of input or output: before or after the effect.

Boundaries are the commits of the database, every request to a platform (what asks for updates and
reads back among them), and everything that the gateway brings. Once the chosen one is reached the
program is dead: every further boundary refuses as well, so nothing more leaves or enters the
process, as after a power cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bots.app import Product


class Crash(BaseException):
    """The program stops here. Not an Exception, so that no handler survives it."""


def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a dead program's tasks died of is told to nobody; everything else as ever.

    Python 3.11 writes a traceback with the help of `ast.parse`, which fails where the collection
    of such a task comes in between and writes another one: a test would fail of that alone.
    """
    if not isinstance(context.get("exception"), Crash):
        loop.default_exception_handler(context)


class Boundaries:
    """Counts boundaries and stops at number `at` (0 = never), `after` or before its effect.

    Who sets `at` to 0 spares a program whose chosen boundary is reached and not over yet.

    cut: the boundaries whose effect nobody was told of, because the program died meanwhile, or
    died before whoever was told could write it down.
    """

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.count = 0
        self.dead = asyncio.Event()
        self.names: list[str] = []
        self.cut: list[str] = []
        self._told: dict[asyncio.Task[Any] | None, str] = {}

    def install(self, product: Product) -> None:
        """Put the boundaries into a product that is not started yet."""
        asyncio.get_running_loop().set_exception_handler(tell)
        self._wrap(product.database, "write", lambda *_: "commit")
        for platform, adapter in product.adapters.items():
            api: Any = getattr(adapter, "_api")  # noqa: B009  the one place where requests leave
            if platform == "telegram":
                self._wrap(api, "_call", lambda method, *_: f"telegram {method}")
            else:
                self._wrap(api, "_request", lambda route, *_: f"{route.method} {route.path}")
                self._wrap_gateway(adapter)

    def _wrap(self, owner: Any, name: str, label: Callable[..., str]) -> None:
        inner: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            self._refuse()
            here, name = self._reach(label(*args)), label(*args)
            if here and not self.after:
                self._die()
            result = await inner(*args, **kwargs)
            if (here and self.at) or self.dead.is_set():
                self.cut.append(name)
                self._die()
            if name == "commit":
                self._told.pop(asyncio.current_task(), None)
            else:
                self._told[asyncio.current_task()] = name
            return result

        setattr(owner, name, guarded)

    def _wrap_gateway(self, adapter: Any) -> None:
        inner: Callable[[str, Any], None] = adapter._intake

        def guarded(event: str, data: Any) -> None:
            if self.dead.is_set():
                return
            here = self._reach(f"gateway {event}")
            if not here or self.after:
                inner(event, data)
            if here:
                self._end()

        adapter._intake = guarded

    def _reach(self, name: str) -> bool:
        """Count a boundary; whether it is the one to stop at."""
        self.count += 1
        self.names.append(name)
        return self.count == self.at

    def _refuse(self) -> None:
        if self.dead.is_set():
            raise Crash

    def _end(self) -> None:
        if not self.dead.is_set():
            self.cut += [name for task, name in self._told.items() if task and not task.done()]
        self.dead.set()

    def _die(self) -> None:
        self._end()
        raise Crash

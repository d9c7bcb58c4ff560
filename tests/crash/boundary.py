"""Stopping the program at one I/O boundary: before or after the effect.

Boundaries are the commits of the database and the calls of the adapters that change a platform.
Once the chosen one is reached the program is dead: every further boundary refuses as well, so
nothing more leaves the process, as after a power cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bots.app import Product


class Crash(BaseException):
    """The program stops here. Not an Exception, so that no handler survives it."""


class Boundaries:
    """Counts boundaries and stops at number `at` (0 = never), `after` or before its effect."""

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.count = 0
        self.dead = asyncio.Event()
        self.names: list[str] = []

    def install(self, product: Product) -> None:
        """Put the boundaries into a product that is not started yet."""
        self._wrap(product.database, "write", "commit")
        for platform, adapter in product.adapters.items():
            for name in ("send", "edit", "delete", "look_for", "open_thread", "apply"):
                self._wrap(adapter, name, f"{platform} {name}")

    def _wrap(self, owner: Any, name: str, label: str) -> None:
        inner: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            self._refuse()
            self.count += 1
            here = self.count
            self.names.append(label)
            if here == self.at and not self.after:
                self._die()
            result = await inner(*args, **kwargs)
            if here == self.at:
                self._die()
            self._refuse()
            return result

        setattr(owner, name, guarded)

    def _refuse(self) -> None:
        if self.dead.is_set():
            raise Crash

    def _die(self) -> None:
        self.dead.set()
        raise Crash

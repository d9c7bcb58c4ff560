"""An operation of an adapter that is tried under a fault."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.errors import DeliveryError, Unreachable


@dataclass
class Tried:
    """An operation that is about to be tried, and how to see whether it was done."""

    act: Callable[[], Awaitable[Any]]
    done: Callable[[], bool]

    async def refused(self) -> None:
        """Nobody listens any more: it is surely not done, and says so."""
        for _ in range(2):
            # The first call may still go into the connection that is just dying.
            with pytest.raises(DeliveryError) as caught:
                await self.act()
        assert type(caught.value) is Unreachable
        assert self.done() is False

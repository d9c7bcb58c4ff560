"""A spool in which every name is a picture's, for adapters that have none of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bots.rehearsal.telegram.pictures import jpeg
from core.views import Media

PICTURE = jpeg(40, 30)


class Pictures:
    """See `core.ports.Files`."""

    async def read(self, name: str) -> AsyncIterator[bytes]:
        yield PICTURE


def picture(name: str = "a") -> Media:
    """A picture that it has."""
    return Media("photo", f"{name}.jpg", len(PICTURE), name, file=name, mime="image/jpeg")

"""Discord's ids as the core sees them: the only place that builds or reads them.

place: a channel's id. thread: a thread's id. message: "<channel or thread id>/<message id>", so
that an edit or a deletion knows its channel. Ids are snowflakes: their upper bits are the
milliseconds since the first second of 2015 (Discord's documentation, "API Reference").
"""

from __future__ import annotations

import re

EPOCH_MS = 1_420_070_400_000
_LINK = re.compile(
    r"https?://(?:\w+\.)?discord(?:app)?\.com/channels/\d+/"
    r"(?P<channel>\d+)(?:/(?P<message>\d+))?/?(?:\?.*)?$"
)

_GUILD = re.compile(r"https://discord\.com/channels/(?P<guild>\d+)/")


def message_id(channel: str, message: str) -> str:
    """The core's id of a message in a channel or thread."""
    return f"{channel}/{message}"


def of_message(message: str) -> tuple[str, str]:
    """(channel or thread, bare message id). A bare id names a thread and its first message."""
    channel, _, bare = message.partition("/")
    return channel, bare or channel


def bare(message: str | None) -> int:
    """The snowflake of a message as a number, for comparing; 0 where there is none."""
    return int(of_message(message)[1]) if message else 0


def place_of(text: str) -> str:
    """A channel's id from an id or a copied channel link, "" where it is neither."""
    found = _LINK.match(text.strip())
    wanted = found["channel"] if found else text.strip().removeprefix("<#").removesuffix(">")
    return wanted if wanted.isascii() and wanted.isdigit() else ""


def role_of(text: str) -> str:
    """A role's id from a mention or an id, "" where it is neither."""
    wanted = text.strip().removeprefix("<@&").removesuffix(">")
    return wanted if wanted.isascii() and wanted.isdigit() else ""


def locate(url: str) -> tuple[str, str] | None:
    """(channel or thread, message) that a link to a message names, None for other addresses.
    A link to a thread alone names its first message."""
    found = _LINK.match(url.strip())
    if found is None:
        return None
    channel = found["channel"]
    return channel, message_id(channel, found["message"] or channel)


def moment(snowflake: str) -> float:
    """When a snowflake was made: Unix seconds, UTC."""
    return ((int(snowflake) >> 22) + EPOCH_MS) / 1000


def address(place: str, link_: str, thread: str, message: str) -> str:
    """The address of a message for readers; "" where the channel's own, `link_`, is unknown,
    which names the guild."""
    found = _GUILD.match(link_)
    channel, number = of_message(message)
    return link(found["guild"], channel, number) if found else ""


def first_at(seconds: float) -> int:
    """The smallest snowflake of a moment, Unix seconds; 0 before the first of all."""
    return max(0, int(seconds * 1000) - EPOCH_MS) << 22


def link(guild: str, channel: str, message: str = "") -> str:
    """The address of a channel, thread or message; "" where the guild is unknown."""
    if not guild:
        return ""
    tail = f"/{message}" if message else ""
    return f"https://discord.com/channels/{guild}/{channel}{tail}"

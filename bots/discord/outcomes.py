"""What an answer of Discord, or its absence, means for what was asked.

Source: Discord's documentation, "Opcodes and Status Codes" (JSON error codes).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord

from core.errors import DeliveryError, Gone, OutcomeUnknown, Rejected, RetryLater, Unreachable

UNKNOWN_CHANNEL = 10003
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_USER = 10013
UNKNOWN_WEBHOOK = 10015
UNKNOWN_BAN = 10026
ALREADY_CROSSPOSTED = 40033
NOT_THE_AUTHOR = 50005
MISSING_PERMISSIONS = 50013
BAD_WEBHOOK_TOKEN = 50027
INVALID_FORM = 50035
ARCHIVED = 50083
THREAD_EXISTS = 160004
NO_ROOM = frozenset({160006, 160007})
"""The server has its most threads outside of the archive."""
OLD_EDITS = 30046

_GONE = {UNKNOWN_CHANNEL: "thread", UNKNOWN_MESSAGE: "message"}
_ACCOUNT_REFUSED_PAUSE = 60.0
_BLOCKED_PAUSE = 300.0


class Refusal(Rejected):
    """Discord understood and said no; `code` is its JSON error code, `status` the HTTP one."""

    def __init__(self, reason: str, status: int, code: int) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code


class Unanswered(Exception):
    """A 429, a 5xx or a page that is not Discord's, raised before the library can repeat the
    request, sleep on it, or take the page for an answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"Discord answered {status}")
        self.status = status
        self.headers = headers
        self.body = body

    def read(self) -> dict[str, Any]:
        """The JSON body, {} where it is none (a proxy's page)."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def everywhere(self) -> bool:
        """The whole account has to wait: a global limit, or Cloudflare's (no JSON body)."""
        body = self.read()
        return bool(body.get("global")) or not body

    @property
    def one_message(self) -> bool:
        """Only old messages cannot be edited for a while; all else of the route can."""
        return self.read().get("code") == OLD_EDITS

    @property
    def after(self) -> float:
        """Seconds to wait. The body is right where body and header disagree."""
        told = self.read().get("retry_after", self.headers.get("Retry-After", "60"))
        try:
            return max(float(told), 0.0)
        except (TypeError, ValueError):
            return 60.0


def judge(error: Exception, *, reading: bool) -> DeliveryError:
    """The outcome behind an exception of the library. `reading`: the call changed nothing, so
    that a lost answer is no more than a failed attempt."""
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, Unanswered):
        return _unanswered(error, reading)
    if isinstance(error, discord.HTTPException):
        return _refused(error)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return Unreachable("No connection to Discord")
    if isinstance(error, (OSError, aiohttp.ClientError, TimeoutError, ValueError)):
        return _lost(f"Discord's answer was lost ({type(error).__name__})", reading)
    return Unreachable(f"The connection to Discord is closed ({type(error).__name__})")


def _unanswered(error: Unanswered, reading: bool) -> DeliveryError:
    if error.status == 429:
        return RetryLater("Discord asks to wait", error.after)
    if error.status < 300:
        return _lost("Something before Discord answered", reading)
    return _lost(f"Discord answered {error.status}", reading)


def _lost(reason: str, reading: bool) -> DeliveryError:
    return Unreachable(reason) if reading else OutcomeUnknown(reason)


def _refused(error: discord.HTTPException) -> DeliveryError:
    reason = f"Discord refused: {error.text[:300] or error.status} ({error.code})"
    if error.status == 401 and error.code != BAD_WEBHOOK_TOKEN:
        return RetryLater("Discord does not accept the bot's token", _ACCOUNT_REFUSED_PAUSE)
    if error.status == 403 and not error.code:
        return RetryLater("Something before Discord blocks us (403)", _BLOCKED_PAUSE)
    if error.code in _GONE:
        return Gone(reason, _GONE[error.code])
    if error.code == INVALID_FORM and "message_reference" in error.text:
        return Gone(reason, "reply")
    return Refusal(reason, error.status, error.code)

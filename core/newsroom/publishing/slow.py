"""Slow mode: how often one author may comment under an article.

A platform that has it keeps it by itself (`Capabilities.slow`). Elsewhere, and at the door, the
bot does, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.errors import UserError
from core.i18n import Texts
from core.model import Channel, Standing
from core.newsroom.context import Context
from core.ports import Row, Tx

MOST = 21_600
"""Seconds: the longest that a platform keeps by itself."""
_SPAN = re.compile(r"^(\d{1,6})\s*([smh]?)$", re.IGNORECASE)
DAY = 86_400
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds_of(t: Texts, word: str) -> int:
    """What stands behind /slow: "off", "30", "90s", "5m" or "1h". Raises UserError."""
    if word.casefold() in ("off", t("off").casefold()):
        return 0
    found = _SPAN.match(word)
    seconds = int(found[1]) * _UNITS[found[2].lower()] if found else -1
    if not 0 <= seconds <= MOST:
        raise UserError(t("How slow? Write off, or a time up to 6 hours: 30s, 5m, 1h."))
    return seconds


def is_span(t: Texts, word: str) -> bool:
    """The word tells how slow."""
    return bool(_SPAN.match(word)) or word.casefold() in ("off", t("off").casefold())


def span_words(t: Texts, seconds: int) -> str:
    """So many seconds as people say them."""
    if seconds > DAY and seconds % DAY == 0:
        return t.n("{n} day", "{n} days", seconds // DAY)
    if seconds and seconds % 3600 == 0:
        return t.n("{n} hour", "{n} hours", seconds // 3600)
    if seconds and seconds % 60 == 0:
        return t.n("{n} minute", "{n} minutes", seconds // 60)
    return t.n("{n} second", "{n} seconds", seconds)


def kept_by_us(context: Context, chat: Channel | None) -> bool:
    """The platform does not keep slow mode by itself in this chat; at the door (None) none does."""
    return chat is None or not context.capabilities[chat.platform].slow


def slow_line(t: Texts, seconds: int, *, ours: bool) -> str:
    """The line below an article."""
    span = span_words(t, seconds)
    if ours:
        return t("Slow mode, kept by this bot: one comment in {span}.", span=span)
    return t("Slow mode: one comment in {span}.", span=span)


def early(
    tx: Tx, context: Context, publication: int, article: Mapping[str, Any] | Row, author: str,
    at: float,
) -> int:  # fmt: skip
    """By how many seconds a comment at this time (Unix seconds) comes too early, 0 = it does not.
    article: its id as "article", and slow. Moderators and the trusted may write at any time."""
    if not article["slow"] or (publication, author) in context.house(tx).moderators:
        return 0
    row = tx.one(
        "SELECT max(c.posted) AS last, (SELECT standing FROM author WHERE publication = :p"
        " AND tag = :tag) AS standing FROM comment c WHERE c.author = :tag AND c.article = :a"
        " AND c.state <> 'rejected'",
        {"p": publication, "tag": author, "a": article["article"]},
    )
    if row is None or row["last"] is None or row["standing"] == Standing.TRUSTED:
        return 0
    return max(0, -int(-(row["last"] + article["slow"] - at) // 1))

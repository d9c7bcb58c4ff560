"""Reactions as the Bot API tells them, as counts. Pure.

`message_reaction` tells one person's reactions before and after; `message_reaction_count` tells
all of them where they are anonymous (Bot API, "MessageReactionUpdated" and
"MessageReactionCountUpdated"). Who reacted is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bots.telegram import ids
from core.events import Reacted

Raw = Mapping[str, Any]

CUSTOM, PAID = "custom", "⭐"


def changed(update: Raw, platform: str, key: str) -> list[Reacted]:
    """What one person's change makes of the counts; nothing where it changes none."""
    after = Counter(_emoji(reaction) for reaction in update["new_reaction"])
    after.subtract(_emoji(reaction) for reaction in update["old_reaction"])
    counts = {emoji: by for emoji, by in after.items() if by}
    return [_reacted(update, platform, key, counts, change=True)] if counts else []


def counted(update: Raw, platform: str, key: str) -> list[Reacted]:
    """All anonymous reactions of a message."""
    counts: Counter[str] = Counter()
    for reaction in update["reactions"]:
        counts[_emoji(reaction["type"])] += int(reaction["total_count"])
    return [_reacted(update, platform, key, counts, change=False)]


def _reacted(
    update: Raw, platform: str, key: str, counts: Mapping[str, int], *, change: bool
) -> Reacted:
    message = update["message_id"]
    chat = update["chat"]["id"]
    key = f"{key}:{chat}:{message}"
    return Reacted(platform, ids.place(chat), str(message), dict(counts), change, key)


def _emoji(reaction: Raw) -> str:
    """Custom emoji have an id only, so they count together."""
    return str(reaction.get("emoji") or (PAID if reaction["type"] == "paid" else CUSTOM))

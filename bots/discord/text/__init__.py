"""Rich text as Discord speaks it: markdown, escaped so that every character is meant."""

from __future__ import annotations

from bots.discord.text.parse import from_discord
from bots.discord.text.render import MAX_CONTENT, cost, to_discord

__all__ = ["MAX_CONTENT", "cost", "from_discord", "to_discord"]

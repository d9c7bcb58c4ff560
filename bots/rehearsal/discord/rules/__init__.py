"""Discord's rules by resource. Importing this package enters every route into the table."""

from bots.rehearsal.discord.rules import (
    channels,
    commands,
    files,
    followups,
    guilds,
    interactions,
    messages,
    reactions,
    threads,
    users,
    webhooks,
)

__all__ = [
    "channels",
    "commands",
    "files",
    "followups",
    "guilds",
    "interactions",
    "messages",
    "reactions",
    "threads",
    "users",
    "webhooks",
]

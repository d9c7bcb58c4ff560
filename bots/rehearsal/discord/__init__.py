"""Discord, played on this machine: its rules over the World, its REST API and its gateway.

`side.DiscordSide` holds the rules and the people's actions without any socket;
`server.DiscordServer` speaks REST (API v10) and the gateway WebSocket over it.
"""

from bots.rehearsal.discord.buckets import RateLimits
from bots.rehearsal.discord.building import overwrite
from bots.rehearsal.discord.errors import ApiError, NotPossible
from bots.rehearsal.discord.files import File
from bots.rehearsal.discord.flags import Intent, Permission
from bots.rehearsal.discord.invoking import Interaction
from bots.rehearsal.discord.server import DiscordServer
from bots.rehearsal.discord.sessions import Session
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.discord.writing import Attached, poll_of

__all__ = [
    "ApiError",
    "Attached",
    "DiscordServer",
    "DiscordSide",
    "File",
    "Intent",
    "Interaction",
    "NotPossible",
    "Permission",
    "RateLimits",
    "Session",
    "overwrite",
    "poll_of",
]

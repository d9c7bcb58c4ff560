"""Gateway sessions without any socket: numbered dispatches, kept for a RESUME.

A session filters by intents, by what its bot can see and by shard, and withholds content from
a bot without the MESSAGE_CONTENT intent. It outlives its connection for a while, not the
process. Source: Discord's documentation, "Gateway" and "Gateway events".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bots.rehearsal.discord import archiving, present
from bots.rehearsal.discord.flags import NO_INTENT, PRIVILEGED, Intent, Kind, Permission
from bots.rehearsal.discord.permissions import in_channel
from bots.rehearsal.discord.state import Event, State

Json = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """One dispatch: its number in the session, its name and its data."""

    s: int
    t: str
    d: Json

    def payload(self) -> Json:
        """The frame as it goes over the socket."""
        return {"op": 0, "s": self.s, "t": self.t, "d": self.d}


@dataclass
class Session:
    """One IDENTIFY's stream of dispatches. away: World time at which its connection ended."""

    id: str
    app: Json
    intents: Intent
    shard: tuple[int, int] = (0, 1)
    buffer: deque[Frame] = field(default_factory=deque)
    seq: int = 0
    away: float | None = None

    @property
    def bot_id(self) -> str:
        """The user id of the session's bot."""
        return str(self.app["bot_id"])

    def add(self, name: str, data: Json) -> None:
        """Number one more dispatch and keep it."""
        self.seq += 1
        self.buffer.append(Frame(self.seq, name, data))

    def after(self, seq: int) -> list[Frame]:
        """The dispatches above a number, oldest first."""
        count = max(0, self.seq - seq)
        return list(islice(reversed(self.buffer), count))[::-1]

    def can_resume(self, seq: int) -> bool:
        """Whether nothing after this number has left the buffer."""
        oldest = self.buffer[0].s if self.buffer else self.seq + 1
        return oldest - 1 <= seq <= self.seq


class Sessions:
    """Every living session of every bot.

    window: World seconds for which a session without connection can be resumed (Discord does
    not document it). depth: how many dispatches are kept for a replay.
    """

    def __init__(self, state: State, *, window: float = 180.0, depth: int = 2000) -> None:
        self.state = state
        self.window = window
        self.depth = depth
        self._sessions: dict[str, Session] = {}
        state.listeners.append(self.deliver)

    def missing_intents(self, app: Json, intents: int) -> Intent:
        """The privileged intents that were asked for and are switched off."""
        return Intent(intents & int(PRIVILEGED) & ~app["intents_allowed"])

    def open(self, app: Json, intents: int, shard: tuple[int, int] = (0, 1)) -> Session:
        """A new session with its READY and the bot's guilds already dispatched."""
        archiving.sweep(self.state)
        session_id = self.state.secret("session").replace("-", "")
        session = Session(session_id, app, Intent(intents), shard)
        self._sessions[session_id] = session
        guilds = [
            g
            for g in self.state.all("guild")
            if self.state.member(g["id"], session.bot_id) and _on_shard(session, g["id"])
        ]
        session.add("READY", self._ready(session, guilds))
        if session.intents & Intent.GUILDS:
            for guild in guilds:
                data = present.guild_create(self.state, guild, session.bot_id)
                session.add("GUILD_CREATE", data)
        return session

    def _ready(self, session: Session, guilds: list[Json]) -> Json:
        user = self.state.get("user", session.bot_id)
        flags = present.application(self.state, session.app)["flags"]
        return {
            "v": 10,
            "user": present.own_user(session.app, user),
            "guilds": [{"id": g["id"], "unavailable": True} for g in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.state.gateway_url,
            "shard": list(session.shard),
            "application": {"id": session.app["id"], "flags": flags},
            "private_channels": [],
        }

    def find(self, session_id: str, app: Json) -> Session | None:
        """A session of this application that may still be resumed."""
        session = self._sessions.get(session_id)
        if session is None or session.app["id"] != app["id"]:
            return None
        if session.away is not None and self.state.now() - session.away > self.window:
            self.close(session)
            return None
        return session

    def present(self, bot: str) -> bool:
        """Whether a bot listens: what happens now reaches it."""
        every = self._sessions.values()
        return any(one.bot_id == bot and one.away is None for one in every)

    def forget(self, bot: str | None = None) -> None:
        """End every session (of one bot): their RESUME is refused from now on."""
        for session in list(self._sessions.values()):
            if bot in (None, session.bot_id):
                self.close(session)

    def close(self, session: Session) -> None:
        """End a session: what happens from now on is lost to it."""
        self._sessions.pop(session.id, None)

    def deliver(self, event: Event) -> None:
        """Hand an event to every session that may and wants to see it."""
        for session in list(self._sessions.values()):
            if session.away is not None and self.state.now() - session.away > self.window:
                self.close(session)
            elif self._wants(session, event):
                session.add(event.name, self._cut(session, event))
                while len(session.buffer) > self.depth:
                    session.buffer.popleft()

    def _wants(self, session: Session, event: Event) -> bool:
        if event.only is not None and event.only != session.bot_id:
            return False
        undirected = event.only is None and event.intent != NO_INTENT
        if undirected and not session.intents & event.intent:
            return False
        if event.guild_id is not None:
            if not _on_shard(session, event.guild_id):
                return False
            if self.state.member(event.guild_id, session.bot_id) is None:
                return event.name == "GUILD_DELETE"
        elif session.shard[0] != 0:
            return False
        return event.channel_id is None or self._sees(session, event.channel_id)

    def _sees(self, session: Session, channel_id: str) -> bool:
        channel = self.state.find("channel", channel_id)
        if channel is None:
            return False
        return bool(in_channel(self.state, channel, session.bot_id) & Permission.VIEW_CHANNEL)

    def _cut(self, session: Session, event: Event) -> Json:
        if event.name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return event.data
        if session.intents & Intent.MESSAGE_CONTENT:
            return event.data
        channel = self.state.find("channel", event.channel_id) or {"type": None}
        direct = channel["type"] == Kind.DM
        return present.withhold(event.data, session.bot_id, direct=direct)


def _on_shard(session: Session, guild_id: str) -> bool:
    number, count = session.shard
    return (int(guild_id) >> 22) % count == number

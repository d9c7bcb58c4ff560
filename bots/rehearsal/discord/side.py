"""Discord's side of the World: rules and state behind `call`, the people, the sessions.

No sockets: a test may drive a bot by `call` and `connect`, the servers speak over the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord import archiving, files, routes
from bots.rehearsal.discord import rules as _rules  # noqa: F401  (enters every route)
from bots.rehearsal.discord.building import Building
from bots.rehearsal.discord.errors import ApiError, refused, unauthorized
from bots.rehearsal.discord.files import File
from bots.rehearsal.discord.people import People
from bots.rehearsal.discord.sessions import Session, Sessions
from bots.rehearsal.discord.state import State
from bots.rehearsal.world import World

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A success: the HTTP status and the JSON result, None for an empty 204."""

    status: int
    result: Any


class DiscordSide(Building, People):
    """Everything Discord over one World. Made anew over the same World, it knows everything."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = State(world)
        self.sessions = Sessions(self.state)

    def call(
        self,
        token: str,
        method: str,
        path: str,
        params: Json | None = None,
        json: Any = None,
        *,
        files: tuple[File, ...] = (),
        reason: str | None = None,
    ) -> Any:
        """One REST call of a bot, without a socket.

        path: below /api/v10, "/channels/1/messages". params: the query. Returns the JSON
        result, None for 204. Raises ApiError for everything that is not a success.
        """
        answer = self.answer(
            token, method, path, params=params, json=json, files=files, reason=reason
        )
        return answer.result

    def answer(
        self,
        token: str | None,
        method: str,
        path: str,
        *,
        params: Json | None = None,
        json: Any = None,
        files: tuple[File, ...] = (),
        reason: str | None = None,
    ) -> Answer:
        """Like `call`, with the HTTP status; the token may be missing where the path has one."""
        row, parts = routes.find(method, path)
        app = self.state.user_of_token(token) if token else None
        if row.auth and app is None:
            raise unauthorized()
        user_id = app["bot_id"] if app else ""
        return self._run(row, parts, user_id, app, params, json, files, reason)

    def call_as(
        self,
        user_id: str,
        method: str,
        path: str,
        json: Any = None,
        *,
        params: Json | None = None,
        files: tuple[File, ...] = (),
    ) -> Any:
        """The same as a person: their client performs the call under their own rights."""
        row, parts = routes.find(method, path)
        return self._run(row, parts, user_id, None, params, json, files, None).result

    def _run(
        self,
        row: routes.Route,
        parts: dict[str, str],
        user_id: str,
        app: Json | None,
        params: Json | None,
        json: Any,
        sent: tuple[File, ...],
        reason: str | None,
    ) -> Answer:
        routes.check_snowflakes(parts)
        kept = self._kept(sent, parts)
        query = {k: str(v) for k, v in (params or {}).items() if v is not None}
        call = routes.Call(self.state, user_id, app, parts, query, json, kept, reason)
        archiving.sweep(self.state)
        try:
            result = row.handler(call)
        finally:
            if row.method != "GET":
                self.world.touch()
        return Answer(204 if result is None else row.status, result)

    def _kept(self, sent: tuple[File, ...], parts: dict[str, str]) -> tuple[File, ...]:
        """The uploads with their bytes kept; 40005 for one that is too large for its guild."""
        kept = tuple(file.kept(self.state) for file in sent)
        most = files.limit(self.state, files.guild_of(self.state, parts))
        if any(file.size > most for file in kept):
            raise refused(40005)
        return kept

    def connect(self, token: str, intents: int) -> Session:
        """A gateway session without a socket: its dispatches gather in `session.buffer`.

        Raises ApiError 401 for a wrong token.
        """
        app = self.state.user_of_token(token)
        if app is None:
            raise unauthorized()
        return self.sessions.open(app, intents)

    def disconnect(self, session: Session) -> None:
        """The session is over; what happens until the next `connect` is lost to the bot."""
        self.sessions.close(session)


__all__ = ["Answer", "ApiError", "DiscordSide", "File"]

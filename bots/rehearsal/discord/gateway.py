"""Discord's gateway: one WebSocket connection over a session.

HELLO, IDENTIFY or RESUME, numbered dispatches, heartbeats, opcodes 7 and 9, close codes.
Source: Discord's documentation, "Gateway" and "Opcodes and Status Codes". Frames are plain
text even where a client asks for compression, which clients accept.

Scripted faults have the call "gateway" or the name of a dispatch; their `where` sees
`{"t": name, "d": data, "s": number}` of the dispatch that is about to go out, or an empty name
between dispatches. Kinds: "kill_socket", "op7", "op9" (body `{"d": resumable}`), "close" (the
code is `status`), "duplicate", "delay"; "no_ack" swallows a heartbeat. `World.touch` after
adding one makes it act at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bots.rehearsal.discord import present
from bots.rehearsal.discord.flags import HIGHEST_INTENT, Intent
from bots.rehearsal.discord.sessions import Frame, Session
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.world import Fault

Json = dict[str, Any]

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 8, 9, 10, 11

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED = 4001, 4002, 4003
AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED, RATE_LIMITED = 4004, 4005, 4008
TIMED_OUT, INVALID_SHARD, INVALID_INTENTS, DISALLOWED_INTENTS = 4009, 4010, 4013, 4014

SENDS = 120
SENDS_WINDOW = 60.0
_ON_THE_WAY = 0.02
_DISTURBANCES = ("kill_socket", "op7", "op9", "close")


class Gateway:
    """Accepts connections. heartbeat: the interval told in HELLO, in real seconds."""

    def __init__(self, side: DiscordSide, *, heartbeat: float = 41.25) -> None:
        self.side = side
        self.heartbeat = heartbeat
        self.connections: list[Connection] = []
        self._away = False

    def add_to(self, app: web.Application) -> None:
        """Enter the WebSocket's address."""
        app.router.add_get("/gw/", self.handle)
        app.router.add_get("/gw", self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket until it closes."""
        if self._away:
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=1.0, compress=False, max_msg_size=1024 * 1024)
        await socket.prepare(request)
        connection = Connection(self, socket, request)
        self.connections.append(connection)
        try:
            await connection.run()
        finally:
            self.connections.remove(connection)
            self.side.world.touch()
        return socket

    def connected(self, bot: str | None = None) -> bool:
        """Whether a bot (any without the id) has a session on a living connection."""
        return any(
            c.session is not None and bot in (None, c.session.bot_id) for c in self.connections
        )

    def go_away(self, *, forget: bool = True) -> None:
        """End every connection without a word and take no new one until `come_back`.

        forget: the sessions end as well, so that their RESUME is refused afterwards.
        """
        self._away = True
        for connection in list(self.connections):
            connection.leave()
            connection.abort()
        if forget:
            self.side.sessions.forget()

    def come_back(self) -> None:
        """Take connections again."""
        self._away = False

    async def close(self) -> None:
        """Tell every client that the server goes away."""
        for connection in list(self.connections):
            await connection.end(WSCloseCode.GOING_AWAY)


class Connection:
    """One client's socket: reads its opcodes, writes its session's dispatches."""

    def __init__(
        self, gateway: Gateway, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        self.gateway = gateway
        self.side = gateway.side
        self.world = gateway.side.world
        self.session: Session | None = None
        self._socket = socket
        self._request = request
        self._sent = 0
        self._over = False
        self._code: int | None = None
        self._closing: asyncio.Task[None] | None = None
        self._beat = asyncio.get_running_loop().time()
        self._received: deque[float] = deque(maxlen=SENDS)

    async def run(self) -> None:
        """Serve until either side closes, then leave the session to a RESUME or end it."""
        await self._send(
            {"op": HELLO, "d": {"heartbeat_interval": int(self.gateway.heartbeat * 1000)}}
        )
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
            if self._closing is not None:
                await self._closing
            self.leave()

    def leave(self) -> None:
        """Leave the session to a RESUME, or end it where the client said goodbye."""
        session, self.session = self.session, None
        if session is None or session.away is not None:
            return
        by_client = self._code is None
        if by_client and self._socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
            self.side.sessions.close(session)
        else:
            session.away = self.world.clock.now()

    def abort(self) -> None:
        """The connection breaks off."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def end(self, code: int) -> None:
        """Close with a code. The closing outlives whoever asked for it, so it is a task."""
        if self._closing is None:
            self._code = code
            self._closing = asyncio.create_task(self._close(code))
        await asyncio.shield(self._closing)

    async def _close(self, code: int) -> None:
        with contextlib.suppress(ConnectionError):
            await self._socket.close(code=code)

    async def _send(self, payload: Json) -> None:
        with contextlib.suppress(ConnectionError):
            await self._socket.send_str(json.dumps({"s": None, "t": None, **payload}))

    # Reading

    async def _read(self) -> None:
        while not self._socket.closed:
            now = asyncio.get_running_loop().time()
            left = self._beat + self.gateway.heartbeat * 1.5 - now
            try:
                message = await self._socket.receive(timeout=max(left, 0.001))
            except TimeoutError:
                await self.end(TIMED_OUT)
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            if not self._within_pace():
                await self.end(RATE_LIMITED)
                return
            await self._take(message.data)

    def _within_pace(self) -> bool:
        now = asyncio.get_running_loop().time()
        full = len(self._received) == SENDS and now - self._received[0] < SENDS_WINDOW
        self._received.append(now)
        return not full

    async def _take(self, raw: str | bytes) -> None:
        try:
            payload = json.loads(raw)
            op, data = int(payload["op"]), payload.get("d")
            if op in (IDENTIFY, RESUME, REQUEST_MEMBERS):
                data = dict(data)
        except (ValueError, TypeError, KeyError):
            await self.end(DECODE_ERROR)
            return
        if op == HEARTBEAT:
            await self._heartbeat()
        elif op == IDENTIFY:
            await self._identify(data)
        elif op == RESUME:
            await self._resume(data)
        elif op not in (PRESENCE, VOICE, REQUEST_MEMBERS):
            await self.end(UNKNOWN_OPCODE)
        elif self.session is None:
            await self.end(NOT_AUTHENTICATED)
        elif op == REQUEST_MEMBERS:
            self._chunk(self.session, data)

    async def _heartbeat(self) -> None:
        self._beat = asyncio.get_running_loop().time()
        if self.world.faults.take("discord", "gateway", {}, "no_ack") is None:
            # A client writes down when it sent its beat once the beat is sent; an answer that
            # overtakes this, as none does on a real network, looks late by a whole interval.
            await self.world.clock.sleep(_ON_THE_WAY)
            await self._send({"op": ACK})

    async def _identify(self, data: Json) -> None:
        app = self.side.state.user_of_token(str(data.get("token", "")))
        intents = int(data.get("intents") or 0)
        shard = tuple(data.get("shard") or (0, 1))
        if self.session is not None:
            await self.end(ALREADY_AUTHENTICATED)
        elif app is None:
            await self.end(AUTHENTICATION_FAILED)
        elif not 0 <= intents < HIGHEST_INTENT:
            await self.end(INVALID_INTENTS)
        elif self.side.sessions.missing_intents(app, intents):
            await self.end(DISALLOWED_INTENTS)
        elif len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            await self.end(INVALID_SHARD)
        else:
            self.session = self.side.sessions.open(app, intents, (shard[0], shard[1]))
            self.world.touch()

    async def _resume(self, data: Json) -> None:
        app = self.side.state.user_of_token(str(data.get("token", "")))
        if self.session is not None:
            await self.end(ALREADY_AUTHENTICATED)
            return
        if app is None:
            await self.end(AUTHENTICATION_FAILED)
            return
        seq = int(data.get("seq") or 0)
        session = self.side.sessions.find(str(data.get("session_id", "")), app)
        if session is None or not session.can_resume(seq):
            await self._send({"op": INVALID_SESSION, "d": False})
            return
        for other in [c for c in self.gateway.connections if c.session is session]:
            other.session = None
            await other.end(4000)
        session.away = None
        session.add("RESUMED", {})
        self._sent = seq
        self.session = session
        self.world.touch()

    def _chunk(self, session: Session, data: Json) -> None:
        """GUILD_MEMBERS_CHUNK for ids, or by name for who declared the members intent."""
        state = self.side.state
        wanted = data.get("user_ids") or []
        ids = {str(i) for i in (wanted if isinstance(wanted, list) else [wanted])}
        everybody = bool(session.intents & Intent.GUILD_MEMBERS) and not ids
        query = str(data.get("query") or "").lower()
        found = [
            present.member(state, m)
            for m in state.members(str(data["guild_id"]))
            if m["user_id"] in ids
            or (everybody and state.get("user", m["user_id"])["username"].startswith(query))
        ]
        chunk = {
            "guild_id": str(data["guild_id"]),
            "members": found,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": sorted(ids - {m["user"]["id"] for m in found}),
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        session.add("GUILD_MEMBERS_CHUNK", chunk)
        self.world.touch()

    # Writing

    async def _write(self) -> None:
        """Send what the session holds, then sleep until the World changes."""
        while not self._socket.closed and not self._over:
            session = self.session
            frames = session.after(self._sent) if session is not None else []
            if not frames:
                if session is None or not await self._disturbed(
                    "gateway", {"t": "", "d": {}, "s": 0}
                ):
                    await self.world.change()
                continue
            for frame in frames:
                if not await self._dispatch(frame):
                    break

    async def _dispatch(self, frame: Frame) -> bool:
        """Send one dispatch; false where a fault ended the connection before it."""
        about = {"t": frame.t, "d": frame.d, "s": frame.s}
        for call in ("gateway", frame.t):
            if await self._disturbed(call, about):
                return False
        delay = self._fault(frame.t, about, "delay")
        if delay is not None:
            await self.world.clock.sleep(delay.seconds)
        self._sent = frame.s
        await self._send(frame.payload())
        if self._fault(frame.t, about, "duplicate") is not None:
            await self._send(frame.payload())
        return True

    def _fault(self, name: str, about: Json, *kinds: str) -> Fault | None:
        take = self.world.faults.take
        return take("discord", "gateway", about, *kinds) or take("discord", name, about, *kinds)

    async def _disturbed(self, call: str, about: Json) -> bool:
        """Play a scripted disturbance, if one is due; true where one was."""
        fault = self.world.faults.take("discord", call, about, *_DISTURBANCES)
        if fault is None:
            return False
        self._over = fault.kind != "op9"
        if fault.kind == "kill_socket":
            self.abort()
        elif fault.kind == "close":
            await self.end(fault.status)
        elif fault.kind == "op7":
            await self._send({"op": RECONNECT, "d": None})
        else:
            resumable = bool((fault.body or {}).get("d", False))
            if not resumable and self.session is not None:
                self.side.sessions.close(self.session)
            elif self.session is not None:
                self.session.away = self.world.clock.now()
            self.session = None
            await self._send({"op": INVALID_SESSION, "d": resumable})
        return True

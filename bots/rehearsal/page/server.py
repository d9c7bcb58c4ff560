"""The rehearsal's page over HTTP, for this machine's own browser only.

It is bound to 127.0.0.1, and it answers only where the Host header names this machine: a
foreign site whose name was pointed at 127.0.0.1 (DNS rebinding) gets nothing. Actions must come
from the page itself: their Origin, where the browser sends one, must be that of the page, and
their body must be JSON or, for a file, plain bytes, neither of which a foreign site can send
without being asked first.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.example import Example, load_example
from bots.rehearsal.example.drawing import draw
from bots.rehearsal.page.actions import Actions, BadRequest, Refusal
from bots.rehearsal.page.discord_view import DiscordView
from bots.rehearsal.page.files import UPLOAD_TYPE, PageFiles
from bots.rehearsal.page.press import Press, gone_page
from bots.rehearsal.page.telegram_view import TelegramView
from bots.rehearsal.stage import Stage, StagePerson
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

Json = dict[str, Any]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOST = "127.0.0.1"
LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
GATHER = 0.06
"""Real seconds for which changes gather before the page is told of them."""
KEEP_ALIVE = 15.0
"""Real seconds after which a silent event stream says that it still lives."""
BODY_LIMIT = 64 * 1024

_STATIC = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self';"
        " connect-src 'self'; img-src 'self' data: http://127.0.0.1:* http://localhost:*;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class PageServer:
    """Serves the page, its state, its actions and the example publication's site.

    extra_routes: further routes of the same server, such as a health page.
    """

    def __init__(
        self,
        world: World,
        stage: Stage,
        telegram_side: TelegramSide,
        discord_side: DiscordSide,
        *,
        example: Example | None = None,
        extra_routes: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        self._world = world
        self._stage = stage
        self._example = example or load_example()
        self.press = Press(world, self._example, stage.base)
        self._actions = Actions(telegram_side, discord_side, stage, self.press)
        self._files = PageFiles(world, telegram_side)
        self._telegram = TelegramView(telegram_side, stage.telegram)
        self._discord = DiscordView(discord_side, stage.discord)
        self._extra_routes = tuple(extra_routes)
        self._watchers: set[asyncio.Event] = set()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._origin = ""
        world.on_change(self._wake)

    async def start(self, port: int = 0) -> str:
        """Listen on loopback; the base URL. Port 0 lets the kernel choose.

        Raises OSError where the port is taken.
        """
        self._closing = asyncio.Event()
        app = web.Application(middlewares=[_guard], client_max_size=BODY_LIMIT)
        app.add_routes([*self._routes(), *self._extra_routes])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._origin = f"http://{HOST}:{runner.addresses[0][1]}"
        return self._origin

    async def stop(self) -> None:
        """End the event streams and close the port."""
        self._closing.set()
        self._wake()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def origin(self) -> str:
        """The base URL while the server listens, "" before."""
        return self._origin

    def _routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._static),
            web.get("/static/{name:[a-z_]+\\.(?:js|css)}", self._static),
            web.get("/api/people", self._people),
            web.get("/api/state", self._state),
            web.get("/api/live", self._live),
            web.post("/api/act", self._act),
            *self._files.routes(),
            web.get("/feed.xml", self._feed),
            web.get("/articles/{slug:[a-z0-9-]+}", self._article),
            web.get("/images/{scene:[a-z]+}.png", self._image),
        ]

    # the page

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        file = resources.files(__package__).joinpath("static", name)
        if not file.is_file():
            raise web.HTTPNotFound
        kind = _STATIC[name[name.rindex(".") :]]
        return web.Response(text=file.read_text("utf-8"), content_type=kind, charset="utf-8")

    async def _people(self, request: web.Request) -> web.Response:
        return web.json_response([self._shown(one) for one in self._stage.people])

    async def _state(self, request: web.Request) -> web.Response:
        """What a person sees; the other platform as their counterpart, or as `beside`, sees it."""
        try:
            person = self._stage.person(request.query["as"])
            beside = self._stage.person(request.query.get("beside") or self._beside(person))
        except KeyError:
            raise web.HTTPNotFound(text="nobody has this name") from None
        if beside.platform == person.platform:
            raise web.HTTPBadRequest(text="the person beside must be on the other platform")
        return web.json_response(self.state(person, beside))

    def _beside(self, person: StagePerson) -> str:
        return self._stage.counterpart(person).key

    def state(self, person: StagePerson, beside: StagePerson) -> Json:
        """The JSON of GET /api/state."""
        seen = {one.platform: one for one in (person, beside)}
        return {
            "version": self._world.version,
            "as": person.key,
            "beside": beside.key,
            "way": self._stage.way,
            "now": self._world.clock.now(),
            "publication": self._publication(),
            "telegram": self._telegram.seen_by(seen["telegram"]),
            "discord": self._discord.seen_by(seen["discord"]),
            "traces": self._actions.traces(person) | self._actions.traces(beside),
        }

    def _shown(self, person: StagePerson) -> Json:
        return {
            "key": person.key,
            "platform": person.platform,
            "name": person.name,
            "role": person.role,
        }

    def _publication(self) -> Json:
        articles = [
            {
                "slug": one.article.slug,
                "headline": one.article.headline,
                "deck": one.deck,
                "image": f"/images/{one.article.picture.scene}.png",
                "alt": one.article.picture.alt,
                "state": one.state,
                "correctable": one.article.correction is not None,
            }
            for one in self.press.prints()
        ]
        publication = self._example.publication
        return {
            "name": publication.name,
            "tagline": publication.tagline,
            "zone": publication.zone,
            "articles": articles,
        }

    async def _act(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
            if not isinstance(body, dict):
                raise BadRequest("a JSON object is needed")
            return web.json_response(self._actions.act(body))
        except (BadRequest, json.JSONDecodeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except Refusal as error:
            return web.json_response({"error": str(error)}, status=409)

    # live

    def _wake(self) -> None:
        for watcher in self._watchers:
            watcher.set()

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the World's version at once, then after every change."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **_HEADERS})
        await response.prepare(request)
        watcher = asyncio.Event()
        watcher.set()
        self._watchers.add(watcher)
        try:
            await self._tell(response, watcher)
        except ConnectionError:
            pass
        finally:
            self._watchers.discard(watcher)
        return response

    async def _tell(self, response: web.StreamResponse, watcher: asyncio.Event) -> None:
        while not self._closing.is_set():
            changed = await _within(watcher, KEEP_ALIVE)
            if self._closing.is_set():
                break
            if not changed:
                await response.write(b": still here\n\n")
                continue
            watcher.clear()
            await response.write(f"data: {self._world.version}\n\n".encode())
            await _within(self._closing, GATHER)

    # the publication's site

    async def _feed(self, request: web.Request) -> web.Response:
        body = self.press.feed(self._origin)
        return web.Response(body=body, content_type="application/rss+xml", charset="utf-8")

    async def _article(self, request: web.Request) -> web.Response:
        shown = self.press.public(request.match_info["slug"])
        if shown is None:
            raise web.HTTPNotFound
        if shown.state == "withdrawn":
            text = gone_page(shown.article.language, self._example.publication.name)
            return web.Response(text=text, status=410, content_type="text/html")
        text = self.press.page(shown, self._origin)
        return web.Response(text=text, content_type="text/html")

    async def _image(self, request: web.Request) -> web.Response:
        try:
            body = draw(request.match_info["scene"])
        except KeyError:
            raise web.HTTPNotFound from None
        return web.Response(body=body, content_type="image/png")


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event was set within so many real seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Turn away what does not come from this machine's own page, and set the page's headers."""
    _check(request)
    response = await handler(request)
    if not response.prepared:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _check(request: web.Request) -> None:
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in LOCAL_NAMES:
        raise web.HTTPMisdirectedRequest(text="this page answers to this machine's own names only")
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="actions are taken from the page itself only")
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise web.HTTPForbidden(text="actions are taken from the page itself only")
    wanted = UPLOAD_TYPE if request.path == "/api/file" else "application/json"
    if request.content_type != wanted:
        raise web.HTTPUnsupportedMediaType(text="actions are JSON, files are plain bytes")

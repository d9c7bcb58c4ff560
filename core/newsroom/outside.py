"""Commands that do something beside their transactions: `/connect` and `/moderators map` ask a
platform first; `/stats` counts and draws what it read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from core.errors import DeliveryError, UserError
from core.events import Invoked
from core.figures import Figures
from core.figures.picture import draw
from core.figures.words import words as figure_words
from core.i18n import FALLBACK, Texts, texts
from core.model import Channel, Purpose, Role
from core.newsroom.comments import parcel
from core.newsroom.comments.labels import local
from core.newsroom.comments.parcel import Read
from core.newsroom.context import Context
from core.newsroom.decisions import roles, stats, transparency
from core.newsroom.decisions.log import Actor
from core.newsroom.invoked import call_of, openly
from core.newsroom.setup import admin
from core.newsroom.setup.admin import ChannelPlan
from core.newsroom.target import Call
from core.ports import Adapter, Database, Row, Tx
from core.text.model import Rich
from core.views import Answer, File

t = texts(FALLBACK)


class Outside:
    """Runs them; the transactions are before and after what is asked."""

    def __init__(
        self,
        database: Database,
        context: Context,
        adapters: Mapping[str, Adapter],
        files: Read | None = None,
    ) -> None:
        self._db = database
        self._context = context
        self._adapters = adapters
        self._files = files
        self._drawing = asyncio.Lock()

    async def with_files(self, event: Invoked, answer: Answer) -> Answer:
        """Somebody's export with what they attached, as far as it is kept."""
        if self._files is None:
            return answer
        call = await self._db.read(lambda tx: call_of(tx, self._context, event))
        pieces = await self._db.read(lambda tx: parcel.attached(tx, call.tag))
        limit = self._context.capabilities[event.platform].upload_limit
        return await parcel.with_files(answer, call.t, pieces, self._files, limit)

    def takes(self, event: Invoked) -> bool:
        """Whether an invocation is one of these."""
        words = event.argument.split()
        if event.command == "moderators":
            return words[:1] == ["map"]
        if event.command == "connect":
            return bool(words)
        return event.command in ("stats", "transparency")

    async def invoked(self, event: Invoked) -> Answer:
        """What the person gets; a refusal is an answer too."""
        doing = {
            "connect": self._connect,
            "moderators": self._map_role,
            "stats": self._stats,
            "transparency": self._transparency,
        }
        try:
            return await doing[event.command](event)
        except UserError as refusal:
            call = await self._db.read(lambda tx: call_of(tx, self._context, event))
            public = event.command != "connect" and openly(event, call)
            return replace(_plain(str(refusal)), public=public)

    async def _stats(self, event: Invoked) -> Answer:
        call = await self._db.read(lambda tx: call_of(tx, self._context, event))
        call.require(Role.MODERATOR)
        days = stats.days_of(call.t, call.argument)
        made, picture = await self.stats(call.publication or 0, days, call.t)
        alt = call.t("The numbers of this answer as charts")
        files = (File("stats.png", "image/png", picture, alt),) if picture else ()
        return Answer(figure_words(call.t, made), files=files, public=openly(event, call))

    async def stats(self, own: int, days: int, t: Texts) -> tuple[Figures, bytes]:
        """A publication's numbers of the last days, and a PNG of them; b"" where nothing came.
        Counted and drawn in a thread, one at a time, since a picture takes a second or two."""
        found = await self._db.read(lambda tx: stats.recent(tx, self._context, own, days))
        async with self._drawing:
            made = await asyncio.to_thread(stats.counted, found, days)
            if not made.received and not made.load:
                return made, b""
            return made, await asyncio.to_thread(draw, made, t, found.name)

    async def _transparency(self, event: Invoked) -> Answer:
        call = await self._db.read(lambda tx: call_of(tx, self._context, event))
        call.require(Role.EDITOR)
        words = await self.note(call.publication or 0, call.argument, call.t)
        return Answer(Rich(words), alert=words, public=openly(event, call))

    async def note(self, own: int, words: str, t: Texts) -> str:
        """Draft the transparency note of the month that words name ("2026-10", "" = the one
        before); what to tell who asked. Raises UserError."""

        def first(tx: Tx) -> date:
            zone = self._context.house(tx).publications[own]
            return transparency.month_named(t, words, local(self._context.clock.now(), zone))

        return await self._note(own, await self._db.read(first), t)

    async def notes(self) -> None:
        """Draft the notes that are due."""
        for own, first in await self._db.read(lambda tx: transparency.due(tx, self._context)):
            await self._note(own, first, t)

    async def _note(self, own: int, first: date, t: Texts) -> str:
        month = await self._db.read(lambda tx: transparency.collect(tx, self._context, own, first))
        made = await asyncio.to_thread(transparency.drafted, month)
        return await self._db.write(lambda tx: transparency.put(tx, self._context, month, made, t))

    async def _connect(self, event: Invoked) -> Answer:
        code = event.argument.strip()
        row = await self._db.read(lambda tx: admin.find_code(tx, self._context, code))
        call = await self._db.read(lambda tx: call_of(tx, self._context, event))
        if row is None:
            return _plain(call.t("This code is wrong or older than an hour. Make a new one."))
        if row["purpose"] == "moderator":
            return await self._connect_moderator(event, call, row)
        adapter = self._adapters.get(event.platform)
        if adapter is None or event.place is None:
            return _plain(call.t("Send /connect in the channel or group itself."))
        options = admin.code_options(row)
        plan = ChannelPlan(row["publication"], Purpose(row["purpose"]), **options)
        try:
            channel = await self.add_channel(plan, adapter, event.place, call.t)
        except DeliveryError as trouble:
            return _plain(call.t("The platform could not be asked ({reason}). Send it again.",
                                 reason=trouble.reason))  # fmt: skip
        await self._db.write(lambda tx: admin.use_code(tx, code))
        words = call.t("Connected “{title}”.", title=channel.title)
        return Answer(Rich(words), alert=words, public=channel.purpose == Purpose.DESK)

    async def _connect_moderator(self, event: Invoked, call: Call, row: Row) -> Answer:
        person = event.person
        if not person.identity:
            return _plain(call.t("I cannot see who you are; send this to me directly."))

        role = Role(admin.code_options(row).get("role", Role.MODERATOR))

        def work(tx: Tx) -> None:
            who = (event.platform, person.identity, person.name)
            roles.appoint(tx, self._context, row["publication"], who, role, call.actor)
            admin.use_code(tx, row["code"])

        await self._db.write(work)
        return _plain(roles.told(call.t, "", role))

    async def add_channel(
        self, plan: ChannelPlan, adapter: Adapter, place: str, t: Texts = t
    ) -> Channel:
        """Inspect a place and connect it. Raises UserError with everything that is missing."""
        admin.check_plan(plan, t)
        found = await adapter.inspect(admin.inquiry(plan, place))
        fatal = [problem for problem in found.problems if problem.fatal]
        if fatal:
            lines = "\n".join(f"· {p.what} {p.remedy}" for p in fatal)
            raise UserError(t("“{title}” cannot be used yet:", title=found.title) + f"\n{lines}")

        def work(tx: Tx) -> Channel:
            number = admin.add_channel(tx, self._context, plan, adapter.platform, found, t)
            return self._context.house(tx).channels[number]

        return await self._db.write(work)

    async def _map_role(self, event: Invoked) -> Answer:
        call = await self._db.read(lambda tx: call_of(tx, self._context, event))
        adapter = self._adapters.get(event.platform)
        number, words, role = roles.mapping(call)
        if adapter is None or event.place is None:
            raise UserError(call.t("Use this at the desk or in an article's thread."))
        title = await self.map_role(number, adapter, event.place, words, role, call.actor)
        words = roles.told(call.t, title, role)
        return Answer(Rich(words), alert=words, public=True)

    async def map_role(
        self, own: int, adapter: Adapter, place: str, words: str, role: Role, actor: Actor
    ) -> str:
        """Let a platform's role count in a publication; its name there. Raises UserError."""
        found = await roles.ask(adapter, place, words)
        await self._db.write(
            lambda tx: roles.map_role(tx, self._context, own, adapter.platform, found, role, actor)
        )
        return found[1]


def _plain(words: str) -> Answer:
    return Answer(Rich(words), alert=words)

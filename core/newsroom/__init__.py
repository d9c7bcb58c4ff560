"""The newsroom: every use case one method, one transaction: read, decide, write.

The modules beside this one hold the transactions' plain functions; `Newsroom` runs them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from core.authors import seal
from core.errors import DeliveryError, UserError
from core.events import Deleted, Edited, Event, Invoked, Posted, Reacted, ThreadOpened
from core.feeds.model import Draft
from core.feeds.schedule import Answer as FeedAnswer
from core.i18n import FALLBACK, Texts, texts
from core.model import Channel, House, Purpose
from core.newsroom import admin, articles, birth, desk, feeds, intake, ledger, message_map, parking
from core.newsroom.admin import ChannelPlan
from core.newsroom.commands import run as run_command
from core.newsroom.context import DESK_WAKE, Context, Rules
from core.newsroom.decide import Actor, decide_comment, system_actor
from core.newsroom.faces import placeholder_view
from core.newsroom.invoked import call_of, first_time, invoked
from core.newsroom.pages import page
from core.newsroom.refusal import refusal
from core.newsroom.show import show
from core.newsroom.target import Call
from core.ports import Adapter, Database, Receipt, Row, Tx
from core.text.model import Rich
from core.views import Answer, View

__all__ = ["Actor", "ChannelPlan", "Context", "Newsroom", "Rules", "cli_actor"]

T = TypeVar("T")

t = texts(FALLBACK)


def cli_actor() -> Actor:
    """Who decides at the command line."""
    return Actor("cli", t("command line"))


class Newsroom:
    """The facade over one database. `adapters` may be empty (the command line)."""

    def __init__(
        self, database: Database, context: Context, adapters: Mapping[str, Adapter]
    ) -> None:
        self._db = database
        self._context = context
        self._adapters = adapters
        self._publish: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
        self.desk_wanted = asyncio.Event()
        database.on_wake(self._woken)

    def _woken(self, channels: set[int]) -> None:
        if DESK_WAKE in channels:
            self.desk_wanted.set()

    # What adapters bring (Sink)

    async def handle(self, event: Event) -> Answer | None:
        """See `core.ports.Sink.handle`."""
        if isinstance(event, Invoked):
            return await self._invoked(event)
        return await self._db.write(lambda tx: self._store(tx, event))

    def _store(self, tx: Tx, event: Event) -> Answer | None:
        context = self._context
        match event:
            case Posted():
                comment = intake.posted(tx, context, event)
                return refusal(tx, event, comment) if comment is not None else None
            case Edited():
                if first_time(tx, context, event):
                    intake.edited(tx, context, event)
            case Deleted():
                for comment, channel in intake.deleted(tx, context, event):
                    self._removed_by_hand(tx, comment, channel)
            case ThreadOpened():
                birth.thread_opened(tx, context, event)
            case Reacted():
                intake.reacted(tx, context, event)
        return None

    def _removed_by_hand(self, tx: Tx, comment: int, channel: int) -> None:
        """Somebody with the right took our copy away on one side: a Remove decision."""
        house = self._context.house(tx)
        where = house.channels[channel]
        t = texts(house.publications[where.publication].language)
        name = t("a moderator on {platform}", platform=where.platform.capitalize())
        try:
            decide_comment(tx, self._context, Actor("hand", name), "remove", comment)
        except UserError:
            return

    async def _invoked(self, event: Invoked) -> Answer:
        outside = {"connect": self._connect, "publish": self._publish_address}
        if event.command not in outside or not event.argument.strip():
            return await self._db.write(lambda tx: invoked(tx, self._context, event))
        if not await self._db.write(lambda tx: first_time(tx, self._context, event)):
            return Answer()
        return await outside[event.command](event)

    async def quarantine(self, platform: str, key: str, raw: bytes, error: str) -> None:
        """See `core.ports.Sink.quarantine`. The desk is told, once for each."""
        context = self._context
        sealed = seal(context.keys, raw.decode("utf-8", "replace"))

        def work(tx: Tx) -> None:
            now = context.clock.now()
            added = tx.run(
                "INSERT INTO quarantine (platform, key, sealed, error, at, expires) VALUES"
                " (:platform, :key, :sealed, :error, :now, :expires) ON CONFLICT DO NOTHING",
                {
                    "platform": platform,
                    "key": key,
                    "sealed": sealed,
                    "error": error,
                    "now": now,
                    "expires": now + context.rules.quarantine_life,
                },
            )
            if added:
                desk.tell_every_desk(
                    tx, context, f"quarantine:{platform}:{key}",
                    lambda t: t("Something from {platform} could not be read ({error}).",
                                platform=platform.capitalize(), error=error),
                )  # fmt: skip

        await self._db.write(work)

    async def cursor(self, platform: str, place: str) -> str | None:
        """See `core.ports.Sink.cursor`."""
        row = await self._db.read(
            lambda tx: tx.one(
                "SELECT value FROM cursor WHERE platform = :pl AND place = :place",
                {"pl": platform, "place": place},
            )
        )
        return str(row["value"]) if row is not None else None

    async def advance(self, platform: str, place: str, value: str) -> None:
        """See `core.ports.Sink.advance`."""
        await self._db.write(
            lambda tx: tx.run(
                "INSERT INTO cursor (platform, place, value) VALUES (:pl, :place, :value)"
                " ON CONFLICT (platform, place) DO UPDATE SET value = excluded.value",
                {"pl": platform, "place": place, "value": value},
            )
        )

    async def watched(self, platform: str) -> Sequence[tuple[str, str, str | None]]:
        """See `core.ports.Sink.watched`."""
        rows = await self._db.read(
            lambda tx: tx.all(
                "SELECT c.place, t.place AS thread, (SELECT m.platform_id FROM message m"
                " JOIN shows s ON s.message = m.id JOIN delivery d ON d.id = s.delivery"
                " WHERE m.channel = c.id AND d.article = t.article AND m.platform_id IS NOT NULL"
                " ORDER BY m.id DESC LIMIT 1) AS newest FROM thread t JOIN channel c"
                " ON c.id = t.channel WHERE c.platform = :platform AND t.dead = 0 ORDER BY t.id",
                {"platform": platform},
            )
        )
        return [(row["place"], row["thread"], row["newest"]) for row in rows]

    async def standing(self, platform: str, place: str, thread: str, most: int) -> Sequence[str]:
        """See `core.ports.Sink.standing`."""
        rows = await self._db.read(
            lambda tx: tx.all(
                "SELECT m.platform_id FROM channel c JOIN thread t ON t.channel = c.id"
                " JOIN delivery d ON d.channel = c.id AND d.article = t.article"
                " AND d.subject = 'comment' JOIN shows s ON s.delivery = d.id"
                " AND s.position >= 0 JOIN message m ON m.id = s.message"
                " WHERE c.platform = :platform AND c.place = :place AND t.place = :thread"
                " AND m.platform_id IS NOT NULL ORDER BY m.id DESC LIMIT :most",
                {"platform": platform, "place": place, "thread": thread, "most": most},
            )
        )
        return [row["platform_id"] for row in reversed(rows)]

    async def known(self, platform: str, place: str, messages: Iterable[str]) -> set[str]:
        """See `core.ports.Sink.known`."""
        asked = list(messages)

        def work(tx: Tx) -> set[str]:
            channel = self._context.house(tx).by_place.get((platform, place))
            if channel is None:
                return set()
            return {m for m in asked if message_map.known_message(tx, channel.id, m) is not None}

        return await self._db.read(work)

    # Connecting and publishing, which ask the outside first

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
        except UserError as refusal:
            return _plain(str(refusal))
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

        def work(tx: Tx) -> None:
            number, name = row["publication"], person.name
            admin.add_moderator(tx, self._context, number, event.platform, person.identity, name)
            admin.use_code(tx, row["code"])

        await self._db.write(work)
        return _plain(call.t("You are a moderator now."))

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

    async def _publish_address(self, event: Invoked) -> Answer:
        call = await self._db.read(lambda tx: call_of(tx, self._context, event))
        if not call.moderator or call.publication is None:
            return _plain(call.t("Sorry, only moderators can do that."))
        await self._publish.put((call.publication, event.argument.strip().split()[0]))
        words = call.t("I am reading it; a preview will appear at the desk.")
        return Answer(Rich(words), alert=words, public=True)

    async def next_address(self) -> tuple[int, str]:
        """(publication, URL) of the next `/publish`, for the worker that fetches it."""
        return await self._publish.get()

    async def preview(self, publication: int, draft: Draft) -> None:
        """Show a draft at the desk with buttons to publish or discard it."""
        await self._db.write(lambda tx: articles.preview(tx, self._context, publication, draft))

    async def preview_entry(self, publication: int, url: str) -> bool:
        """The same for what a feed told of this address; False where none did."""
        return await self._db.write(
            lambda tx: articles.preview_entry(tx, self._context, publication, url)
        )

    async def tell_desk(self, publication: int, key: str, words: desk.Words) -> None:
        """Say something at the desk, once for each key."""
        await self._db.write(lambda tx: desk.tell_desk(tx, self._context, publication, key, words))

    async def publish_draft_now(self, publication: str | None, draft: Draft) -> int:
        """From a file: publish without preview. Raises UserError. The article's number."""

        def work(tx: Tx) -> int:
            number = admin.publication_id(tx, publication)
            return articles.publish_now(tx, self._context, cli_actor(), number, draft)

        return await self._db.write(work)

    # Feeds

    async def due_feeds(self) -> list[feeds.Due]:
        """The feeds to be asked now."""
        now = self._context.clock.now()
        return await self._db.read(lambda tx: feeds.due(tx, now))

    async def next_feed(self) -> float | None:
        """When the next feed is to be asked (Unix seconds)."""
        return await self._db.read(feeds.next_due)

    async def next_check(self) -> float | None:
        """When the next permalink is to be asked (Unix seconds)."""
        return await self._db.read(articles.next_check)

    async def feed_answered(
        self, feed: int, answer: FeedAnswer, etag: str = "", modified: str = ""
    ) -> None:
        """Store how a poll ended."""
        await self._db.write(
            lambda tx: feeds.answered(tx, self._context, feed, answer, etag, modified)
        )

    async def ingest(
        self, feed: int, drafts: Sequence[Draft], answer: FeedAnswer | None = None,
        etag: str = "", modified: str = "",
    ) -> list[int]:  # fmt: skip
        """Bring in what a feed holds, and how the poll ended, in one; the published articles."""

        def work(tx: Tx) -> list[int]:
            published = feeds.ingest(tx, self._context, feed, drafts)
            if answer is not None:
                feeds.answered(tx, self._context, feed, answer, etag, modified)
            return published

        return await self._db.write(work)

    async def permalinks_due(self) -> list[tuple[int, str]]:
        """(article, URL) of every permalink to be asked now."""
        now = self._context.clock.now()
        rows = await self._db.read(lambda tx: articles.checks_due(tx, now))
        return [(row["id"], row["link"]) for row in rows]

    async def permalink_answered(self, article: int, status: int | None) -> None:
        """Store what a permalink answered; None = nobody answered."""
        await self._db.write(
            lambda tx: articles.checked(tx, self._context, system_actor(), article, status)
        )

    # The outbox

    async def house(self) -> House:
        """Publications, channels, moderators."""
        return await self._db.read(self._context.house)

    async def ready(self, channel: Channel, busy: Collection[int]) -> list[ledger.Job]:
        """See `ledger.ready`."""
        now = self._context.clock.now()
        return await self._db.read(lambda tx: ledger.ready(tx, self._context, channel, now, busy))

    async def settings(self, channel: Channel) -> list[ledger.SettingJob]:
        """See `ledger.settings`."""
        now = self._context.clock.now()
        return await self._db.read(lambda tx: ledger.settings(tx, self._context, channel, now))

    async def next_due(self, channel: int) -> float | None:
        """When the next delivery of a channel falls due (Unix seconds)."""
        now = self._context.clock.now()
        return await self._db.read(lambda tx: ledger.next_due(tx, channel, now))

    async def begin(
        self, job: ledger.Job, digest: str, position: int, *,
        again: int | None, lost: int | None, nonce: str,
    ) -> int | None:  # fmt: skip
        """See `ledger.begin`."""
        return await self._db.write(
            lambda tx: ledger.begin(
                tx, self._context, job, digest, position, again=again, lost=lost, nonce=nonce
            ),
            urgent=True,
        )

    async def sent(
        self, job: ledger.Job, message: int, digest: str, receipt: Receipt, *, last: bool, note: str
    ) -> bool:
        """A send succeeded; `last` = with it everything matches. True = the delivery is done."""

        def work(tx: Tx) -> bool:
            ledger.sent(tx, self._context, job, message, digest, receipt)
            return ledger.done(tx, job, note) if last else False

        return await self._db.write(work, urgent=True)

    async def placeholder(self, job: ledger.Job) -> View:
        """What stands in place of a comment's words that may not be read."""
        return await self._db.read(
            lambda tx: placeholder_view(tx, self._context, job.channel, job.subject_id)
        )

    async def record(self, work: Callable[[Tx, Context], T]) -> T:
        """Write another outcome of a delivery (a function of `ledger`), before intake."""
        return await self._db.write(lambda tx: work(tx, self._context), urgent=True)

    # Loops

    async def refresh_desks(self, every: bool = False) -> None:
        """Bring cards and headers in line; `every` = of all publications."""

        def work(tx: Tx) -> None:
            context = self._context
            wanted = set(context.house(tx).publications) if every else set(context.dirty)
            for publication in wanted:
                desk.fill_desk(tx, context, publication)
            context.dirty -= wanted

        await self._db.write(work, urgent=True)

    async def tidy(self) -> None:
        """Drop what has expired, and give threads without a forward a root of ours."""

        def work(tx: Tx) -> None:
            parking.expire(tx, self._context)
            now = {"now": self._context.clock.now()}
            tx.run("DELETE FROM door WHERE expires <= :now", now)
            tx.run("DELETE FROM connect_code WHERE expires <= :now", now)
            tx.run("DELETE FROM handled WHERE at <= :now - 172800", now)
            tx.run("DELETE FROM quarantine WHERE expires <= :now", now)
            birth.replace_missing_forwards(tx, self._context)

        await self._db.write(work)

    async def data_version(self) -> int:
        """Changes when another process wrote."""
        return await self._db.data_version()

    # The command line

    async def command(self, publication: str | None, name: str, argument: str) -> str:
        """Run a command as the command line. Raises UserError. What to print."""

        def work(tx: Tx) -> str:
            number = admin.publication_id(tx, publication)
            call = Call(cli_actor(), number, True, argument=argument)
            return run_command(tx, self._context, name, call).text.text

        return await self._db.write(work)

    async def show(self, article: str) -> str:
        """An article and its thread as text. Raises UserError where there is none."""
        return await self._db.read(lambda tx: show(tx, self._context, article))

    async def page(self, article: int, after: int = 0, limit: int = 50) -> list[Row]:
        """Some visible comments of a thread; see `pages.page`."""
        return await self._db.read(lambda tx: page(tx, article, after, limit))

    async def change(self, work: Callable[[Tx, Context], T]) -> T:
        """Run a function of `admin` in a transaction."""
        return await self._db.write(lambda tx: work(tx, self._context))

    async def look(self, work: Callable[[Tx, Context], T]) -> T:
        """Run a reading function over a snapshot."""
        return await self._db.read(lambda tx: work(tx, self._context))


def _plain(words: str) -> Answer:
    return Answer(Rich(words), alert=words)

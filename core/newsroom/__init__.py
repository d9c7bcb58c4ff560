"""The newsroom: every use case one method, one transaction: read, decide, write.

The modules beside this one hold the transactions' plain functions; `Newsroom` runs them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from core import events
from core.authors import seal
from core.errors import RetryLater, StorageError, Unreachable, UserError, where
from core.events import Deleted, Edited, Event, Invoked, Moved, Posted, Reacted, ThreadOpened
from core.feeds.model import Draft
from core.feeds.schedule import Answer as FeedAnswer
from core.i18n import FALLBACK, texts
from core.model import House, Role, State
from core.newsroom.authors import restrictions, telling
from core.newsroom.commands import run as run_command
from core.newsroom.comments import alike, amending, intake, message_map, parking, wordlists
from core.newsroom.comments.pages import page
from core.newsroom.comments.parcel import Read
from core.newsroom.comments.pieces import said
from core.newsroom.comments.reactions import reacted
from core.newsroom.comments.refusal import refusal
from core.newsroom.comments.show import show
from core.newsroom.comments.studies import Study
from core.newsroom.context import ASKED_WAKE, DESK_WAKE, ERASE_WAKE, SPOOL_WAKE, Context, Rules
from core.newsroom.decisions.decide import comment_row, decide_comment
from core.newsroom.decisions.log import Actor, system_actor
from core.newsroom.desks import appeals, claims, desk, wave_press
from core.newsroom.invoked import first_time, invoked
from core.newsroom.outgoing import deliveries, jobs, ledger
from core.newsroom.outgoing.faces import placeholder_view
from core.newsroom.outgoing.ready import Ready, look_at
from core.newsroom.outside import Outside
from core.newsroom.publishing import articles, birth, feeds, keeping
from core.newsroom.setup import admin, moving, quarantine
from core.newsroom.setup.admin import ChannelPlan
from core.newsroom.target import Call
from core.observer import Observer
from core.ports import Adapter, Database, Receipt, Row, Tx
from core.text.model import Rich
from core.text.tools import strip
from core.views import Answer, View

__all__ = ["Actor", "ChannelPlan", "Context", "Newsroom", "Rules", "cli_actor"]

T = TypeVar("T")

log = logging.getLogger(__name__)
t = texts(FALLBACK)


def cli_actor() -> Actor:
    """Who decides at the command line."""
    return Actor("cli", t("command line"))


class Newsroom:
    """The facade over one database. `adapters` may be empty (the command line)."""

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
        self._outside = outside = Outside(database, context, adapters, files)
        self.add_channel, self.map_role = outside.add_channel, outside.map_role
        self.stats, self.note, self.notes = outside.stats, outside.note, outside.notes
        self.desk_wanted = asyncio.Event()
        self.spool_wanted = asyncio.Event()
        self.address_asked = asyncio.Event()
        self.erase_wanted = asyncio.Event()
        database.on_wake(self._woken)

    @property
    def observer(self) -> Observer:
        """Who counts what happens."""
        return self._context.observer

    def _woken(self, channels: set[int]) -> None:
        if DESK_WAKE in channels:
            self.desk_wanted.set()
        if SPOOL_WAKE in channels:
            self.spool_wanted.set()
        if ASKED_WAKE in channels:
            self.address_asked.set()
        if ERASE_WAKE in channels:
            self.erase_wanted.set()

    # What adapters bring (Sink)

    async def handle(self, event: Event) -> Answer | None:
        """See `core.ports.Sink.handle`."""
        event = events.readable(event)
        study: list[Study] = []
        if isinstance(event, Posted | Edited):
            words = (event.text, said(event.text, event.attachments))
            study = [self._context.studies.of(strip(one).text) for one in words]
        answer: Answer | None
        if isinstance(event, Invoked):
            answer = await self._invoked(event)
        else:
            answer = await self._counting(lambda tx: self._store(tx, event))
        del study  # held until here, so that it is at hand in the transaction
        self.observer.heard(event.platform)
        return answer

    async def _counting(self, work: Callable[[Tx], T]) -> T:
        """Run what may judge texts, and count the comments that it stored, whichever way they came
        and however long they were parked before."""
        result, stored = await self._judged(lambda tx: _with_stored(tx, work))
        for comment in stored:
            self._note(comment)
        return result

    async def _judged(self, work: Callable[[Tx], T]) -> T:
        """Run what may judge texts. Where the lists of words changed, they are made anew first,
        outside of the transaction."""
        while True:
            try:
                return await self._db.write(work)
            except wordlists.ListsChanged:
                version, rows = await self._db.read(wordlists.stored)
                self._context.lists = version, await asyncio.to_thread(wordlists.made, rows)

    def _note(self, comment: Row) -> None:
        self.observer.received(comment["platform"], comment["state"])
        log.debug(
            "a comment was stored: %s", comment["state"],
            extra={"comment": comment["id"], "article": comment["article"],
                   "platform": comment["platform"]},
        )  # fmt: skip

    def _store(self, tx: Tx, event: Event) -> Answer | None:
        """What follows from an event; an answer where its writer is to be told something."""
        context = self._context
        match event:
            case Posted():
                comment = intake.posted(tx, context, event)
                if comment is not None:
                    row = comment_row(tx, comment)
                    telling.received(tx, context, row, event.person.identity)
                    refused = row["state"] == State.REJECTED
                    return refusal(tx, event, comment) if refused else None
            case Edited():
                changed = first_time(tx, context, event) and intake.edited(tx, context, event)
                if changed:
                    row = comment_row(tx, changed)
                    telling.received(tx, context, row, event.person.identity)
            case Deleted():
                for comment, channel in intake.deleted(tx, context, event):
                    self._removed_by_hand(tx, comment, channel)
            case ThreadOpened():
                birth.thread_opened(tx, context, event)
            case Moved():
                moving.moved(tx, context, event)
            case Reacted() if first_time(tx, context, event):
                reacted(tx, context, event)
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
        if not self._outside.takes(event):
            answer = await self._counting(lambda tx: invoked(tx, self._context, event))
            exported = event.command == "export" and bool(answer.files)
            return await self._outside.with_files(event, answer) if exported else answer
        if not await self._db.write(lambda tx: first_time(tx, self._context, event)):
            return Answer()
        return await self._outside.invoked(event)

    async def quarantine(self, platform: str, key: str, raw: bytes, error: str) -> None:
        """See `core.ports.Sink.quarantine`. The desk is told, once for each."""
        context = self._context
        sealed = seal(context.keys, raw.decode("utf-8", "replace"))
        await self._db.write(
            lambda tx: quarantine.put_aside(tx, context, platform, key, sealed, error)
        )

    async def replay(self, number: int, platform: str, key: str, raw: bytes) -> None:
        """Let the platform's adapter read something in quarantine again. What cannot be reached
        now waits on; what still cannot be read stays, with the new reason."""
        adapter = self._adapters.get(platform)
        if adapter is None:
            return
        error = ""
        try:
            await adapter.replay(key, raw, self)
        except (StorageError, Unreachable, RetryLater) as trouble:
            log.warning("a replay waits: %s", trouble)
            return
        except Exception as trouble:
            log.warning("a replay failed: %s", error := where(trouble))
        await self.change(lambda tx, c: quarantine.replayed(tx, c, number, error))

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
        return await self._db.read(lambda tx: message_map.watched(tx, platform))

    async def standing(
        self, platform: str, place: str, thread: str, most: int
    ) -> Mapping[str, Mapping[str, int]]:
        """See `core.ports.Sink.standing`."""
        return await self._db.read(
            lambda tx: message_map.standing_in(tx, platform, place, thread, most)
        )

    async def wording(self, event: Invoked) -> Rich | None:
        """See `core.ports.Sink.wording`."""
        return await self._db.read(lambda tx: amending.wording(tx, self._context, event))

    async def known(self, platform: str, place: str, messages: Iterable[str]) -> set[str]:
        """See `core.ports.Sink.known`."""
        asked = list(messages)

        def work(tx: Tx) -> set[str]:
            channel = self._context.house(tx).by_place.get((platform, place))
            if channel is None:
                return set()
            return {m for m in asked if message_map.known_message(tx, channel.id, m) is not None}

        return await self._db.read(work)

    # Publishing

    async def preview(self, publication: int, draft: Draft) -> None:
        """Show a draft at the desk with buttons to publish or discard it."""
        await self._db.write(lambda tx: articles.preview(tx, self._context, publication, draft))

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

    async def ready(self, channel: int, look: jobs.Look | None, *, settle: bool) -> Ready | None:
        """See `core.newsroom.outgoing.ready`."""
        now = self._context.clock.now()
        return await self._db.read(
            lambda tx: look_at(tx, self._context, channel, now, look, settle=settle)
        )

    async def begin(
        self, job: jobs.Job, digest: str, position: int, *,
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
        self, job: jobs.Job, made: Sequence[tuple[int, str, Receipt]], *, last: bool, note: str = ""
    ) -> bool:
        """A call made (or a search found) messages: (row, digest, receipt) of each. last: with
        them everything matches, as in `level`. True = the delivery is done."""

        def work(tx: Tx) -> tuple[bool, list[deliveries.Up]]:
            for message, digest, receipt in made:
                ledger.sent(tx, self._context, job, message, digest, receipt)
            return self._level(tx, job, note) if last else (False, [])

        return await self._ended(job, work)

    async def level(self, job: jobs.Job) -> bool:
        """All messages of a job match. True = the delivery is done, False = it wants more."""
        return await self._ended(job, lambda tx: self._level(tx, job, ""))

    def _level(self, tx: Tx, job: jobs.Job, note: str) -> tuple[bool, list[deliveries.Up]]:
        up = deliveries.came_up(tx, job)
        return ledger.done(tx, job, note), up

    async def _ended(
        self, job: jobs.Job, work: Callable[[Tx], tuple[bool, list[deliveries.Up]]]
    ) -> bool:
        """Write an outcome, and count the copies that are up for the first time with it."""
        over, up = await self._db.write(work, urgent=True)
        now, platform = self._context.clock.now(), job.channel.platform
        for state, wanted in up:
            self._context.observer.shown(platform, state, max(0.0, now - wanted))
        return over

    async def placeholder(self, job: jobs.Job) -> View:
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

        context = self._context
        touched = set(context.dirty)
        # Before the work, which may leave something to be gone on with.
        context.dirty -= touched

        def work(tx: Tx) -> None:
            for publication in context.house(tx).publications if every else touched:
                wave_press.go_on(tx, context, publication)
                desk.fill_desk(tx, context, publication)
                appeals.fill(tx, context, publication)

        try:
            await self._db.write(work, urgent=True)
        except BaseException:
            context.dirty |= touched
            raise

    async def tidy(self) -> None:
        """Drop what has expired, and give threads without a forward a root of ours."""

        def work(tx: Tx) -> None:
            parking.expire(tx, self._context)
            telling.expire(tx, self._context.clock.now())
            alike.forget_old(tx, self._context.clock.now())
            restrictions.expire(tx, self._context.clock.now())
            birth.replace_missing_forwards(tx, self._context)
            claims.expire(tx, self._context)
            wave_press.expire(tx, self._context)

        await self._db.write(work)

    async def tend_threads(self) -> None:
        """Close and slow the threads that are due for it; see `keeping`."""
        if await self._db.read(lambda tx: keeping.due(tx, self._context)):
            await self._db.write(lambda tx: keeping.tend(tx, self._context))

    async def truncate_log(self) -> bool:
        """See `core.ports.Database.truncate_log`."""
        return await self._db.truncate_log()

    async def data_version(self) -> int:
        """Changes when another process wrote."""
        return await self._db.data_version()

    # The command line

    async def command(self, publication: str | None, name: str, argument: str) -> str:
        """Run a command as the command line. Raises UserError. What to print."""

        def work(tx: Tx) -> str:
            number = admin.publication_id(tx, publication)
            call = Call(cli_actor(), number, Role.OWNER, argument=argument)
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


def _with_stored(tx: Tx, work: Callable[[Tx], T]) -> tuple[T, list[Row]]:
    """What a work gives, and the comments from platforms that it stored."""
    before = tx.one("SELECT max(id) AS id FROM comment")
    result = work(tx)
    stored = tx.all(
        "SELECT id, article, platform, state FROM comment WHERE id > :id AND platform <> ''",
        {"id": (before["id"] if before is not None else None) or 0},
    )
    return result, stored

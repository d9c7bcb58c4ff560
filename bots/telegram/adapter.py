"""The Telegram adapter: `core.ports.Adapter` over the Bot API."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

from bots.telegram import ids
from bots.telegram.admins import Admins, concerns_admins
from bots.telegram.answer import Answers
from bots.telegram.api import Api, Migrated, NoChat, TokenRefused
from bots.telegram.capabilities import CAPABILITIES, DOWNLOAD_LIMIT
from bots.telegram.convert import PLATFORM, Admin, Handle, Known, Me, chat_of, convert
from bots.telegram.ephemeral import Ephemeral
from bots.telegram.pace import Pace
from bots.telegram.persons import Persons
from bots.telegram.polling import Poller
from bots.telegram.render import gather, render
from bots.telegram.sending import Sending
from bots.telegram.setup import Setup
from core.clock import Clock
from core.errors import DeliveryError, Rejected, StorageError, Unreachable, UserError, where
from core.events import Event, Invoked, Moved, Posted, ThreadOpened
from core.i18n import FALLBACK, texts
from core.ports import Capabilities, Files, Inquiry, Inspection, Receipt, Sink, Take, Target
from core.text.model import Rich
from core.views import Answer, NoticeView, Part, View

log = logging.getLogger(__name__)
MOST_ROOTS = 5000
MOST_WRITERS = 5000
SHOW_EVERY = 60.0
"""Seconds between two words to the same person in a group on what they wrote there."""
LOGIN_WAIT = 5.0
_REFUSED = (
    "Telegram does not accept TELEGRAM_BOT_TOKEN. Ask @BotFather for the bot's token"
    " (/mybots, API Token) and put it into the settings."
)


class TelegramAdapter:
    """One bot on Telegram.

    token: from BotFather. api_url: another Bot API server's address, "" for Telegram's own.
    pace: every time in Telegram's limits is multiplied by it; 0 switches the limiter off.
    files: from where media are sent, None = they are told in words.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        clock: Clock,
        *,
        pace: float = 1.0,
        files: Files | None = None,
    ) -> None:
        self._clock = clock
        self._api = Api(token, api_url)
        self._me: Me | None = None
        self._account: dict[str, Any] = {}
        self._pace = Pace(clock, pace)
        self._sending = Sending(self._api, self._pace, files)
        self._admins = Admins(self._api, clock)
        self._persons = Persons(self._api)
        self._ephemeral = Ephemeral(self._api, self._pace, clock)
        self._poller = Poller(self._api, clock, self._read, self._done)
        self._sink: Sink | None = None
        self._api.migrated = self._migrated
        self._roots: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._albums: dict[tuple[str, str], Answer] = {}  # the newest to a piece of each
        self._shown_until: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def start(self) -> None:
        """Log in. Raises UserError where Telegram refuses the token. Where Telegram cannot be
        reached, `run` goes on trying and nothing is sent until then."""
        await self._api.open()
        try:
            await self._log_in()
        except TokenRefused:
            await self._api.close()
            raise UserError(texts(FALLBACK)(_REFUSED)) from None
        except DeliveryError as error:
            log.warning("Telegram cannot be reached yet: %s", error.reason)

    async def run(self, sink: Sink) -> None:
        """Receive until cancelled."""
        self._sink = sink
        await self._log_in_at_last()
        self._in_background(Setup(self._api, self._account).register_commands())
        try:
            await self._poller.run(sink)
        finally:
            self._poller.receiving = False

    async def replay(self, key: str, raw: bytes, sink: Sink) -> None:
        """Read an update again; see the port."""
        for event in await self._read(json.loads(raw)):
            if not isinstance(event, Invoked):
                await sink.handle(event)

    async def stop(self) -> None:
        """End what still runs and close the connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._admins.close()
        await self._api.close()

    def healthy(self) -> bool:
        """Logged in, the last poll reached Telegram, and the loop turns."""
        listening = self._poller.receiving and not self._poller.stuck()
        return self._me is not None and listening

    def behind(self) -> bool:
        """Telegram may still hold updates from an absence."""
        return self._me is None or self._poller.behind

    def render(self, view: View, target: Target) -> Sequence[Part]:
        """The messages that show the view; pure once `start` has told the bot's name."""
        return render(view, target, self._me.name if self._me else "")

    def gather(self, parts: Sequence[Part]) -> Part | None:
        """One message for several texts; see `bots.telegram.render.gather`."""
        return gather(parts)

    def pace(self, target: Target, operation: str) -> float:
        """Seconds until the chat's budget allows "send", "edit" or "delete"."""
        at_desk = target.purpose == "desk"
        return self._pace.wait(ids.chat(target.place), operation, first=at_desk)

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """Make one message; see the port. Telegram knows no nonce: it only keeps a topic that
        was created for an article from being created again."""
        self._logged_in()
        return await self._sending.send(target, part, nonce)

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part."""
        self._logged_in()
        await self._sending.edit(target, message, part)

    async def send_group(
        self, target: Target, parts: Sequence[Part], nonce: str
    ) -> Sequence[Receipt]:
        """Make an album."""
        self._logged_in()
        return await self._sending.send_group(target, parts)

    async def edit_media(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part's media."""
        self._logged_in()
        await self._sending.edit_media(target, message, part)

    async def fetch(self, reference: str, take: Take) -> None:
        """Give the bytes of a file that somebody sent to `take`; see the port."""
        self._logged_in()
        await self._api.download(reference, take, DOWNLOAD_LIMIT)

    async def copy(self, source: Target, message: str, target: Target) -> None:
        """Copy a message into another chat; Telegram's servers do it, whatever its size."""
        self._logged_in()
        await self._sending.copy(source, message, target)

    async def delete(self, target: Target, message: str) -> None:
        """Remove a message, ours or a person's."""
        await self._sending.delete(target, message)

    async def look_for(self, target: Target, part: Part, nonce: str) -> Receipt | None:
        """Bots cannot read back what was sent (`capabilities.reads_back`). Raises Rejected."""
        raise Rejected("Telegram does not let a bot read what it sent")

    async def open_thread(self, target: Target, message: str, title: str) -> Receipt:
        """In a group every message is the root of its own thread. Raises Rejected for a
        channel, whose threads Telegram opens in the linked group."""
        if target.kind == "channel":
            raise Rejected("the thread of a channel post opens in the linked group")
        return Receipt(message, thread=target.thread or message)

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Close or reopen a forum topic, mark a message. Raises Rejected for everything else."""
        await self._sending.apply(target, name, value)

    async def restriction(self, target: Target, identity: str) -> str | None:
        """What stands in the group; None for who writes as a channel."""
        self._logged_in()
        return await self._persons.restriction(ids.chat(target.place), identity)

    async def restrict(self, target: Target, identity: str, value: str) -> None:
        """Ban or restrict somebody in the group."""
        self._logged_in()
        await self._persons.restrict(ids.chat(target.place), identity, value)

    async def tell(self, identity: str, view: NoticeView, near: Target | None = None) -> None:
        """Write to somebody's direct chat or, where they never opened one, show it to them alone
        in the group. Who closed the chat wants to hear nothing, there neither."""
        answers = Answers(self._api, self._pace, self._logged_in().name)
        user = ids.user(identity)
        if user is None:
            raise Rejected("who writes as a channel has no direct chat")
        try:
            await answers.tell(user, view)
        except NoChat:
            if near is None:
                raise
            await self._ephemeral.say(near, user, answers.messages(view, private=False))

    async def answer(self, invoked: Invoked, answer: Answer) -> None:
        """Answer the person; see `bots.telegram.answer`."""
        if isinstance(invoked.handle, Handle) and self._me is not None:
            await Answers(self._api, self._pace, self._me.name).give(invoked.handle, answer)

    async def inspect(self, inquiry: Inquiry) -> Inspection:
        """What a chat is and what is missing. Raises UserError for an unknown one, and the
        DeliveryError of a look-up that failed for another reason."""
        self._logged_in()
        return await Setup(self._api, self._account).inspect(inquiry)

    async def role(self, place: str, words: str) -> tuple[str, str]:
        """An administrator's title: nothing has to be asked, since it may be given later."""
        return ids.title(words), " ".join(words.split())

    def _logged_in(self) -> Me:
        if self._me is None:
            raise Unreachable("not logged in to Telegram yet")
        return self._me

    async def _log_in(self) -> None:
        self._account = await self._api.call("getMe")
        self._me = Me(self._account["id"], self._account["username"])

    async def _log_in_at_last(self) -> None:
        while self._me is None:
            try:
                await self._log_in()
            except DeliveryError as error:
                log.warning("cannot log in to Telegram: %s", error.reason)
                await self._clock.sleep(LOGIN_WAIT * (1 + self._clock.random()))

    async def _read(self, update: dict[str, Any]) -> Sequence[Event]:
        """An update's events, with what the conversion needs to know."""
        changed = update.get("my_chat_member") or update.get("chat_member")
        if changed:
            if concerns_admins(changed):
                self._admins.forget(changed["chat"]["id"])
            return ()
        admins: Mapping[str, Admin] = {}
        me = self._logged_in()
        if (group := chat_of(update)) is not None:
            admins = await self._admins.of(group[0], str(me.id), fresh=group[1])
        return convert(update, Known(me, admins, self._roots, self._clock.now()))

    def _done(self, event: Event, answer: Answer | None) -> None:
        """An event is stored: remember its root, give its answer without holding up the rest."""
        if isinstance(event, ThreadOpened):
            self._roots[(event.place, event.thread)] = None
            if len(self._roots) > MOST_ROOTS:
                self._roots.popitem(last=False)
        elif isinstance(event, Invoked):
            self._in_background(self._respond(event, answer))
        elif isinstance(event, Posted) and answer is not None:
            self._in_background(self._tell(event, answer))

    def _migrated(self, found: Migrated) -> None:
        """A call told what the group's own last message tells too, which may have been missed."""
        if self._sink is not None and found.old is not None:
            old, new = ids.place(found.old), ids.place(found.to)
            self._in_background(
                self._move(self._sink, Moved(PLATFORM, old, new, self._clock.now()))
            )

    async def _move(self, sink: Sink, event: Moved) -> None:
        with suppress(StorageError):  # The next call finds the same.
            await sink.handle(event)

    async def _respond(self, invoked: Invoked, answer: Answer | None) -> None:
        if answer is not None and answer.wait and invoked.album:
            await self._respond_to_piece(invoked, answer)
        elif answer is not None:
            await self.answer(invoked, answer)
        elif isinstance(invoked.handle, Handle):
            answers = Answers(self._api, self._pace, self._logged_in().name)
            await answers.acknowledge(invoked.handle)

    async def _respond_to_piece(self, invoked: Invoked, answer: Answer) -> None:
        """The first piece of an album is answered at once, so that nothing is owed if the
        program ends; what later ones change is shown in the same message, once in a while."""
        album = (invoked.person.identity, invoked.album)
        known, self._albums[album] = self._albums.get(album), answer
        if known is not None or not isinstance(invoked.handle, Handle):
            return
        answers = Answers(self._api, self._pace, self._logged_in().name)
        try:
            message = await answers.give(invoked.handle, shown := answer)
            await self._clock.sleep(answer.wait)
            while (newest := self._albums[album]) is not shown:
                message = await answers.give(invoked.handle, shown := newest, message)
                await self._clock.sleep(answer.wait)
        finally:
            del self._albums[album]

    async def _tell(self, event: Posted, answer: Answer) -> None:
        """Words for a writer alone whose message was refused on the spot."""
        view = NoticeView(answer.text or Rich(answer.alert), answer.buttons)
        try:
            await self.tell(event.person.identity, view, self._near(event))
        except DeliveryError as error:
            log.info("a writer was not told why their message was refused: %s", error.reason)

    def _near(self, event: Posted) -> Target | None:
        """Where somebody wrote, once in a while: who writes on and on into a closed thread would
        use up what the bot may send to the group."""
        writer, now = (event.place, event.person.identity), self._clock.monotonic()
        if now < self._shown_until.get(writer, now):
            return None
        self._shown_until[writer] = now + SHOW_EVERY
        if len(self._shown_until) > MOST_WRITERS:
            self._shown_until.popitem(last=False)
        return Target(event.place, "group", thread=event.thread)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            log.error("an answer failed: %s", where(error))

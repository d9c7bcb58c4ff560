"""The Telegram adapter: `core.ports.Adapter` over the Bot API."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from typing import Any

from bots.telegram import ids
from bots.telegram.admins import Admins
from bots.telegram.answer import Answers
from bots.telegram.api import Api, TokenRefused
from bots.telegram.capabilities import CAPABILITIES
from bots.telegram.convert import PLATFORM, Handle, Known, Me, chat_of, convert
from bots.telegram.pace import Pace
from bots.telegram.polling import Poller
from bots.telegram.render import render
from bots.telegram.sending import Sending
from bots.telegram.setup import Setup
from core.clock import Clock
from core.errors import DeliveryError, Rejected, Unreachable, UserError
from core.events import Event, Invoked, Posted, ThreadOpened
from core.i18n import FALLBACK, texts
from core.ports import Capabilities, Inquiry, Inspection, Receipt, Sink, Target
from core.views import Answer, Part, View

log = logging.getLogger(__name__)
MOST_ROOTS = 5000
LOGIN_WAIT = 5.0
_REFUSED = (
    "Telegram does not accept TELEGRAM_BOT_TOKEN. Ask @BotFather for the bot's token"
    " (/mybots, API Token) and put it into the settings."
)


class TelegramAdapter:
    """One bot on Telegram.

    token: from BotFather. api_url: another Bot API server's address, "" for Telegram's own.
    pace: every time in Telegram's limits is multiplied by it; 0 switches the limiter off.
    """

    def __init__(self, token: str, api_url: str, clock: Clock, *, pace: float = 1.0) -> None:
        self._clock = clock
        self._api = Api(token, api_url)
        self._me: Me | None = None
        self._account: dict[str, Any] = {}
        self._pace = Pace(clock, pace)
        self._sending = Sending(self._api, self._pace)
        self._admins = Admins(self._api, clock)
        self._poller = Poller(self._api, clock, self._read, self._done)
        self._roots: OrderedDict[tuple[str, str], None] = OrderedDict()
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
        await self._log_in_at_last()
        self._in_background(Setup(self._api, self._account).register_commands())
        try:
            await self._poller.run(sink)
        finally:
            self._poller.receiving = False

    async def stop(self) -> None:
        """End what still runs and close the connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._admins.close()
        await self._api.close()

    def healthy(self) -> bool:
        """Logged in, and the last poll reached Telegram."""
        return self._me is not None and self._poller.receiving

    def render(self, view: View, target: Target) -> Sequence[Part]:
        """The messages that show the view; pure once `start` has told the bot's name."""
        return render(view, target, self._me.name if self._me else "")

    def pace(self, target: Target, operation: str) -> float:
        """Seconds until the chat's budget allows "send", "edit" or "delete"."""
        return self._pace.wait(ids.chat(target.place), operation)

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """Make one message; see the port. Telegram knows no nonce: it only keeps a topic that
        was created for an article from being created again."""
        self._logged_in()
        return await self._sending.send(target, part, nonce)

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part."""
        self._logged_in()
        await self._sending.edit(target, message, part)

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
        """Close or reopen a forum topic. Raises Rejected for everything else."""
        await self._sending.apply(target, name, value)

    async def answer(self, invoked: Invoked, answer: Answer) -> None:
        """Answer the person; see `bots.telegram.answer`."""
        if isinstance(invoked.handle, Handle) and self._me is not None:
            await Answers(self._api, self._pace, self._me.name).give(invoked.handle, answer)

    async def inspect(self, inquiry: Inquiry) -> Inspection:
        """What a chat is and what is missing. Raises UserError for an unknown one, and the
        DeliveryError of a look-up that failed for another reason."""
        self._logged_in()
        return await Setup(self._api, self._account).inspect(inquiry)

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
        if "my_chat_member" in update:
            self._admins.forget(update["my_chat_member"]["chat"]["id"])
            return ()
        admins: frozenset[str] = frozenset()
        hidden: frozenset[str] = frozenset()
        if (group := chat_of(update)) is not None:
            admins = await self._admins.of(group[0], fresh=group[1])
            hidden = self._admins.hidden(group[0])
        known = Known(self._logged_in(), admins, self._roots, self._clock.now(), hidden=hidden)
        return convert(update, known)

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

    async def _respond(self, invoked: Invoked, answer: Answer | None) -> None:
        if answer is not None:
            await self.answer(invoked, answer)
        elif isinstance(invoked.handle, Handle):
            answers = Answers(self._api, self._pace, self._logged_in().name)
            await answers.acknowledge(invoked.handle)

    async def _tell(self, event: Posted, answer: Answer) -> None:
        """Words for a writer alone: in their direct chat, where they opened one."""
        user = ids.user(event.person.identity)
        if user is not None:
            answers = Answers(self._api, self._pace, self._logged_in().name)
            await answers.give(Handle(chat=user, message=0, user=user, private=True), answer)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an answer failed", exc_info=error)

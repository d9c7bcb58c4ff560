"""The ports: what the core needs from the outside, call by call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.events import Event, Invoked
from core.views import Answer, Part, View

if TYPE_CHECKING:
    from core.feeds.fetching import Fetched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as data. The core asks before it calls.

    text_limit, unit: most characters of one message and what is counted ("utf16" here).
    edits, deletes: own messages can be changed, removed; delete_age: seconds after which other
        people's messages may be beyond reach, 0 = never.
    nonce_window: seconds in which a repeated send with the same nonce surely makes no second
        message, 0 = the platform knows no nonce.
    reads_back: `look_for` can search what was sent. settles_by_forward: a post in an announce
        channel with a linked group is told back by its automatic forward.
    forms: the platform has modals. private_answers: an answer can be shown to one person in a
        channel. deletions_told: the platform tells of deletions.
    locks: one thread can be closed for readers by the platform itself.
    lane: "channel" where the platform's pace and order are per channel, "thread" where threads
        do not share it.
    """

    text_limit: int
    unit: str
    edits: bool
    deletes: bool
    delete_age: int
    nonce_window: int
    reads_back: bool
    settles_by_forward: bool
    forms: bool
    private_answers: bool
    deletions_told: bool
    locks: bool
    lane: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: the channel, its kind and style, the thread inside of it, the message to answer.

    place, thread, reply_to: opaque ids; thread None = the channel itself (an article, a card).
    kind: as `Inspection.kind`; style: the channel's setting; purpose: announce, discuss, desk.
    after: the newest message of ours known there, where `look_for` may start, or None.
    """

    place: str
    kind: str
    purpose: str = "discuss"
    style: str = ""
    thread: str | None = None
    reply_to: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a send made: the message, and the thread that was born with it or under it.

    link: a public URL of the message for readers, "" where there is none. sender: who sent it,
    where that matters later (a webhook's id), "" = the bot.
    """

    message: str
    thread: str | None = None
    link: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is missing for a channel, and how to grant it; `fatal` stops its use."""

    what: str
    remedy: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a platform tells about a place.

    kind: "channel" (Telegram channel), "group", "forum_group", "forum", "text", "announcement".
    linked: the place of the linked discussion group or channel, "" for none.
    link: a public URL or "". bot_name: the account's own name there, for instructions.
    """

    place: str
    title: str
    kind: str
    linked: str = ""
    link: str = ""
    bot_name: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What `Adapter.inspect` should look for: what the channel is for and how people write."""

    place: str
    purpose: str
    way: str = "chat"
    style: str = ""


class Sink(Protocol):
    """Where an adapter brings what happened: the newsroom, seen from outside."""

    async def handle(self, event: Event) -> Answer | None:
        """Store what the event says, durably, and return the answer for an Invoked one; for a
        Posted one that was refused, words for its writer alone, told where the platform can.

        Returning means committed. Raises StorageError: nothing was stored, come again with it.
        """
        ...

    async def quarantine(self, platform: str, key: str, raw: bytes, error: str) -> None:
        """Put aside, sealed, what cannot be read; `key` makes a repetition harmless."""
        ...

    async def cursor(self, platform: str, place: str) -> str | None:
        """The last value set by `advance`, None where there is none."""
        ...

    async def advance(self, platform: str, place: str, value: str) -> None:
        """Remember that everything up to `value` is stored."""
        ...

    async def watched(self, platform: str) -> Sequence[tuple[str, str, str | None]]:
        """(place, thread, newest known message) of every open thread, for catching up."""
        ...

    async def standing(self, platform: str, place: str, thread: str, most: int) -> Sequence[str]:
        """The newest messages that show comments in a thread, as far as is known; oldest first."""
        ...

    async def known(self, platform: str, place: str, messages: Iterable[str]) -> set[str]:
        """Those of the messages that are in the message map."""
        ...


class Adapter(Protocol):
    """One platform, one account. Constructed by `bots/app.py` only."""

    @property
    def platform(self) -> str:
        """The platform's name in the database and in commands: "telegram", "discord"."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def start(self) -> None:
        """Log in. Raises UserError when the account is refused (what to do in the text)."""
        ...

    async def run(self, sink: Sink) -> None:
        """Receive until cancelled; survives every fault of the platform by itself."""
        ...

    async def stop(self) -> None:
        """Close everything; nothing of ours runs on afterwards."""
        ...

    def healthy(self) -> bool:
        """Connected and receiving."""
        ...

    def render(self, view: View, target: Target) -> Sequence[Part]:
        """The messages that show the view. Pure: same view, same parts; no I/O."""
        ...

    def pace(self, target: Target, operation: str) -> float:
        """Seconds until the platform's budget allows the operation, 0 = now.

        operation: "send", "edit", "delete". Called by the outbox before it claims.
        """
        ...

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """Make one message. nonce: at most 25 characters, the same for a repetition.

        Raises a DeliveryError, each as errors.py says; Gone(what="reply") when the message to
        answer is gone, Gone(what="thread") when the thread is.
        """
        ...

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part. "Not modified" is success. Raises Gone if it is gone."""
        ...

    async def delete(self, target: Target, message: str) -> None:
        """Remove a message, ours or a person's. One that is already gone is success."""
        ...

    async def look_for(self, target: Target, part: Part, nonce: str) -> Receipt | None:
        """Search what was sent lately for this part; None = surely not there.

        A part of kind "any" stands for whatever shows comment `payload["number"]`, or an article
        where that is 0. Called only where `capabilities.reads_back`. Raises Unreachable or
        RetryLater.
        """
        ...

    async def open_thread(self, target: Target, message: str, title: str) -> Receipt:
        """Start the thread under a message; repeated safely. `Receipt.thread` is set."""
        ...

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Make a setting of a place so: name "locked" ("1" or "0"), "archived" ("1" or "0").

        Raises Rejected where the platform cannot.
        """
        ...

    async def answer(self, invoked: Invoked, answer: Answer) -> None:
        """Answer the person, at most once; failures are logged, never raised."""
        ...

    async def inspect(self, inquiry: Inquiry) -> Inspection:
        """What a place is and what is missing there. Raises UserError for an unknown place."""
        ...


class Fetcher(Protocol):
    """Reads public web addresses; see `core.feeds.fetching` for what comes back."""

    async def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = "",
        limit: int = 15_728_640,
    ) -> Fetched: ...


Row = Mapping[str, Any]


class Tx(Protocol):
    """One transaction, or one consistent read, on the database's thread."""

    def one(self, sql: str, values: Mapping[str, Any] | None = None) -> Row | None:
        """The first row or None."""
        ...

    def all(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Every row."""
        ...

    def run(self, sql: str, values: Mapping[str, Any] | None = None) -> int:
        """Execute; the number of rows changed."""
        ...

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert one row; its id."""
        ...

    def wake(self, channel: int) -> None:
        """After the commit, tell the outbox that a channel has something to do."""
        ...


class Database(Protocol):
    """Durable storage. `work` is one plain function and may run more than once."""

    async def write(self, work: Callable[[Tx], T], *, urgent: bool = False) -> T:
        """Run `work` in one transaction and return after its durable commit.

        urgent: outcomes of deliveries, which go before intake. Raises DiskRefused, Overloaded,
        or what `work` raised (then nothing of it was written).
        """
        ...

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` over one consistent snapshot; it must not write."""
        ...

    def on_wake(self, listener: Callable[[set[int]], None]) -> None:
        """Register who is told, after a commit, which channels were woken (`Tx.wake`)."""
        ...

    async def data_version(self) -> int:
        """A number that changes when another process wrote."""
        ...

    async def close(self) -> None: ...

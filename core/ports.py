"""The ports: what the core needs from the outside, call by call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.events import Event, Invoked
from core.text.model import Rich
from core.views import Answer, NoticeView, Part, View

if TYPE_CHECKING:
    from core.feeds.fetching import Fetched

T = TypeVar("T")

Take = Callable[[bytes], Awaitable[None]]
"""Takes a piece of a file."""


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
    slow: most seconds that the platform itself makes people wait between two messages in a
        thread, 0 = it cannot.
    button_rows: most rows of buttons under one message.
    lane: "channel" where the platform's pace and order are per channel, "thread" where threads
        do not share it.
    gathers: where the pace makes them wait, comments may share a message (`Adapter.gather`).
    upload_limit, photo_limit: bytes of the largest file that some place there takes, and of a
        picture shown as one. download_limit: of the largest that a bot may fetch, 0 = any.
    caption_limit: most characters with a medium, 0 = as many as without. album: most media that
        are shown as one.
    alts: media have a description of their own. clears_media: an edit can take media away.
    copies: `copy` puts a person's message elsewhere without fetching it.
    tell_every: seconds between two private messages to people, so that telling many of them is
        not taken for spam.
    longest_mute: seconds of the longest mute that the platform itself can hold.
    tells_strangers: it lets a program write privately to somebody who never wrote to it.
    names_commands: its picker shows the commands' names in the person's language.
    keeps: seconds for which the platform keeps what happens for a program that is away, 0 = it
        can be read again at any time. window: of how many last messages of a thread changes and
        removals are found afterwards, 0 = of all that it keeps.
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
    slow: int = 0
    button_rows: int = 5
    gathers: bool = False
    upload_limit: int = 0
    photo_limit: int = 0
    download_limit: int = 0
    caption_limit: int = 0
    album: int = 10
    alts: bool = False
    clears_media: bool = False
    copies: bool = False
    tell_every: float = 1.0
    longest_mute: float = 0.0
    tells_strangers: bool = True
    names_commands: bool = False
    keeps: float = 0.0
    window: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: the channel, its kind and style, the thread inside of it, the message to answer.

    place, thread, reply_to: opaque ids; thread None = the channel itself (an article, a card).
    kind: as `Inspection.kind`; style: the channel's setting; purpose: announce, discuss, desk.
    since: when what `look_for` searches was tried, as Unix seconds; 0 = lately.
    """

    place: str
    kind: str
    purpose: str = "discuss"
    style: str = ""
    thread: str | None = None
    reply_to: str | None = None
    since: float = 0.0

    def styled(self, style: str) -> bool:
        """The channel's style includes this one ("webhook+rich" is both)."""
        return style in self.style.split("+")


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
        Whatever else is raised: it can never be stored, so put it aside.
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
        """(place, thread, newest known message or None) of every open thread, for catching up;
        and of every desk, whose thread is its place."""
        ...

    async def standing(
        self, platform: str, place: str, thread: str, most: int
    ) -> Mapping[str, Mapping[str, int]]:
        """The newest messages that show comments in a thread, or open cards at a desk, as far as
        is known, oldest first; each with the reactions to it that are counted, by emoji."""
        ...

    async def wording(self, event: Invoked) -> Rich | None:
        """The words with which the form begins that a button or a message's menu opens (see
        `core.forms.begins`); None where it begins empty."""
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

    async def replay(self, key: str, raw: bytes, sink: Sink) -> None:
        """Read again what was put into quarantine under this key, and hand its events to the
        sink: what people wrote, changed or removed. What they pressed or commanded is long over
        and is left out. Raises whatever makes it unreadable, and StorageError, Unreachable or
        RetryLater where it should be tried again."""
        ...

    def healthy(self) -> bool:
        """Connected and receiving."""
        ...

    def behind(self) -> bool:
        """What happened while nobody listened is not all taken in yet."""
        ...

    def render(self, view: View, target: Target) -> Sequence[Part]:
        """The messages that show the view. Pure: same view, same parts; no I/O."""
        ...

    def gather(self, parts: Sequence[Part]) -> Part | None:
        """One part that shows what several show, in this order, each still telling its `#n`;
        None where they do not fit into one message. Pure. Called only where
        `capabilities.gathers`."""
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

    async def send_group(
        self, target: Target, parts: Sequence[Part], nonce: str
    ) -> Sequence[Receipt]:
        """Make one message for each of several parts of one group, in one call (an album).

        Raises as `send` does; Rejected: none was made, and each may be tried alone.
        """
        ...

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part, whose media it shows already. "Not modified" is success.
        Raises Gone if it is gone."""
        ...

    async def edit_media(self, target: Target, message: str, part: Part) -> None:
        """The same where the media differ as well: what is not in the part is taken away."""
        ...

    async def fetch(self, reference: str, take: Take) -> None:
        """Give the bytes of an attachment to `take`, piece by piece, in bounded memory.

        Raises Rejected where they cannot be had (any more), RetryLater or Unreachable. Nothing
        that is raised or logged holds an address.
        """
        ...

    async def copy(self, source: Target, message: str, target: Target) -> None:
        """Put a person's message elsewhere by the platform's own means. Called only where
        `capabilities.copies`. Raises a DeliveryError."""
        ...

    async def delete(self, target: Target, message: str) -> None:
        """Remove a message, ours or a person's. One that is already gone is success."""
        ...

    async def look_for(self, target: Target, part: Part, nonce: str) -> Receipt | None:
        """Search what was sent since `target.since` for this part; None = surely not there.

        The message need not have the part's words, which may have changed since it was tried. A
        further message of a text is one that answers its first, `target.reply_to`. A part of
        kind "any" has no words: it stands for whatever shows comment `payload["number"]`, or for
        a further message where that is 0. Called only where `capabilities.reads_back`. Raises
        Unreachable or RetryLater.
        """
        ...

    async def open_thread(self, target: Target, message: str, title: str) -> Receipt:
        """Start the thread under a message; repeated safely. `Receipt.thread` is set."""
        ...

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Make a setting of a place so: name "locked" ("1" or "0"), "archived" ("1" or "0"),
        "slow" (seconds between two messages of a person); or of the message `target.reply_to`:
        "pinned" there, or "starred" by a reaction of ours ("1" or "0"; one that is gone is
        success).

        Raises Rejected where the platform cannot.
        """
        ...

    async def restriction(self, target: Target, identity: str) -> str | None:
        """What the platform itself holds against a person in a place, whoever set it: "" nothing,
        "ban", "mute:" and until when (Unix seconds, 0 = for good), or words of the adapter's own
        that `restrict` understands; None where the platform does not tell. Raises a
        DeliveryError."""
        ...

    async def restrict(self, target: Target, identity: str, value: str) -> None:
        """Make it so: a value as `restriction` gives it. Raises Rejected where the bot lacks the
        right or the platform cannot; a DeliveryError otherwise. To be repeated safely."""
        ...

    async def tell(self, identity: str, view: NoticeView, near: Target | None = None) -> None:
        """Say something to one person alone: in their direct chat with the bot or, where they
        have none, in the thread in which they wrote, if the platform shows it to nobody else.

        identity: as in `core.events.Person`. near: that thread, None where there is none. Raises
        Rejected where that person cannot be told (they closed the direct chat, say, or write as
        a channel); nothing is then said anywhere else. Raises a DeliveryError otherwise.
        """
        ...

    async def answer(self, invoked: Invoked, answer: Answer) -> None:
        """Answer the person, at most once; failures are logged, never raised."""
        ...

    async def role(self, place: str, words: str) -> tuple[str, str]:
        """(key, name) of a role of the platform's own in a place, from what a person writes for
        it; the key is what `core.events.Person.roles` holds. Raises UserError where there is
        none, and a DeliveryError where the platform cannot be asked."""
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


class Files(Protocol):
    """The spool, as far as an adapter needs it."""

    def read(self, name: str) -> AsyncIterator[bytes]:
        """The bytes of a file, in pieces. Raises StorageError where they are not whole."""
        ...


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

    async def truncate_log(self) -> bool:
        """Leave nothing of what was erased in the write-ahead log; False where somebody who
        reads or writes is in the way, so that it has to be tried again."""
        ...

    async def data_version(self) -> int:
        """A number that changes when another process wrote."""
        ...

    async def close(self) -> None: ...

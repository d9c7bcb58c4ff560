"""The example's conversation, played once by the World's people with their own hands.

While it is played, the World's time is that of the example: the first article has just appeared,
each comment is written at its hour, and the World returns to the present when all is said. So
the times that the comments name ("5:44") are the times that both platforms show. What was said
is kept in the World, comment by comment, so that a later start goes on where this one stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from bots.rehearsal.discord.errors import ApiError as DiscordError
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.doors import DiscordDoor, Press, TelegramDoor
from bots.rehearsal.example import Example, ExampleComment, Side
from bots.rehearsal.reading import PREFIX, bare, letters, says
from bots.rehearsal.stage import Stage
from bots.rehearsal.telegram.errors import ApiError as TelegramError
from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

log = logging.getLogger(__name__)

Json = dict[str, Any]

APPROVE, REJECT, UNDO = "Approve", "Reject", "Undo"
REASONS = {"spam": "spam", "insult": "insult"}
OTHER_REASON = "danger to people"
"""The desk's buttons, as moderators read them, and which one fits the example's reasons."""

PATIENCE = 20.0
"""Real seconds within which the other side of the screen should have followed."""
FAILURES = 3
"""After so many comments that did not get through, the rest waits for the next start."""
LEAD = 60.0
"""World seconds between the first article's appearance and the raising of the curtain."""

_KIND = "played"
_ENDED = "the end"


class Player:
    """Plays what has not been played yet. `play` may be cancelled at any time."""

    def __init__(
        self,
        world: World,
        telegram: TelegramSide,
        discord: DiscordSide,
        stage: Stage,
        example: Example,
    ) -> None:
        self._world = world
        self._example = example
        self._base = stage.base
        self._listens = lambda: discord.sessions.present(stage.discord.bot)
        self._door = stage.way == "door"
        self._hands: dict[Side, _Telegram | _Discord] = {
            "telegram": _Telegram(world, telegram, stage),
            "discord": _Discord(world, discord, stage),
        }
        self._left = [
            comment
            for comment in sorted(example.comments, key=lambda c: example.said_at(c, stage.base))
            if not self._kept(comment).get("done")
        ]

    @property
    def ended(self) -> bool:
        """Whether everything was played, in this start or an earlier one."""
        return self._world.store.get(_KIND, _ENDED) is not None

    def set_time(self) -> None:
        """Put the World's clock to where the conversation goes on; the present where it ended.

        To be called before anything else happens in the World: its time only goes forward.
        """
        if self.ended or not self._left:
            return
        played = [c for c in self._example.comments if c not in self._left]
        moments = [self._example.said_at(c, self._base) for c in played]
        self._world.clock.set(max(moments, default=opening(self._example, self._base)) + LEAD)

    async def play(self) -> None:
        """Play the rest of the conversation, then return to the present. Never raises because
        of what the bots do: what does not get through is logged."""
        try:
            await self._play()
        except TimeoutError as error:
            log.warning("the example's conversation waits for the next start: %s", error)
        finally:
            self._world.clock.catch_up()
        self._world.touch()

    async def _play(self) -> None:
        # What is pressed on Discord while the bot is away fails; nobody repeats it for the bot.
        await self._until(self._listens, "the bot on Discord")
        failures = 0
        for comment in self._left:
            try:
                await self._scene(comment)
            except (TimeoutError, Refused, NotPossible, TelegramError, DiscordError) as error:
                failures += 1
                log.warning("the example's comment %s is left out: %s", comment.key, error)
                if failures >= FAILURES:
                    log.warning("the example's conversation stops here; the next start goes on")
                    break
        else:
            self._world.store.put(_KIND, _ENDED, {})

    async def _scene(self, comment: ExampleComment) -> None:
        """One comment: written, decided on, and seen by both sides where it was approved."""
        article = self._example.article(comment.article)
        headline = article.headline
        if not self._open(headline):
            self._go_on_to(self._base + article.published_offset + LEAD)
            await self._until(lambda: self._open(headline), "the article's threads")
        self._go_on_to(self._example.said_at(comment, self._base))
        needle = bare(comment.text)
        if not self._kept(comment).get("said") or await self._lost(headline, needle):
            await self._say(comment, headline)
        decided = await self._decide(comment, headline, needle)
        if comment.verdict == "approve":
            await self._until(lambda: self._seen(headline, needle, ours=decided), "the copies")
        self._world.store.put(_KIND, comment.key, {"said": True, "done": True})
        self._world.touch()

    def _go_on_to(self, moment: float) -> None:
        """Time only goes forward, for ids and dates would get out of order otherwise."""
        self._world.clock.set(max(moment, self._world.clock.now()))
        self._world.touch()

    async def _say(self, comment: ExampleComment, headline: str) -> None:
        """Write it. That it was said is kept in the same commit as the message itself."""
        hands = self._hands[comment.platform]
        parent = None
        if comment.parent:
            asked = bare(self._comment(comment.parent).text)
            parent = await self._until(lambda: hands.find(headline, asked), "what it answers")
        press = await hands.enter(comment, headline, parent) if self._door else None
        self._world.store.put(_KIND, comment.key, {"said": True})
        if press is None:
            hands.write(comment, headline, parent)
        else:
            await self._until(press(), "the bot's thanks")

    async def _lost(self, headline: str, needle: str) -> bool:
        """Whether a press that an earlier start made never came to anything: a platform does not
        repeat it for a bot that went away meanwhile."""
        if not self._door:
            return False
        sides = self._hands.values()

        def known() -> bool:
            cards = any(h.card(needle) or h.card(needle, UNDO) for h in sides)
            return cards or self._seen(headline, needle, ours=False)

        try:
            await self._until(known, "what was said before")
        except TimeoutError:
            return True
        return False

    async def _decide(self, comment: ExampleComment, headline: str, needle: str) -> bool:
        """Press the buttons of its card, if it needs a decision; whether it did."""
        sides = list(self._hands.values())
        hands = sides[self._example.comments.index(comment) % len(sides)]  # they take turns

        def arrived() -> bool:
            decided = hands.card(needle, UNDO) or self._seen(headline, needle, ours=False)
            return bool(hands.card(needle) or decided)

        await self._until(arrived, "its card at the desk")
        card = hands.card(needle)
        if card is None:
            return False
        if comment.verdict == "approve":
            answered = hands.press(card, APPROVE)
            await self._until(answered, "the answer to the moderator")
        else:
            await self._reject(hands, card, REASONS.get(comment.reason, OTHER_REASON))
        await self._until(lambda: all(h.decided(needle) for h in sides), "the decided cards")
        return True

    async def _reject(self, hands: _Telegram | _Discord, card: str, reason: str) -> None:
        answered = hands.press(card, REJECT)
        await self._until(answered, "the list of reasons")
        listed = await self._until(lambda: hands.offering(card, reason), "the list of reasons")
        await self._until(hands.press(listed, reason), "the answer to the moderator")

    def _open(self, headline: str) -> bool:
        return all(hands.thread(headline) for hands in self._hands.values())

    def _seen(self, headline: str, needle: str, *, ours: bool) -> bool:
        return all(hands.find(headline, needle, ours=ours) for hands in self._hands.values())

    def _comment(self, key: str) -> ExampleComment:
        return next(comment for comment in self._example.comments if comment.key == key)

    def _kept(self, comment: ExampleComment) -> Json:
        return self._world.store.get(_KIND, comment.key) or {}

    async def _until(self, condition: Callable[[], Any], what: str) -> Any:
        return await self._world.until(condition, what, PATIENCE)


def opening(example: Example, base: float) -> float:
    """When the example's first article appears (Unix seconds)."""
    return base + min(one.published_offset for one in example.articles if not one.later)


class _Telegram:
    """Hands and eyes on Telegram. Messages are named by their number as text."""

    def __init__(self, world: World, side: TelegramSide, stage: Stage) -> None:
        self._side = side
        self._stage = stage
        self._at = stage.telegram
        self._door = TelegramDoor(world, side, stage.telegram.bot)

    def _post(self, headline: str) -> int | None:
        """An article in the channel."""
        for post in self._side.memory.messages(self._at.channel):
            if letters(headline) in letters(post.get("text") or ""):
                return int(post["id"])
        return None

    def thread(self, headline: str) -> int | None:
        """The root of an article's comments in the discussion group."""
        post = self._post(headline)
        return None if post is None else self._side.root_of(self._at.channel, post)

    def find(self, headline: str, needle: str, *, ours: bool = True) -> str | None:
        """A comment that stands; ours: only as the bot's copy."""
        root = self.thread(headline)
        for doc in self._side.memory.messages(self._at.group):
            mine = doc.get("bot") == self._at.bot
            if doc.get("thread") == root and mine >= ours and says(doc.get("text"), needle):
                return str(doc["id"])
        return None

    def write(self, comment: ExampleComment, headline: str, parent: str | None) -> None:
        """Comment under the article, or in reply."""
        person, root = self._stage.telegram_id(comment.person), self.thread(headline)
        if parent is not None:
            self._side.person_posts(person, self._at.group, comment.text, reply_to=int(parent))
        else:
            self._side.person_posts(person, self._at.group, comment.text, under=root)

    async def enter(self, comment: ExampleComment, headline: str, parent: str | None) -> Press:
        """Through the door of the article, or of the comment that is answered."""
        person = self._stage.telegram_id(comment.person)
        place = self._at.channel if parent is None else self._at.group
        message = self._post(headline) if parent is None else int(parent)
        return await self._door.enter(person, place, message or 0, comment.text)

    def card(self, needle: str, button: str = APPROVE) -> str | None:
        """The card of a comment at the desk that has this button: an open one, or a decided."""
        for doc in reversed(self._side.memory.messages(self._at.desk)):
            if says(doc.get("text"), needle) and button in _labels(doc):
                return str(doc["id"])
        return None

    def decided(self, needle: str) -> bool:
        """Whether the card tells so. A send whose answer was lost may have left a second card,
        which stays as it is."""
        return self.card(needle, UNDO) is not None or self.card(needle) is None

    def offering(self, card: str, label: str) -> str | None:
        """The message that offers this button after a press on the card: the card itself."""
        doc = self._side.memory.message(self._at.desk, int(card)) or {}
        return card if label in _labels(doc) else None

    def press(self, message: str, label: str) -> Callable[[], bool]:
        """Press a button as the moderator; what is returned tells whether it was answered."""
        person = int(self._stage.moderators("telegram")[0].id)
        tap = self._side.person_presses(person, self._at.desk, int(message), label)
        return lambda: tap.answered


def _labels(doc: Json) -> list[str]:
    rows = (doc.get("reply_markup") or {}).get("inline_keyboard", [])
    return [str(button["text"]) for row in rows for button in row]


class _Discord:
    """Hands and eyes on Discord. Messages are named by their snowflakes."""

    def __init__(self, world: World, side: DiscordSide, stage: Stage) -> None:
        self._side = side
        self._stage = stage
        self._at = stage.discord
        self._door = DiscordDoor(world, side)

    def thread(self, headline: str) -> str | None:
        """The forum post of an article."""
        for post in self._side.state.threads(parent_id=self._at.forum):
            if letters(post["name"])[:PREFIX] == bare(headline):
                return str(post["id"])
        return None

    def find(self, headline: str, needle: str, *, ours: bool = True) -> str | None:
        """A comment that stands; ours: only as the bot's copy."""
        thread = self.thread(headline)
        for doc in self._side.state.messages(thread) if thread else ():
            mine = doc["author_id"] == self._at.bot
            if doc["id"] != thread and mine >= ours and says(doc["content"], needle):
                return str(doc["id"])
        return None

    def write(self, comment: ExampleComment, headline: str, parent: str | None) -> None:
        """Write into the post, or in reply."""
        person = self._stage.person(comment.person).id
        thread = self.thread(headline) or ""
        self._side.person_posts(person, thread, comment.text, reply_to=parent)

    async def enter(self, comment: ExampleComment, headline: str, parent: str | None) -> Press:
        """Through the door of the article, or of the comment that is answered."""
        person, thread = self._stage.person(comment.person).id, self.thread(headline) or ""
        return await self._door.enter(person, thread, parent or thread, comment.text)

    def card(self, needle: str, button: str = APPROVE) -> str | None:
        """The card of a comment at the desk that has this button: an open one, or a decided."""
        for doc in reversed(self._side.state.messages(self._at.desk)):
            if not doc["only"] and says(doc["content"], needle) and self._button(doc, button):
                return str(doc["id"])
        return None

    def decided(self, needle: str) -> bool:
        """Whether the card tells so. A send whose answer was lost may have left a second card,
        which stays as it is."""
        return self.card(needle, UNDO) is not None or self.card(needle) is None

    def offering(self, card: str, label: str) -> str | None:
        """The message that offers this button after a press: the answer to the moderator."""
        for doc in reversed(self._side.state.messages(self._at.desk)):
            if doc["only"] == self._moderator and self._button(doc, label):
                return str(doc["id"])
        return None

    @property
    def _moderator(self) -> str:
        return self._stage.moderators("discord")[0].id

    @staticmethod
    def _button(doc: Json, label: str) -> bool:
        rows = doc["components"] or []
        return any(one.get("label") == label for row in rows for one in row.get("components", ()))

    def press(self, message: str, label: str) -> Callable[[], bool]:
        """Press a button as the moderator; what is returned tells whether it was answered."""
        made = self._side.person_presses(self._moderator, message, label)
        return lambda: made.response_type is not None and not made.loading

"""How the people of the example comment where they cannot write themselves: through the bot.

Both doors are told the message under which a person presses the button, and lead as far as the
last press. That one is the caller's, who can so keep in the World that it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bots.rehearsal.discord.components import walk
from bots.rehearsal.discord.side import DiscordSide
from bots.rehearsal.reading import bare, says
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

Json = dict[str, Any]
Press = Callable[[], Callable[[], Any]]
"""The last press. What it returns tells whether the bot has answered it."""

PATIENCE = 20.0
"""Real seconds within which the bot should have answered."""

_LINK, _TOKEN = "?start=c", "c"
_TEXT_INPUT = 4


class TelegramDoor:
    """The link of a button, the direct chat behind it, the preview and its Send."""

    def __init__(self, world: World, side: TelegramSide, bot: int) -> None:
        self._world = world
        self._side = side
        self._bot = bot

    async def enter(self, person: int, chat: int, message: int, text: str) -> Press:
        """Press Comment or Reply under the bot's message, write; the press on Send is left.

        Raises TimeoutError where no door is there, or nothing comes back.
        """
        url = await self._until(lambda: self._link(chat, message), "the button")
        before = self._last(person)
        self._side.person_opens(person, url)
        await self._until(lambda: self._said(person, before), "being asked for the words")
        before = self._last(person)
        self._side.person_posts(person, self._bot, text)
        preview = await self._until(lambda: self._preview(person, before, text), "the preview")
        send = str(next(_keys(preview))["text"])

        def press() -> Callable[[], Any]:
            tap = self._side.person_presses(person, self._bot, preview["id"], send)
            return lambda: tap.answered

        return press

    def _link(self, chat: int, message: int) -> str | None:
        """The door of a text is under the last of its messages."""
        for doc in self._side.memory.messages(chat):
            if doc["id"] >= message and doc.get("bot") == self._bot:
                for key in _keys(doc):
                    if _LINK in key.get("url", ""):
                        return str(key["url"])
        return None

    def _direct(self, person: int) -> list[Json]:
        chat = self._side.memory.private_chat(person, self._bot)
        return self._side.memory.messages(chat["key"]) if chat else []

    def _last(self, person: int) -> int:
        return max((int(doc["id"]) for doc in self._direct(person)), default=0)

    def _said(self, person: int, before: int) -> list[Json]:
        """What the bot wrote since."""
        every = self._direct(person)
        return [doc for doc in every if doc["id"] > before and doc.get("bot") == self._bot]

    def _preview(self, person: int, before: int, text: str) -> Json | None:
        """The words with keys below. A bot that died may ask for the words a second time, and
        below that are keys as well."""
        for doc in self._said(person, before):
            if any(_keys(doc)) and says(doc.get("text"), bare(text)):
                return doc
        return None

    async def _until(self, condition: Callable[[], Any], what: str) -> Any:
        return await self._world.until(condition, what, PATIENCE)


def _keys(doc: Json) -> Iterator[Json]:
    for row in (doc.get("reply_markup") or {}).get("inline_keyboard", []):
        yield from row


class DiscordDoor:
    """A button and the form that it opens."""

    def __init__(self, world: World, side: DiscordSide) -> None:
        self._world = world
        self._side = side

    async def enter(self, person: str, channel: str, message: str, text: str) -> Press:
        """Press Comment or Reply under the bot's message, fill the form in; Submit is left.

        Raises TimeoutError where no door is there, or no form opens.
        """
        found = await self._until(lambda: self._button(channel, message), "the button")
        pressed = self._side.person_presses(person, *found)
        form = await self._until(lambda: pressed.modal, "the form")
        field = next(c["custom_id"] for c in walk(form["components"]) if c["type"] == _TEXT_INPUT)

        def press() -> Callable[[], Any]:
            made = self._side.person_submits(person, pressed, {field: text})
            return lambda: made.text and not made.loading

        return press

    def _button(self, channel: str, message: str) -> tuple[str, str] | None:
        """(message, custom_id); the door of a text is under the last of its messages."""
        for doc in self._from(channel, message):
            for one in walk(doc["components"] or []):
                if str(one.get("custom_id", "")).startswith(_TOKEN):
                    return str(doc["id"]), str(one["custom_id"])
        return None

    def _from(self, channel: str, message: str) -> Iterable[Json]:
        every = self._side.state.messages(channel)
        return (doc for doc in every if int(doc["id"]) >= int(message) and not doc["only"])

    async def _until(self, condition: Callable[[], Any], what: str) -> Any:
        return await self._world.until(condition, what, PATIENCE)

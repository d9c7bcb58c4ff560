"""What the Bot API's methods work with: the rules over the World, without any socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.telegram.delivery import Delivery
from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.flood import Flood, FloodLimits
from bots.rehearsal.telegram.media import Media
from bots.rehearsal.telegram.members import Members
from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.telegram.objects import Objects
from bots.rehearsal.telegram.params import Params
from bots.rehearsal.telegram.posting import Posting
from bots.rehearsal.telegram.updates import Updates
from bots.rehearsal.world import Json, World


class Platform:
    """The parts of the Telegram side, wired together over one World."""

    def __init__(self, world: World, limits: FloodLimits | None = None) -> None:
        self.world = world
        self.memory = Memory(world)
        self.members = Members(self.memory)
        self.objects = Objects(self.memory, self.members)
        self.updates = Updates(self.memory)
        self.delivery = Delivery(self.memory, self.members, self.objects, self.updates)
        self.posting = Posting(self.memory, self.objects, self.delivery)
        self.media = Media(self.memory)
        self.flood = Flood(limits or FloodLimits(), world.clock.now)


@dataclass
class Call:
    """One call of a bot. counted: whether flood control counts it."""

    platform: Platform
    bot: Json
    params: Params
    counted: bool = False

    @property
    def bot_id(self) -> int:
        return int(self.bot["id"])

    def chat(self, level: str, name: str = "chat_id") -> Json:
        """The chat that a parameter names, checked for access ("read", "edit", "write").

        Raises 400 "chat not found", 403 where the bot is out, 400 with `migrate_to_chat_id`.
        """
        value = self.params.text(name)
        if not value:
            raise bad(f"{name} is empty")
        chat = self._find_chat(value)
        if chat is None:
            raise bad("chat not found")
        self.platform.members.check_access(chat, self.bot_id, level)
        return chat

    def _find_chat(self, value: str) -> Json | None:
        memory = self.platform.memory
        if value.startswith("@"):
            return memory.chat_by_username(value)
        try:
            number = int(value)
        except ValueError:
            return None
        if number < 0:
            return memory.chat(number)
        person = memory.user(number)
        if person is None or person["is_bot"]:
            return None
        return memory.open_private_chat(number, self.bot_id)

    def count(self, chat: Json, cost: int = 1) -> None:
        """Let flood control count this call's messages; raises 429."""
        if self.counted:
            self.platform.flood.check(self.bot_id, chat["id"], cost)

    def message(self, chat: Json, what: str, name: str = "message_id") -> Json:
        """The message that a parameter names; 400 "<what> not found" otherwise."""
        number = self.params.integer(name)
        if not number:
            raise bad("message identifier is not specified")
        found = self.platform.memory.message(chat["key"], number)
        if found is None:
            raise bad(f"{what} not found")
        return found

    def user(self, name: str = "user_id") -> int:
        """The user that a parameter names; 400 for what is no id."""
        number = self.params.integer(name)
        if number <= 0:
            raise bad(f"invalid {name} specified")
        return number


Method = Callable[[Call], Any]


@dataclass(frozen=True)
class Entry:
    """A method of the Bot API. counted: its calls are sends, edits or new topics."""

    name: str
    run: Method
    counted: bool


METHODS: dict[str, Entry] = {}
"""Every method known, by its name in lower case: the server does not mind the case."""


def method(*names: str, counted: bool = False) -> Callable[[Method], Method]:
    """Register a function as one or more methods of the Bot API."""

    def register(run: Method) -> Method:
        for name in names:
            METHODS[name.lower()] = Entry(name, run, counted)
        return run

    return register

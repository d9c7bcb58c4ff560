"""The Telegram side's documents in the World's store, and the only place that names their kinds.

Kinds: `tg_bot`, `tg_user` and `tg_chat` by id, `tg_messages:<chat>` by message id,
`tg_ephemeral:<chat>` by ephemeral message id,
`tg_updates:<bot>` by update id, `tg_callback`, `tg_deferred`, `tg_held`, `tg_counted`,
`tg_file` by file id and `tg_path` by file path (the bytes lie in the World's files).

A chat's key is its id; the private chat of a person and a bot has the key `<person>@<bot>`,
because its Bot API id is the person's id for every bot.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.rehearsal.world import Json, World

SERVICE_USER = 777000
"""Sends the automatic forwards of channel posts into discussion groups."""
ANONYMOUS_ADMIN = 1087968824
"""Stands in `from` where an administrator writes as the group."""
CHANNEL_BOT = 136817688
"""Stands in `from` where somebody writes as a channel."""

_FIRST_PERSON = 6_000_000_000
_FIRST_SUPERGROUP = 1_002_000_000_000
_FIRST_GROUP = 4_000_000_000
_FIRST_UPDATE = 700_000_000

_FIXED_USERS: tuple[Json, ...] = (
    {"id": SERVICE_USER, "is_bot": False, "first_name": "Telegram"},
    {
        "id": ANONYMOUS_ADMIN,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    },
    {"id": CHANNEL_BOT, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
)


class Memory:
    """Typed access to the documents. Every `put_*` writes through to the World's store."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        for user in _FIXED_USERS:
            if self.store.get("tg_user", user["id"]) is None:
                self.store.put("tg_user", user["id"], dict(user))

    def now(self) -> int:
        """World time in whole seconds, as Telegram dates are."""
        return int(self.world.clock.now())

    # ids

    def new_person_id(self) -> int:
        return self.store.counter("tg:person", _FIRST_PERSON)

    def new_chat_id(self, *, basic: bool) -> int:
        if basic:
            return -self.store.counter("tg:group", _FIRST_GROUP)
        return -self.store.counter("tg:supergroup", _FIRST_SUPERGROUP)

    def new_message_id(self, chat: str) -> int:
        return self.store.counter(f"tg:message:{chat}")

    def new_update_id(self, bot: int) -> int:
        return self.store.counter(f"tg:update:{bot}", _FIRST_UPDATE)

    def new_number(self, name: str) -> int:
        return self.store.counter(f"tg:{name}")

    # users and bots

    def user(self, user: int) -> Json | None:
        return self.store.get("tg_user", user)

    def users(self) -> Iterator[Json]:
        return self.store.all("tg_user")

    def put_user(self, user: Json) -> None:
        self.store.put("tg_user", user["id"], user)

    def bot(self, bot: int) -> Json | None:
        return self.store.get("tg_bot", bot)

    def bots(self) -> Iterator[Json]:
        return self.store.all("tg_bot")

    def put_bot(self, bot: Json) -> None:
        self.store.put("tg_bot", bot["id"], bot)

    def bot_by_token(self, token: str) -> Json | None:
        return next((bot for bot in self.bots() if bot["token"] == token), None)

    def bot_by_username(self, username: str) -> Json | None:
        name = username.lstrip("@").lower()
        return next((bot for bot in self.bots() if bot["username"].lower() == name), None)

    # chats

    def chat(self, key: str | int) -> Json | None:
        return self.store.get("tg_chat", key)

    def chats(self) -> Iterator[Json]:
        return self.store.all("tg_chat")

    def put_chat(self, chat: Json) -> None:
        self.store.put("tg_chat", chat["key"], chat)

    def chat_by_username(self, username: str) -> Json | None:
        name = username.lstrip("@").lower()
        return next(
            (chat for chat in self.chats() if chat.get("username", "").lower() == name), None
        )

    def private_key(self, person: int, bot: int) -> str:
        return f"{person}@{bot}"

    def private_chat(self, person: int, bot: int) -> Json | None:
        return self.chat(self.private_key(person, bot))

    def open_private_chat(self, person: int, bot: int) -> Json:
        """The private chat of a person and a bot, made where there is none yet."""
        chat = self.private_chat(person, bot)
        if chat is None:
            chat = {
                "key": self.private_key(person, bot),
                "id": person,
                "type": "private",
                "person": person,
                "bot": bot,
                "blocked": False,
                "pinned": [],
            }
            self.put_chat(chat)
        return chat

    # messages

    def message(self, chat: str | int, message: int) -> Json | None:
        """A message that still exists; None where it never did or was deleted."""
        doc = self.store.get(f"tg_messages:{chat}", message)
        return None if doc is None or doc.get("deleted") else doc

    def messages(self, chat: str | int) -> list[Json]:
        """The messages of a chat that still exist, oldest first."""
        every = [doc for doc in self.store.all(f"tg_messages:{chat}") if not doc.get("deleted")]
        return sorted(every, key=lambda doc: int(doc["id"]))

    def put_message(self, message: Json) -> None:
        self.store.put(f"tg_messages:{message['chat']}", message["id"], message)

    def ephemeral(self, chat: str | int) -> list[Json]:
        """The messages of a chat that one person alone sees each, oldest first."""
        return list(self.store.all(f"tg_ephemeral:{chat}"))

    def put_ephemeral(self, message: Json) -> None:
        self.store.put(f"tg_ephemeral:{message['chat']}", message["ephemeral"], message)

    def drop_ephemeral(self, message: Json) -> None:
        self.store.drop(f"tg_ephemeral:{message['chat']}", message["ephemeral"])

"""What people do in the app: write, reply, edit, delete, press, start, block, react."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bots.rehearsal.telegram.entities import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    formatted,
    utf16_length,
)
from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.telegram.media import WITHOUT_CAPTION, Attachment
from bots.rehearsal.telegram.memory import ANONYMOUS_ADMIN, CHANNEL_BOT, Memory
from bots.rehearsal.telegram.posting import Place, Sender
from bots.rehearsal.telegram.setup import Setup
from bots.rehearsal.telegram.updates import CALLBACK_RETENTION
from bots.rehearsal.world import Json

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_BOT_LINK = re.compile(r"https?://t\.me/(\w+)(?:\?start=([\w-]*))?")
_CALLBACK_BASE = 4_400_000_000_000_000_000


@dataclass(frozen=True)
class Press:
    """One press of a button and, later, the bot's answer.

    url: where a link button leads; then there is no callback and `id` is empty.
    """

    memory: Memory
    id: str
    url: str = ""

    def _doc(self) -> Json:
        return self.memory.store.get("tg_callback", self.id) or {}

    @property
    def answered(self) -> bool:
        return bool(self._doc().get("answered"))

    @property
    def text(self) -> str:
        """The answer's text: shown as a note, or as a dialog where `alert`."""
        return str(self._doc().get("text", ""))

    @property
    def alert(self) -> bool:
        return bool(self._doc().get("alert"))

    @property
    def opened(self) -> str:
        """The URL that the bot's answer opens, or ""."""
        return str(self._doc().get("url", ""))


class People(Setup):
    """The hands of people. `chat` is a group's or channel's id; for a private chat it is the
    bot's id, or the person's own id where they talk to one bot only."""

    def person_posts(
        self,
        person: int,
        chat: int,
        text: str = "",
        *,
        entities: list[Json] | None = None,
        reply_to: int | None = None,
        quote: str = "",
        under: int | None = None,
        media: str | Attachment | None = None,
        special: Json | None = None,
        album: str | None = None,
        as_chat: int | None = None,
        anonymous_admin: bool = False,
        topic: int | None = None,
        via_bot: int | None = None,
        forwarded: Json | None = None,
    ) -> Json:
        """Write a message; answers the Message.

        reply_to: an explicit reply; quote: what is marked of the message answered;
        under: the root whose comments are open, without one.
        media: a kind ("photo", "voice", ...) or an Attachment, then `text` is its caption;
        special: a poll, a place or the like (`specials`); album: a media group.
        as_chat: write as this channel; anonymous_admin: write as the group.
        via_bot: the bot whose inline mode made it; forwarded: its origin (`specials.from_user`).
        """
        doc = self._opened(self.where(person, chat))
        sender = self._sender(person, doc, as_chat, anonymous_admin)
        self._check_post(person, doc, as_chat, (reply_to, under), topic)
        attached = Attachment(media) if isinstance(media, str) else media
        content = {"media": special} if special else self._content(text, entities, attached)
        content |= {"author": person, "media_group_id": album}
        content |= {"via_bot": via_bot, "forward": forwarded}
        extra = {"quote": self._marked(doc, reply_to, quote)} if reply_to and quote else {}
        place = Place(reply_to=reply_to, under=under, topic=topic, extra=extra)
        message = self.posting.add(doc, sender, content, place)
        self._after_post(doc, message)
        return self.objects.message(message)

    def _marked(self, chat: Json, answered: int, words: str) -> Json:
        """A TextQuote of the message that is answered."""
        message = self.memory.message(chat["key"], answered) or {}
        before, found, _ = str(message.get("text") or message.get("caption")).partition(words)
        if not found:
            raise Refused(f"“{words}” is not there to be marked")
        position = len(before.encode("utf-16-le")) // 2
        return {"text": words, "position": position, "is_manual": True}

    def _check_post(
        self,
        person: int,
        chat: Json,
        as_chat: int | None,
        answered: tuple[int | None, ...],
        topic: int | None = None,
    ) -> None:
        self._check_may_write(person, chat, as_chat, topic)
        for number in answered:
            if number and self.memory.message(chat["key"], number) is None:
                raise Refused(f"message {number} is not there to be answered")

    def _after_post(self, chat: Json, message: Json) -> None:
        """People's channel posts are forwarded at once; a switch "missing" holds for them too."""
        if chat["type"] == "channel":
            self.posting.settle(self.posting.forward_later([message]))
        self.world.touch()

    def where(self, person: int, chat: int) -> Json:
        """The chat document that a person means."""
        if chat < 0:
            return self.known_chat(chat)
        if self.memory.bot(chat) is not None:
            return self.memory.open_private_chat(person, chat)
        every = [bot for bot in self.memory.bots() if self.memory.private_chat(person, bot["id"])]
        if chat != person or not every:
            raise Refused(f"person {person} has no private chat {chat}")
        return self.memory.open_private_chat(person, every[0]["id"])

    def _opened(self, doc: Json) -> Json:
        """The chat; a private one is opened by writing, which also ends a block."""
        if doc["type"] != "private":
            return doc
        was_blocked = bool(doc["blocked"])
        if was_blocked or not doc.get("started"):
            doc = {**doc, "started": True, "blocked": False}
            self.memory.put_chat(doc)
        if was_blocked:
            self.delivery.private_standing(doc, blocked=False)
        return doc

    def _sender(self, person: int, chat: Json, as_chat: int | None, anonymous: bool) -> Sender:
        if self.memory.user(person) is None:
            raise Refused(f"nobody has the id {person}")
        if chat["type"] == "channel":
            return Sender(None, chat=chat["key"])
        if as_chat is not None:
            return Sender(CHANNEL_BOT, chat=str(as_chat))
        if anonymous:
            entry = self.members.entry(chat, person)
            return Sender(ANONYMOUS_ADMIN, chat=chat["key"], signature=entry.get("custom_title"))
        return Sender(person)

    def _check_may_write(
        self, person: int, chat: Json, as_chat: int | None, topic: int | None
    ) -> None:
        if chat["type"] == "private":
            return
        if chat.get("migrated_to"):
            raise Refused("the group was upgraded")
        if as_chat is not None and str(as_chat) in chat.get("banned_chats", []):
            raise Refused("this channel is banned here")
        if chat["type"] == "channel":
            if not self.members.can(chat, person, "can_post_messages"):
                raise Refused("only administrators post in a channel")
        elif not self.members.allowed(chat, person, "can_send_messages"):
            raise Refused("banned or restricted here")
        if topic is not None:
            self._check_topic(person, chat, topic)

    def _check_topic(self, person: int, chat: Json, topic: int) -> None:
        known = chat.get("topics", {}).get(str(topic))
        if known is None:
            raise Refused(f"no topic {topic}")
        if known["closed"] and not self.members.can(chat, person, "can_manage_topics"):
            raise Refused("the topic is closed")

    def _content(self, text: str, entities: list[Json] | None, media: Attachment | None) -> Json:
        text, found = formatted(text, entities, None)
        if utf16_length(text) > (CAPTION_LIMIT if media else TEXT_LIMIT):
            raise Refused("too long")
        if media is None:
            if not text:
                raise Refused("nothing to send")
            return {"text": text, "entities": found or None}
        content: Json = {"media": self.media.made(media)}
        if media.spoiler:
            content["has_media_spoiler"] = True
        if text and media.kind not in WITHOUT_CAPTION:
            content |= {"caption": text, "caption_entities": found or None}
        return content

    def person_edits(
        self,
        person: int,
        chat: int,
        message_id: int,
        text: str,
        *,
        entities: list[Json] | None = None,
    ) -> Json:
        """Change one's own message (in a channel any post, with the right); the Message."""
        doc = self.where(person, chat)
        message = self._existing(doc, message_id)
        self._check_editor(person, doc, message)
        kept, found = formatted(text, entities, None)
        name = "caption" if message.get("media") else "text"
        dressed = "caption_entities" if message.get("media") else "entities"
        edited = self.posting.edit(message, {name: kept, dressed: found or None})
        self.world.touch()
        return self.objects.message(edited)

    def _check_editor(self, person: int, chat: Json, message: Json) -> None:
        editor = chat["type"] == "channel" and self.members.can(chat, person, "can_edit_messages")
        if message.get("author") != person and not editor:
            raise Refused("not theirs to edit")

    def person_deletes(self, person: int, chat: int, message_id: int) -> None:
        """Delete for everybody: one's own message, or any as an administrator with the right."""
        doc = self.where(person, chat)
        message = self._existing(doc, message_id)
        own = message.get("author") == person or doc["type"] == "private"
        if not own and not self.members.can(doc, person, "can_delete_messages"):
            raise Refused("not theirs to delete")
        self.posting.delete(message)
        self.world.touch()

    def _existing(self, chat: Json, message_id: int) -> Json:
        message = self.memory.message(chat["key"], message_id)
        if message is None:
            raise Refused(f"message {message_id} is not there")
        return message

    def person_presses(
        self, person: int, chat: int, message_id: int, button: str, *, forged: str | None = None
    ) -> Press:
        """Press a button, named by its text or its callback data.

        The bot's answer appears in the Press. A message that was deleted can still be pressed,
        as on a screen that is not up to date. forged: send this callback data instead.
        """
        doc = self.where(person, chat)
        message = self.memory.store.get(f"tg_messages:{doc['key']}", message_id)
        if message is None:
            raise Refused(f"message {message_id} is not there")
        found = self._button(message, button)
        if "url" in found:
            return Press(self.memory, "", str(found["url"]))
        data = forged if forged is not None else str(found.get("callback_data", ""))
        press = self._press(person, doc, message, data)
        self.world.touch()
        return press

    def _button(self, message: Json, button: str) -> Json:
        rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
        for row in rows:
            for one in row:
                if button in (one.get("text"), one.get("callback_data")):
                    found: Json = one
                    return found
        raise Refused(f"message {message['id']} has no button {button!r}")

    def _press(self, person: int, chat: Json, message: Json, data: str) -> Press:
        bot = self.memory.bot(message.get("bot") or 0)
        if bot is None:
            raise Refused("no bot stands behind this button")
        now = self.memory.now()
        number = str(_CALLBACK_BASE + self.memory.new_number("callback"))
        self.memory.store.put(
            "tg_callback", number, {"id": number, "bot": bot["id"], "date": now, "data": data}
        )
        shown = self.memory.message(chat["key"], message["id"])
        inaccessible = {"chat": self.objects.chat(chat), "message_id": message["id"], "date": 0}
        payload = {
            "id": number,
            "from": self.objects.user(person),
            "message": self.objects.message(shown) if shown else inaccessible,
            "chat_instance": str(_CALLBACK_BASE - abs(int(chat["id"]))),
            "data": data,
        }
        self.updates.add(bot, "callback_query", payload, now + CALLBACK_RETENTION)
        return Press(self.memory, number)

    def person_starts(self, person: int, bot: int, payload: str = "") -> Json:
        """Open a bot's private chat by its link: sends `/start payload`; the Message."""
        if not _PAYLOAD.fullmatch(payload):
            raise Refused("a start payload is at most 64 of A-Z a-z 0-9 _ -")
        return self.person_posts(person, bot, f"/start {payload}".strip())

    def person_opens(self, person: int, url: str) -> Json:
        """Follow a link to a bot (`https://t.me/<bot>?start=<payload>`); the Message sent."""
        match = _BOT_LINK.fullmatch(url)
        bot = self.memory.bot_by_username(match.group(1)) if match else None
        if match is None or bot is None:
            raise Refused(f"{url} leads to no bot")
        return self.person_starts(person, bot["id"], match.group(2) or "")

    def person_blocks(self, person: int, bot: int) -> None:
        """Block a bot; writing to it again ends that."""
        doc = self.memory.open_private_chat(person, bot)
        if not doc["blocked"]:
            doc = {**doc, "blocked": True}
            self.memory.put_chat(doc)
            self.delivery.private_standing(doc, blocked=True)
        self.world.touch()

    def person_reacts(
        self,
        person: int,
        chat: int,
        message_id: int,
        emoji: str | None,
        *,
        as_chat: int | None = None,
    ) -> None:
        """Set one's reaction to a message, or take it back with None.

        as_chat: react in the name of this chat, as anonymous administrators do. Reactions to a
        channel's posts are anonymous: the bots hear of their count with `release_counts`.
        """
        message = self._existing(self.where(person, chat), message_id)
        reactions = [{"type": "emoji", "emoji": emoji}] if emoji else []
        actor = person if as_chat is None else str(as_chat)
        self.posting.react(message, actor, reactions, quiet=False)
        self.world.touch()

"""Messages come, change and go: threads, automatic forwards and their mirrors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bots.rehearsal.telegram.delivery import Delivery
from bots.rehearsal.telegram.markup import only_links
from bots.rehearsal.telegram.memory import SERVICE_USER, Memory
from bots.rehearsal.telegram.objects import Objects
from bots.rehearsal.world import Json

CONTENT = (
    "text",
    "entities",
    "caption",
    "caption_entities",
    "media",
    "link_preview_options",
    "show_caption_above_media",
    "has_media_spoiler",
)


@dataclass
class Sender:
    """Who writes. user: what stands in `from` (None in channels); bot: the bot that really sent
    it; chat: `sender_chat`; signature: shown beside a channel's or an anonymous admin's name."""

    user: int | None = None
    bot: int | None = None
    chat: str | None = None
    signature: str | None = None


@dataclass
class Place:
    """Where in the chat: the message answered, the forum topic or the comment thread.

    external: a message answered in another chat or topic; opens_topic: the message becomes the
    first of a new topic; held: the bots hear of the message with `release` only; extra: more
    fields of the message.
    """

    reply_to: int | None = None
    topic: int | None = None
    under: int | None = None
    external: Json | None = None
    opens_topic: bool = False
    held: bool = False
    extra: Json = field(default_factory=dict)


class Posting:
    """Every change of messages goes through here, so that threads and updates stay right."""

    def __init__(self, memory: Memory, objects: Objects, delivery: Delivery) -> None:
        self._memory = memory
        self._objects = objects
        self._delivery = delivery
        self.waiting: list[int] = []
        """The forwards that the latest call left to `settle`."""

    def add(self, chat: Json, sender: Sender, content: Json, place: Place | None = None) -> Json:
        """Store a message and queue its updates; channel posts are not yet forwarded."""
        place = place or Place()
        message: Json = {
            "id": self._memory.new_message_id(chat["key"]),
            "chat": chat["key"],
            "date": self._memory.now(),
            "from": sender.user,
            "bot": sender.bot,
            "sender_chat": sender.chat,
            "author_signature": sender.signature,
            **content,
            **self._thread(chat, place),
            **place.extra,
        }
        if place.opens_topic:
            message |= {"thread": message["id"], "topic": True}
        self._memory.put_message(message)
        if place.held:
            key = self._memory.new_number("held")
            held = {"key": key, "chat": message["chat"], "id": message["id"]}
            self._memory.store.put("tg_held", key, held)
        else:
            self._delivery.message(message)
        return message

    def add_ephemeral(
        self, chat: Json, sender: Sender, content: Json, place: Place, receiver: int
    ) -> Json:
        """Store a message that one person alone sees; no bot is told of it."""
        message: Json = {
            "id": 0,
            "ephemeral": self._memory.new_number("ephemeral"),
            "receiver": receiver,
            "chat": chat["key"],
            "date": self._memory.now(),
            "from": sender.user,
            "bot": sender.bot,
            **content,
            **self._thread(chat, place),
            **place.extra,
        }
        self._memory.put_ephemeral(message)
        return message

    def release(self, most: int | None = None) -> int:
        """Tell the bots of messages that were held back, as they are now; how many there were."""
        held = list(self._memory.store.all("tg_held"))[:most]
        for doc in held:
            self._memory.store.drop("tg_held", doc["key"])
            if (message := self._memory.message(doc["chat"], doc["id"])) is not None:
                self._delivery.message(message)
        return len(held)

    def service(
        self, chat: Json, sender: Sender, name: str, value: Any, topic: int | None = None
    ) -> Json:
        """A service message such as `pinned_message` or `new_chat_members`."""
        return self.add(chat, sender, {"service": {name: value}}, Place(topic=topic))

    def _thread(self, chat: Json, place: Place) -> Json:
        """Reply and thread of a new message.

        A reply joins its parent's thread; a reply to a message without one makes that message
        the thread's root. A comment without an explicit reply answers the root implicitly.
        """
        placed: Json = {"reply_to": place.reply_to, "external": place.external}
        if chat["type"] != "supergroup":
            return placed
        answered = place.reply_to or place.under
        target = self._memory.message(chat["key"], answered) if answered else None
        if chat.get("is_forum"):
            return placed | self._topic(chat, place, target)
        if target is not None:
            placed["thread"] = target.get("thread") or target["id"]
        if place.under and not place.reply_to:
            placed["implicit_reply"] = place.under
        return placed

    def _topic(self, chat: Json, place: Place, target: Json | None) -> Json:
        theirs = target.get("thread") if target is not None else None
        topic = place.topic or theirs
        if target is not None and theirs != topic:
            return {
                "reply_to": None,
                "external": {"chat": chat["key"], "id": target["id"]},
                "thread": topic,
                "topic": True,
                "implicit_reply": topic,
            }
        if topic is None:
            return {}
        return {"thread": topic, "topic": True, "implicit_reply": topic}

    # automatic forwards

    def forward_later(self, messages: list[Json]) -> list[int]:
        """Forward channel posts into the linked group, as the World's `forward` switch says.

        "before": now; "after": with the next `settle`; "missing": never. Answers the keys of
        what waits.
        """
        channel = self._memory.chat(messages[0]["chat"]) or {}
        how = self._memory.world.switches.forward
        if not channel.get("linked") or how == "missing":
            return []
        ids = [message["id"] for message in messages]
        if how == "before":
            self._forward(channel["key"], ids)
            return []
        key = self._memory.new_number("deferred")
        self._memory.store.put("tg_deferred", key, {"key": key, "chat": channel["key"], "ids": ids})
        self.waiting.append(key)
        return [key]

    def settle(self, keys: list[int] | None = None) -> bool:
        """Do the automatic forwards that wait for their send's answer. True where there were.

        keys: only these; all without.
        """
        every = self._memory.store.all("tg_deferred")
        waiting = [doc for doc in every if keys is None or doc["key"] in keys]
        for doc in waiting:
            self._forward(doc["chat"], doc["ids"])
            self._memory.store.drop("tg_deferred", doc["key"])
        return bool(waiting)

    def _forward(self, channel_key: str, ids: list[int]) -> None:
        channel = self._memory.chat(channel_key) or {}
        group = self._memory.chat(channel.get("linked") or "")
        if group is None:
            return
        album = f"{self._memory.new_number('album')}000" if len(ids) > 1 else None
        for number in ids:
            post = self._memory.message(channel_key, number)
            if post is not None:
                self._forward_one(group, post, album)

    def _forward_one(self, group: Json, post: Json, album: str | None) -> None:
        content = {name: post[name] for name in CONTENT if post.get(name)}
        content |= {
            "forward": self._objects.origin_of(post),
            "auto": True,
            "media_group_id": album,
            "reply_markup": only_links(post.get("reply_markup")),
        }
        sender = Sender(SERVICE_USER, chat=post["chat"], signature=post.get("author_signature"))
        copy = self.add(group, sender, content)
        group["pinned"] = [*group.get("pinned", []), copy["id"]]
        self._memory.put_chat(group)
        self._memory.put_message({**post, "copy": copy["id"]})

    # edits and deletions

    def edit(self, message: Json, content: Json) -> Json:
        """Replace parts of a message. None in `content` removes a part; the copy follows."""
        changed = {**message, **content, "edit_date": self._memory.now()}
        changed = {name: value for name, value in changed.items() if value is not None}
        self._memory.put_message(changed)
        self._delivery.message(changed, edited=True)
        self._mirror(changed)
        return changed

    def unchanged(self, message: Json) -> None:
        """Tell the bots of an edit that changes nothing they can see."""
        self._delivery.message(message, edited=True)

    def _mirror(self, post: Json) -> None:
        """Repeat an edit of a channel post in its automatic forward, where the switch says so."""
        copy = self._copy_of(post)
        if copy is None or not self._memory.world.switches.mirror_edits:
            return
        content = {name: post.get(name) for name in CONTENT}
        content["reply_markup"] = only_links(post.get("reply_markup"))
        if any(copy.get(name) != value for name, value in content.items()):
            self.edit(copy, content)

    def _copy_of(self, post: Json) -> Json | None:
        if not post.get("copy"):
            return None
        channel = self._memory.chat(post["chat"]) or {}
        return self._memory.message(channel.get("linked") or "", post["copy"])

    def delete(self, message: Json) -> None:
        """Delete for everybody. No bot is told; the copy of a channel post stays unless
        the World's `mirror_deletes` switch says otherwise."""
        chat = self._memory.chat(message["chat"]) or {}
        self._memory.put_message({**message, "deleted": self._memory.world.clock.now()})
        if message["id"] in chat.get("pinned", []):
            chat["pinned"] = [pin for pin in chat["pinned"] if pin != message["id"]]
            self._memory.put_chat(chat)
        copy = self._copy_of(message)
        if copy is not None and self._memory.world.switches.mirror_deletes:
            self.delete(copy)

    def react(self, message: Json, actor: int | str, reactions: list[Json], *, quiet: bool) -> None:
        """Set somebody's reactions, in a channel anonymous ones, which are counted (`counted`).

        actor: a user's id or a chat's key. quiet: by a bot, of which no bot is told.
        """
        every = dict(message.get("reactions") or {})
        old = every.get(str(actor), [])
        every[str(actor)] = reactions
        self._memory.put_message({**message, "reactions": every})
        if quiet or old == reactions:
            return
        chat = self._memory.chat(message["chat"]) or {}
        if chat["type"] == "channel":
            key = f"{chat['key']}/{message['id']}"
            doc = {"key": key, "chat": chat["key"], "id": message["id"]}
            self._memory.store.put("tg_counted", key, doc)
        else:
            self._delivery.reaction(message, actor, old, reactions)

    def counted(self) -> int:
        """Tell the bots of anonymous reactions since the last time, message by message."""
        waiting = list(self._memory.store.all("tg_counted"))
        for doc in waiting:
            self._memory.store.drop("tg_counted", doc["key"])
            if (message := self._memory.message(doc["chat"], doc["id"])) is not None:
                self._delivery.reaction_counts(message)
        return len(waiting)

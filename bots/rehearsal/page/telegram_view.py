"""What one person sees of the example on Telegram, as JSON for the page.

Messages are Bot API Messages with `mine`, `editable` and `deletable` added.
"""

from __future__ import annotations

from typing import Any

from bots.rehearsal.stage import StagePerson, TelegramStage
from bots.rehearsal.telegram.side import TelegramSide

Json = dict[str, Any]


class TelegramView:
    """Eyes on the Telegram half of a stage."""

    def __init__(self, side: TelegramSide, stage: TelegramStage) -> None:
        self._side = side
        self._stage = stage

    def seen_by(self, person: StagePerson) -> Json:
        """Channel with comments, group, desk (for its members) and the chat with the bot."""
        stage, user = self._stage, int(person.id)
        return {
            "person": {"key": person.key, "id": user, "name": person.name, "role": person.role},
            "bot": {"id": stage.bot, "username": stage.bot_username, "name": self._bot_name()},
            "commands": self._commands(person),
            "channel": self._chat(stage.channel, user) | {"posts": self._posts(user)},
            "group": self._chat(stage.group, user) | {"messages": self._loose(user)},
            "desk": self._desk(user),
            "private": {
                "id": stage.bot,
                "title": self._bot_name(),
                "started": self._started(user),
                "messages": self._messages(user, user),
            },
        }

    def _bot_name(self) -> str:
        bot = self._side.memory.bot(self._stage.bot) or {}
        return str(bot.get("name", "Bot"))

    def _commands(self, person: StagePerson) -> list[Json]:
        """The commands that the bot has registered, as the app offers them: in the person's
        language where there are any, and those for administrators to those who are one."""
        bot = self._side.memory.bot(self._stage.bot) or {}
        language = (self._side.memory.user(int(person.id)) or {}).get("language_code")
        found: dict[str, Json] = {}
        for key, listed in sorted(bot.get("commands", {}).items()):
            scope, *_, spoken = key.split("/")
            if spoken not in ("", language) or (scope != "default" and person.role == "reader"):
                continue
            found |= {one["command"]: one for one in listed}
        return list(found.values())

    def _chat(self, chat: int, user: int) -> Json:
        doc = self._side.known_chat(chat)
        return {
            "id": chat,
            "title": doc["title"],
            "username": doc.get("username", ""),
            "writable": self._may_write(doc, user),
        }

    def _may_write(self, chat: Json, user: int) -> bool:
        members = self._side.members
        if chat["type"] == "channel":
            return members.can(chat, user, "can_post_messages")
        return members.allowed(chat, user, "can_send_messages")

    def _messages(self, chat: int, user: int) -> list[Json]:
        bot = self._stage.bot if chat > 0 else None
        shown = self._side.messages(chat, bot=bot)
        if chat < 0:
            shown = sorted(shown + self._side.ephemeral(chat, user), key=lambda one: one["date"])
        return [self._with_rights(one, chat, user) for one in shown]

    def _with_rights(self, message: Json, chat: int, user: int) -> Json:
        """A channel's posts belong to the channel; whoever may edit there edits them. Nobody
        answers, edits or deletes what was for them alone."""
        if "ephemeral_message_id" in message:
            return message | {"mine": False, "editable": False, "deletable": False}
        author = message.get("from", {}).get("id")
        mine = author == user and "sender_chat" not in message
        doc = self._side.memory.chat(chat) if chat < 0 else None
        can = self._side.members.can
        post = doc is not None and doc["type"] == "channel"
        edits = post and doc is not None and can(doc, user, "can_edit_messages")
        deletes = doc is not None and can(doc, user, "can_delete_messages")
        return message | {
            "mine": mine,
            "editable": mine or edits,
            "deletable": mine or deletes or chat > 0,
        }

    def _posts(self, user: int) -> list[Json]:
        """The channel's posts, each with its root in the group and the comments under it."""
        group = self._messages(self._stage.group, user)
        by_thread: dict[int, list[Json]] = {}
        for message in group:
            by_thread.setdefault(message.get("message_thread_id", 0), []).append(message)
        roots = {message["message_id"]: message for message in group}
        posts = []
        for post in self._messages(self._stage.channel, user):
            if "channel_chat_created" in post:
                continue
            root = self._side.root_of(self._stage.channel, post["message_id"])
            comments = by_thread.get(root or -1, [])
            posts.append({"post": post, "root": roots.get(root or 0), "comments": comments})
        return posts

    def _loose(self, user: int) -> list[Json]:
        """The whole group as its members see it: roots, comments and other talk in one row."""
        return self._messages(self._stage.group, user)

    def _desk(self, user: int) -> Json | None:
        doc = self._side.known_chat(self._stage.desk)
        if not self._side.members.inside(doc, user):
            return None
        seen = self._chat(self._stage.desk, user)
        return seen | {"messages": self._messages(self._stage.desk, user)}

    def _started(self, user: int) -> bool:
        chat = self._side.memory.private_chat(user, self._stage.bot)
        return bool(chat and chat.get("started"))

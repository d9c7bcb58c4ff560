"""Making the world of a rehearsal: bots, people, chats, links and standings."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.telegram.memory import ANONYMOUS_ADMIN
from bots.rehearsal.telegram.platform import Platform
from bots.rehearsal.telegram.posting import Sender
from bots.rehearsal.world import Json


class Setup(Platform):
    """What an owner does in the app. Every id given and taken is a Bot API id."""

    def add_bot(self, name: str, username: str, token: str, *, privacy: bool = True) -> int:
        """A bot; its id is the number before the colon of its token. Known already: kept."""
        bot_id = int(token.split(":", 1)[0])
        known = self.memory.bot(bot_id)
        user = {"id": bot_id, "is_bot": True, "first_name": name, "username": username}
        self.memory.put_user(user)
        base: Json = known or {"webhook": "", "allowed": None, "commands": {}}
        named = {"id": bot_id, "token": token, "name": name, "username": username}
        self.memory.put_bot({**base, **named, "privacy": privacy})
        self.world.touch()
        return bot_id

    def add_foreign_bot(self, name: str, username: str) -> int:
        """Somebody else's bot, which acts by `via_bot` and `guest_bot_posts` only; its id."""
        user: Json = {"id": self.memory.new_person_id(), "is_bot": True, "first_name": name}
        self.memory.put_user({**user, "username": username})
        self.world.touch()
        return int(user["id"])

    def add_person(
        self,
        name: str,
        username: str | None = None,
        language: str = "en",
        *,
        hides_forwards: bool = False,
    ) -> int:
        """A person with an account; the id is also that of their private chats.

        hides_forwards: forwards of what they wrote show their name and do not lead to them.
        """
        user: Json = {"id": self.memory.new_person_id(), "is_bot": False, "first_name": name}
        if username:
            user["username"] = username
        if hides_forwards:
            user["hides_forwards"] = True
        self.memory.put_user({**user, "language_code": language})
        self.world.touch()
        return int(user["id"])

    def add_channel(
        self, title: str, username: str | None = None, *, owner: int | None = None
    ) -> int:
        """A channel, public with a username."""
        chat = self._add_chat("channel", title, username, owner)
        self.world.touch()
        return int(chat["id"])

    def add_group(
        self,
        title: str,
        forum: bool = False,
        *,
        username: str | None = None,
        owner: int | None = None,
        basic: bool = False,
    ) -> int:
        """A supergroup, with topics if `forum`; a basic group (one that may migrate) if `basic`."""
        chat = self._add_chat("group" if basic else "supergroup", title, username, owner)
        chat["permissions"] = {
            name: False for name in ("can_change_info", "can_pin_messages", "can_manage_topics")
        }
        if forum:
            chat |= {"is_forum": True, "topics": {}}
        self.memory.put_chat(chat)
        self.world.touch()
        return int(chat["id"])

    def _add_chat(self, kind: str, title: str, username: str | None, owner: int | None) -> Json:
        number = self.memory.new_chat_id(basic=kind == "group")
        chat: Json = {"key": str(number), "id": number, "type": kind, "title": title}
        chat |= {"members": {}, "pinned": []}
        if username:
            chat["username"] = username
        if owner is not None:
            chat["members"][str(owner)] = {"status": "creator"}
        self.memory.put_chat(chat)
        if kind != "group":
            word = "channel_chat_created" if kind == "channel" else "supergroup_chat_created"
            sender = Sender(None if kind == "channel" else owner or ANONYMOUS_ADMIN, None)
            if kind == "channel" or owner is None:
                sender.chat = chat["key"]
            self.posting.service(chat, sender, word, True)
        return chat

    def link(self, channel: int, group: int) -> None:
        """Make the group the channel's discussion group: comments under every post."""
        above, below = self.known_chat(channel), self.known_chat(group)
        if above["type"] != "channel" or below["type"] != "supergroup":
            raise Refused("only a channel and a supergroup can be linked")
        if below.get("is_forum"):
            raise Refused("a group with topics cannot be a discussion group")
        above["linked"], below["linked"] = group, channel
        self.memory.put_chat(above)
        self.memory.put_chat(below)
        self.world.touch()

    def join(self, chat: int, who: int) -> None:
        """Put a person or bot into a chat as an ordinary member; groups say so."""
        doc = self.known_chat(chat)
        self.set_standing(doc, who, {"status": "member"})
        if doc["type"] != "channel":
            self.posting.service(doc, Sender(self._by(doc, who)), "new_chat_members", [who])
        self.world.touch()

    def make_admin(
        self, chat: int, who: int, *, custom_title: str | None = None, **rights: bool
    ) -> None:
        """Make somebody an administrator with these rights (`can_post_messages=True`, ...).

        Without any right named they get all that the chat has; `is_anonymous` is extra.
        """
        doc = self.known_chat(chat)
        named = {name: value for name, value in rights.items() if name != "is_anonymous"}
        every = dict.fromkeys(self.objects.rights_of(doc), True)
        kept = {"can_manage_chat": True, **named} if named else every
        kept["is_anonymous"] = rights.get("is_anonymous", False)
        entry: Json = {"status": "administrator", "rights": kept}
        if custom_title:
            entry["custom_title"] = custom_title
        self.set_standing(doc, who, entry)
        self.world.touch()

    def remove_bot(self, chat: int, bot: int | None = None) -> None:
        """Throw a bot out of a chat (every bot without `bot`); its calls answer 403 after."""
        doc = self.known_chat(chat)
        for known in list(self.memory.bots()):
            if bot in (None, known["id"]) and self.members.inside(doc, known["id"]):
                self.set_standing(doc, known["id"], {"status": "kicked"})
        self.world.touch()

    def leave(self, chat: int, who: int) -> None:
        """Somebody leaves a chat."""
        doc = self.known_chat(chat)
        self.set_standing(doc, who, {"status": "left"})
        if doc["type"] != "channel":
            self.posting.service(doc, Sender(who), "left_chat_member", who)
        self.world.touch()

    def set_permissions(self, chat: int, **permissions: bool) -> None:
        """What ordinary members of a group may do (`can_send_messages=False`, ...)."""
        doc = self.known_chat(chat)
        self.memory.put_chat({**doc, "permissions": {**doc["permissions"], **permissions}})
        self.world.touch()

    def set_privacy(self, bot: int, privacy: bool) -> None:
        """BotFather's privacy mode. On: in groups the bot sees commands and replies to it."""
        doc = self.memory.bot(bot)
        if doc is None:
            raise Refused(f"no bot {bot}")
        self.memory.put_bot({**doc, "privacy": privacy})
        self.world.touch()

    def set_hears_bots(self, bot: int, hears: bool) -> None:
        """BotFather's Bot-to-Bot Communication Mode. On: the bot sees what other bots write in
        groups where it is an administrator or has privacy off; by default it never does."""
        doc = self.memory.bot(bot)
        if doc is None:
            raise Refused(f"no bot {bot}")
        self.memory.put_bot({**doc, "hears_bots": hears})
        self.world.touch()

    def migrate(self, chat: int) -> int:
        """Upgrade a basic group to a supergroup; the new chat's id. Messages stay behind."""
        old = self.known_chat(chat)
        if old["type"] != "group" or old.get("migrated_to"):
            raise Refused("only a basic group can be upgraded")
        new = self.memory.new_chat_id(basic=False)
        moved = {**old, "key": str(new), "id": new, "type": "supergroup", "pinned": []}
        moved["members"] = dict(old["members"])
        self.memory.put_chat(moved)
        by = Sender(self._by(old, 0))
        self.posting.service(old, by, "migrate_to_chat_id", new)
        self.memory.put_chat({**old, "migrated_to": new})
        self.posting.service(moved, by, "migrate_from_chat_id", chat)
        self.world.touch()
        return new

    def set_standing(self, chat: Json, who: int, entry: Json) -> None:
        """Write a member document and tell the bots concerned."""
        if self.memory.user(who) is None:
            raise Refused(f"nobody has the id {who}")
        before = self.members.entry(chat, who)
        chat["members"] = {**chat["members"], str(who): entry}
        self.memory.put_chat(chat)
        self.delivery.standing(chat, who, before, self._by(chat, who))

    def _by(self, chat: Json, who: int) -> int:
        """Who did it: the person themselves, or the owner where it was done to a bot."""
        if who and self.memory.bot(who) is None:
            return who
        owners = [user for user, entry in chat["members"].items() if entry["status"] == "creator"]
        return int(owners[0]) if owners else ANONYMOUS_ADMIN

    def known_chat(self, chat: int) -> Json:
        """A channel or group by id; Refused where there is none."""
        doc = self.memory.chat(chat)
        if doc is None:
            raise Refused(f"no chat has the id {chat}")
        return doc

"""How the rehearsal's Discord is set up: bots, guilds, people, roles, channels.

Every method takes and returns snowflakes as text, or whole documents where that is said.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bots.rehearsal.discord import archiving, flags, posting, present
from bots.rehearsal.discord.flags import Intent, Kind, Permission
from bots.rehearsal.discord.rules.channels import tags as forum_tags
from bots.rehearsal.discord.rules.guilds import leave, tell_member
from bots.rehearsal.discord.state import Event, State
from bots.rehearsal.world import World

Json = dict[str, Any]

STICKERS = {"png": 1, "apng": 2, "lottie": 3, "gif": 4}
KINDS = {"text": Kind.TEXT, "announcement": Kind.ANNOUNCEMENT, "forum": Kind.FORUM}


def overwrite(
    target: str, *, allow: Permission = flags.NOTHING, deny: Permission = flags.NOTHING
) -> Json:
    """A channel's overwrite for a role (the guild's id is @everyone) or a member."""
    return {"id": target, "allow": str(int(allow)), "deny": str(int(deny))}


class Building:
    """Makes what exists. Everything is kept in the World's store."""

    world: World
    state: State

    def add_bot(
        self, name: str, token: str, *, intents_allowed: int = int(Intent.MESSAGE_CONTENT)
    ) -> str:
        """An application with its bot user; returns the bot's user id.

        intents_allowed: the privileged intents that are switched on in the developer portal.
        """
        owner = self._user(f"{name} owner", "en-US", bot=False)
        bot = self._user(name, "en-US", bot=True)
        app = {
            "id": bot,
            "name": name,
            "token": token,
            "bot_id": bot,
            "owner_id": owner,
            "intents_allowed": int(intents_allowed),
        }
        self.state.put("app", app)
        self.world.touch()
        return bot

    def set_intents(self, bot: str, intents_allowed: int) -> None:
        """Switch privileged intents on or off; counts from the next IDENTIFY."""
        app = self.state.get("app", bot)
        app["intents_allowed"] = int(intents_allowed)
        self.state.put("app", app)
        self.world.touch()

    def _user(self, name: str, locale: str, *, bot: bool) -> str:
        user_id = self.state.snowflake()
        username = "".join(ch for ch in name.lower() if ch.isalnum() or ch in "._") or "user"
        doc = {
            "id": user_id,
            "username": username[:32],
            "global_name": None if bot else name,
            "locale": locale,
            "bot": bot,
        }
        if bot:
            doc |= {"username": name, "discriminator": "0001"}
        self.state.put("user", doc)
        return user_id

    def add_person(self, name: str, *, guild: str | None = None, locale: str = "en-US") -> str:
        """A person, a member of the guild where one is given; returns the user id."""
        user_id = self._user(name, locale, bot=False)
        if guild is not None:
            self.joins(user_id, guild)
        self.world.touch()
        return user_id

    def add_guild(
        self,
        name: str,
        *,
        bots: tuple[str, ...] = (),
        everyone: Permission = flags.READER,
        locale: str = "en-US",
    ) -> str:
        """A guild with an owner of its own and the bots in it; returns its id."""
        owner = self._user(f"{name} owner", locale, bot=False)
        guild_id = self.state.snowflake()
        role = {"id": guild_id, "name": "@everyone", "permissions": str(int(everyone))}
        doc = {
            "id": guild_id,
            "name": name,
            "owner_id": owner,
            "locale": locale,
            "roles": [role | {"position": 0}],
        }
        self.state.put("guild", doc)
        self.joins(owner, guild_id)
        for bot in bots:
            self.bot_joins(bot, guild_id)
        self.world.touch()
        return guild_id

    def owner_of(self, guild: str) -> str:
        """The user id of a guild's owner."""
        return str(self.state.get("guild", guild)["owner_id"])

    def joins(self, user_id: str, guild: str) -> None:
        """A user becomes a member."""
        member: Json = {
            "guild_id": guild,
            "user_id": user_id,
            "roles": [],
            "nick": None,
            "joined_at": self.state.iso(),
            "communication_disabled_until": None,
        }
        self.state.put_member(member)
        tell_member(self.state, "GUILD_MEMBER_ADD", member)
        self.world.touch()

    def leaves(self, user_id: str, guild: str) -> None:
        """A person leaves, or a bot is thrown out (its sessions get GUILD_DELETE)."""
        leave(self.state, self.state.get("guild", guild), user_id)
        self.world.touch()

    def bot_joins(self, bot: str, guild: str, permissions: Permission = flags.BOT) -> str:
        """A bot is invited with these permissions; returns the id of its managed role."""
        name = self.state.get("user", bot)["username"]
        role = self.add_role(guild, name, permissions, position=50, bot_id=bot)
        self.joins(bot, guild)
        self.state.put_member({**(self.state.member(guild, bot) or {}), "roles": [role]})
        doc = self.state.get("guild", guild)
        data = present.guild_create(self.state, doc, bot)
        self.state.emit(Event("GUILD_CREATE", data, guild, None, Intent.GUILDS, bot))
        self.world.touch()
        return role

    def add_role(
        self,
        guild: str,
        name: str,
        permissions: Permission,
        *,
        position: int = 10,
        bot_id: str | None = None,
        mentionable: bool = False,
    ) -> str:
        """A role; a higher position outranks a lower one in bans and timeouts."""
        doc = self.state.get("guild", guild)
        role = {
            "id": self.state.snowflake(),
            "name": name,
            "permissions": str(int(permissions)),
            "position": position,
            "bot_id": bot_id,
            "mentionable": mentionable,
        }
        doc["roles"].append(role)
        self.state.put("guild", doc)
        data = {"guild_id": guild, "role": present.role(role)}
        self.state.emit(Event("GUILD_ROLE_CREATE", data, guild, None, Intent.GUILDS))
        self.world.touch()
        return str(role["id"])

    def set_role(self, guild: str, role_id: str, permissions: Permission) -> None:
        """Change a role's permissions; the guild's own id names @everyone."""
        doc = self.state.get("guild", guild)
        role = next(r for r in doc["roles"] if r["id"] == role_id)
        role["permissions"] = str(int(permissions))
        self.state.put("guild", doc)
        data = {"guild_id": guild, "role": present.role(role)}
        self.state.emit(Event("GUILD_ROLE_UPDATE", data, guild, None, Intent.GUILDS))
        self.world.touch()

    def set_bot_permissions(self, bot: str, guild: str, permissions: Permission) -> None:
        """Change what a bot may do in a guild."""
        roles = self.state.get("guild", guild)["roles"]
        role = next(r for r in roles if r.get("bot_id") == bot)
        self.set_role(guild, role["id"], permissions)

    def give_role(self, user_id: str, guild: str, role_id: str) -> None:
        """Give a member a role; KeyError for who is not a member."""
        member = self.state.member(guild, user_id)
        if member is None:
            raise KeyError(f"{user_id} is not a member of {guild}")
        member["roles"] = [*member["roles"], role_id]
        self.state.put_member(member)
        tell_member(self.state, "GUILD_MEMBER_UPDATE", member)
        self.world.touch()

    def take_role(self, user_id: str, guild: str, role_id: str) -> None:
        """Take a role from a member; nothing where they do not have it."""
        member = self.state.member(guild, user_id)
        if member is not None:
            member["roles"] = [role for role in member["roles"] if role != role_id]
            self.state.put_member(member)
            tell_member(self.state, "GUILD_MEMBER_UPDATE", member)
            self.world.touch()

    def add_moderator(self, name: str, *, guild: str, locale: str = "en-US") -> str:
        """A person with a role that may manage messages and threads, time out and ban."""
        user_id = self.add_person(name, guild=guild, locale=locale)
        roles = self.state.get("guild", guild)["roles"]
        known = next((r["id"] for r in roles if r["name"] == "Moderators"), None)
        role = known or self.add_role(guild, "Moderators", flags.MODERATOR, position=20)
        self.give_role(user_id, guild, role)
        return user_id

    def add_channel(
        self,
        guild: str,
        name: str,
        kind: str = "text",
        *,
        tags: tuple[str, ...] = (),
        require_tag: bool = False,
        overwrites: tuple[Json, ...] = (),
        topic: str | None = None,
    ) -> str:
        """A channel of kind "text", "announcement" or "forum" (with tags by name).

        overwrites: made by `overwrite`.
        """
        members = {m["user_id"] for m in self.state.members(guild)}
        doc = {
            "id": self.state.snowflake(),
            "type": int(KINDS[kind]),
            "guild_id": guild,
            "name": name,
            "parent_id": None,
            "position": len(self.state.channels(guild)),
            "topic": topic,
            "flags": int(flags.ChannelFlag.REQUIRE_TAG) if require_tag else 0,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "permission_overwrites": [{"type": int(o["id"] in members), **o} for o in overwrites],
            "default_auto_archive_duration": 1440,
            "default_thread_rate_limit_per_user": 0,
            "available_tags": forum_tags(self.state, [{"name": tag} for tag in tags]),
        }
        self.state.put("channel", doc)
        posting.tell_channel(self.state, "CHANNEL_CREATE", doc)
        self.world.touch()
        return str(doc["id"])

    def set_overwrites(self, channel_id: str, *overwrites: Json) -> None:
        """Replace a channel's overwrites."""
        doc = self.state.get("channel", channel_id)
        members = {m["user_id"] for m in self.state.members(doc["guild_id"])}
        before = posting.viewers(self.state, doc)
        doc["permission_overwrites"] = [{"type": int(o["id"] in members), **o} for o in overwrites]
        self.state.put("channel", doc)
        posting.tell_channel(self.state, "CHANNEL_UPDATE", doc)
        posting.tell_access(self.state, doc, before)
        self.world.touch()

    def set_boosts(self, guild: str, tier: int) -> None:
        """A guild's boost tier, 0 to 3: it raises how large a file may be."""
        doc = self.state.get("guild", guild)
        self.state.put("guild", doc | {"premium_tier": tier})
        self.world.touch()

    def add_sticker(
        self, guild: str, name: str, data: bytes | Path, *, form: str = "png", tags: str = "🙂"
    ) -> str:
        """A sticker of a guild; its id. form: "png", "apng", "lottie" (JSON) or "gif"."""
        doc = {
            "id": self.state.snowflake(),
            "name": name,
            "description": "",
            "tags": tags,
            "format_type": STICKERS[form],
            "guild_id": guild,
            "file": self.world.files.keep(data),
        }
        self.state.put("sticker", doc)
        self.world.touch()
        return str(doc["id"])

    def add_emoji(self, guild: str, name: str, data: bytes, *, animated: bool = False) -> str:
        """A guild's own emoji, as reactions and texts name it: "name:id"."""
        doc = {
            "id": self.state.snowflake(),
            "name": name,
            "guild_id": guild,
            "animated": animated,
            "file": self.world.files.keep(data),
        }
        self.state.put("emoji", doc)
        self.world.touch()
        return f"{name}:{doc['id']}"

    def close_direct_chat(self, user_id: str, closed: bool = True) -> None:
        """A person does not take direct messages from bots (50007 for who tries)."""
        doc = self.state.get("user", user_id)
        doc["closed_to_bots"] = closed
        self.state.put("user", doc)
        self.world.touch()

    def auto_archive(self, thread_id: str) -> None:
        """A thread falls asleep by itself, as after its archive duration."""
        archiving.archive(self.state, self.state.get("channel", thread_id))
        self.world.touch()

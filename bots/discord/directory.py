"""What we know of servers, channels and threads, fed by the gateway and completed by REST."""

from __future__ import annotations

import re
from typing import Any

from bots.discord.api import Api
from bots.discord.permissions import Permission, in_channel

Json = dict[str, Any]

FORUM, TEXT, ANNOUNCEMENT = 15, 0, 5
PRIVATE_THREAD = 12
THREADS = frozenset({10, 11, PRIVATE_THREAD})
_CHANNEL_KEYS = (
    "id", "guild_id", "type", "parent_id", "owner_id", "name", "last_message_id", "flags",
    "available_tags", "applied_tags", "permission_overwrites", "thread_metadata", "nsfw",
)  # fmt: skip
_MENTIONED = re.compile(r"<(@&|#)(\d+)>")


class Directory:
    """Channels and threads by id, servers by id. Only keys that are read are kept."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._channels: dict[str, Json] = {}
        self._guilds: dict[str, Json] = {}
        self._titles: dict[str, str] = {}
        self._adopted: set[str] = set()

    def adopt(self, thread: str) -> None:
        """A thread is ours although somebody else may have opened it under our message."""
        self._adopted.add(thread)

    def foreign(self, channel: str, me: str) -> bool:
        """No thread of ours for certain: what people write there is not our business."""
        known = self._channels.get(channel)
        if known is None or channel in self._adopted:
            return False
        return known["type"] not in THREADS or known.get("owner_id", me) != me

    def feed(self, event: str, data: Json) -> None:
        """Learn from a gateway event; any event may be given."""
        if event in ("GUILD_CREATE", "GUILD_UPDATE"):
            self._guild(data)
        elif event in ("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE"):
            self._channel(data)
        elif event in ("CHANNEL_DELETE", "THREAD_DELETE"):
            self._channels.pop(data["id"], None)
        elif event == "THREAD_LIST_SYNC":
            for thread in data.get("threads", ()):
                self._channel(thread, data["guild_id"])
        elif event in ("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE"):
            self._roles(data["guild_id"])[data["role"]["id"]] = data["role"]["permissions"]
            self._titles[data["role"]["id"]] = data["role"].get("name", "")
        elif event == "GUILD_ROLE_DELETE":
            self._roles(data["guild_id"]).pop(data["role_id"], None)
            self._titles.pop(data["role_id"], None)

    def _guild(self, data: Json) -> None:
        if data.get("unavailable"):
            return
        guild = self._guilds.setdefault(data["id"], {"id": data["id"], "roles": {}})
        guild["owner_id"] = data.get("owner_id", "")
        guild["tier"] = int(data.get("premium_tier") or 0)
        guild["roles"] = {r["id"]: r["permissions"] for r in data.get("roles", ())}
        self._titles |= {r["id"]: r.get("name", "") for r in data.get("roles", ())}
        for channel in (*data.get("channels", ()), *data.get("threads", ())):
            self._channel(channel, data["id"])

    def _channel(self, data: Json, guild: str = "") -> Json:
        kept = {key: data[key] for key in _CHANNEL_KEYS if key in data}
        known = self._channels.get(data["id"], {})
        self._channels[data["id"]] = {**known, **kept}
        if guild:
            self._channels[data["id"]]["guild_id"] = guild
        return self._channels[data["id"]]

    def _roles(self, guild: str) -> dict[str, str]:
        roles: dict[str, str] = self._guilds.setdefault(guild, {"id": guild, "roles": {}})["roles"]
        return roles

    def known(self, channel: str) -> Json | None:
        """What is known of a channel or thread without asking."""
        return self._channels.get(channel)

    def guild(self, guild: str) -> Json | None:
        """{"id", "owner_id", "roles": {role: permissions}} where the server is known."""
        return self._guilds.get(guild)

    def names(self, text: str) -> dict[str, str]:
        """The roles and channels that a text mentions, under the keys of `from_discord`. Of the
        channels only those that every member may see: who cannot see one is not told its name."""
        found: dict[str, str] = {}
        for mark, number in _MENTIONED.findall(text):
            if mark == "@&" and (title := self._titles.get(number)):
                found["&" + number] = title
            elif mark == "#" and self._is_open(channel := self._channels.get(number, {})):
                found["#" + number] = str(channel.get("name") or "")
        return found

    def _is_open(self, channel: Json) -> bool:
        """Whether every member of the server may see a channel or thread."""
        private = channel.get("type") == PRIVATE_THREAD
        parent = channel.get("parent_id") if channel.get("type") in THREADS else channel.get("id")
        rules = self._channels.get(str(parent), {}).get("permission_overwrites")
        guild = self._guilds.get(str(channel.get("guild_id") or ""))
        if private or guild is None or rules is None:
            return False
        return bool(in_channel(guild, rules, "", ()) & Permission.VIEW_CHANNEL)

    def guild_of(self, channel: str) -> str:
        """The server of a channel, "" where it is unknown."""
        return str(self._channels.get(channel, {}).get("guild_id") or "")

    def tier_of(self, channel: str) -> int | None:
        """The boost tier of a channel's server, None where it is not known."""
        return (self._guilds.get(self.guild_of(channel)) or {}).get("tier")

    async def channel(self, channel: str, *, fresh: bool = False, patient: bool = False) -> Json:
        """A channel or thread, asked for where it is not known (or `fresh`).

        Raises Gone(what="thread") where it does not exist, and what `Api.read` raises.
        """
        known = self._channels.get(channel)
        if known is not None and not fresh:
            return known
        found = await self._api.read("/channels/{channel_id}", patient=patient, channel_id=channel)
        return self._channel(found)

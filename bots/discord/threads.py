"""Threads and forum posts: making them, finding them, and acting inside of archived ones.

Source: Discord's documentation, "Threads": an archived thread refuses edits and deletions
(50083) until it is taken out of the archive, which for a locked one needs Manage Threads; a
server has room for so many threads outside of it (160006, 160007). A message takes a thread out by
itself, so an archived one is only hidden from the list.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bots.discord import render
from bots.discord.api import Api
from bots.discord.convert import Me
from bots.discord.directory import Directory
from bots.discord.outcomes import ARCHIVED, NO_ROOM, THREAD_EXISTS, Refusal
from core.errors import DeliveryError, Gone, OutcomeUnknown, Rejected

log = logging.getLogger(__name__)

Json = dict[str, Any]
T = TypeVar("T")
_WEEK_MINUTES = 10080
_SETTINGS = ("locked", "archived", "slow")
_PINNED = 1 << 1
STAR = "⭐"
"""What stands below a featured message."""
MARKS = {
    "pinned": "/channels/{channel_id}/messages/pins/{message_id}",
    "starred": "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me",
}


class Threads:
    """What is done to threads. Every method raises a DeliveryError, as errors.py says."""

    def __init__(self, api: Api, directory: Directory) -> None:
        self.me = Me("")
        self._api = api
        self._directory = directory

    async def post(self, forum: str, payload: Mapping[str, Any]) -> Json:
        """Make a forum post from a "post" part; the thread with its `message`."""
        channel = await self._directory.channel(forum)
        body: Json = {
            "name": payload["name"] or "…",
            "auto_archive_duration": _WEEK_MINUTES,
            "message": render.body_to_send(payload),
        }
        tags = render.tags_for(payload["labels"], channel)
        if tags:
            body["applied_tags"] = tags
        path = "/channels/{channel_id}/threads"
        made = await self._with_room(
            forum, lambda: self._api.call("POST", path, body=body, channel_id=forum)
        )
        if not isinstance(made, dict) or "id" not in made:
            raise OutcomeUnknown("Discord's answer could not be read")
        self._directory.feed("THREAD_CREATE", made)
        return made

    async def start(self, channel: str, message: str, title: str) -> bool:
        """Start the thread under a message. Whether it was there already."""
        body = {"name": render.thread_name(title) or "…", "auto_archive_duration": _WEEK_MINUTES}
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        try:
            made = await self._with_room(
                channel,
                lambda: self._api.call(
                    "POST", path, body=body, channel_id=channel, message_id=message
                ),
            )
        except Refusal as error:
            if error.code != THREAD_EXISTS:
                raise
            return True
        if isinstance(made, dict) and "id" in made:
            self._directory.feed("THREAD_CREATE", made)
        return False

    async def rename(self, thread: str, payload: Mapping[str, Any]) -> None:
        """Give a forum post the title and tags of a part, where they differ. Discord allows two
        renamings in ten minutes, so a refusal for now is the outbox's to repeat."""
        known = await self._directory.channel(thread)
        forum = await self._directory.channel(str(known["parent_id"]))
        tags = render.tags_for(payload["labels"], forum)
        changes: Json = {}
        if payload["name"] and payload["name"] != known.get("name"):
            changes["name"] = payload["name"]
        if set(tags) != set(known.get("applied_tags") or ()):
            changes["applied_tags"] = tags
        if changes:
            await self.inside(thread, lambda: self._change(thread, changes))

    async def apply(self, thread: str, name: str, value: str) -> None:
        """Set "locked" or "archived" to "1" or "0", or "slow" to seconds."""
        if name not in _SETTINGS:
            raise Rejected(f"Discord has no setting {name!r} for a thread")
        slow = {"rate_limit_per_user": int(value)} if name == "slow" else None
        change = slow or {name: value == "1"}
        if name == "archived":
            await self._change(thread, change)
        else:
            await self.inside(thread, lambda: self._change(thread, change))

    async def mark(self, channel: str, message: str, name: str, *, on: bool) -> None:
        """Pin a message in its thread, or put our star below it, or take that back."""

        async def act() -> None:
            method, path = "PUT" if on else "DELETE", MARKS[name]
            await self._api.call(method, path, channel_id=channel, message_id=message, emoji=STAR)

        try:
            await self.inside(channel, act)
        except Gone as error:
            log.debug("nothing to mark: %s", error.reason)

    async def inside(self, thread: str, act: Callable[[], Awaitable[T]]) -> T:
        """Act in a thread; where it is archived, take it out, act, and put it back. Where the
        act itself takes it out and there is no room, make room."""
        try:
            return await self._with_room(thread, act)
        except Refusal as error:
            if error.code != ARCHIVED:
                raise
        await self._change(thread, {"archived": False})
        try:
            return await act()
        finally:
            await self._put_back(thread)

    async def _put_back(self, thread: str) -> None:
        try:
            await self._change(thread, {"archived": True})
        except DeliveryError as error:
            log.warning("A Discord thread stays out of the archive: %s", error.reason)

    async def _change(self, thread: str, changes: Json) -> None:
        path = "/channels/{channel_id}"
        limit = "name" if "name" in changes else ""
        changed = await self._with_room(
            thread,
            lambda: self._api.call("PATCH", path, body=changes, limit=limit, channel_id=thread),
        )
        if isinstance(changed, dict) and "id" in changed:
            self._directory.feed("THREAD_UPDATE", changed)

    async def _with_room(self, channel: str, act: Callable[[], Awaitable[T]]) -> T:
        """Act; where the server of the channel has its most threads awake, put the one of ours
        that was quiet for longest into the archive, and act once more."""
        try:
            return await act()
        except Refusal as error:
            if error.code not in NO_ROOM:
                raise
            quiet = await self._quietest(channel)
            if quiet is None:
                raise
        log.info("A Discord server has no room for more threads: the quietest goes to the archive")
        await self._api.call(
            "PATCH", "/channels/{channel_id}", body={"archived": True}, channel_id=quiet
        )
        return await act()

    async def _quietest(self, channel: str) -> str | None:
        guild = str((await self._directory.channel(channel))["guild_id"])
        active = await self._api.read("/guilds/{guild_id}/threads/active", guild_id=guild)
        ours = {
            str(thread["id"]): int(thread.get("last_message_id") or thread["id"])
            for thread in active.get("threads", ())
            if thread.get("owner_id") == self.me.user
            and str(thread["id"]) != channel
            and not int(thread.get("flags") or 0) & _PINNED
        }
        return min(ours, key=ours.__getitem__, default=None)

    async def owned(self, forum: str, owner: str, name: str) -> list[Json]:
        """The forum's posts by `owner` with this name, newest first, active and archived ones."""
        guild = str((await self._directory.channel(forum))["guild_id"])
        active = await self._api.read("/guilds/{guild_id}/threads/active", guild_id=guild)
        path = "/channels/{channel_id}/threads/archived/public"
        archived = await self._api.read(path, query={"limit": "50"}, channel_id=forum)
        everything = (*active.get("threads", ()), *archived.get("threads", ()))
        found = {
            thread["id"]: thread
            for thread in everything
            if thread.get("parent_id") == forum
            and thread.get("owner_id") == owner
            and thread.get("name") == name
        }
        return sorted(found.values(), key=lambda thread: -int(thread["id"]))

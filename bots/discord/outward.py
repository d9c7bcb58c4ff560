"""Sending, editing, deleting and looking for messages: one call, one exact outcome."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from discord.http import Route

from bots.discord import ids, render
from bots.discord.api import Api
from bots.discord.convert import Me
from bots.discord.directory import Directory
from bots.discord.outcomes import NOT_THE_AUTHOR, Refusal
from bots.discord.threads import Threads
from bots.discord.webhooks import Webhooks
from core.clock import Clock
from core.errors import Gone, OutcomeUnknown, Rejected
from core.ports import Receipt, Target
from core.views import Part

Json = dict[str, Any]
Known = Callable[[str, Iterable[str]], Awaitable[set[str]]]

_HEAD = re.compile(r"\W{0,4}#(\d{1,9})\b")
_PAGE = 100
_PAGES = 5
_JUST_STARTED = 90.0
_NONCES_KEPT = 500


class Outward:
    """The adapter's outward half.

    known(place, messages): those that are in the message map already, so that looking for a
    lost message never takes another one's for it.
    """

    def __init__(
        self,
        api: Api,
        directory: Directory,
        webhooks: Webhooks,
        clock: Clock,
        known: Known,
    ) -> None:
        self.me = Me("")
        self.threads = Threads(api, directory)
        self._api = api
        self._directory = directory
        self._webhooks = webhooks
        self._clock = clock
        self._known = known
        self._started = clock.monotonic()
        self._tried: OrderedDict[str, None] = OrderedDict()

    # The pace

    def pace(self, target: Target, operation: str) -> float:
        """Seconds until our own count of Discord's limits allows the operation."""
        return self._api.buckets.wait(self._route(target, operation))

    def _route(self, target: Target, operation: str) -> Route:
        channel = target.thread or target.place
        hook = self._webhooks.known(target.place) if self._speaks_by_webhook(target) else None
        if operation == "delete":
            path = "/channels/{channel_id}/messages/{message_id}"
            return Route("DELETE", path, channel_id=channel, message_id="0")
        if operation == "edit":
            path = "/channels/{channel_id}/messages/{message_id}"
            return Route("PATCH", path, channel_id=channel, message_id="0")
        if hook is not None:
            return Route("POST", "/webhooks/{webhook_id}/{webhook_token}", **hook.ids())
        kind = "threads" if target.kind == "forum" and target.thread is None else "messages"
        return Route("POST", "/channels/{channel_id}/" + kind, channel_id=channel)

    @staticmethod
    def _speaks_by_webhook(target: Target) -> bool:
        return target.style == render.WEBHOOK and target.thread is not None

    # Sending

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """Make one message; see `core.ports.Adapter.send`."""
        if part.kind == "post":
            return await self._once(target, part, nonce, self._post)
        if self._speaks_by_webhook(target) and "username" in part.payload:
            return await self._once(target, part, nonce, self._send_by_webhook)
        return await self._send_as_bot(target, part, nonce)

    async def _send_as_bot(self, target: Target, part: Part, nonce: str) -> Receipt:
        channel = target.thread or target.place
        if target.thread:
            self._directory.adopt(target.thread)
        body = render.body_to_send(part.payload)
        body |= {"nonce": nonce, "enforce_nonce": True}
        if target.reply_to:
            _, answered = ids.of_message(target.reply_to)
            body["message_reference"] = {"message_id": answered, "fail_if_not_exists": False}
        path = "/channels/{channel_id}/messages"

        async def act() -> Any:
            return await self._api.call("POST", path, body=body, channel_id=channel)

        sent = await (self.threads.inside(channel, act) if target.thread else act())
        return self._receipt(target, _message(sent))

    async def _once(
        self,
        target: Target,
        part: Part,
        nonce: str,
        send: Callable[[Target, Part], Awaitable[Receipt]],
    ) -> Receipt:
        """For what Discord gives no nonce to (forum posts, webhooks): look first where this may
        be a repetition. After a start nobody remembers what was tried shortly before."""
        fresh = self._clock.monotonic() - self._started < _JUST_STARTED
        if nonce in self._tried or fresh:
            found = await self.look_for(target, part, nonce)
            if found is not None:
                return found
        try:
            return await send(target, part)
        except OutcomeUnknown:
            self._tried[nonce] = None
            while len(self._tried) > _NONCES_KEPT:
                self._tried.popitem(last=False)
            raise

    async def _post(self, target: Target, part: Part) -> Receipt:
        made = await self.threads.post(target.place, part.payload)
        first = made.get("message") or {"id": made["id"]}
        return self._post_receipt(target.place, str(made["id"]), str(first["id"]))

    def _post_receipt(self, place: str, thread: str, first: str) -> Receipt:
        link = ids.link(self._directory.guild_of(place), thread)
        return Receipt(ids.message_id(thread, first), thread, link)

    async def _send_by_webhook(self, target: Target, part: Part) -> Receipt:
        body = self._webhook_body(target, part)
        sent = await self._webhooks.send(target.place, target.thread, body)
        return self._receipt(target, sent, str(sent.get("webhook_id") or ""))

    def _webhook_body(self, target: Target, part: Part) -> Json:
        """A webhook cannot reply, so the message begins with a link to what it answers."""
        body = render.body_to_send(part.payload) | {"username": part.payload["username"]}
        link = self._link_to(target.reply_to)
        led = f"-# [↪]({link})\n{body.get('content', '')}"
        if link and len(led) <= render.CONTENT:
            body["content"] = led
        return body

    def _link_to(self, message: str | None) -> str:
        if not message:
            return ""
        channel, bare = ids.of_message(message)
        return ids.link(self._directory.guild_of(channel), channel, bare)

    def _receipt(self, target: Target, sent: Json, sender: str = "") -> Receipt:
        channel = str(sent.get("channel_id") or target.thread or target.place)
        guild = self._directory.guild_of(channel) or self._directory.guild_of(target.place)
        link = ids.link(guild, channel, str(sent["id"]))
        return Receipt(ids.message_id(channel, str(sent["id"])), None, link, sender)

    # Editing and deleting

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part; see `core.ports.Adapter.edit`."""
        channel, bare = ids.of_message(message)
        thread = channel if channel != target.place else None
        await self._in(thread, lambda: self._edit(target, thread, bare, part))
        if part.kind == "post":
            await self.threads.rename(channel, part.payload)

    async def _edit(self, target: Target, thread: str | None, bare: str, part: Part) -> None:
        """By whoever may have written it: a channel's style can have changed since."""
        if "username" not in part.payload:
            await self._edit_as_bot(thread or target.place, bare, part)
            return
        body = render.body_to_edit(part.payload)
        body["content"] = self._webhook_body(target, part).get("content", "")
        try:
            await self._webhooks.edit(target.place, thread, bare, body)
        except (Gone, Refusal) as error:
            if isinstance(error, Refusal) and error.code != NOT_THE_AUTHOR:
                raise
            await self._edit_as_bot(thread or target.place, bare, part)

    async def _edit_as_bot(self, channel: str, bare: str, part: Part) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        body = render.body_to_edit(part.payload)
        await self._api.call("PATCH", path, body=body, channel_id=channel, message_id=bare)

    async def delete(self, target: Target, message: str) -> None:
        """Remove a message, ours or a person's; gone already is success."""
        channel, bare = ids.of_message(message)
        thread = channel if channel != target.place else None
        path = "/channels/{channel_id}/messages/{message_id}"
        try:
            await self._in(
                thread,
                lambda: self._api.call("DELETE", path, channel_id=channel, message_id=bare),
            )
        except Gone:
            return

    async def _in(self, thread: str | None, act: Callable[[], Awaitable[Any]]) -> None:
        await (self.threads.inside(thread, act) if thread else act())

    # Looking back

    async def look_for(self, target: Target, part: Part, nonce: str) -> Receipt | None:
        """Search what was sent lately; see `core.ports.Adapter.look_for`."""
        if part.kind == "post":
            return await self._look_for_post(target, part)
        channel = target.thread or target.place
        async for message in self._lately(channel, ids.bare(target.after)):
            if self._is(message, target, part, nonce):
                receipt = self._receipt(target, message, str(message.get("webhook_id") or ""))
                if not await self._known(target.place, [receipt.message]):
                    return receipt
        return None

    async def _lately(self, channel: str, after: int) -> Any:
        """Messages of a channel, newest first, back to `after`, some pages at most."""
        before = ""
        for _ in range(_PAGES):
            query = {"limit": str(_PAGE)} | ({"before": before} if before else {})
            path = "/channels/{channel_id}/messages"
            page: list[Json] = await self._api.read(path, query=query, channel_id=channel)
            for message in page:
                if int(message["id"]) <= after:
                    return
                yield message
            if len(page) < _PAGE:
                return
            before = str(page[-1]["id"])

    def _is(self, message: Json, target: Target, part: Part, nonce: str) -> bool:
        author = str(message["author"]["id"])
        if author != self.me.user and author not in self.me.webhooks:
            return False
        if nonce and message.get("nonce") == nonce:
            return True
        payload: Mapping[str, Any] = part.payload
        wanted = payload["number"] if part.kind == "any" else _number(payload)
        if target.thread and wanted and _number(message) == wanted:
            return True
        if "username" in payload and message.get("webhook_id"):
            payload = self._webhook_body(target, part)
        return _shown(message) == _shown(payload)

    async def _look_for_post(self, target: Target, part: Part) -> Receipt | None:
        name = part.payload["name"] or "…"
        after = ids.bare(target.after)
        found = await self.threads.owned(target.place, self.me.user, name, after)
        for thread in found:
            first = await self._first_message(str(thread["id"]))
            receipt = self._post_receipt(target.place, str(thread["id"]), first)
            if not await self._known(target.place, [receipt.message]):
                return receipt
        return None

    async def _first_message(self, thread: str) -> str:
        """A post's first message. It has the thread's id, but Discord promises that nowhere."""
        path, query = "/channels/{channel_id}/messages", {"after": "0", "limit": "1"}
        page: list[Json] = await self._api.read(path, query=query, channel_id=thread)
        return str(page[0]["id"]) if page else thread

    # Threads

    async def open_thread(self, target: Target, message: str, title: str) -> Receipt:
        """Start the thread under a message; see `core.ports.Adapter.open_thread`."""
        channel, bare = ids.of_message(message)
        if channel != target.place:
            thread = channel  # a forum post is its own thread
        else:
            thread = await self.threads.start(channel, bare, title)
        self._directory.adopt(thread)
        link = ids.link(self._directory.guild_of(target.place), thread)
        return Receipt(message, thread, link)

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Lock, unlock, archive or unarchive a thread."""
        if target.thread is None:
            raise Rejected("Discord locks and archives threads only")
        await self.threads.apply(target.thread, name, value)


def _message(sent: Any) -> Json:
    """The message that a send returned. Raises OutcomeUnknown where it is none."""
    if not isinstance(sent, dict) or "id" not in sent:
        raise OutcomeUnknown("Discord's answer could not be read")
    return sent


def _number(message: Mapping[str, Any]) -> int:
    """The `#number` with which a comment's copy begins; 0 in its further parts and elsewhere."""
    found = _HEAD.match(str(message.get("content") or ""))
    return int(found[1]) if found else 0


def _shown(message: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What can be compared: content and embeds' texts, trimmed as Discord trims them."""
    embeds = message.get("embeds") or ()
    if int(message.get("flags") or 0) & render.SUPPRESS_EMBEDS:
        embeds = ()
    texts = tuple(str(e.get("description") or "").strip() for e in embeds if _own(e))
    return str(message.get("content") or "").strip(), texts


def _own(embed: Mapping[str, Any]) -> bool:
    """An embed that we made, and no preview that Discord added for a link."""
    return bool(embed.get("type", "rich") == "rich")

"""Sending, editing, deleting and looking for messages: one call, one exact outcome."""

from __future__ import annotations

import itertools
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from discord.http import Route

from bots.discord import container, ids, media, render
from bots.discord.api import Api
from bots.discord.convert import Me, head_number, led_to
from bots.discord.directory import Directory
from bots.discord.outcomes import NOT_THE_AUTHOR, Refusal
from bots.discord.threads import MARKS, Threads
from bots.discord.webhooks import Webhooks
from core.clock import Clock
from core.errors import Gone, OutcomeUnknown, Rejected
from core.ports import Receipt, Target
from core.views import Media, Part

log = logging.getLogger(__name__)

Json = dict[str, Any]
Post = Callable[[Json, Sequence[Media]], Awaitable[Any]]
Known = Callable[[str, Iterable[str]], Awaitable[set[str]]]
Shown = tuple[str, tuple[str, ...]]

_CARD = re.compile(r"\b\d{1,9}#\d{1,9}\b")
_TOKEN = re.compile(r"[\w-]{16,}", re.ASCII)
_PAGE = 100
_PAGES = 5
_JUST_STARTED = 90.0
_NONCES_KEPT = 500


class Outward:
    """The adapter's outward half.

    known(place, messages): those that are in the message map already, so that looking for a
    lost message never takes another one's for it. unread(place, thread): is told of a thread that
    an earlier try made, in which people may have written since.
    """

    def __init__(
        self,
        api: Api,
        directory: Directory,
        webhooks: Webhooks,
        clock: Clock,
        known: Known,
        unread: Callable[[str, str], None],
    ) -> None:
        self.me = Me("")
        self.threads = Threads(api, directory)
        self._api = api
        self._directory = directory
        self._webhooks = webhooks
        self._clock = clock
        self._known = known
        self._unread = unread
        self._started = clock.monotonic()
        self._tried: OrderedDict[str, None] = OrderedDict()

    # The pace

    def pace(self, target: Target, operation: str) -> float:
        """Seconds until our own count of Discord's limits allows the operation."""
        at_desk = target.purpose == "desk"
        return self._api.buckets.wait(self._route(target, operation), first=at_desk)

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
        return target.styled(render.WEBHOOK) and target.thread is not None

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
        more: Json = {"nonce": nonce, "enforce_nonce": True}
        if target.reply_to:
            _, answered = ids.of_message(target.reply_to)
            more["message_reference"] = {"message_id": answered, "fail_if_not_exists": False}
        path = "/channels/{channel_id}/messages"

        async def post(body: Json, shown: Sequence[Media]) -> Any:
            async def act() -> Any:
                return await self._api.call(
                    "POST", path, body=body | more, media=shown, channel_id=channel
                )

            return await (self.threads.inside(channel, act) if target.thread else act())

        body = render.body_to_send(part.payload)
        sent = await self._with_media(target, part, body, post)
        return self._receipt(target, _message(sent))

    async def _with_media(self, target: Target, part: Part, body: Json, post: Post) -> Any:
        """Send as it is meant; where Discord refuses that, a voice message as a file, and files
        as lines of words."""
        if not part.media:
            return await post(body, ())
        usable = [replace(m, file=m.file if await self._api.usable(m) else "") for m in part.media]
        most = media.limit(self._directory.tier_of(target.place))
        for attempt in _attempts(part):
            plan = media.chosen(usable if attempt != "words" else (), most)
            if attempt == "words":
                plan = media.Upload((), part.media)
            try:
                return await post(_planned(body, plan, attempt), plan.shown)
            except Refusal as error:
                if attempt == "words" or not plan.shown:
                    raise
                log.info("Discord does not take the files (%s)", error.code)
        raise AssertionError("the last attempt returns or raises")

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
        async def post(body: Json, shown: Sequence[Media]) -> Any:
            assert target.thread is not None
            return await self.threads.inside(
                target.thread,
                lambda: self._webhooks.send(target.place, target.thread, body, shown),
            )

        sent = await self._with_media(target, part, self._webhook_body(target, part), post)
        return self._receipt(target, sent, str(sent.get("webhook_id") or ""))

    def _webhook_body(self, target: Target, part: Part) -> Json:
        """A webhook cannot reply, so the message begins with a link to what it answers."""
        body = render.body_to_send(part.payload) | {"username": part.payload["username"]}
        return {**body, "content": self._led(target, body.get("content", ""))}

    def _led(self, target: Target, content: str) -> str:
        link = self._link_to(target.reply_to)
        led = f"-# [↪]({link})\n{content}"
        return led if link and len(led) <= render.CONTENT else content

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
        """Make a message show the part; see `core.ports.Adapter.edit`. Files that are not named
        in an edit stay."""
        channel, bare = ids.of_message(message)
        body = render.body_to_edit(part.payload)
        plan = None
        if part.media:
            most = media.limit(self._directory.tier_of(target.place))
            plan = media.chosen([replace(m, file="kept") for m in part.media], most)
            body["content"] = media.with_lines(body["content"], plan.left)
        if media.is_voice(part):
            return  # a voice message cannot be edited, and has nothing to edit
        changed = await self._patch(target, channel, bare, part, body, ())
        if plan and plan.shown and isinstance(changed, dict) and not changed.get("attachments"):
            words = media.with_lines(render.body_to_edit(part.payload)["content"], part.media)
            await self._patch(target, channel, bare, part, body | {"content": words}, ())
        if part.kind == "post":
            await self.threads.rename(channel, part.payload)

    async def edit_media(self, target: Target, message: str, part: Part) -> None:
        """The same with the part's files in place of the message's. One whose bytes are not kept
        any more stays where the message has it."""
        channel, bare = ids.of_message(message)

        async def post(body: Json, shown: Sequence[Media]) -> Any:
            body = {"attachments": [], **body}
            return await self._patch(target, channel, bare, part, body, shown)

        body = render.body_to_edit(part.payload)
        staying = await self._staying(channel, bare, part)
        if staying:
            fresh = tuple(m for m in part.media if m not in staying)
            part = replace(part, media=fresh)
            body["attachments"] = [{"id": number} for number in staying.values()]
        await self._with_media(target, part, body, post)

    async def _staying(self, channel: str, bare: str, part: Part) -> dict[Media, str]:
        """Media that only the message itself still has, with their ids there; known by size."""
        lost = [m for m in part.media if not await self._api.usable(m)]
        if not lost:
            return {}
        path = "/channels/{channel_id}/messages/{message_id}"
        found = await self._api.read(path, channel_id=channel, message_id=bare)
        there = {int(a.get("size") or 0): str(a["id"]) for a in found.get("attachments") or ()}
        return {m: there[m.size] for m in lost if m.size in there}

    async def _patch(
        self,
        target: Target,
        channel: str,
        bare: str,
        part: Part,
        body: Json,
        shown: Sequence[Media],
    ) -> Any:
        thread = channel if channel != target.place else None
        changed: list[Any] = []

        async def act() -> None:
            changed.append(await self._edit(target, thread, bare, part, body, shown))

        await self._in(thread, act)
        return changed[-1]

    async def _edit(
        self,
        target: Target,
        thread: str | None,
        bare: str,
        part: Part,
        body: Json,
        shown: Sequence[Media],
    ) -> Any:
        """By whoever may have written it: a channel's style can have changed since."""
        channel = thread or target.place
        if "username" not in part.payload:
            return await self._edit_as_bot(channel, bare, body, shown)
        led = {**body, "content": self._led(target, body.get("content", ""))}
        try:
            return await self._webhooks.edit(target.place, thread, bare, led, shown)
        except (Gone, Refusal) as error:
            if isinstance(error, Refusal) and error.code != NOT_THE_AUTHOR:
                raise
            return await self._edit_as_bot(channel, bare, body, shown)

    async def _edit_as_bot(
        self, channel: str, bare: str, body: Json, shown: Sequence[Media]
    ) -> Any:
        path = "/channels/{channel_id}/messages/{message_id}"
        return await self._api.call(
            "PATCH", path, body=body, media=shown, channel_id=channel, message_id=bare
        )

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
        async for message in self._lately(channel, target.since):
            if self._is(message, target, part, nonce):
                receipt = self._receipt(target, message, str(message.get("webhook_id") or ""))
                if not await self._known(target.place, [receipt.message]):
                    return receipt
        return None

    async def _lately(self, channel: str, since: float) -> Any:
        """Messages of a channel, newest first, back to the moment `since`, and some pages in any
        case, because clocks differ."""
        before, first = "", ids.first_at(since) if since else 0
        for number in itertools.count(1):
            query = {"limit": str(_PAGE)} | ({"before": before} if before else {})
            path = "/channels/{channel_id}/messages"
            page: list[Json] = await self._api.read(path, query=query, channel_id=channel)
            for message in page:
                yield message
            if len(page) < _PAGE:
                return
            before = str(page[-1]["id"])
            if number >= _PAGES and (not first or int(before) < first):
                return

    def _is(self, message: Json, target: Target, part: Part, nonce: str) -> bool:
        if not self.me.wrote(message) or message.get("interaction_metadata"):
            return False  # an answer to a command is in no map
        if nonce and message.get("nonce") == nonce:
            return True
        wanted = part.payload["number"] if part.kind == "any" else head_number(part.payload)
        if target.thread and wanted:
            return head_number(message) == wanted
        if _tokens(message) & _tokens(part.payload):
            return True
        if self._follows(message, target) and bool(message.get("attachments")) == bool(part.media):
            return True
        if (card := _card(part.payload)) and _card(message) == card:
            return self._carries(message, target, part)
        shown = part.kind != "any" and _shown(message) in self._wanted(message, target, part)
        return shown and self._carries(message, target, part)

    def _carries(self, message: Json, target: Target, part: Part) -> bool:
        """Whether a message has the files that a send of the part gives it."""
        plan = media.chosen(part.media, media.limit(self._directory.tier_of(target.place)))
        return media.sizes(message) == tuple(sorted(one.size for one in plan.shown))

    def _follows(self, message: Json, target: Target) -> bool:
        """Whether it is a further message of the text whose first one is `target.reply_to`."""
        if not target.reply_to or head_number(message):
            return False
        _, first = ids.of_message(target.reply_to)
        link = self._link_to(target.reply_to)
        answered = (message.get("message_reference") or {}).get("message_id")
        return answered == first or bool(link and led_to(message) == link)

    def _wanted(self, message: Json, target: Target, part: Part) -> list[Shown]:
        if "username" in part.payload and message.get("webhook_id"):
            return [_shown(self._webhook_body(target, part))]
        return [_shown(form) for form in (part.payload, *part.instead)]

    async def _look_for_post(self, target: Target, part: Part) -> Receipt | None:
        name = part.payload["name"] or "…"
        found = await self.threads.owned(target.place, self.me.user, name)
        for thread in found:
            first = await self._first_message(str(thread["id"]))
            receipt = self._post_receipt(target.place, str(thread["id"]), first)
            if not await self._known(target.place, [receipt.message]):
                self._unread(target.place, str(thread["id"]))
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
            thread = bare  # a thread that starts from a message has the message's id
            if await self.threads.start(channel, bare, title):
                self._unread(channel, thread)
        self._directory.adopt(thread)
        link = ids.link(self._directory.guild_of(target.place), thread)
        return Receipt(message, thread, link)

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Lock, unlock, archive or unarchive a thread, or slow it; mark a message."""
        if name in MARKS and target.reply_to is not None:
            channel, message = ids.of_message(target.reply_to)
            await self.threads.mark(channel, message, name, on=value == "1")
            return
        if target.thread is None:
            raise Rejected("Discord locks, archives and slows threads only")
        await self.threads.apply(target.thread, name, value)


def _attempts(part: Part) -> tuple[str, ...]:
    return ("voice", "files", "words") if media.is_voice(part) else ("files", "words")


def _planned(body: Json, plan: media.Upload, attempt: str) -> Json:
    """A body with what goes out beside it, and a line for what does not."""
    made = {**body, "content": media.with_lines(body.get("content", ""), plan.left)}
    voice = attempt == "voice" and bool(plan.shown)
    if not voice and "flags" in made:
        made["flags"] = int(made["flags"]) & ~media.VOICE
    if plan.shown:
        listed = media.described(plan.shown, voice=voice)
        made["attachments"] = [*body.get("attachments", ()), *listed]
    return made


def _message(sent: Any) -> Json:
    """The message that a send returned. Raises OutcomeUnknown where it is none."""
    if not isinstance(sent, dict) or "id" not in sent:
        raise OutcomeUnknown("Discord's answer could not be read")
    return sent


def _tokens(message: Mapping[str, Any]) -> set[str]:
    """The random tokens that its buttons carry, each subject's own. What else they carry changes
    with the subject: a revision, how many a wave has."""
    found: set[str] = set()
    for component in message.get("components") or ():
        found |= _tokens(component)
        found.update(_TOKEN.findall(str(component.get("custom_id") or "")))
    return found


def _card(message: Mapping[str, Any]) -> str:
    """The comment that a desk's card is about, as its first line names it ("3#12"); "" where the
    message is no card. Its buttons change with what is decided."""
    content, texts = _shown(message)
    first = next((words.split("\n")[0] for words in (content, *texts) if words), "")
    found = _CARD.search(first) if message.get("components") else None
    return found[0] if found else ""


def _shown(message: Mapping[str, Any]) -> Shown:
    """What can be compared: content, and the texts of embeds and layouts, trimmed as Discord trims
    them."""
    embeds = message.get("embeds") or ()
    if int(message.get("flags") or 0) & render.SUPPRESS_EMBEDS:
        embeds = ()
    texts = [str(e.get("description") or "").strip() for e in embeds if _own(e)]
    texts += container.words(message.get("components") or ())
    return str(message.get("content") or "").strip(), tuple(texts)


def _own(embed: Mapping[str, Any]) -> bool:
    """An embed that we made, and no preview that Discord added for a link."""
    return bool(embed.get("type", "rich") == "rich")

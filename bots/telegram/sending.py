"""Sends, edits and deletions: parts to the Bot API, and what comes back to receipts."""

from __future__ import annotations

import logging
import re
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from bots.telegram import ids, media
from bots.telegram.aiohttp_request import Upload
from bots.telegram.api import Api, Migrated, NoChange, OtherForm, TokenRefused
from bots.telegram.capabilities import CAPTION_LIMIT
from bots.telegram.pace import Pace
from core.errors import DeliveryError, Gone, OutcomeUnknown, Rejected, RetryLater
from core.ports import Files, Receipt, Target
from core.text.names import upload_name
from core.views import Media, Part

log = logging.getLogger(__name__)
MOST_TOPICS = 1000
STAR = "🏆"
"""What stands below a featured message: the Bot API lets bots use few emoji, and no star
("ReactionTypeEmoji")."""
_MARKS = {
    "pinned": ("pinChatMessage", "unpinChatMessage"),
    "starred": ("setMessageReaction", "setMessageReaction"),
}
_NO_MESSAGE = re.compile(r"message to \w+ not found", re.IGNORECASE)
"""It is gone, or not pinned."""
_NO_RICH = "this Telegram server knows no rich messages"


class Sending:
    """Writes for one bot. Its topics by nonce keep a repeated send from making a second one."""

    def __init__(self, api: Api, pace: Pace, files: Files | None = None) -> None:
        self._api = api
        self._pace = pace
        self._files = files
        self._topics: OrderedDict[str, int] = OrderedDict()
        self._knows_rich = True

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """One message, and for an article in a forum group its topic before."""
        if part.kind == "topic" and target.thread is None:
            return await self._send_topic(target, part, nonce)
        try:
            if part.media:
                made = await self._send_medium(target, part)
            else:
                made = await self._made(target, {**_content(part), **_where(target)})
        except Gone as error:
            raise _what_is_gone(error, target) from None
        return _receipt(target, part, made)

    async def _send_medium(self, target: Target, part: Part) -> Any:
        """As what it is; where Telegram refuses that, as a plain file, and at last in words."""
        kind: str | None = part.payload["as"] if part.media[0].file else None
        while kind is not None:
            params = {
                kind: self._upload(part.media[0]),
                **media.about(part.media[0], kind),
                **media.words(part),
                **_where(target),
            }
            try:
                return await self._counted(media.METHODS[kind], target, params)
            except Gone:
                raise
            except Rejected as error:
                log.info("Telegram does not take it as %s: %s", kind, error.reason)
                kind = media.WORSE.get(kind)
        return await self._counted(
            "sendMessage", target, {**media.in_words(part), **_where(target)}
        )

    def _upload(self, medium: Media) -> Upload:
        files, name = self._files, upload_name(medium.kind, medium.name, medium.mime)
        if files is None:
            raise Rejected("there is no spool to send from")
        return Upload(lambda: files.read(medium.file), medium.size, name, medium.mime)

    async def send_group(self, target: Target, parts: Sequence[Part]) -> list[Receipt]:
        """An album. Raises Rejected where it cannot go out together."""
        if not all(part.media[0].file for part in parts):
            raise Rejected("a file of the album is not kept any more")
        album, uploads = self._album(parts)
        for _ in parts[1:]:
            self._pace.spent(ids.chat(target.place))
        try:
            made = await self._counted(
                "sendMediaGroup", target, {"media": album, **uploads, **_where(target)}
            )
        except Gone as error:
            raise _what_is_gone(error, target) from None
        if not isinstance(made, list) or len(made) != len(parts):
            raise OutcomeUnknown("the answer is no album")
        return [_receipt(target, part, one) for part, one in zip(parts, made, strict=True)]

    def _album(self, parts: Sequence[Part]) -> tuple[list[dict[str, Any]], dict[str, Upload]]:
        album, uploads = [], {}
        for number, part in enumerate(parts):
            uploads[f"file{number}"] = self._upload(part.media[0])
            album.append(_input_media(part, part.payload["as"], f"attach://file{number}"))
        return album, uploads

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part, and its topic bear the part's name."""
        where = {"message_id": ids.number(message)}
        if "rich_message" in part.payload and not self._knows_rich:
            raise Rejected(_NO_RICH)
        with suppress(NoChange):
            if part.media:
                await self._edit_caption(target, where, part)
            else:
                await self._counted("editMessageText", target, {**where, **_content(part)})
        topic = ids.topic(target.thread)
        if part.kind == "topic" and topic is not None:
            await self._rename(target, topic, part.payload["name"])

    async def _made(self, target: Target, params: dict[str, Any]) -> Any:
        if "rich_message" not in params:
            return await self._counted("sendMessage", target, params)
        if not self._knows_rich:
            raise Rejected(_NO_RICH)
        try:
            return await self._counted("sendRichMessage", target, params)
        except TokenRefused:
            # A method that a server does not know is answered like a token that it does not.
            self._knows_rich = False
            raise Rejected(_NO_RICH) from None

    async def _edit_caption(self, target: Target, where: dict[str, Any], part: Part) -> None:
        """Words alone, of a medium that may have been sent in words for want of better."""
        try:
            await self._counted("editMessageCaption", target, {**where, **media.words(part)})
        except OtherForm:
            await self._counted("editMessageText", target, {**where, **media.in_words(part)})

    async def edit_media(self, target: Target, message: str, part: Part) -> None:
        """Make a message show another medium, or hide one that cannot be deleted."""
        where = {"message_id": ids.number(message)}
        with suppress(NoChange):
            if not part.media:
                await self._cover(target, where, part)
            elif not part.media[0].file or not await self._exchange(target, where, part):
                await self._say_instead(target, where, part)

    async def _exchange(self, target: Target, where: dict[str, Any], part: Part) -> bool:
        kind: str | None = part.payload["as"]
        while kind is not None:
            shown = _input_media(part, kind, "attach://file0")
            markup = {k: v for k, v in part.payload.items() if k == "reply_markup"}
            params = {**where, "media": shown, "file0": self._upload(part.media[0]), **markup}
            try:
                await self._counted("editMessageMedia", target, params)
                return True
            except (Gone, NoChange):
                raise
            except Rejected as error:
                log.info("Telegram does not take it as %s: %s", kind, error.reason)
                kind = media.WORSE.get(kind)
        return False

    async def _say_instead(self, target: Target, where: dict[str, Any], part: Part) -> None:
        words = media.in_words(part)
        try:
            await self._counted("editMessageText", target, {**where, **words})
        except OtherForm:
            told = {"caption": words["text"], "caption_entities": words["entities"]}
            await self._counted("editMessageCaption", target, {**where, **told})

    async def _cover(self, target: Target, where: dict[str, Any], part: Part) -> None:
        """A grey picture in place of a medium, with the words below it."""
        content = _content(part)
        words = {"caption": content["text"][: CAPTION_LIMIT // 2]}
        if "entities" in content:
            words["caption_entities"] = content["entities"]
        shown = {"type": "photo", "media": "attach://file0", **words}
        grey = Upload(_grey, len(GREY), "removed.png", "image/png")
        await self._counted("editMessageMedia", target, {**where, "media": shown, "file0": grey})

    async def delete(self, target: Target, message: str) -> None:
        """Remove a message; one that is gone already is success."""
        params = {"chat_id": ids.chat(target.place), "message_id": ids.number(message)}
        try:
            await self._api.call("deleteMessage", params)
        except Gone as error:
            log.debug("a message to delete was gone: %s", error.reason)

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Close or reopen a forum topic; pin a message, or put a reaction below it."""
        if name in _MARKS and target.reply_to is not None:
            await self._mark(target, name, ids.number(target.reply_to), on=value == "1")
            return
        topic = ids.topic(target.thread)
        if name != "locked" or topic is None:
            raise Rejected(f"Telegram has no “{name}” for this thread")
        method = "closeForumTopic" if value == "1" else "reopenForumTopic"
        with suppress(NoChange):
            await self._counted(method, target, {"message_thread_id": topic})

    async def _mark(self, target: Target, name: str, message: int, *, on: bool) -> None:
        params: dict[str, Any] = {"message_id": message}
        if name == "starred":
            params["reaction"] = [{"type": "emoji", "emoji": STAR}] if on else []
        elif on:
            params["disable_notification"] = True
        try:
            await self._counted(_MARKS[name][not on], target, params)
        except (Gone, NoChange) as error:
            log.debug("nothing to mark: %s", error.reason)
        except Rejected as error:
            if not _NO_MESSAGE.search(error.reason):
                raise

    async def copy(self, source: Target, message: str, target: Target) -> None:
        """Copy a person's message into another chat. Raises a DeliveryError."""
        params = {"from_chat_id": ids.chat(source.place), "message_id": ids.number(message)}
        await self._counted("copyMessage", target, params)

    async def _rename(self, target: Target, topic: int, name: str) -> None:
        params = {"message_thread_id": topic, "name": name}
        with suppress(NoChange):
            await self._counted("editForumTopic", target, params)

    async def _send_topic(self, target: Target, part: Part, nonce: str) -> Receipt:
        """Two effects: a topic that stands without its article is used by the next try, and
        taken away again where there will be none."""
        topic = self._topics.get(nonce)
        if topic is None:
            topic = await self._create_topic(target, part.payload["name"])
            self._remember(nonce, topic)
        params = {**_content(part), "message_thread_id": topic}
        try:
            made = await self._made(target, params)
        except Gone as error:
            self._topics.pop(nonce, None)
            raise OutcomeUnknown(f"the new topic vanished: {error.reason}") from None
        except Rejected:
            if not part.instead:
                self._topics.pop(nonce, None)
                await self._remove_topic(target, topic)
            raise
        self._topics.pop(nonce, None)
        thread = ids.topic_thread(topic)
        link = ids.link(made["chat"], made["message_id"], thread)
        return Receipt(str(made["message_id"]), thread, link)

    async def _create_topic(self, target: Target, name: str) -> int:
        made = await self._counted("createForumTopic", target, {"name": name})
        return int(made["message_thread_id"])

    async def _remove_topic(self, target: Target, topic: int) -> None:
        params = {"chat_id": ids.chat(target.place), "message_thread_id": topic}
        try:
            await self._api.call("deleteForumTopic", params)
        except DeliveryError as error:
            log.warning("an empty topic stays behind: %s", error.reason)

    def _remember(self, nonce: str, topic: int) -> None:
        self._topics[nonce] = topic
        if len(self._topics) > MOST_TOPICS:
            self._topics.popitem(last=False)

    async def _counted(self, method: str, target: Target, params: dict[str, Any]) -> Any:
        """A call that flood control counts; a refusal teaches the pace."""
        chat = ids.chat(target.place)
        try:
            with self._pace.spent(chat):
                return await self._api.call(method, {"chat_id": chat, **params})
        except Migrated:
            raise
        except RetryLater as error:
            self._pace.refused(chat, error.after)
            raise


def _input_media(part: Part, kind: str, source: str) -> dict[str, Any]:
    """An InputMedia of the Bot API."""
    told = {k: v for k, v in media.words(part).items() if k != "reply_markup"}
    return {"type": kind, "media": source, **media.about(part.media[0], kind), **told}


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _picture(side: int) -> bytes:
    """A grey square as PNG (8 bits, one channel)."""
    size = side.to_bytes(4, "big")
    rows = (b"\0" + b"\x99" * side) * side
    head = _chunk(b"IHDR", size + size + b"\x08\0\0\0\0")
    body = _chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + body + _chunk(b"IEND", b"")


GREY = _picture(320)


async def _grey() -> AsyncIterator[bytes]:
    yield GREY


def _content(part: Part) -> dict[str, Any]:
    return {name: value for name, value in part.payload.items() if name != "name"}


def _where(target: Target) -> dict[str, Any]:
    """The parameters by which a message gets into its thread.

    A comment under a channel post belongs to its thread only by being a reply to the root or to
    a comment; `message_thread_id` names forum topics and nothing else. A reply whose message is
    gone must fail: without it the text would stand in the group, outside of every thread.
    """
    where: dict[str, Any] = {}
    topic = ids.topic(target.thread)
    if topic is not None:
        where["message_thread_id"] = topic
    answered = ids.number(target.reply_to) if target.reply_to else ids.root(target.thread)
    if answered is not None:
        where["reply_parameters"] = {"message_id": answered}
    return where


def _what_is_gone(error: Gone, target: Target) -> Gone:
    """The message to answer, or the whole thread where that was its root."""
    to_root = target.reply_to is None or target.reply_to == target.thread
    what = "thread" if error.what == "reply" and to_root else error.what
    return Gone(error.reason, what)


def _receipt(target: Target, part: Part, made: dict[str, Any]) -> Receipt:
    """In a group an article is the root of the thread that is born with it."""
    message = str(made["message_id"])
    root = target.thread is None and part.kind == "article" and target.kind != "channel"
    link = ids.link(made["chat"], made["message_id"], target.thread)
    return Receipt(message, message if root else None, link)

"""Sends, edits and deletions: parts to the Bot API, and what comes back to receipts."""

from __future__ import annotations

import logging
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from bots.telegram import ids
from bots.telegram.api import Api, NoChange
from bots.telegram.pace import Pace
from core.errors import DeliveryError, Gone, OutcomeUnknown, Rejected, RetryLater
from core.ports import Receipt, Target
from core.views import Part

log = logging.getLogger(__name__)
MOST_TOPICS = 1000


class Sending:
    """Writes for one bot. Its topics by nonce keep a repeated send from making a second one."""

    def __init__(self, api: Api, pace: Pace) -> None:
        self._api = api
        self._pace = pace
        self._topics: OrderedDict[str, int] = OrderedDict()

    async def send(self, target: Target, part: Part, nonce: str) -> Receipt:
        """One message, and for an article in a forum group its topic before."""
        if part.kind == "topic" and target.thread is None:
            return await self._send_topic(target, part, nonce)
        params = {**_content(part), **_where(target)}
        try:
            made = await self._counted("sendMessage", target, params)
        except Gone as error:
            raise _what_is_gone(error, target) from None
        return _receipt(target, part, made)

    async def edit(self, target: Target, message: str, part: Part) -> None:
        """Make a message show the part, and its topic bear the part's name."""
        params = {"message_id": ids.number(message), **_content(part)}
        with suppress(NoChange):
            await self._counted("editMessageText", target, params)
        topic = ids.topic(target.thread)
        if part.kind == "topic" and topic is not None:
            await self._rename(target, topic, part.payload["name"])

    async def delete(self, target: Target, message: str) -> None:
        """Remove a message; one that is gone already is success."""
        params = {"chat_id": ids.chat(target.place), "message_id": ids.number(message)}
        try:
            await self._api.call("deleteMessage", params)
        except Gone as error:
            log.debug("a message to delete was gone: %s", error.reason)

    async def apply(self, target: Target, name: str, value: str) -> None:
        """Close or reopen a forum topic."""
        topic = ids.topic(target.thread)
        if name != "locked" or topic is None:
            raise Rejected(f"Telegram has no “{name}” for this thread")
        method = "closeForumTopic" if value == "1" else "reopenForumTopic"
        with suppress(NoChange):
            await self._counted(method, target, {"message_thread_id": topic})

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
            made = await self._counted("sendMessage", target, params)
        except Gone as error:
            self._topics.pop(nonce, None)
            raise OutcomeUnknown(f"the new topic vanished: {error.reason}") from None
        except Rejected:
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
        self._pace.spent(chat)
        try:
            return await self._api.call(method, {"chat_id": chat, **params})
        except RetryLater as error:
            self._pace.refused(chat, error.after)
            raise


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

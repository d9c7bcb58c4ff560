"""One webhook of ours for each channel whose style is "webhook": found, or made.

Source: Discord's documentation, "Webhook": a bot sees the tokens of webhooks that its own
application made; a message of a webhook is edited through the same webhook.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.discord.api import Api
from bots.discord.outcomes import BAD_WEBHOOK_TOKEN, UNKNOWN_WEBHOOK, Refusal
from core.errors import OutcomeUnknown
from core.views import Media

Json = dict[str, Any]
_NAME = "Commonthread"


@dataclass(frozen=True, slots=True, repr=False)
class Hook:
    """A webhook's id and its token, which is a secret."""

    id: str
    token: str

    def ids(self) -> dict[str, str]:
        return {"webhook_id": self.id, "webhook_token": self.token}


class Webhooks:
    """The webhooks of this application, by channel. `own` collects their ids."""

    def __init__(self, api: Api, own: set[str]) -> None:
        self.application = ""
        self._api = api
        self._own = own
        self._by_channel: dict[str, Hook] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def known(self, channel: str) -> Hook | None:
        """The channel's webhook where it was used before."""
        return self._by_channel.get(channel)

    async def of(self, channel: str) -> Hook:
        """The channel's webhook. Raises a DeliveryError where it can neither be read nor made."""
        async with self._locks[channel]:
            hook = self._by_channel.get(channel) or await self._find(channel)
            return hook or await self._make(channel)

    async def _find(self, channel: str) -> Hook | None:
        found: list[Json] = await self._api.read(
            "/channels/{channel_id}/webhooks", channel_id=channel
        )
        for webhook in found:
            if webhook.get("application_id") == self.application and webhook.get("token"):
                return self._keep(channel, webhook)
        return None

    async def _make(self, channel: str) -> Hook:
        path = "/channels/{channel_id}/webhooks"
        return self._keep(
            channel, await self._api.call("POST", path, body={"name": _NAME}, channel_id=channel)
        )

    def _keep(self, channel: str, webhook: Json) -> Hook:
        hook = Hook(str(webhook["id"]), str(webhook["token"]))
        self._by_channel[channel] = hook
        self._own.add(hook.id)
        return hook

    async def send(
        self,
        channel: str,
        thread: str | None,
        body: Mapping[str, Any],
        media: Sequence[Media] = (),
    ) -> Json:
        """Execute the channel's webhook; the message. A webhook that somebody removed is made
        anew: then surely nothing was sent. Raises a DeliveryError."""
        try:
            return await self._send(channel, thread, body, media)
        except Refusal as error:
            if error.code not in (UNKNOWN_WEBHOOK, BAD_WEBHOOK_TOKEN):
                raise
            self._by_channel.pop(channel, None)
            return await self._send(channel, thread, body, media)

    async def _send(
        self,
        channel: str,
        thread: str | None,
        body: Mapping[str, Any],
        media: Sequence[Media],
    ) -> Json:
        hook = await self.of(channel)
        query = {"wait": "true"} | ({"thread_id": thread} if thread else {})
        path = "/webhooks/{webhook_id}/{webhook_token}"
        sent = await self._api.call("POST", path, body=body, query=query, media=media, **hook.ids())
        if not isinstance(sent, dict) or "id" not in sent:
            raise OutcomeUnknown("Discord's answer could not be read")
        return sent

    async def edit(
        self,
        channel: str,
        thread: str | None,
        message: str,
        body: Mapping[str, Any],
        media: Sequence[Media] = (),
    ) -> Any:
        """Edit a message of the channel's webhook; the message. Raises a DeliveryError."""
        hook = await self.of(channel)
        query = {"thread_id": thread} if thread else None
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        return await self._api.call(
            "PATCH", path, body=body, query=query, media=media, message_id=message, **hook.ids()
        )

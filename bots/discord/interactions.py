"""Commands, menus, buttons and modals: first the response that Discord waits for, then the
event, then the answer.

Source: Discord's documentation, "Receiving and Responding": the first response within 3 seconds,
ephemeral or not decided there; a modal can only be the first response; 15 minutes for the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bots.discord import convert, render
from bots.discord.api import Api
from bots.discord.text.render import to_discord
from core.clock import Clock
from core.errors import DeliveryError, RetryLater, StorageError, Unreachable
from core.events import Invoked
from core.forms import begins, form
from core.text.model import Rich
from core.views import Answer, File

log = logging.getLogger(__name__)

Json = dict[str, Any]

DEFERRED_MESSAGE, DEFERRED_UPDATE, MODAL_RESPONSE = 5, 6, 9
_MENUS_KEPT = 2000
_MENU_SECONDS = 3600.0
_TRIES = 3
_LONGEST_WAIT = 5.0
_WORDING_SECONDS = 1.0
"""How long a form may wait for the words with which it begins, of the 3 seconds that it has."""

Wording = Callable[[Invoked], Awaitable[Rich | None]]


@dataclass(slots=True, repr=False)
class Handle:
    """What an answer needs. `token` is a secret for 15 minutes.

    updates: the first response was a deferred update, so `@original` is the pressed message.
    private: that message is shown to this person alone.
    """

    id: str
    token: str
    updates: bool = False
    private: bool = False
    answered: bool = False

    def ids(self) -> dict[str, str]:
        return {"webhook_id": self.id, "webhook_token": self.token}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A message menu that opened a modal: what to do with which message, until when."""

    token: str
    message: str
    number: int | None
    until: float


async def _first_words(event: Invoked, wording: Wording) -> str:
    """With what a form begins: nothing where that is not known at once, since the form is the
    first response and waits for nobody."""
    try:
        async with asyncio.timeout(_WORDING_SECONDS):
            words = await wording(event)
    except (TimeoutError, StorageError):
        return ""
    return to_discord(words) if words is not None else ""


class Interactions:
    """The responses. `application` is the application's id."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self.application = ""
        self._api = api
        self._clock = clock
        self._menus: OrderedDict[str, _Chosen] = OrderedDict()

    async def receive(
        self, payload: Json, where: convert.Where | None, me: convert.Me, wording: Wording
    ) -> Handle | None:
        """Give the first response; None where it was a modal, so that there is no event yet.

        where: as of `convert.invoked`. wording: as of `core.ports.Sink`. Failures are logged: the
        event is worth handling although nobody sees the answer.
        """
        handle = Handle(str(payload["id"]), str(payload["token"]))
        opened = await self._modal(payload, where, me, wording)
        if opened is not None:
            await self._respond(handle, {"type": MODAL_RESPONSE, "data": opened})
            return None
        if payload.get("type") == convert.COMPONENT:
            flags = int((payload.get("message") or {}).get("flags") or 0)
            handle.updates, handle.private = True, bool(flags & render.EPHEMERAL)
            await self._respond(handle, {"type": DEFERRED_UPDATE})
        else:
            data = {"flags": render.EPHEMERAL}
            await self._respond(handle, {"type": DEFERRED_MESSAGE, "data": data})
        return handle

    def chosen(self, token: str) -> tuple[str, str, int | None] | None:
        """What a modal's custom_id from a message menu stands for: (the core's token, the
        message, the number that it bears). None for any other token."""
        found = self._menus.get(token)
        if found is None or found.until < self._clock.monotonic():
            return None
        return found.token, found.message, found.number

    async def _modal(
        self, payload: Json, where: convert.Where | None, me: convert.Me, wording: Wording
    ) -> Json | None:
        command, target = convert.menu_command(payload), convert.menu_target(payload)
        if payload.get("type") == convert.COMPONENT:
            token = str((payload.get("data") or {}).get("custom_id", ""))
        elif command is not None and command.form and target is not None:
            token = f"menu-{command.name}"
        else:
            return None
        event = convert.invoked(payload, where, me) if begins(token) else None
        words = await _first_words(event, wording) if event is not None else ""
        wanted = form(token, convert.locale(payload), words)
        if wanted is None:
            return None
        chosen = self._remember(token, target, payload, me) if target else token
        return render.modal(wanted, chosen)

    def _remember(self, token: str, target: str, payload: Json, me: convert.Me) -> str:
        """A random id in the modal stands for the chosen message: ids of messages do not belong
        into what a client sends back."""
        data = payload["data"]
        messages = (data.get("resolved") or {}).get("messages") or {}
        number = convert.number_of(messages.get(data["target_id"]) or {}, me)
        key = f"m-{self._clock.token(12)}"
        until = self._clock.monotonic() + _MENU_SECONDS
        self._menus[key] = _Chosen(token, target, number, until)
        while len(self._menus) > _MENUS_KEPT:
            self._menus.popitem(last=False)
        return key

    async def _respond(self, handle: Handle, response: Json) -> None:
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        try:
            await self._call("POST", path, response, handle.ids())
        except DeliveryError as error:
            log.warning("An interaction could not be acknowledged: %s", error.reason)

    async def _call(
        self,
        method: str,
        path: str,
        body: Json | None,
        ids: dict[str, str],
        files: Sequence[File] = (),
    ) -> None:
        """One response, again after a moment where it surely was not taken."""
        for _ in range(_TRIES - 1):
            try:
                await self._api.respond(path, body, method, files, **ids)
                return
            except RetryLater as error:
                await self._clock.sleep(min(error.after, _LONGEST_WAIT))
            except Unreachable:
                await self._clock.sleep(_LONGEST_WAIT / 10)
        await self._api.respond(path, body, method, files, **ids)

    async def answer(self, handle: Handle, answer: Answer | None) -> None:
        """Show the answer to the person alone, once; without one, take "thinking" away.

        Failures are logged, never raised.
        """
        if handle.answered:
            return
        handle.answered = True
        try:
            if answer is None or not _says_something(answer):
                await self._nothing(handle)
            else:
                await self._something(handle, answer)
        except DeliveryError as error:
            log.warning("An answer could not be shown: %s", error.reason)

    async def _nothing(self, handle: Handle) -> None:
        if not handle.updates:
            path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
            await self._call("DELETE", path, None, self._webhook(handle))

    async def _something(self, handle: Handle, answer: Answer) -> None:
        """The deferred answer, or the private message that was pressed, becomes the first part;
        under a public message the answer is a follow-up."""
        bodies = render.answers(answer)
        path = "/webhooks/{webhook_id}/{webhook_token}"
        for position, body in enumerate(bodies):
            files = answer.files if position == len(bodies) - 1 else ()
            if position == 0 and (not handle.updates or handle.private):
                edit = {"embeds": [], "components": [], "attachments": [], **body}
                original = f"{path}/messages/@original"
                await self._call("PATCH", original, edit, self._webhook(handle), files)
            else:
                own = {**body, "flags": int(body.get("flags", 0)) | render.EPHEMERAL}
                await self._call("POST", path, own, self._webhook(handle), files)

    def _webhook(self, handle: Handle) -> dict[str, str]:
        return {"webhook_id": self.application, "webhook_token": handle.token}


def _says_something(answer: Answer) -> bool:
    return bool(answer.text or answer.alert or answer.buttons or answer.menu or answer.files)

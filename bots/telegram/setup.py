"""What a chat is, what the bot misses there, and the list of commands that Telegram shows."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from bots.telegram import ids
from bots.telegram.api import Api
from bots.telegram.capabilities import COMMAND_DESCRIPTION_LIMIT
from core.commands import COMMANDS, Command
from core.errors import DeliveryError, OutcomeUnknown, Rejected, RetryLater, UserError
from core.i18n import FALLBACK, languages, texts
from core.ports import Inquiry, Inspection, Problem

log = logging.getLogger(__name__)
t = texts(FALLBACK)
Raw = Mapping[str, Any]

_WRITING = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
)


class Setup:
    """Looks into chats for one bot. account: what getMe told."""

    def __init__(self, api: Api, account: Raw) -> None:
        self._api = api
        self._account = account

    async def inspect(self, inquiry: Inquiry) -> Inspection:
        """What a chat is and what is missing for its purpose. Raises UserError where the bot
        does not know it, and the DeliveryError of a look-up without an answer."""
        chat = await self._chat(inquiry.place)
        member = await self._member(chat["id"])
        return Inspection(
            place=ids.place(chat["id"]),
            title=chat.get("title") or "",
            kind=_kind(chat),
            linked=ids.place(chat["linked_chat_id"]) if chat.get("linked_chat_id") else "",
            link=ids.chat_link(chat),
            bot_name=f"@{self._account['username']}",
            problems=tuple(_problems(inquiry, chat, member, self._account)),
        )

    async def register_commands(self) -> None:
        """Tell Telegram our commands, in every language: what readers may do everywhere,
        everything to the admins of groups. Failures are logged."""
        readers = [c for c in COMMANDS if c.who == "reader"]
        scopes = (("default", readers), ("all_chat_administrators", list(COMMANDS)))
        for language in languages():
            for scope, commands in scopes:
                await self._set_commands(language, scope, commands)

    async def _set_commands(self, language: str, scope: str, commands: list[Command]) -> None:
        params: dict[str, Any] = {
            "commands": [_command(command, language) for command in commands],
            "scope": {"type": scope},
        }
        if language != FALLBACK:
            params["language_code"] = language
        try:
            await self._api.call("setMyCommands", params)
        except DeliveryError as error:
            log.warning("cannot tell Telegram the commands: %s", error.reason)

    async def _chat(self, place: str) -> Raw:
        try:
            chat: Raw = await self._api.call("getChat", {"chat_id": ids.reference(place)})
        except Rejected:
            raise UserError(self._unknown(place)) from None
        if chat.get("type") not in ("channel", "group", "supergroup"):
            raise UserError(t("“{place}” is no channel and no group.", place=place))
        return chat

    def _unknown(self, place: str) -> str:
        return t(
            "The bot does not see “{place}”. Add @{bot} to it as an administrator, and give"
            " the number (-100…) or the @name.",
            place=place,
            bot=self._account["username"],
        )

    async def _member(self, chat: int) -> Raw:
        """The bot's own standing there; one who is not in the chat has "left"."""
        params = {"chat_id": chat, "user_id": self._account["id"]}
        try:
            member: Raw = await self._api.call("getChatMember", params)
        except (RetryLater, OutcomeUnknown):
            raise
        except Rejected:
            return {"status": "left"}
        return member


def _command(command: Command, language: str) -> dict[str, str]:
    description = texts(language)(command.description)
    return {"command": command.name, "description": description[:COMMAND_DESCRIPTION_LIMIT]}


def _kind(chat: Raw) -> str:
    if chat["type"] == "channel":
        return "channel"
    return "forum_group" if chat.get("is_forum") else "group"


def _problems(inquiry: Inquiry, chat: Raw, member: Raw, account: Raw) -> Iterable[Problem]:
    if member["status"] in ("left", "kicked"):
        yield Problem(
            t("The bot is not in this chat."),
            t("Add @{bot} as an administrator.", bot=account["username"]),
        )
        return
    if chat["type"] == "channel":
        yield from _in_channel(inquiry, chat, member)
    else:
        yield from _in_group(inquiry, chat, member, account)


def _in_channel(inquiry: Inquiry, chat: Raw, member: Raw) -> Iterable[Problem]:
    if inquiry.purpose != "announce":
        yield Problem(
            t("People cannot write in a channel."),
            t("Connect the channel's discussion group for this."),
        )
    if not _may(member, "can_post_messages"):
        yield _missing(t("post messages"))
    if not _may(member, "can_edit_messages"):
        yield _missing(t("edit messages"), fatal=False)
    if not chat.get("linked_chat_id"):
        yield Problem(
            t("The channel has no discussion group, so nobody can comment on Telegram."),
            t("Channel settings, Discussion: choose a group."),
            fatal=False,
        )


def _in_group(inquiry: Inquiry, chat: Raw, member: Raw, account: Raw) -> Iterable[Problem]:
    if chat["type"] == "group" and inquiry.purpose != "desk":
        yield Problem(
            t("This is a basic group, in which comments cannot be told apart."),
            t("Group settings, Chat history for new members: Visible. That makes it a supergroup."),
        )
    yield from _hearing(inquiry, member, account)
    if inquiry.purpose != "desk":
        yield from _moderating(chat, member)
    if inquiry.way == "door" and inquiry.purpose == "discuss":
        yield from _closed(chat)


def _hearing(inquiry: Inquiry, member: Raw, account: Raw) -> Iterable[Problem]:
    """Admins hear everything; a plain member only with privacy mode off."""
    admin = member["status"] in ("administrator", "creator")
    if admin or account.get("can_read_all_group_messages"):
        return
    yield Problem(
        t("The bot does not hear what people write here (privacy mode)."),
        t("Make it an administrator of the group."),
        fatal=inquiry.purpose == "discuss",
    )


def _moderating(chat: Raw, member: Raw) -> Iterable[Problem]:
    if not _may(member, "can_delete_messages"):
        yield _missing(t("delete messages"))
    if not _may(member, "can_pin_messages"):
        yield _missing(t("pin messages"), fatal=False)
    if chat.get("is_forum") and not _may(member, "can_manage_topics"):
        yield _missing(t("manage topics"))


def _closed(chat: Raw) -> Iterable[Problem]:
    """With the door nobody may write in the group: a message would show its writer's name
    before the bot could remove it."""
    allowed = chat.get("permissions") or {}
    if any(allowed.get(name, True) for name in _WRITING):
        yield Problem(
            t("People can write in this group, which would show their names."),
            t("Group settings, Permissions: switch off everything under “Send”."),
        )


def _may(member: Raw, right: str) -> bool:
    return member["status"] == "creator" or bool(member.get(right))


def _missing(right: str, *, fatal: bool = True) -> Problem:
    return Problem(
        t("The bot may not {right}.", right=right),
        t("Administrators, the bot: allow it to {right}.", right=right),
        fatal,
    )

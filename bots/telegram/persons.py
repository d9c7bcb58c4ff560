"""What concerns one person: bans and mutes in a group.

Source: core.telegram.org/bots/api, "banChatMember", "restrictChatMember", "banChatSenderChat",
"ChatMember". Telegram's limits on writing do not count these calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bots.telegram import ids
from bots.telegram.api import Api
from core.errors import Rejected

Raw = Mapping[str, Any]

SENDING = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
    "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews",
)  # fmt: skip
OTHERS = ("can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics")
_BAN, _MUTE, _OTHER = "ban", "mute:", "restricted:"


class Persons:
    """One bot's power over people in groups."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def restriction(self, chat: int, identity: str) -> str | None:
        """What stands; None for who writes as a channel, of whom no bot is told."""
        user = ids.user(identity)
        if user is None:
            return None
        member = await self._member(chat, user)
        until = int(member.get("until_date") or 0)
        if member["status"] == "kicked":
            return f"{_BAN}:{until}" if until else _BAN
        if member["status"] != "restricted":
            return ""
        kept = {name: bool(member.get(name)) for name in (*SENDING, *OTHERS)}
        if not any(kept[name] for name in SENDING):
            return f"{_MUTE}{until}"
        return _OTHER + json.dumps([kept, until], sort_keys=True)

    async def restrict(self, chat: int, identity: str, value: str) -> None:
        """Make it so; see the port."""
        user = ids.user(identity)
        if user is None:
            await self._restrict_channel(chat, ids.chat(identity), value)
        elif value.startswith(_BAN):
            until = int(value.partition(":")[2] or 0)
            await self._call("banChatMember", chat, user, until_date=until)
        elif value:
            kept, until = _permissions(value)
            await self._permit(chat, user, kept, until)
        else:
            await self._free(chat, user)

    async def _restrict_channel(self, chat: int, sender: int, value: str) -> None:
        if value.startswith(_MUTE):
            raise Rejected("Telegram can ban who writes as a channel, but not mute them")
        method = "banChatSenderChat" if value else "unbanChatSenderChat"
        await self._api.call(method, {"chat_id": chat, "sender_chat_id": sender})

    async def _free(self, chat: int, user: int) -> None:
        status = (await self._member(chat, user))["status"]
        if status == "kicked":
            await self._call("unbanChatMember", chat, user, only_if_banned=True)
        elif status == "restricted":
            await self._permit(chat, user, dict.fromkeys((*SENDING, *OTHERS), True), 0)

    async def _permit(self, chat: int, user: int, kept: dict[str, bool], until: int) -> None:
        await self._call(
            "restrictChatMember", chat, user, permissions=kept, until_date=until,
            use_independent_chat_permissions=True,
        )  # fmt: skip

    async def _member(self, chat: int, user: int) -> Raw:
        member: Raw = await self._call("getChatMember", chat, user)
        return member

    async def _call(self, method: str, chat: int, user: int, **more: Any) -> Any:
        return await self._api.call(method, {"chat_id": chat, "user_id": user, **more})


def _permissions(value: str) -> tuple[dict[str, bool], int]:
    """(permissions, until when) of a mute of ours, or of what somebody had set before."""
    if value.startswith(_MUTE):
        kept = {**dict.fromkeys(SENDING, False), **dict.fromkeys(OTHERS, False)}
        return {**kept, "can_invite_users": True}, int(value.removeprefix(_MUTE))
    found = json.loads(value.removeprefix(_OTHER))
    return dict(found[0]), int(found[1])

"""Who is what in a chat, and what they may do there."""

from __future__ import annotations

from bots.rehearsal.telegram.errors import ApiError, bad, forbidden
from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.world import Json

CHANNEL_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_post_messages",
    "can_edit_messages",
    "can_manage_direct_messages",
)
GROUP_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)
PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_KIND_WORDS = {"group": "group", "supergroup": "supergroup", "channel": "channel"}
_IN = ("creator", "administrator", "member")
FOREVER_BELOW = 30
FOREVER_ABOVE = 366 * 86400


class Members:
    """Standing of users in chats. A ban or restriction that ran out counts as lifted."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def entry(self, chat: Json, user: int) -> Json:
        """The member document, with `status`; "left" where the chat does not know the user."""
        entry: Json = chat.get("members", {}).get(str(user), {"status": "left"})
        until = entry.get("until", 0)
        if until and until <= self._memory.now():
            if entry["status"] == "kicked":
                return {"status": "left"}
            if entry["status"] == "restricted":
                return {"status": "member" if entry.get("is_member", True) else "left"}
        return entry

    def status(self, chat: Json, user: int) -> str:
        return str(self.entry(chat, user)["status"])

    def inside(self, chat: Json, user: int) -> bool:
        """Whether the user is in the chat now."""
        entry = self.entry(chat, user)
        if entry["status"] == "restricted":
            return bool(entry.get("is_member", True))
        return entry["status"] in _IN

    def is_admin(self, chat: Json, user: int) -> bool:
        return self.status(chat, user) in ("creator", "administrator")

    def can(self, chat: Json, user: int, right: str) -> bool:
        """Whether the user has an administrator's right; a basic group's admins have all."""
        entry = self.entry(chat, user)
        if entry["status"] == "creator":
            return right != "is_anonymous" or bool(entry.get("is_anonymous"))
        if entry["status"] != "administrator":
            return False
        return chat["type"] == "group" or bool(entry.get("rights", {}).get(right))

    def allowed(self, chat: Json, user: int, permission: str) -> bool:
        """Whether an ordinary member may do `permission` (`can_send_messages`, ...) here."""
        entry = self.entry(chat, user)
        if entry["status"] in ("creator", "administrator"):
            return True
        if entry["status"] == "kicked":
            return False
        general = chat.get("permissions", {}).get(permission, True)
        if entry["status"] == "restricted":
            return bool(general and entry.get("permissions", {}).get(permission, False))
        return bool(general)

    def until(self, seconds: int) -> int:
        """Less than 30 seconds or more than 366 days from now means for ever (0)."""
        ahead = seconds - self._memory.now()
        return 0 if ahead < FOREVER_BELOW or ahead > FOREVER_ABOVE else seconds

    def kind(self, chat: Json) -> str:
        """ "supergroup chat", "channel chat", "group chat": as the error texts say it."""
        return f"{_KIND_WORDS[chat['type']]} chat"

    # what a bot may touch

    def check_access(self, chat: Json, bot: int, level: str) -> None:
        """Raise as the Bot API server does where the bot may not read, edit or write here.

        level: "read", "edit" or "write".
        """
        if chat["type"] == "private":
            self._check_private(chat, level)
            return
        if chat.get("migrated_to"):
            if level == "write":
                raise ApiError(
                    400,
                    "Bad Request: group chat was upgraded to a supergroup chat",
                    {"migrate_to_chat_id": chat["migrated_to"]},
                )
            return
        self._check_membership(chat, bot, level)

    def _check_private(self, chat: Json, level: str) -> None:
        if level != "write":
            return
        if chat.get("blocked"):
            raise forbidden("bot was blocked by the user")
        if not chat.get("started"):
            raise forbidden("bot can't initiate conversation with a user")

    def _check_membership(self, chat: Json, bot: int, level: str) -> None:
        if self.inside(chat, bot):
            return
        if self.status(chat, bot) == "kicked":
            raise forbidden(f"bot was kicked from the {self.kind(chat)}")
        known = str(bot) in chat.get("members", {})
        if chat.get("username"):
            if level != "read":
                raise forbidden(f"bot is not a member of the {self.kind(chat)}")
        elif known:
            raise forbidden(f"bot is not a member of the {self.kind(chat)}")
        else:
            raise bad("chat not found")

    def require(self, chat: Json, bot: int, right: str, text: str) -> None:
        """Raise 400 with `text` where the bot lacks an administrator's right."""
        if chat["type"] != "private" and not self.can(chat, bot, right):
            raise bad(text)

"""What a received message holds: its text, what is attached, or that it is a service message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bots.telegram.text import from_telegram
from core.events import Attachment
from core.text.model import Rich

Raw = Mapping[str, Any]


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Fields of Message that say who, where and how, but are no content.
_ABOUT = _names(
    """message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count
    sender_business_bot sender_tag date guest_query_id business_connection_id chat forward_origin
    forward_from forward_from_chat forward_from_message_id forward_signature forward_sender_name
    forward_date is_topic_message is_automatic_forward reply_to_message external_reply quote
    reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot
    guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content is_from_offline
    is_paid_post media_group_id author_signature paid_star_count entities link_preview_options
    suggested_post_info effect_id caption_entities show_caption_above_media has_media_spoiler
    reply_markup"""
)
_SERVICE = _names(
    """new_chat_members new_chat_member new_chat_participant left_chat_member
    left_chat_participant chat_owner_left chat_owner_changed new_chat_title new_chat_photo
    delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created
    message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message
    successful_payment refunded_payment users_shared chat_shared gift unique_gift
    gift_upgrade_sent connected_website write_access_allowed passport_data
    proximity_alert_triggered boost_added chat_background_set checklist_tasks_done
    checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_edited
    forum_topic_closed forum_topic_reopened general_forum_topic_hidden
    general_forum_topic_unhidden giveaway_created giveaway_completed managed_bot_created
    paid_message_price_changed poll_option_added poll_option_deleted suggested_post_approved
    suggested_post_approval_failed suggested_post_declined suggested_post_paid
    suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended
    video_chat_participants_invited web_app_data community_chat_added community_chat_removed
    community_chat_joined"""
)
_KINDS = {
    "photo": "photo",
    "live_photo": "photo",
    "video": "video",
    "video_note": "video",
    "animation": "animation",
    "voice": "voice",
    "audio": "audio",
    "document": "file",
    "sticker": "sticker",
    "poll": "poll",
    "location": "location",
    "venue": "location",
    "contact": "contact",
}


def is_service(message: Raw) -> bool:
    """Whether a message tells of the chat itself (somebody joined, something was pinned)."""
    return any(name in _SERVICE for name in message)


def rich_text(message: Raw) -> Rich:
    """The text, caption, or the words of a rich message."""
    if "text" in message:
        return from_telegram(message["text"], message.get("entities"))
    if "caption" in message:
        return from_telegram(message["caption"], message.get("caption_entities"))
    return Rich("\n".join(_words(message.get("rich_message", {}).get("blocks", ()))))


def _words(value: Any) -> Iterator[str]:
    """The readable strings inside the blocks of a rich message, a line each block."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
    elif isinstance(value, Mapping):
        own = "".join(_inline(value["text"])) if "text" in value else ""
        if own.strip():
            yield own
        for name, inner in value.items():
            if name != "text" and isinstance(inner, list | Mapping):
                yield from _words(inner)


def _inline(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inline(item)
    elif isinstance(value, Mapping):
        yield from _inline(value.get("text", ""))


def attachments(message: Raw) -> tuple[Attachment, ...]:
    """What is not text. Kinds that this product does not know yet are told as "other", so that
    nobody can slip something past a moderator in a message of a new kind."""
    found = [name for name in message if _is_content(name)]
    if "animation" in found and "document" in found:
        found.remove("document")
    if "venue" in found and "location" in found:
        found.remove("location")
    return tuple(_attachment(name, message[name]) for name in found)


def _is_content(name: str) -> bool:
    return name not in _ABOUT and name not in ("text", "caption", "rich_message")


def _attachment(name: str, value: Any) -> Attachment:
    kind = _KINDS.get(name, "other")
    if name == "photo" and isinstance(value, list):
        value = value[-1] if value else {}
    if not isinstance(value, Mapping):
        return Attachment(kind)
    label = value.get("file_name") or value.get("question") or value.get("title") or ""
    return Attachment(
        kind=kind,
        name=str(value.get("emoji") or label if kind == "sticker" else label),
        size=int(value.get("file_size") or 0),
        reference=str(value.get("file_id") or ""),
    )

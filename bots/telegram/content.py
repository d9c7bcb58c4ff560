"""What a received message holds: its text, what is attached, or that it is a service message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bots.telegram.blocks import rich_media, rich_words
from bots.telegram.text import from_telegram
from core.events import Attachment
from core.text.model import Rich, Style, join, link
from core.text.tools import legible, normalise, safe_url

Raw = Mapping[str, Any]


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Fields of Message that say who, where and how, or are read as words.
_ABOUT = _names(
    """message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count
    sender_business_bot sender_tag date guest_query_id business_connection_id chat forward_origin
    forward_from forward_from_chat forward_from_message_id forward_signature forward_sender_name
    forward_date is_topic_message is_automatic_forward reply_to_message external_reply quote
    reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot
    guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content is_from_offline
    is_paid_post media_group_id author_signature paid_star_count entities link_preview_options
    suggested_post_info effect_id caption_entities show_caption_above_media has_media_spoiler
    reply_markup checklist dice"""
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
    "video_note": "note",
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
    """The text, caption, or the words of a rich message, a checklist, a die or about a poll."""
    if "text" in message:
        return from_telegram(message["text"], message.get("entities"))
    if "caption" in message:
        return from_telegram(message["caption"], message.get("caption_entities"))
    if "checklist" in message:
        return _listed(message["checklist"])
    if "dice" in message:
        return Rich(f"{message['dice']['emoji']} {message['dice']['value']}")
    if "poll" in message:
        about = message["poll"]
        return from_telegram(_text(about, "description"), about.get("description_entities"))
    return rich_words(message.get("rich_message"))


def remark(message: Raw) -> Rich:
    """Everything that a person's message says: its words, below what it repeats of a message of
    another chat that it answers, and above the links of the buttons that an inline bot gave it."""
    quote = message.get("quote") if "external_reply" in message else None
    above = from_telegram(quote["text"], quote.get("entities")) if quote else Rich()
    below = _linked_buttons(message.get("reply_markup") or {})
    parts = [above.dressed(Style.QUOTE), rich_text(message), *below]
    return normalise(join([part for part in parts if part], "\n"))


def _listed(checklist: Raw) -> Rich:
    """A checklist as a list. What is ticked is left out: others than its writer may do that."""
    title = from_telegram(checklist["title"], checklist.get("title_entities"))
    tasks = [from_telegram(t["text"], t.get("text_entities")) for t in checklist["tasks"]]
    listed = (Rich("• ") + task for task in tasks)
    return normalise(join([title.dressed(Style.BOLD), *listed], "\n"))


def _linked_buttons(markup: Raw) -> list[Rich]:
    """The buttons that lead to an address."""
    buttons = [button for row in markup.get("inline_keyboard") or () for button in row]
    linked = [(legible(_text(b, "text")), safe_url(_text(b, "url"))) for b in buttons]
    return [link(label or url, url) for label, url in linked if url]


def attachments(message: Raw) -> tuple[Attachment, ...]:
    """What is not text. Kinds that this product does not know yet are told as "other", so that
    nobody can slip something past a moderator in a message of a new kind."""
    found = [name for name, value in message.items() if _is_content(name, value)]
    if "animation" in found and "document" in found:
        found.remove("document")
    if "venue" in found and "location" in found:
        found.remove("location")
    hidden = bool(message.get("has_media_spoiler"))
    named = [(name, message[name], hidden) for name in found]
    named += _poll_media(message.get("poll") or {})
    named += rich_media(message.get("rich_message"))
    return tuple(_attachment(*one) for one in named)


def _poll_media(poll: Raw) -> list[tuple[str, Any, bool]]:
    """What stands beside a poll's question and its options."""
    beside = [one.get("media") or {} for one in (poll, *(poll.get("options") or ()))]
    return [(name, value, False) for media in beside for name, value in media.items()]


def _is_content(name: str, value: Any) -> bool:
    """Flags and numbers never are: nothing can be said in them, and each release of the Bot API
    may add one to every message ("Message": sender_boost_count, is_paid_post)."""
    if isinstance(value, int | float):
        return False
    return name not in _ABOUT and name not in ("text", "caption", "rich_message")


def _attachment(name: str, value: Any, spoiler: bool) -> Attachment:
    kind = _KINDS.get(name, "other")
    if name == "photo" and isinstance(value, list):
        value = value[-1] if value else {}
    if not isinstance(value, Mapping):
        return Attachment(kind)
    if kind == "sticker":
        return _sticker(value)
    if kind == "poll":
        return Attachment(kind, _text(value, "question"), words=_options(value))
    if kind == "other":
        return Attachment(kind)
    return Attachment(
        kind=kind,
        name=_text(value, "file_name") or _text(value, "title"),
        size=_number(value, "file_size"),
        reference=_text(value, "file_id"),
        key=_text(value, "file_unique_id"),
        mime=_text(value, "mime_type"),
        spoiler=spoiler,
        seconds=_number(value, "duration"),
        width=_number(value, "width") or _number(value, "length"),
        height=_number(value, "height") or _number(value, "length"),
    )


def _sticker(value: Raw) -> Attachment:
    """A still one as a picture, a moving one by its thumbnail, else by its emoji."""
    moving = value.get("is_animated") or value.get("is_video")
    picture = (value.get("thumbnail") or value.get("thumb") or {}) if moving else value
    return Attachment(
        kind="sticker",
        name=_text(value, "emoji"),
        size=_number(picture, "file_size"),
        reference=_text(picture, "file_id"),
        key=_text(picture, "file_unique_id"),
        mime="" if moving else "image/webp",
        words=_text(value, "emoji"),
        width=_number(picture, "width"),
        height=_number(picture, "height"),
    )


def _options(poll: Raw) -> str:
    options = poll.get("options")
    found = options if isinstance(options, list) else []
    return "\n".join(" ".join(_text(one, "text").split()) for one in found if one)


def _text(value: Raw, name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _number(value: Raw, name: str) -> int:
    found = value.get(name)
    return found if isinstance(found, int) and found >= 0 else 0

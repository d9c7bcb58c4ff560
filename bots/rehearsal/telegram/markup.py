"""Inline keyboards and other small structures that come with a message, checked."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.telegram.entities import valid_link
from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.params import Params
from bots.rehearsal.world import Json

CALLBACK_DATA_BYTES = 64
BUTTON_LIMIT = 100
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_OTHER_KEYBOARDS = ("keyboard", "remove_keyboard", "force_reply")


def inline_keyboard(params: Params, chat_type: str) -> Json | None:
    """The `reply_markup` to keep with a message: an inline keyboard, or None.

    Other keyboards are accepted where Telegram takes them; they show nothing in a message.
    """
    markup = params.mapping("reply_markup", "reply markup")
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        if chat_type == "channel" and any(name in markup for name in _OTHER_KEYBOARDS):
            raise bad("reply markup of this type can't be used in channels")
        return None
    rows = [[_button(button, chat_type) for button in row] for row in markup["inline_keyboard"]]
    rows = [row for row in rows if row]
    if sum(len(row) for row in rows) > BUTTON_LIMIT:
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _button(button: Any, chat_type: str) -> Json:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not str(button.get("text", "")).strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not valid_link(str(button["url"])):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "web_app" in button and chat_type != "private":
        raise bad("BUTTON_TYPE_INVALID")
    return {str(name): value for name, value in button.items()}


def link_preview(params: Params) -> Json | None:
    """`link_preview_options` as the message shows it; None where all is left to the default."""
    options = params.mapping("link_preview_options", "link preview options") or {}
    if params.flag("disable_web_page_preview"):
        options = {"is_disabled": True}
    return {name: value for name, value in options.items() if value} or None


def only_links(markup: Json | None) -> Json | None:
    """What of a keyboard survives a forward: all of it where every button is a link, else none."""
    if markup and all("url" in button for row in markup["inline_keyboard"] for button in row):
        return markup
    return None

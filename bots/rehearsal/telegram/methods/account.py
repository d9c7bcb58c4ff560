"""The bot itself: who it is, its updates, webhook, commands, callback answers and files."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.telegram.entities import utf16_length
from bots.rehearsal.telegram.errors import QUERY_TOO_OLD, WEBHOOK_ACTIVE, ApiError, bad
from bots.rehearsal.telegram.media import DOWNLOAD_BYTES
from bots.rehearsal.telegram.platform import Call, method
from bots.rehearsal.telegram.updates import CALLBACK_RETENTION
from bots.rehearsal.world import Json

CALLBACK_TEXT = 200
COMMAND_LIMIT = 100


@method("getMe")
def get_me(call: Call) -> Json:
    return {
        **call.platform.objects.user(call.bot_id),
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot["privacy"],
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("logOut", "close")
def leave_server(call: Call) -> bool:
    return True


@method("getUpdates")
def get_updates(call: Call) -> list[Json]:
    """What waits now; the server repeats this for a long poll."""
    if call.bot.get("webhook"):
        raise ApiError(409, WEBHOOK_ACTIVE)
    allowed = call.params.sequence("allowed_updates", "String")
    call.platform.updates.remember_allowed(call.bot, allowed)
    offset, limit = call.params.integer("offset"), call.params.integer("limit", 100)
    return call.platform.updates.get(call.bot, offset, limit)


@method("setWebhook")
def set_webhook(call: Call) -> bool:
    """Kept and shown only: the rehearsal sends no webhook calls."""
    url = call.params.text("url")
    if url and not url.startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    allowed = call.params.sequence("allowed_updates", "String")
    call.platform.updates.remember_allowed(call.bot, allowed)
    return _keep_webhook(call, url)


@method("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    return _keep_webhook(call, "")


def _keep_webhook(call: Call, url: str) -> bool:
    if call.params.flag("drop_pending_updates"):
        call.platform.updates.clear(call.bot)
    call.platform.memory.put_bot({**call.bot, "webhook": url})
    return True


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> Json:
    info: Json = {
        "url": call.bot.get("webhook", ""),
        "has_custom_certificate": False,
        "pending_update_count": call.platform.updates.pending(call.bot),
    }
    if call.bot.get("allowed"):
        info["allowed_updates"] = call.bot["allowed"]
    return info


def _command_key(call: Call) -> str:
    scope = call.params.mapping("scope", "BotCommandScope") or {"type": "default"}
    parts = [str(scope.get(name, "")) for name in ("type", "chat_id", "user_id")]
    return "/".join([*parts, call.params.text("language_code")])


@method("setMyCommands")
def set_my_commands(call: Call) -> bool:
    commands = call.params.sequence("commands", "BotCommand") or []
    if len(commands) > COMMAND_LIMIT:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    every = {**call.bot.get("commands", {}), _command_key(call): commands}
    call.platform.memory.put_bot({**call.bot, "commands": every})
    return True


def _check_command(command: Any) -> None:
    name = str(command.get("command", ""))
    plain = name.isascii() and name.replace("_", "").isalnum() and name == name.lower()
    if not plain or len(name) > 32:
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= utf16_length(str(command.get("description", ""))) <= 256:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")


@method("getMyCommands")
def get_my_commands(call: Call) -> list[Json]:
    every: dict[str, list[Json]] = call.bot.get("commands", {})
    return every.get(_command_key(call), [])


@method("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    every = dict(call.bot.get("commands", {}))
    every.pop(_command_key(call), None)
    call.platform.memory.put_bot({**call.bot, "commands": every})
    return True


@method("answerCallbackQuery")
def answer_callback_query(call: Call) -> bool:
    """At most once, while the press is fresh; later "query is too old ..."."""
    memory = call.platform.memory
    press = memory.store.get("tg_callback", call.params.text("callback_query_id"))
    if press is None or press["bot"] != call.bot_id or press.get("answered"):
        raise bad(QUERY_TOO_OLD)
    if press["date"] + CALLBACK_RETENTION <= memory.now():
        raise bad(QUERY_TOO_OLD)
    if utf16_length(call.params.text("text")) > CALLBACK_TEXT:
        raise bad("MESSAGE_TOO_LONG")
    answer = {
        "answered": True,
        "text": call.params.text("text"),
        "alert": call.params.flag("show_alert"),
        "url": call.params.text("url"),
    }
    memory.store.put("tg_callback", press["id"], {**press, **answer})
    return True


@method("getFile")
def get_file(call: Call) -> Json:
    """A File; its `file_path` is served below `/file/bot<token>/`."""
    file_id = call.params.text("file_id")
    if not file_id:
        raise bad("file_id not specified")
    file = call.platform.media.file(file_id)
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if file["size"] > DOWNLOAD_BYTES:
        raise bad("file is too big")
    return {
        "file_id": file["id"],
        "file_unique_id": file["unique"],
        "file_size": file["size"],
        "file_path": call.platform.media.open_path(file),
    }

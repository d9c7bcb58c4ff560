"""From Discord's payloads, as the gateway and REST give them, to the core's events. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bots.discord import ids
from bots.discord.permissions import moderates
from bots.discord.text import from_discord
from core.commands import BY_NAME, COMMANDS, Command
from core.events import Attachment, Deleted, Edited, Invoked, Person, Posted, Reacted
from core.i18n import languages, texts
from core.text.model import Rich

Json = Mapping[str, Any]

PLATFORM = "discord"
DEFAULT, REPLY, THREAD_STARTER = 0, 19, 21
FORWARD = 1
VOICE_FLAG = 1 << 13
COMMAND, COMPONENT, MODAL = 2, 3, 5
MESSAGE_MENU = 3

_NUMBER = re.compile(r"#(\d{1,9})\b")


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are there: the bot's user id, and the ids of our own webhooks (a live set)."""

    user: str
    webhooks: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a message stands: the channel, and the thread inside of it or None."""

    place: str
    thread: str | None


def is_comment(payload: Json) -> bool:
    """Whether a message was written by a person: no system message, bot or webhook."""
    author = payload.get("author")
    return (
        payload.get("type", DEFAULT) in (DEFAULT, REPLY)
        and author is not None
        and not author.get("bot")
        and not author.get("system")
        and not payload.get("webhook_id")
    )


def posted(payload: Json, where: Where, me: Me, *, admin: bool = False) -> Posted | None:
    """A person's message in a thread; None for everything that is no comment."""
    if not is_comment(payload):
        return None
    return Posted(
        platform=PLATFORM,
        place=where.place,
        thread=where.thread,
        message=ids.message_id(payload["channel_id"], payload["id"]),
        person=_author(payload, admin=admin),
        text=text_of(payload),
        at=ids.moment(payload["id"]),
        reply_to=_reply_to(payload),
        reply_number=_reply_number(payload, me),
        attachments=attachments(payload),
    )


def edited(payload: Json, where: Where, *, admin: bool = False) -> Edited | None:
    """A person's message as it is now; None for what is no comment or is told incompletely."""
    if not is_comment(payload) or "content" not in payload:
        return None
    stamp = payload.get("edited_timestamp")
    return Edited(
        platform=PLATFORM,
        place=where.place,
        message=ids.message_id(payload["channel_id"], payload["id"]),
        person=_author(payload, admin=admin),
        text=text_of(payload),
        at=_seconds(stamp) if stamp else ids.moment(payload["id"]),
        attachments=attachments(payload),
    )


def deleted(payload: Json, place: str, at: float) -> Deleted:
    """MESSAGE_DELETE and MESSAGE_DELETE_BULK; Discord tells no time, so `at` is when we heard."""
    gone: Sequence[str] = payload.get("ids") or (payload["id"],)
    channel = payload["channel_id"]
    return deleted_messages(place, tuple(ids.message_id(channel, i) for i in gone), at)


def deleted_messages(place: str, messages: tuple[str, ...], at: float) -> Deleted:
    """These messages of a place are gone."""
    return Deleted(PLATFORM, place, messages, at)


def direct(payload: Json) -> Invoked | None:
    """Words in the direct chat with the bot."""
    if not is_comment(payload):
        return None
    text = text_of(payload)
    return Invoked(
        platform=PLATFORM,
        person=_author(payload, admin=False),
        at=ids.moment(payload["id"]),
        argument=text.text,
        text=text,
        private=True,
    )


def text_of(payload: Json) -> Rich:
    """The message's text; of a forwarded message, the text of what was forwarded."""
    if (payload.get("message_reference") or {}).get("type") == FORWARD:
        inner = [s.get("message") or {} for s in payload.get("message_snapshots") or ()]
        return from_discord("\n".join(str(m.get("content") or "") for m in inner), names(payload))
    return from_discord(str(payload.get("content") or ""), names(payload))


def names(payload: Json) -> dict[str, str]:
    """Names for the mentions in a message, as far as the payload tells them, under the keys of
    `from_discord`: "@" and a user's id, "#" and a channel's."""
    found: dict[str, str] = {}
    for user in payload.get("mentions") or ():
        found[f"@{user['id']}"] = _name(user, user.get("member"))
    for channel in payload.get("mention_channels") or ():
        found[f"#{channel['id']}"] = str(channel["name"])
    return found


def attachments(payload: Json) -> tuple[Attachment, ...]:
    """Whatever a message holds besides text."""
    voice = int(payload.get("flags") or 0) & VOICE_FLAG
    found = [_file(a, bool(voice)) for a in payload.get("attachments") or ()]
    for sticker in payload.get("sticker_items") or ():
        found.append(Attachment("sticker", str(sticker.get("name", "")), 0, str(sticker["id"])))
    if payload.get("poll"):
        question = (payload["poll"].get("question") or {}).get("text") or ""
        found.append(Attachment("poll", str(question)))
    return tuple(found)


def _file(attachment: Json, voice: bool) -> Attachment:
    media = str(attachment.get("content_type") or "")
    kind = {"image": "photo", "video": "video", "audio": "audio"}.get(media.split("/")[0], "file")
    if media == "image/gif":
        kind = "animation"
    if voice and kind == "audio":
        kind = "voice"
    name = str(attachment.get("filename", ""))
    return Attachment(kind, name, int(attachment.get("size") or 0), str(attachment.get("url", "")))


def _author(payload: Json, *, admin: bool) -> Person:
    author = payload["author"]
    return Person(str(author["id"]), _name(author, payload.get("member")), admin=admin)


def _name(user: Json, member: Json | None) -> str:
    nick = (member or {}).get("nick")
    return str(nick or user.get("global_name") or user.get("username") or "")


def _reply_to(payload: Json) -> str | None:
    reference = payload.get("message_reference") or {}
    answered = reference.get("message_id")
    channel = reference.get("channel_id") or payload["channel_id"]
    if not answered or reference.get("type") == FORWARD or channel != payload["channel_id"]:
        return None
    starter = (payload.get("referenced_message") or {}).get("type") == THREAD_STARTER
    if starter or answered == channel:
        return None
    return ids.message_id(channel, answered)


def _reply_number(payload: Json, me: Me) -> int | None:
    answered = payload.get("referenced_message")
    return number_of(answered, me) if answered else None


def number_of(payload: Json, me: Me) -> int | None:
    """The `#number` at the head of a message of ours, None in anybody else's."""
    author = str((payload.get("author") or {}).get("id"))
    if author != me.user and author not in me.webhooks:
        return None
    head = next((line for line in str(payload.get("content") or "").split("\n") if line), "")
    found = _NUMBER.search(head)
    return int(found[1]) if found else None


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def reacted(payload: Json, place: str) -> Reacted:
    """The reactions of a message as REST gives it: custom emoji by name."""
    counts = {
        str(one["emoji"].get("name") or one["emoji"].get("id")): int(one["count"])
        for one in payload.get("reactions") or ()
    }
    message = ids.message_id(str(payload["channel_id"]), str(payload["id"]))
    return Reacted(PLATFORM, place, message, counts)


# Interactions


def menus() -> dict[str, Command]:
    """The commands in a message's menu, by every label that they have in some language."""
    found: dict[str, Command] = {}
    for command in COMMANDS:
        for language in languages() if command.menu else ():
            found[texts(language)(command.menu)] = command
    return found


def menu_command(payload: Json) -> Command | None:
    """The command that was chosen in a message's menu."""
    data = payload.get("data") or {}
    if payload.get("type") != COMMAND or data.get("type") != MESSAGE_MENU:
        return None
    return menus().get(str(data.get("name")))


def locale(payload: Json) -> str:
    """The person's language as Discord tells it ("es-ES")."""
    return str(payload.get("locale") or "")


def menu_target(payload: Json) -> str | None:
    """The message in whose menu something was chosen."""
    data = payload.get("data") or {}
    target = data.get("target_id")
    if not target:
        return None
    message = ((data.get("resolved") or {}).get("messages") or {}).get(target) or {}
    return ids.message_id(str(message.get("channel_id") or payload["channel_id"]), str(target))


def invoked(payload: Json, where: Where | None, me: Me, handle: Any = None) -> Invoked | None:
    """An interaction: command, message menu, component or modal. None for any other kind.

    where: of its channel, None in the direct chat.
    """
    kind, data = payload.get("type"), payload.get("data") or {}
    common: dict[str, Any] = {
        "platform": PLATFORM,
        "person": _invoker(payload),
        "at": ids.moment(payload["id"]),
        "place": where.place if where else None,
        "thread": where.thread if where else None,
        "private": where is None,
        "handle": handle,
    }
    if kind == COMMAND:
        return Invoked(**common, **_command(payload, data, me))
    if kind == COMPONENT:
        return Invoked(**common, **_pressed(payload, me), token=str(data.get("custom_id", "")))
    if kind == MODAL:
        values = _fields(data.get("components") or ())
        text = from_discord(values.get("text", ""), {})
        return Invoked(
            **common,
            **_pressed(payload, me),
            token=str(data.get("custom_id", "")),
            fields=values,
            text=text,
        )
    return None


def _invoker(payload: Json) -> Person:
    member = payload.get("member")
    user = member["user"] if member else payload["user"]
    bits = int((member or {}).get("permissions") or 0)
    return Person(str(user["id"]), _name(user, member), locale(payload), admin=moderates(bits))


def _command(payload: Json, data: Json, me: Me) -> dict[str, Any]:
    menu = menu_command(payload)
    if menu is not None:
        target = menu_target(payload)
        messages = (data.get("resolved") or {}).get("messages") or {}
        chosen = messages.get(data.get("target_id")) or {}
        number = number_of(chosen, me)
        return {"command": menu.name, "message": target, "reply_number": number}
    values = [str(o.get("value", "")).strip() for o in _in_order(data)]
    argument = " ".join(value for value in values if value)
    return {
        "command": str(data.get("name")),
        "argument": argument,
        "text": from_discord(argument, {}),
    }


def _in_order(data: Json) -> list[Json]:
    """The options in the order of the command's grammar: its target first."""
    options = list(data.get("options") or ())
    command = BY_NAME.get(str(data.get("name")))
    first = command.target if command else ""
    return sorted(options, key=lambda option: option.get("name") != first)


def _pressed(payload: Json, me: Me) -> dict[str, Any]:
    message = payload.get("message")
    if not message:
        return {}
    channel = str(message.get("channel_id") or payload["channel_id"])
    return {
        "message": ids.message_id(channel, str(message["id"])),
        "reply_number": number_of(message, me),
    }


def _fields(components: Sequence[Json]) -> dict[str, str]:
    """The inputs of a submitted modal, in labels or in action rows."""
    found: dict[str, str] = {}
    for component in components:
        inner = [*(component.get("components") or ()), *filter(None, (component.get("component"),))]
        found |= _fields(inner)
        if component.get("custom_id"):
            found[str(component["custom_id"])] = str(component.get("value") or "")
    return found

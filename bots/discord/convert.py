"""From Discord's payloads, as the gateway and REST give them, to the core's events. Pure."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bots.discord import ids
from bots.discord.permissions import moderates, owns
from bots.discord.text import from_discord
from core.commands import BY_NAME, COMMANDS, Command
from core.events import Attachment, Deleted, Edited, Invoked, Person, Posted, Reacted
from core.i18n import languages, texts
from core.text.model import Rich
from core.text.names import SPOILER

Json = Mapping[str, Any]

PLATFORM = "discord"
DEFAULT, REPLY, THREAD_STARTER = 0, 19, 21
FORWARD = 1
VOICE_FLAG = 1 << 13
SPOILER_FLAG = 1 << 3
_STICKERS = {1: "png", 2: "png", 4: "gif"}
COMMAND, COMPONENT, MODAL = 2, 3, 5
FILE_UPLOAD = 19
MESSAGE_MENU = 3

NOBODY: Mapping[str, str] = {}
_NUMBER = re.compile(r"\W{0,4}#(\d{1,9})\b")
_LEAD = re.compile(r"-# \[↪\]\((?P<link>[^)\s]*)\)\n")


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are there: the bot's user id, its application, and the ids of our own webhooks (a
    live set of those that were used since the start)."""

    user: str
    webhooks: set[str] = field(default_factory=set)
    application: str = ""

    def wrote(self, message: Json) -> bool:
        """Whether a message is ours. One of a webhook that an application made names that
        application (Discord's documentation, "Message")."""
        author = str((message.get("author") or {}).get("id"))
        if author == self.user or author in self.webhooks:
            return True
        by = str(message.get("application_id") or "")
        return bool(message.get("webhook_id") and self.application) and by == self.application


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


def posted(
    payload: Json, where: Where, me: Me, *, admin: bool = False, known: Mapping[str, str] = NOBODY
) -> Posted | None:
    """A person's message in a thread; None for everything that is no comment. known: see
    `text_of`."""
    if not is_comment(payload):
        return None
    return Posted(
        platform=PLATFORM,
        place=where.place,
        thread=where.thread,
        message=ids.message_id(payload["channel_id"], payload["id"]),
        person=_author(payload, admin=admin),
        text=text_of(payload, known),
        at=ids.moment(payload["id"]),
        reply_to=_reply_to(payload),
        reply_number=_reply_number(payload, me),
        attachments=attachments(payload),
        forwarded="" if _is_forward(payload) else None,
        link=ids.link(str(payload.get("guild_id") or ""), payload["channel_id"], payload["id"]),
    )


def _is_forward(payload: Json) -> bool:
    return (payload.get("message_reference") or {}).get("type") == FORWARD


def edited(
    payload: Json, where: Where, *, admin: bool = False, known: Mapping[str, str] = NOBODY
) -> Edited | None:
    """A person's message as it is now; None for what is no comment or is told incompletely."""
    if not is_comment(payload) or "content" not in payload:
        return None
    return Edited(
        platform=PLATFORM,
        place=where.place,
        message=ids.message_id(payload["channel_id"], payload["id"]),
        person=_author(payload, admin=admin),
        text=text_of(payload, known),
        at=changed_at(payload) or ids.moment(payload["id"]),
        attachments=attachments(payload),
    )


def changed_at(payload: Json) -> float:
    """When a message was edited for the last time: Unix seconds, UTC; 0 where it never was."""
    stamp = payload.get("edited_timestamp")
    return _seconds(stamp) if stamp else 0.0


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


def text_of(payload: Json, known: Mapping[str, str] = NOBODY) -> Rich:
    """The message's text; of a forwarded message, the text of what was forwarded. known: what
    `Directory.names` told of `content_of` it."""
    return from_discord(content_of(payload), {**known, **names(payload)})


def content_of(payload: Json) -> str:
    """The markdown of `text_of`."""
    if _is_forward(payload):
        inner = [s.get("message") or {} for s in payload.get("message_snapshots") or ()]
        return "\n".join(str(m.get("content") or "") for m in inner)
    return str(payload.get("content") or "")


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
    """Whatever a message holds besides text; of a forwarded message, what was forwarded."""
    if (payload.get("message_reference") or {}).get("type") == FORWARD:
        inner = [s.get("message") or {} for s in payload.get("message_snapshots") or ()]
        about = {"channel_id": payload["channel_id"], "id": payload["id"]}
        return tuple(a for m in inner for a in _attachments({**m, **about}))
    return _attachments(payload)


def _attachments(payload: Json) -> tuple[Attachment, ...]:
    voice = bool(int(payload.get("flags") or 0) & VOICE_FLAG)
    message = ids.message_id(str(payload.get("channel_id")), str(payload.get("id")))
    found = [_file(a, message, voice) for a in payload.get("attachments") or ()]
    found += [_sticker(sticker) for sticker in payload.get("sticker_items") or ()]
    if payload.get("poll"):
        found.append(_poll(payload["poll"]))
    return tuple(found)


def _file(attachment: Json, message: str, voice: bool) -> Attachment:
    media = _type(attachment)
    kind = {"image": "photo", "video": "video", "audio": "audio"}.get(media.split("/")[0], "file")
    if media == "image/gif":
        kind = "animation"
    if media.startswith("image/svg"):
        kind = "file"
    if voice and kind == "audio":
        kind = "voice"
    name = str(attachment.get("filename", ""))
    known = {"url": attachment.get("url"), "message": message, "id": str(attachment.get("id"))}
    return Attachment(
        kind=kind,
        name=_title(attachment, name),
        size=int(attachment.get("size") or 0),
        reference=json.dumps(known) if known["url"] else "",
        key=str(attachment.get("id")),
        mime=media,
        alt=str(attachment.get("description") or ""),
        spoiler=name.startswith(SPOILER) or bool(int(attachment.get("flags") or 0) & SPOILER_FLAG),
        seconds=int(float(attachment.get("duration_secs") or 0)),
        width=int(attachment.get("width") or 0),
        height=int(attachment.get("height") or 0),
    )


def _type(attachment: Json) -> str:
    """The media type; where Discord does not know it, what the name says."""
    told = str(attachment.get("content_type") or "")
    if told and told != "application/octet-stream":
        return told
    return mimetypes.guess_type(str(attachment.get("filename", "")))[0] or told


def _title(attachment: Json, name: str) -> str:
    """The name as its owner had it: Discord keeps plain letters, and the rest as a title."""
    title, dot, ending = attachment.get("title"), *name.rpartition(".")[1:]
    if title and dot:
        return f"{title}.{ending}"
    return name.removeprefix(SPOILER)


def _sticker(sticker: Json) -> Attachment:
    """As a picture; one that is a Lottie animation by its name."""
    name, number = str(sticker.get("name") or ""), str(sticker["id"])
    form = int(sticker.get("format_type") or 0)
    ending = _STICKERS.get(form)
    reference = json.dumps({"sticker": f"{number}.{ending}"}) if ending else ""
    return Attachment(
        kind="animation" if ending == "gif" else "sticker",
        name=name,
        reference=reference,
        key=f"sticker:{number}",
        mime=f"image/{ending}" if ending else "",
        words=f":{name}:" if name else "",
    )


def _poll(poll: Json) -> Attachment:
    question = (poll.get("question") or {}).get("text") or ""
    answers = [(a.get("poll_media") or {}).get("text") or "" for a in poll.get("answers") or ()]
    options = "\n".join(" ".join(str(answer).split()) for answer in answers if answer)
    return Attachment("poll", str(question), words=options)


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
    return (head_number(payload) or None) if me.wrote(payload) else None


def head_number(payload: Json) -> int:
    """The `#number` with which a comment's copy begins, after the link of a webhook's; 0 in its
    further parts and elsewhere."""
    content = str(payload.get("content") or "")
    lead = _LEAD.match(content)
    found = _NUMBER.match(content, lead.end() if lead else 0)
    return int(found[1]) if found else 0


def led_to(payload: Json) -> str:
    """The link with which a webhook's message says what it answers, "" where it has none."""
    lead = _LEAD.match(str(payload.get("content") or ""))
    return lead["link"] if lead else ""


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def reacted(payload: Json, place: str) -> Reacted:
    """The reactions of a message as REST gives it, without our own: custom emoji by name."""
    counts = {
        str(one["emoji"].get("name") or one["emoji"].get("id")): others
        for one in payload.get("reactions") or ()
        if (others := int(one["count"]) - bool(one.get("me"))) > 0
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
            attachments=_uploaded(data),
        )
    return None


def _invoker(payload: Json) -> Person:
    member = payload.get("member")
    user = member["user"] if member else payload["user"]
    bits = int((member or {}).get("permissions") or 0)
    return Person(
        str(user["id"]),
        _name(user, member),
        locale(payload),
        admin=moderates(bits),
        owner=owns(bits),
        roles=tuple(str(role) for role in (member or {}).get("roles") or ()),
    )


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
        if component.get("custom_id") and component.get("type") != FILE_UPLOAD:
            found[str(component["custom_id"])] = str(component.get("value") or "")
    return found


def _uploaded(data: Json) -> tuple[Attachment, ...]:
    """The files of a submitted modal, in the person's order. No message holds them."""
    resolved = (data.get("resolved") or {}).get("attachments") or {}
    known = {str(number): file for number, file in resolved.items()}
    chosen = [str(number) for number in _values(data.get("components") or ())]
    return tuple(_file(known[number], "", voice=False) for number in chosen if number in known)


def _values(components: Sequence[Json]) -> list[Any]:
    found: list[Any] = []
    for component in components:
        inner = [*(component.get("components") or ()), *filter(None, (component.get("component"),))]
        found += _values(inner)
        if component.get("type") == FILE_UPLOAD:
            found += component.get("values") or ()
    return found

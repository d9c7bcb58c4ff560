"""Raw updates to events. Pure: what it needs to know is passed in.

The shapes are those of the Bot API's Update; a field that is not read here may change freely.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bots.telegram import ids, reactions
from bots.telegram.content import attachments, is_service, remark, rich_text
from bots.telegram.guard import WORD_JOINER
from core.commands import BY_NAME
from core.events import Edited, Event, Invoked, Moved, Person, Posted, ThreadOpened
from core.text.model import Rich
from core.text.tools import strip

PLATFORM = "telegram"
Raw = Mapping[str, Any]

ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
_STAND_INS = frozenset({ANONYMOUS_ADMIN, CHANNEL_BOT, 777000})
_GROUPS = frozenset({"group", "supergroup"})
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w{3,32}))?(?=\s|$)")
_NUMBER = re.compile(r"\W{0,3}?#(\d{1,9})\b")


@dataclass(frozen=True, slots=True)
class Me:
    """Our own account: its user id and its username without @."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Handle:
    """What `Adapter.answer` needs of what was invoked.

    chat, message: where it was invoked and by or on which message; topic: its forum topic.
    callback: the id of the press, "" for a command. user: whose direct chat may be written to,
    None for people who write in a chat's name. private: it was the direct chat.
    """

    chat: int
    message: int
    callback: str = ""
    user: int | None = None
    topic: int | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Admin:
    """An administrator of a group. owner: may name administrators. title: the key of the title
    they have, "" for none. hidden: they appear as the group itself."""

    owner: bool = False
    title: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the conversion is told. admins: who administers the update's chat, by identity;
    roots: (place, thread) whose ThreadOpened was handled; now: Unix seconds, for presses,
    which carry no time."""

    me: Me
    admins: Mapping[str, Admin] = field(default_factory=dict)
    roots: Collection[tuple[str, str]] = ()
    now: float = 0.0
    commands: Collection[str] = field(default=frozenset(BY_NAME) | {"start"})


def convert(update: Raw, known: Known) -> list[Event]:
    """The events of one update, in order; none for what does not concern us.

    Raises KeyError, TypeError, ValueError or AttributeError for what cannot be read.
    """
    if "callback_query" in update:
        return _press(update["callback_query"], known)
    if "channel_post" in update:
        return _channel_post(update["channel_post"], known)
    if "edited_message" in update:
        return _edit(update["edited_message"], known, f"e{update.get('update_id', '')}")
    if "message_reaction" in update:
        key = f"r{update.get('update_id', '')}"
        return [*reactions.changed(update["message_reaction"], PLATFORM, key)]
    if "message_reaction_count" in update:
        key = f"r{update.get('update_id', '')}"
        return [*reactions.counted(update["message_reaction_count"], PLATFORM, key)]
    if "message" not in update:
        return []
    message = update["message"]
    if message["chat"]["type"] == "private":
        return _private(message, known)
    if message["chat"]["type"] in _GROUPS:
        return _group(message, known)
    return []


def chat_of(update: Raw) -> tuple[int, bool] | None:
    """The group whose admins matter for an update, and whether they must be fresh because
    something is to be done; None where nobody's rights matter."""
    press = update.get("callback_query")
    message = press.get("message") if press else update.get("message")
    message = message or update.get("edited_message")
    if not message or message["chat"]["type"] not in _GROUPS:
        return None
    return message["chat"]["id"], bool(press) or str(message.get("text", "")).startswith("/")


def _group(message: Raw, known: Known) -> list[Event]:
    if message.get("is_automatic_forward"):
        return [_opened(message)]
    if "migrate_to_chat_id" in message:
        return [_moved(message)]
    if is_service(message) or _by_bot(message):
        return []
    events: list[Event] = []
    answered = message.get("reply_to_message") or {}
    if answered and not _is_known(message, answered, known):
        if answered.get("is_automatic_forward"):
            events.append(_opened({"chat": message["chat"], **answered}))
        elif _is_own_root(message, answered, known):
            events.append(_own_root({"chat": message["chat"], **answered}))
    command = _command(message, known)
    if command is None:
        events.append(_posted(message, known))
    elif command:
        events.append(_invoked(message, command, known))
    return events


def _moved(message: Raw) -> Moved:
    old, new = message["chat"]["id"], message["migrate_to_chat_id"]
    return Moved(PLATFORM, ids.place(old), ids.place(new), float(message["date"]))


def _is_known(message: Raw, root: Raw, known: Known) -> bool:
    return (ids.place(message["chat"]["id"]), str(root["message_id"])) in known.roots


def _opened(message: Raw) -> ThreadOpened:
    chat, post = _origin(message)
    return ThreadOpened(
        platform=PLATFORM,
        announce_place=ids.place(chat["id"]),
        announce_message=str(post),
        place=ids.place(message["chat"]["id"]),
        thread=str(message["message_id"]),
        message=str(message["message_id"]),
        text=message.get("text") or message.get("caption") or rich_text(message).text,
        at=float(message["date"]),
        link=ids.link(chat, post),
    )


def _is_own_root(message: Raw, root: Raw, known: Known) -> bool:
    """Whether a reply chain hangs under a message of ours, perhaps one whose send had an
    unknown outcome."""
    ours = (root.get("from") or {}).get("id") == known.me.id
    return ours and ids.thread_of(message) == str(root["message_id"])


def _own_root(message: Raw) -> ThreadOpened:
    """A root of ours in the group itself: the place is its own announce place."""
    place, root = ids.place(message["chat"]["id"]), str(message["message_id"])
    return ThreadOpened(
        platform=PLATFORM,
        announce_place=place,
        announce_message=root,
        place=place,
        thread=root,
        message=root,
        text=message.get("text") or message.get("caption") or rich_text(message).text,
        at=float(message["date"]),
        link=ids.link(message["chat"], message["message_id"]),
    )


def _origin(message: Raw) -> tuple[Raw, int]:
    """The channel and the post that were forwarded."""
    origin = message.get("forward_origin")
    if origin is not None:
        return origin["chat"], origin["message_id"]
    return message["forward_from_chat"], message["forward_from_message_id"]


def _by_bot(message: Raw) -> bool:
    """Whether a bot wrote it by itself; the accounts that stand in for chats count as their
    people, and what a guest bot says counts as said by whoever called it."""
    sender = message.get("from") or {}
    stands_in = "sender_chat" in message and sender.get("id") in _STAND_INS
    return bool(sender.get("is_bot")) and not stands_in and not _called(message)


def _called(message: Raw) -> bool:
    """A guest bot, which is no member and answers anybody who calls it, wrote it (Bot API,
    "Message", guest_bot_caller_user and guest_bot_caller_chat)."""
    return "guest_bot_caller_user" in message or "guest_bot_caller_chat" in message


def _person(message: Raw, known: Known) -> Person:
    """Who wrote a message: a user, a channel, or an anonymous admin of the chat itself; for a
    guest bot's message, who called it."""
    chat = message.get("guest_bot_caller_chat") or message.get("sender_chat")
    if chat is None:
        return _user(message.get("guest_bot_caller_user") or message["from"], known)
    if chat["id"] == message["chat"]["id"]:
        signature = message.get("author_signature") or ""
        roles = _roles(ids.title(signature))
        return Person("", signature or chat.get("title") or "", admin=True, roles=roles)
    return Person(str(chat["id"]), chat.get("title") or chat.get("username") or "")


def _presser(user: Raw, known: Known) -> Person:
    """Who pressed a button: a press names even those who appear as the group itself."""
    person = _user(user, known)
    admin = known.admins.get(person.identity)
    return replace(person, identity="", name="") if admin and admin.hidden else person


def _user(user: Raw, known: Known) -> Person:
    identity = str(user["id"])
    name = " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))
    language = user.get("language_code") or ""
    if (admin := known.admins.get(identity)) is None:
        return Person(identity, name, language)
    return Person(identity, name, language, True, admin.owner, _roles(admin.title))


def _roles(title: str) -> tuple[str, ...]:
    return (title,) if title else ()


def _posted(message: Raw, known: Known) -> Posted:
    return Posted(
        platform=PLATFORM,
        place=ids.place(message["chat"]["id"]),
        thread=ids.thread_of(message),
        message=str(message["message_id"]),
        person=_person(message, known),
        text=remark(message),
        at=float(message["date"]),
        reply_to=_reply_to(message),
        reply_number=_number(message.get("reply_to_message"), known),
        quote=_quote(message),
        attachments=attachments(message),
        album=message.get("media_group_id") or "",
        forwarded=_forwarded(message),
        via=_via(message),
        link=ids.link(message["chat"], message["message_id"], ids.thread_of(message)),
    )


def _forwarded(message: Raw) -> str | None:
    """Where a forwarded message is from: a channel's or group's title. People are not named:
    some hide their account from forwards, and none was asked ("MessageOrigin")."""
    origin = message.get("forward_origin")
    if origin is None:
        return None
    chat = origin.get("chat") or origin.get("sender_chat") or {}
    return str(chat.get("title") or "")


def _via(message: Raw) -> str:
    """The bot through which a person wrote, inline or by calling it as a guest."""
    bot = message["from"] if _called(message) and "from" in message else message.get("via_bot")
    return f"@{bot['username']}" if bot and bot.get("username") else ""


def _edit(message: Raw, known: Known, key: str) -> list[Event]:
    if message["chat"]["type"] not in _GROUPS or message.get("is_automatic_forward"):
        return []
    if is_service(message) or _by_bot(message):
        return []
    return [
        Edited(
            platform=PLATFORM,
            place=ids.place(message["chat"]["id"]),
            message=str(message["message_id"]),
            person=_person(message, known),
            text=remark(message),
            at=float(message.get("edit_date") or message["date"]),
            attachments=attachments(message),
            key=f"{key}:{message['chat']['id']}:{message['message_id']}",
        )
    ]


def _reply_to(message: Raw) -> str | None:
    """The message answered; None for the root, which Telegram names as answered in every
    direct comment, and for the message that a topic was created with."""
    answered = message.get("reply_to_message")
    if answered is None or "forum_topic_created" in answered:
        return None
    number = str(answered["message_id"])
    return None if number == str(message.get("message_thread_id")) else number


def _number(answered: Raw | None, known: Known) -> int | None:
    """The `#number` that a message of ours begins with."""
    if not answered or (answered.get("from") or {}).get("id") != known.me.id:
        return None
    found = _NUMBER.match(answered.get("text") or answered.get("caption") or "")
    return int(found[1]) if found else None


def _quote(message: Raw) -> str:
    """What the person marked of the message that they answer; of a copy of ours, the comment's
    own words."""
    return str((message.get("quote") or {}).get("text") or "").replace(WORD_JOINER, "")


def _command(message: Raw, known: Known) -> tuple[str, Rich] | tuple[()] | None:
    """Name and argument of a command to us; () for one to another bot, None for plain words.

    In groups a word with a slash that is no command of ours is what somebody says.
    """
    text = rich_text(message)
    found = _COMMAND.match(text.text)
    if found is None:
        return None
    name, bot = found[1].lower(), found[2]
    if bot and bot.lower() != known.me.name.lower():
        return ()
    if name not in known.commands and not bot and message["chat"]["type"] != "private":
        return None
    return name, strip(text.slice(found.end(), len(text.text)))


def _invoked(message: Raw, command: tuple[str, Rich], known: Known) -> Invoked:
    name, argument = command
    private = message["chat"]["type"] == "private"
    return Invoked(
        platform=PLATFORM,
        person=_person(message, known),
        at=float(message["date"]),
        key=f"m{message['chat']['id']}:{message['message_id']}",
        command=name,
        argument=argument.text,
        text=argument,
        place=None if private else ids.place(message["chat"]["id"]),
        thread=None if private else ids.thread_of(message),
        message=_target(message),
        said=None if private else str(message["message_id"]),
        reply_number=_number(message.get("reply_to_message"), known),
        quote=_quote(message),
        attachments=attachments(message) if private else (),
        album=(message.get("media_group_id") or "") if private else "",
        forwarded=_forwarded(message) if private else None,
        via=_via(message) if private else "",
        private=private,
        handle=_handle(message),
    )


def _target(message: Raw) -> str | None:
    """The message that a command answers; in a thread without an answer the root, so that a
    command about an article finds it."""
    answered = message.get("reply_to_message")
    if answered is None or "forum_topic_created" in answered:
        return None
    return str(answered["message_id"])


def _handle(message: Raw) -> Handle:
    sender = None if "sender_chat" in message else message.get("from")
    return Handle(
        chat=message["chat"]["id"],
        message=message["message_id"],
        user=sender["id"] if sender else None,
        topic=ids.topic(ids.thread_of(message)),
        private=message["chat"]["type"] == "private",
    )


def _private(message: Raw, known: Known) -> list[Event]:
    """The direct chat: commands, words, and what is attached. Nobody is an admin there."""
    if is_service(message) or _by_bot(message):
        return []
    nobody = Known(known.me, {}, known.roots, known.now, known.commands)
    command = _command(message, nobody)
    return [_invoked(message, command or ("", rich_text(message)), nobody)]


def _channel_post(message: Raw, known: Known) -> list[Event]:
    """Only commands matter in a channel, and only its admins can write there."""
    command = _command(message, known)
    return [_invoked(message, command, known)] if command else []


def _press(press: Raw, known: Known) -> list[Event]:
    """A pressed button. Its message may be too old to be told: then only its id is there."""
    message, token = press.get("message"), press.get("data")
    if message is None or token is None:
        return []
    private = message["chat"]["type"] == "private"
    nobody = Known(known.me, {}, known.roots, known.now, known.commands)
    thread = ids.thread_of(message)
    return [
        Invoked(
            platform=PLATFORM,
            person=_presser(press["from"], nobody if private else known),
            at=known.now,
            key=f"q{press['id']}",
            token=token,
            place=None if private else ids.place(message["chat"]["id"]),
            thread=None if private else thread,
            message=str(message["message_id"]),
            reply_number=_number(message, known),
            private=private,
            handle=Handle(
                chat=message["chat"]["id"],
                message=message["message_id"],
                callback=press["id"],
                user=press["from"]["id"],
                topic=ids.topic(thread),
                private=private,
            ),
        )
    ]

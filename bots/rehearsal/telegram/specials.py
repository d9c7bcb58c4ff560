"""What a message can hold beside text and files, as `person_posts(special=...)` takes it.

Every function gives {"kind": the Message's field, "value": what stands there}.
"""

from __future__ import annotations

from collections.abc import Sequence

from bots.rehearsal.world import Json


def poll(
    question: str,
    options: Sequence[str],
    *,
    quiz: bool = False,
    anonymous: bool = True,
    several: bool = False,
) -> Json:
    """A poll that nobody has voted in. quiz: the first option is right."""
    value: Json = {
        "id": "5000000000000000000",
        "question": question,
        "options": [
            {"persistent_id": f"option{n}", "text": text, "voter_count": 0}
            for n, text in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": anonymous,
        "type": "quiz" if quiz else "regular",
        "allows_multiple_answers": several,
        "allows_revoting": not quiz,
        "members_only": False,
    }
    return {"kind": "poll", "value": value}


def dice(emoji: str = "🎲", value: int = 4) -> Json:
    """An animated emoji with a random value that Telegram chose."""
    return {"kind": "dice", "value": {"emoji": emoji, "value": value}}


def location(latitude: float, longitude: float, *, live_seconds: int = 0) -> Json:
    """A point on the map; with `live_seconds` a live location."""
    value: Json = {"latitude": latitude, "longitude": longitude}
    if live_seconds:
        value["live_period"] = live_seconds
    return {"kind": "location", "value": value}


def venue(title: str, address: str, latitude: float, longitude: float) -> Json:
    """A place with a name; the message shows its location too."""
    at: Json = {"latitude": latitude, "longitude": longitude}
    return {"kind": "venue", "value": {"location": at, "title": title, "address": address}}


def contact(phone: str, first_name: str, *, user: int | None = None) -> Json:
    """Somebody's telephone number and, where they have an account, its id."""
    value: Json = {"phone_number": phone, "first_name": first_name}
    if user is not None:
        value["user_id"] = user
    return {"kind": "contact", "value": value}


def rich_message(*blocks: Json) -> Json:
    """A rich message as a person's app makes it: RichBlocks, no text."""
    return {"kind": "rich_message", "value": {"blocks": list(blocks)}}


def story(chat: int, number: int, title: str = "Somebody") -> Json:
    """A story of a channel, forwarded."""
    shown: Json = {"id": chat, "type": "channel", "title": title}
    return {"kind": "story", "value": {"chat": shown, "id": number}}


def paid_media(stars: int) -> Json:
    """A picture that is seen by those who pay."""
    preview: Json = {"type": "preview", "width": 640, "height": 360}
    return {"kind": "paid_media", "value": {"star_count": stars, "paid_media": [preview]}}


def checklist(title: str, tasks: Sequence[str]) -> Json:
    """A list of tasks, none of them done."""
    listed = [{"id": n, "text": text} for n, text in enumerate(tasks, 1)]
    return {"kind": "checklist", "value": {"title": title, "tasks": listed}}


# where a forward comes from, as `person_posts(forwarded=...)` takes it


def from_user(user: int, date: int) -> Json:
    """Somebody whose account is linked in forwards. date: Unix seconds of the original."""
    return {"type": "user", "user": user, "date": date}


def from_hidden_user(name: str, date: int) -> Json:
    """Somebody who does not let forwards lead to them: a name only."""
    return {"type": "hidden_user", "name": name, "date": date}


def from_chat(chat: int, date: int, signature: str = "") -> Json:
    """A group's anonymous administrator; the signature is their title."""
    return {"type": "chat", "chat": str(chat), "date": date, "signature": signature}


def from_channel(channel: int, message: int, date: int, signature: str = "") -> Json:
    """A channel's post."""
    origin: Json = {"type": "channel", "chat": str(channel), "message_id": message}
    return {**origin, "date": date, "signature": signature}

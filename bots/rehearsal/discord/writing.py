"""What people write on Discord: messages with all that they may carry, edits, reactions.

A person's action goes through the same rules as a bot's call; what their own client would not
offer raises NotPossible.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.rehearsal.discord import posting
from bots.rehearsal.discord.errors import NotPossible
from bots.rehearsal.discord.files import SPOILER, File
from bots.rehearsal.discord.flags import THREADS, MessageFlag
from bots.rehearsal.discord.rules.channels import direct
from bots.rehearsal.discord.state import State
from bots.rehearsal.world import World

Json = dict[str, Any]


@dataclass(frozen=True)
class Attached:
    """A file that a person attaches.

    data: its bytes, or a file that holds them. description: the text for who does not see it.
    spoiler: covered until it is pressed. width and height: of a video, in pixels (a picture's
    are read). seconds: how long a video or a recording runs. size: in bytes, where the file is
    larger than `data`, with which it begins.
    """

    name: str
    data: bytes | Path
    description: str = ""
    spoiler: bool = False
    content_type: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    size: int = 0

    def file(self, number: int) -> File:
        """As the upload of a form."""
        name = SPOILER + self.name if self.spoiler else self.name
        sizes = {"width": self.width, "height": self.height, "duration_secs": self.seconds}
        known = {key: value for key, value in sizes.items() if value}
        kind = self.content_type or "application/octet-stream"
        return File(f"files[{number}]", name, self.data, kind, size=self.size, known=known)


class Writing:
    """The actions of people who write. `call_as` performs a REST call as a user."""

    world: World
    state: State

    def call_as(
        self,
        user_id: str,
        method: str,
        path: str,
        json: Any = None,
        *,
        params: Json | None = None,
        files: tuple[File, ...] = (),
    ) -> Any:
        """Perform a REST call as this user."""
        raise NotImplementedError

    def person_posts(
        self,
        person: str,
        channel_id: str,
        text: str,
        *,
        reply_to: str | None = None,
        attachments: tuple[tuple[str, bytes] | Attached, ...] = (),
        stickers: tuple[str, ...] = (),
        poll: Json | None = None,
    ) -> Json:
        """Write into a channel, thread or direct chat; returns the message.

        attachments: files, or names with their bytes. stickers: up to three ids that
        `add_sticker` gave. poll: as `poll_of` makes it. Raises ApiError as the platform
        refuses it.
        """
        body: Json = {"content": text}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to, "channel_id": channel_id}
        if stickers:
            body["sticker_ids"] = list(stickers)
        if poll is not None:
            body["poll"] = poll
        given = [a if isinstance(a, Attached) else Attached(*a) for a in attachments]
        if given:
            body["attachments"] = [_described(n, a.description) for n, a in enumerate(given)]
        files = tuple(a.file(n) for n, a in enumerate(given))
        path = f"/channels/{channel_id}/messages"
        made: Json = self.call_as(person, "POST", path, body, files=files)
        return made

    def person_speaks(
        self,
        person: str,
        channel_id: str,
        data: bytes | Path,
        *,
        seconds: float = 3.0,
        waveform: str = "FzYACgAAAAAAACQAAAAAAAA=",
    ) -> Json:
        """Send a voice message: Ogg Opus with its length and its waveform (base64)."""
        entry = {"id": "0", "duration_secs": seconds, "waveform": waveform}
        file = File("files[0]", "voice-message.ogg", data, "audio/ogg")
        body = {"flags": int(MessageFlag.VOICE), "attachments": [entry]}
        path = f"/channels/{channel_id}/messages"
        made: Json = self.call_as(person, "POST", path, body, files=(file,))
        return made

    def person_forwards(self, person: str, channel_id: str, message_id: str) -> Json:
        """Forward a message that the person can read into a channel."""
        origin = self._message(message_id)["channel_id"]
        reference = {"type": 1, "message_id": message_id, "channel_id": origin}
        path = f"/channels/{channel_id}/messages"
        made: Json = self.call_as(person, "POST", path, {"message_reference": reference})
        return made

    def person_drops_files(self, person: str, message_id: str, *keep: str) -> Json:
        """Take attachments out of an own message, all but those with these ids."""
        body = {"attachments": [{"id": one} for one in keep]}
        made: Json = self.call_as(person, "PATCH", self._path(message_id), body)
        return made

    def person_writes_to(self, person: str, user_id: str, text: str) -> Json:
        """Write into the direct chat with a user, such as a bot."""
        channel = direct(self.state, person, user_id)
        return self.person_posts(person, channel["id"], text)

    def person_opens_post(
        self, person: str, forum_id: str, name: str, text: str, *, tags: tuple[str, ...] = ()
    ) -> Json:
        """Open a forum post; returns the thread with its `message`."""
        body = {"name": name, "message": {"content": text}, "applied_tags": list(tags)}
        made: Json = self.call_as(person, "POST", f"/channels/{forum_id}/threads", body)
        return made

    def person_edits(self, person: str, message_id: str, text: str) -> Json:
        """Edit an own message."""
        path = self._path(message_id)
        made: Json = self.call_as(person, "PATCH", path, {"content": text})
        return made

    def person_deletes(self, person: str, message_id: str) -> None:
        """Delete an own message, or another's with the right to."""
        self.call_as(person, "DELETE", self._path(message_id))

    def person_deletes_many(self, person: str, channel_id: str, message_ids: list[str]) -> None:
        """Delete 2 to 100 messages at once, with the right to."""
        path = f"/channels/{channel_id}/messages/bulk-delete"
        self.call_as(person, "POST", path, {"messages": message_ids})

    def person_reacts(self, person: str, message_id: str, emoji: str) -> None:
        """React to a message with a character, or "name:id" of a guild's own emoji."""
        self.call_as(person, "PUT", f"{self._path(message_id)}/reactions/{emoji}/@me")

    def person_unreacts(self, person: str, message_id: str, emoji: str) -> None:
        """Take an own reaction back."""
        self.call_as(person, "DELETE", f"{self._path(message_id)}/reactions/{emoji}/@me")

    def person_changes(self, person: str, channel_id: str, **changes: Any) -> Json:
        """Change a channel or thread by hand: `archived=True`, `locked=True`, `name="..."`."""
        made: Json = self.call_as(person, "PATCH", f"/channels/{channel_id}", changes)
        return made

    def webhook_posts(self, channel_id: str, name: str, text: str) -> Json:
        """Somebody else's webhook (a news ticker, another bridge) writes into a channel."""
        channel = self.state.get("channel", channel_id)
        where = channel["parent_id"] if channel["type"] in THREADS else channel_id
        owner = self.state.get("guild", channel["guild_id"])["owner_id"]
        known = [w for w in self.state.all("webhook") if w["channel_id"] == where]
        own = [w for w in known if w["creator_id"] == owner and w["name"] == name]
        path = f"/channels/{where}/webhooks"
        hook = own[0] if own else self.call_as(owner, "POST", path, {"name": name})
        query = {"wait": "true", **({"thread_id": channel_id} if where != channel_id else {})}
        use = f"/webhooks/{hook['id']}/{hook['token']}"
        made: Json = self.call_as(owner, "POST", use, {"content": text}, params=query)
        return made

    def _path(self, message_id: str) -> str:
        doc = self.state.find_message(message_id)
        if doc is None:
            raise NotPossible(f"there is no message {message_id} any more")
        return f"/channels/{doc['channel_id']}/messages/{message_id}"

    def preview_resolves(self, message_id: str, embed: Json | None = None) -> None:
        """Discord has fetched a link's preview: a MESSAGE_UPDATE that nobody's edit caused."""
        doc = self._message(message_id)
        shown = {"type": "link", "url": "https://example.org/", "title": "Preview"}
        doc["embeds"] = [*doc["embeds"], embed or shown]
        self.state.put_message(doc)
        posting.tell(self.state, "MESSAGE_UPDATE", doc)
        self.world.touch()

    def _message(self, message_id: str) -> Json:
        doc = self.state.find_message(message_id)
        if doc is None:
            raise NotPossible(f"there is no message {message_id} any more")
        return doc


def poll_of(question: str, *answers: str, hours: int = 24, several: bool = False) -> Json:
    """A poll as a person sets it up."""
    return {
        "question": {"text": question},
        "answers": [{"poll_media": {"text": text}} for text in answers],
        "duration": hours,
        "allow_multiselect": several,
    }


def _described(number: int, description: str) -> Json:
    return {"id": str(number), **({"description": description} if description else {})}

"""What people do with media: albums whose pieces arrive one by one, and other media instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from bots.rehearsal.telegram.errors import Refused
from bots.rehearsal.telegram.media import Attachment
from bots.rehearsal.telegram.people import People
from bots.rehearsal.telegram.posting import CONTENT, Place, Sender
from bots.rehearsal.world import Json

ALBUM_MOST = 10


class Showing(People):
    """Hands that hold more than one file."""

    def person_posts_album(
        self,
        person: int,
        chat: int,
        items: Sequence[Attachment],
        captions: Sequence[str] = (),
        *,
        reply_to: int | None = None,
        under: int | None = None,
        held: int = 0,
    ) -> list[Json]:
        """Post an album of 2 to 10 media under one `media_group_id`; its Messages in order.

        captions: of the items in order; those beyond the list have none. held: of so many of
        the last items the bots hear only with `release_pieces`: the pieces arrive apart.
        """
        if not 2 <= len(items) <= ALBUM_MOST:
            raise Refused("an album has 2 to 10 media")
        doc = self._opened(self.where(person, chat))
        self._check_post(person, doc, None, (reply_to, under))
        sender = self._sender(person, doc, None, anonymous=False)
        album = f"{self.memory.new_number('album')}000"
        place = Place(reply_to=reply_to, under=under)
        messages = []
        for number, item in enumerate(items):
            caption = captions[number] if number < len(captions) else ""
            content = self._content(caption, None, item)
            content |= {"author": person, "media_group_id": album}
            place.held = number >= len(items) - held
            messages.append(self.posting.add(doc, sender, content, place))
        if doc["type"] == "channel":
            self.posting.settle(self.posting.forward_later(messages))
        self.world.touch()
        return [self.objects.message(message) for message in messages]

    def release_pieces(self, most: int | None = None) -> int:
        """Let the bots hear of messages that were held back, oldest first; how many they were.

        most: only so many; all without. What is held survives a restart of the rehearsal.
        """
        released = self.posting.release(most)
        self.world.touch()
        return released

    def person_replaces(
        self, person: int, chat: int, message_id: int, media: Attachment | Json, text: str = ""
    ) -> Json:
        """Put another medium in place of a message's own, with `text` as its caption.

        media: an Attachment, or what `specials` gives, such as another rich message.
        """
        doc = self.where(person, chat)
        message = self._existing(doc, message_id)
        self._check_editor(person, doc, message)
        content = dict.fromkeys(("caption", "caption_entities", "has_media_spoiler"))
        special = {"media": media} if isinstance(media, dict) else {}
        content |= special or self._content(text, None, cast(Attachment, media))
        edited = self.posting.edit(message, content)
        self.world.touch()
        return self.objects.message(edited)

    # forwards, other bots, and what Telegram does by itself

    def person_forwards(
        self,
        person: int,
        chat: int,
        message_id: int,
        to: int,
        *,
        reply_to: int | None = None,
        under: int | None = None,
    ) -> Json:
        """Forward a message into another chat, with the origin that its author allows."""
        source = self._existing(self.where(person, chat), message_id)
        if source.get("has_protected_content") or source.get("service"):
            raise Refused("this message cannot be forwarded")
        doc = self._opened(self.where(person, to))
        self._check_post(person, doc, None, (reply_to, under))
        content = {name: source[name] for name in CONTENT if source.get(name)}
        content |= {"author": person, "forward": self.objects.origin_of(source)}
        sender = self._sender(person, doc, None, anonymous=False)
        message = self.posting.add(doc, sender, content, Place(reply_to=reply_to, under=under))
        self._after_post(doc, message)
        return self.objects.message(message)

    def guest_bot_posts(
        self,
        guest: int,
        chat: int,
        text: str,
        *,
        caller: int,
        caller_chat: int | None = None,
        reply_to: int | None = None,
        query: str = "",
    ) -> Json:
        """A bot that is no member answers whoever summoned it in a group; its Message.

        caller: the person who summoned it; caller_chat: the chat in whose name they wrote.
        Only bots that hear bots (`set_hears_bots`) are told. query: its `guest_query_id`.
        """
        doc = self.where(caller, chat)
        if (self.memory.user(guest) or {}).get("is_bot") is not True:
            raise Refused(f"no bot {guest}")
        content = self._content(text, None, None)
        if caller_chat is None:
            content["guest_bot_caller_user"] = caller
        else:
            content["guest_bot_caller_chat"] = str(caller_chat)
        content["guest_query_id"] = query or None
        message = self.posting.add(doc, Sender(guest, guest), content, Place(reply_to=reply_to))
        self.world.touch()
        return self.objects.message(message)

    def edits_invisibly(self, chat: int, message_id: int) -> None:
        """Queue the edit that Telegram sends where a reaction or a link preview changed: the
        message is as it was."""
        message = self.memory.message(chat, message_id)
        if message is None:
            raise Refused(f"message {message_id} is not there")
        self.posting.unchanged(message)
        self.world.touch()

    def release_counts(self) -> int:
        """Tell the bots how many anonymous reactions there are (Telegram takes minutes for it);
        for how many messages."""
        told = self.posting.counted()
        self.world.touch()
        return told

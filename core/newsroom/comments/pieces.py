"""What is attached to a comment: what its revision says of it, and where its bytes are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.authors import seal, tag
from core.events import Attachment
from core.newsroom.context import SPOOL_WAKE, Context, dumps
from core.ports import Row, Tx
from core.text.model import Rich, join
from core.text.names import SPOILER, file_name, media_type

HELD_ALWAYS = ("location", "contact")
"""What identifies people is never carried as such."""
_LONGEST_WORDS = 1500


@dataclass(frozen=True, slots=True)
class Piece:
    """One attachment as a revision keeps it; names as in `core.events.Attachment`.

    id: the row that knows its bytes, None where there are none. at: the place of its message in
    the original, above 0 in an album only.
    """

    kind: str
    name: str = ""
    size: int = 0
    id: int | None = None
    at: int = 0
    mime: str = ""
    alt: str = ""
    spoiler: bool = False
    words: str = ""
    seconds: int = 0
    width: int = 0
    height: int = 0

    def dump(self) -> list[Any]:
        """For JSON: kind, name, size, and what else differs from the usual."""
        usual = Piece("")
        more = {
            field.name: getattr(self, field.name)
            for field in fields(self)[3:]
            if getattr(self, field.name) != getattr(usual, field.name)
        }
        return [self.kind, self.name, self.size, *([more] if more else [])]


def load(stored: str) -> list[Piece]:
    """The pieces of a revision's column."""
    found = json.loads(stored)
    return [Piece(*values[:3], **(values[3] if len(values) > 3 else {})) for values in found]


def dump(pieces: Sequence[Piece]) -> str:
    """The other way round."""
    return dumps([piece.dump() for piece in pieces])


def same(stored: str, pieces: Sequence[Piece]) -> bool:
    """Whether a revision has these pieces. What an earlier release stored knows less of each."""
    known = json.loads(stored)
    if all(len(values) == 3 and values[0] not in HELD_ALWAYS for values in known):
        return bool(known == [piece.dump()[:3] for piece in pieces])
    return stored == dump(pieces)


def take_in(
    tx: Tx,
    context: Context,
    comment: int,
    attachments: Sequence[Attachment],
    *,
    platform: str,
    message: str,
    at: int,
) -> list[Piece]:
    """Pieces for what came with one message; bytes that are not known yet are wanted."""
    made = []
    for attachment in attachments:
        row = None
        if attachment.reference and attachment.kind not in HELD_ALWAYS:
            row = _row(tx, context, comment, attachment, platform, message)
        made.append(piece_of(attachment, row, at))
    return made


def piece_of(attachment: Attachment, row: int | None = None, at: int = 0) -> Piece:
    """A piece as it is kept, its names made safe. row: the one that knows its bytes."""
    known = {k: v for k, v in asdict(attachment).items() if k not in ("reference", "key")}
    name = file_name(attachment.name.removeprefix(SPOILER))
    if attachment.kind == "poll":
        name = " ".join(attachment.name.split())[:300]
    known |= {
        "name": name,
        "mime": media_type(attachment.mime),
        "size": _bounded(attachment.size),
        "seconds": _bounded(attachment.seconds),
        "width": _bounded(attachment.width),
        "height": _bounded(attachment.height),
        "alt": attachment.alt.strip()[:_LONGEST_WORDS],
        "words": attachment.words.strip()[:_LONGEST_WORDS],
    }
    return Piece(**known, id=row, at=at)


def _bounded(number: int) -> int:
    """A number of a platform's as the database can hold it, whatever was told."""
    return max(0, min(number, 2**53))


def _row(
    tx: Tx, context: Context, comment: int, attachment: Attachment, platform: str, message: str
) -> int:
    key = tag(context.keys, platform, "bytes:" + (attachment.key or attachment.reference))
    known = tx.one(
        "SELECT id, state FROM attachment WHERE comment = :c AND key = :key",
        {"c": comment, "key": key},
    )
    if known is not None and known["state"] != "expired":
        return int(known["id"])
    now = context.clock.now()
    values = {
        "sealed": seal(context.keys, attachment.reference),
        "state": "wanted",
        "due": now,
        "expires": now + context.rules.spool_life,
    }
    tx.wake(SPOOL_WAKE)
    if known is not None:
        # The original may have to go, and what takes its place needs the bytes once more.
        tx.run(
            "UPDATE attachment SET sealed = :sealed, state = :state, due = :due, attempts = 0,"
            " expires = :expires WHERE id = :id",
            {**values, "id": known["id"]},
        )
        return int(known["id"])
    own = {"comment": comment, "key": key, "message": message, "size": _bounded(attachment.size)}
    return tx.insert("attachment", {**own, **values})


def missing(tx: Tx, comments: Iterable[int]) -> int | None:
    """The first of these comments that shows something whose bytes we do not have (any more), so
    that no new copy could show it; None where there is none."""
    for comment in comments:
        row = tx.one(
            "SELECT r.attachments FROM comment c JOIN revision r ON r.comment = c.id"
            " AND r.number = c.shown WHERE c.id = :id AND c.state = 'published'",
            {"id": comment},
        )
        known = bytes_of(tx, comment)
        shown = load(row["attachments"]) if row is not None else []
        if any(known[one.id]["state"] in ("expired", "lost") for one in shown if one.id):
            return comment
    return None


def unwanted(tx: Tx, comment: int) -> None:
    """Nobody will look at what is not fetched yet."""
    tx.run(
        "UPDATE attachment SET state = 'lost', why = 'unwanted', sealed = NULL"
        " WHERE comment = :c AND state = 'wanted'",
        {"c": comment},
    )


def captions_of(stored: str) -> dict[int, Rich]:
    """What an album's messages say, by their places."""
    return {int(at): Rich.load(value) for at, value in json.loads(stored).items()}


def dump_captions(captions: Mapping[int, Rich]) -> str:
    """The other way round."""
    return dumps({str(at): captions[at].dump() for at in sorted(captions)})


def whole(captions: Mapping[int, Rich]) -> Rich:
    """The words of an album."""
    return join([captions[at] for at in sorted(captions) if captions[at]], "\n")


def said(text: Rich, attachments: Sequence[Attachment | Piece]) -> Rich:
    """Every word of a comment: its own, and those of what is attached, a poll's and a picture's
    description, which people read as well."""
    polls = [f"{one.name}\n{one.words}" for one in attachments if one.kind == "poll"]
    more = [*polls, *(one.alt for one in attachments)]
    return join([part for part in (text, *map(Rich, more)) if part], "\n")


def bytes_of(tx: Tx, comment: int) -> dict[int, Row]:
    """The rows that know the bytes of a comment's pieces, by their ids."""
    rows = tx.all("SELECT * FROM attachment WHERE comment = :c", {"c": comment})
    return {row["id"]: row for row in rows}

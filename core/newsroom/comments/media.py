"""What of a comment's attachments a place shows, and the words for what it cannot show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.i18n import Texts
from core.newsroom.comments.pieces import HELD_ALWAYS, Piece, bytes_of, load
from core.ports import Capabilities, Row, Tx
from core.text.model import Rich, Style, italic, link
from core.views import Media

_NAMED = ("file", "audio")
MEGABYTE = 1024 * 1024


def shown(
    tx: Tx, t: Texts, capabilities: Capabilities, row: Row
) -> tuple[tuple[Media, ...], list[Rich | str]]:
    """The media that a place shows of a comment's revision, and lines about the rest.

    row: the comment's id, its channel, and its revision's attachments.
    """
    pieces = load(row["attachments"])
    if not pieces:
        return (), []
    known = bytes_of(tx, row["id"])
    original = _original(tx, row)
    media: list[Media] = []
    lines: list[Rich | str] = []
    for piece in pieces:
        kept = known.get(piece.id) if piece.id is not None else None
        if kept is not None and kept["digest"] and kept["size"] <= capabilities.upload_limit:
            media.append(_media(t, piece, kept, original))
            if piece.alt and not capabilities.alts:
                told = italic(t("Description of the picture: {alt}", alt=piece.alt))
                lines.append(told.dressed(Style.SPOILER) if piece.spoiler else told)
        else:
            lines.append(_line(t, piece, kept, original))
    return tuple(media), lines


def hidden(media: Sequence[Media]) -> tuple[Media, ...]:
    """The same, seen only by who asks for it."""
    return tuple(replace(one, spoiler=True) for one in media)


def _media(t: Texts, piece: Piece, kept: Row, original: str) -> Media:
    return Media(
        kind=piece.kind,
        name=piece.name,
        size=kept["size"],
        digest=kept["digest"],
        file=kept["file"],
        mime=piece.mime,
        alt=piece.alt,
        spoiler=piece.spoiler,
        seconds=piece.seconds,
        width=piece.width,
        height=piece.height,
        line=_line(t, piece, kept, original),
    )


def _original(tx: Tx, row: Row) -> str:
    """The address of the comment where it was written, "" where it does not stand any more."""
    found = tx.one(
        "SELECT m.link FROM delivery d JOIN shows s ON s.delivery = d.id AND s.position >= 0"
        " JOIN message m ON m.id = s.message WHERE d.subject = 'comment' AND d.subject_id = :id"
        " AND d.role = 'origin' AND d.want > 0 AND m.link <> '' ORDER BY s.position LIMIT 1",
        {"id": row["id"]},
    )
    return str(found["link"]) if found is not None else ""


def _line(t: Texts, piece: Piece, kept: Row | None, original: str) -> Rich:
    """Words in place of a piece: what it is, how large, and where it can be seen."""
    if piece.kind == "poll":
        return _poll(t, piece)
    if piece.kind == "sticker" and piece.words:
        return Rich(piece.words)
    if kept is None or piece.kind in HELD_ALWAYS:
        return italic(t("Attached: {what}", what=named(t, piece)))
    what = f"{named(t, piece)}, {size(kept['size'])}"
    words = italic(t("Not shown here: {what}", what=what))
    return words + " · " + link(t("the original"), original) if original else words


def _poll(t: Texts, piece: Piece) -> Rich:
    lines = [t("Poll: {question}", question=piece.name)]
    lines += [f"· {option}" for option in piece.words.splitlines() if option.strip()]
    return Rich("\n".join(lines))


def size(count: int) -> str:
    """Bytes for people: "3.4 MB", "12 KB"."""
    if count >= MEGABYTE:
        return f"{count / MEGABYTE:.1f} MB"
    return f"{max(1, round(count / 1024))} KB"


def named(t: Texts, piece: Piece) -> str:
    """What a piece is, and its name where that tells something."""
    known = {
        "photo": t("photo"),
        "video": t("video"),
        "note": t("video message"),
        "animation": t("animation"),
        "voice": t("voice message"),
        "audio": t("audio"),
        "file": t("file"),
        "sticker": t("sticker"),
        "poll": t("poll"),
        "location": t("location"),
        "contact": t("contact"),
    }.get(piece.kind, t("something that cannot be shown here"))
    return f"{known} “{piece.name}”" if piece.name and piece.kind in _NAMED else known


def listed(t: Texts, pieces: Sequence[Piece]) -> str:
    """Everything that is attached, in words; "" for nothing."""
    return ", ".join(named(t, piece) for piece in pieces)

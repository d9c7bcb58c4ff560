"""What somebody attached, as one file that goes with their export, as far as the bytes are kept
and one message takes them."""

from __future__ import annotations

import asyncio
import io
import mimetypes
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from core.errors import StorageError
from core.i18n import Texts
from core.newsroom.comments.pieces import Piece, load
from core.ports import Tx
from core.text.names import file_name
from core.views import Answer, File

ROOM = 7_900_000
"""Bytes of everything that an answer brings; a platform's own limit may be lower."""
OVERHEAD = 400
"""Bytes, at most, that an archive takes for each file besides its own."""

Read = Callable[[str], AsyncIterator[bytes]]
"""The bytes of a file of the spool, by its name there. Raises StorageError."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Something attached: its name for people; its name in the spool, "" where it is not kept any
    more; its size in bytes."""

    name: str
    file: str
    size: int


def attached(tx: Tx, author: str) -> list[Attached]:
    """Everything with bytes that an author (a tag) attached, the newest first."""
    rows = tx.all(
        "SELECT c.article, c.number, r.attachments FROM comment c JOIN revision r"
        " ON r.comment = c.id WHERE c.author = :tag AND r.attachments <> '[]'"
        " ORDER BY c.id DESC, r.number DESC",
        {"tag": author},
    )
    found: dict[int, Attached] = {}
    for row in rows:
        for piece in load(row["attachments"]):
            if piece.id is None or piece.id in found:
                continue
            kept = tx.one(
                "SELECT file, size FROM attachment WHERE id = :id AND state = 'kept'",
                {"id": piece.id},
            )
            name = f"{row['article']}-{row['number']}-{piece.id}-{_named(piece)}"
            found[piece.id] = (
                Attached(name, kept["file"], kept["size"]) if kept else Attached(name, "", 0)
            )
    return list(found.values())


def _named(piece: Piece) -> str:
    """The name that it came with, or one that tells what it is."""
    ending = mimetypes.guess_extension(piece.mime) or (".jpg" if piece.kind == "photo" else "")
    return file_name(piece.name) or f"{piece.kind}{ending}"


async def with_files(
    answer: Answer, t: Texts, pieces: Sequence[Attached], read: Read, limit: int
) -> Answer:
    """The answer with an archive of what fits, and lines that tell what is in it and what is not.
    limit: bytes of the largest file that the platform takes, 0 = any."""
    if not pieces:
        return answer
    room = ROOM - sum(len(file.data) for file in answer.files)
    room = min(room, limit) if limit else room
    packed: dict[str, bytes] = {}
    for piece in pieces:
        if not piece.file or piece.size + OVERHEAD > room:
            continue
        try:
            data = b"".join([part async for part in read(piece.file)])
        except (StorageError, OSError):
            continue  # It went at this moment, and is counted with what is left out.
        packed[piece.name] = data
        room -= len(data) + OVERHEAD
    return await _told(answer, t, packed, len(pieces) - len(packed))


async def _told(answer: Answer, t: Texts, packed: dict[str, bytes], out: int) -> Answer:
    text, files = answer.text, answer.files
    if packed:
        data = await asyncio.to_thread(_archive, packed)
        files = (*files, File("attachments.zip", "application/zip", data))
        text = text + " " + t.n("What you attached comes with it: {n} file.",
                                "What you attached comes with it: {n} files.",
                                len(packed))  # fmt: skip
    if out:
        text = (
            text
            + " "
            + t.n(
                "{n} file that you attached is left out: it is not kept any more, or too large for"
                " this.",
                "{n} files that you attached are left out: they are not kept any more, or too large"
                " for this.",
                out,
            )
        )
    return replace(answer, text=text, files=files)


def _archive(packed: dict[str, bytes]) -> bytes:
    """Not compressed: pictures and sound are so already. Without times, which could differ from
    those that are told."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in packed.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return made.getvalue()

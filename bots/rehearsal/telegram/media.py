"""Files and the media objects that show them. The bytes lie in the World's files."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.rehearsal.telegram.errors import ApiError, bad
from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.telegram.params import Params, Upload
from bots.rehearsal.telegram.pictures import dimensions, jpeg, webp
from bots.rehearsal.world import Json

KINDS = (
    "photo",
    "document",
    "video",
    "audio",
    "voice",
    "animation",
    "sticker",
    "video_note",
)
WITHOUT_CAPTION = ("sticker", "video_note")
PHOTO_BYTES = 10 << 20
UPLOAD_BYTES = 50 << 20
DOWNLOAD_BYTES = 20 << 20
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
URL_FAILED = "failed to get HTTP URL content"
URL_WRONG_TYPE = "wrong type of the web page content"
_SIZES = (90, 320, 800)
_MIME = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "animation": "video/mp4",
    "sticker": "image/webp",
    "video_note": "video/mp4",
    "document": "application/octet-stream",
}
_FOLDER = {"audio": "music", "voice": "voice", "thumbnail": "thumbnails"}
_SUFFIX = {"photo": "jpg", "thumbnail": "jpg", "voice": "oga", "video_note": "mp4"}
_STICKER_SUFFIX = {"static": "webp", "animated": "tgs", "video": "webm"}
_SAMPLE = {
    "video": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08free",
    "audio": b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\0" + bytes(413),
    "voice": b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\1\x38\1\x80\xbb\0\0\0\0\0",
    "document": b"A document of the rehearsal.\n",
}
_LOTTIE = b'{"v":"5.5.2","fr":60,"ip":0,"op":180,"w":512,"h":512,"layers":[]}'


@dataclass(frozen=True)
class Attachment:
    """Media that a person posts.

    kind: "photo", "video", "animation", "voice", "audio", "document", "video_note", "sticker".
    data: the bytes, or a file that holds them; without, a small real sample of the kind.
    size: the length, with `data` as its beginning (a large file that takes no room).
    form: of a sticker, "static", "animated" or "video". duration: in seconds.
    thumbnail: JPEG bytes; without, one is made where Telegram has one.
    """

    kind: str
    data: bytes | Path | None = None
    name: str = ""
    mime: str = ""
    size: int | None = None
    width: int = 0
    height: int = 0
    duration: int = 0
    spoiler: bool = False
    emoji: str = ""
    form: str = "static"
    title: str = ""
    performer: str = ""
    thumbnail: bytes = b""


class Media:
    """Takes what calls and people bring, gives the objects that messages hold."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._files = memory.world.files

    # what bots send

    def from_params(self, kind: str, value: Any, params: Params, given: Params) -> Json:
        """The stored media for a file parameter: an upload, `attach://`, a URL or a file id.

        given: where width, height, duration, title and the like of this medium stand.
        """
        if isinstance(value, str) and value.startswith("attach://"):
            value = params.raw(value.removeprefix("attach://"))
        if isinstance(value, Upload):
            return self._uploaded(kind, value, given)
        if not value:
            raise bad(f"there is no {kind.replace('_', ' ')} in the request")
        value = str(value)
        if value.lower().startswith(("http://", "https://")):
            return self._uploaded(kind, _fetched(value, params), given)
        known = self.file(value)
        if known is None or known["kind"] == "thumbnail":
            raise bad("wrong file identifier/HTTP URL specified")
        if known["kind"] != kind:
            raise bad(f"can't use file of type {known['kind']} as {kind}")
        return {"kind": kind, "value": known["value"]}

    def _uploaded(self, kind: str, upload: Upload, given: Params) -> Json:
        kept = upload.kept or self._files.keep(upload.data)
        size = self._files.size(kept)
        if size > (PHOTO_BYTES if kind == "photo" else UPLOAD_BYTES):
            raise bad(f"file of size {size} bytes is too big for a {kind}")
        if not size:
            raise bad("file must be non-empty")
        if kind == "photo":
            self._check_photo(kept)
        attachment = Attachment(
            kind,
            name=upload.filename,
            mime=upload.content_type,
            width=given.integer("width"),
            height=given.integer("height"),
            duration=given.integer("duration"),
            emoji=given.text("emoji"),
            title=given.text("title"),
            performer=given.text("performer"),
        )
        return self._stored(attachment, kept)

    def _check_photo(self, kept: str) -> None:
        size = dimensions(self._files.path(kept))
        if size is None or not all(size):
            raise bad("IMAGE_PROCESS_FAILED")
        if sum(size) > PHOTO_SIDES or max(size) > PHOTO_RATIO * min(size):
            raise bad("PHOTO_INVALID_DIMENSIONS")

    # what people post

    def made(self, attachment: Attachment) -> Json:
        """New media with a file behind it, whatever its size: people have other limits."""
        data = attachment.data
        if data is None:
            data = _sample(attachment)
        kept = self._files.keep(data, attachment.size)
        return self._stored(attachment, kept)

    # files

    def file(self, file_id: str) -> Json | None:
        """The record of a file: id, unique, kind, path, size, kept."""
        return self._memory.store.get("tg_file", file_id)

    def by_path(self, path: str) -> Json | None:
        """The record behind a `file_path` that `getFile` gave within the last hour."""
        known = self._memory.store.get("tg_path", path)
        if known is None or known["until"] <= self._memory.now():
            return None
        return self.file(known["file"])

    def open_path(self, file: Json, seconds: int = 3600) -> str:
        """Make a file's path valid for so long (`getFile`: at least 1 hour)."""
        doc = {"file": file["id"], "until": self._memory.now() + seconds}
        self._memory.store.put("tg_path", file["path"], doc)
        return str(file["path"])

    def _stored(self, attachment: Attachment, kept: str) -> Json:
        kind = attachment.kind
        file = self._record(kind, attachment, kept)
        base = _base(file)
        if kind == "photo":
            value: Any = self._sizes(base, kept)
        else:
            value = base | self._shape(attachment, file, kept)
        self._memory.store.put("tg_file", file["id"], {**file, "value": value})
        return {"kind": kind, "value": value}

    def _record(self, kind: str, attachment: Attachment, kept: str) -> Json:
        number = self._memory.new_number("file")
        suffix = _SUFFIX.get(kind) or Path(attachment.name).suffix.lstrip(".")
        if kind == "sticker":
            suffix = _STICKER_SUFFIX[attachment.form]
        suffix = suffix or _MIME.get(kind, "").rsplit("/", 1)[-1].replace("octet-stream", "bin")
        return {
            "id": f"RehearsalFile{kind}{number:08d}",
            "unique": f"RF{number:08d}",
            "kind": kind,
            "path": f"{_FOLDER.get(kind, kind + 's')}/file_{number}.{suffix}",
            "name": attachment.name or f"{kind}_{number}.{suffix}",
            "size": self._files.size(kept),
            "kept": kept,
        }

    def _sizes(self, base: Json, kept: str) -> list[Json]:
        """The PhotoSizes of a photo, smallest first; the last one is the picture itself."""
        width, height = dimensions(self._files.path(kept)) or (1280, 720)
        smaller = [side for side in _SIZES if side < max(width, height)]
        sizes = []
        for side in smaller:
            scale = side / max(width, height)
            inner = max(1, round(width * scale)), max(1, round(height * scale))
            sizes.append(self._thumbnail(*inner))
        return [*sizes, {**base, "width": width, "height": height}]

    def _thumbnail(self, width: int, height: int, data: bytes = b"") -> Json:
        kept = self._files.keep(data or jpeg(width, height))
        file = self._record("thumbnail", Attachment("thumbnail"), kept)
        self._memory.store.put("tg_file", file["id"], file)
        return {**_base(file), "width": width, "height": height}

    def _shape(self, attachment: Attachment, file: Json, kept: str) -> Json:
        """The fields beside the file's own, by kind."""
        kind = attachment.kind
        shape: Json = {}
        if kind in ("video", "animation"):
            shape |= {
                "width": attachment.width or 1280,
                "height": attachment.height or 720,
                "duration": attachment.duration or 12,
            }
        elif kind in ("audio", "voice"):
            shape["duration"] = attachment.duration or 7
        elif kind == "video_note":
            shape |= {"length": attachment.width or 384, "duration": attachment.duration or 9}
        elif kind == "sticker":
            shape |= self._sticker(attachment, kept)
        if kind in ("document", "video", "audio", "animation"):
            shape["file_name"] = file["name"]
        if kind not in ("sticker", "video_note"):
            shape["mime_type"] = attachment.mime or _MIME[kind]
        for name in ("title", "performer"):
            if kind == "audio" and getattr(attachment, name):
                shape[name] = getattr(attachment, name)
        if kind in ("video", "animation", "video_note", "sticker") or attachment.thumbnail:
            shape["thumbnail"] = self._thumbnail(160, 90, attachment.thumbnail)
        return shape

    def _sticker(self, attachment: Attachment, kept: str) -> Json:
        width, height = dimensions(self._files.path(kept)) or (512, 512)
        shape: Json = {
            "type": "regular",
            "width": attachment.width or width,
            "height": attachment.height or height,
            "is_animated": attachment.form == "animated",
            "is_video": attachment.form == "video",
        }
        if attachment.emoji:
            shape["emoji"] = attachment.emoji
        return shape


def rich_kind(tag: str, url: str, mime: str) -> str:
    """The kind of a rich message's medium, by its tag, MIME type and URL."""
    ending = Path(url.split("?")[0]).suffix.lower()
    if tag == "video":
        return "animation" if mime == "image/gif" or ending == ".gif" else "video"
    if tag == "audio":
        return "voice" if mime == "audio/ogg" or ending in (".ogg", ".oga") else "audio"
    return "photo"


def _base(file: Json) -> Json:
    return {"file_id": file["id"], "file_unique_id": file["unique"], "file_size": file["size"]}


def _fetched(url: str, params: Params) -> Upload:
    """What the server got for a URL. Without a server nothing is fetched."""
    if "." not in url.split("/", 3)[2]:
        raise bad("wrong HTTP URL specified")
    got = params.fetched.get(url, bad(URL_FAILED))
    if isinstance(got, ApiError):
        raise got
    return got


def _sample(attachment: Attachment) -> bytes:
    """A few real bytes of a kind, for what a person posts without a file."""
    kind = attachment.kind
    if kind == "photo":
        return jpeg(attachment.width or 1280, attachment.height or 720)
    if kind == "sticker":
        animated = {"animated": gzip.compress(_LOTTIE, mtime=0), "video": b"\x1aE\xdf\xa3webm"}
        return animated.get(attachment.form) or webp(512, 512)
    return _SAMPLE.get(kind, _SAMPLE["video"])

"""Files and the media objects that show them.

Uploads are kept as they came; what was given by URL is believed to exist, because the rehearsal
never leaves this machine (a scripted fault plays the URL that cannot be fetched).
"""

from __future__ import annotations

import base64
from typing import Any

from bots.rehearsal.telegram.errors import bad
from bots.rehearsal.telegram.memory import Memory
from bots.rehearsal.telegram.params import Params, Upload
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
_SHAPE: dict[str, Json] = {
    "video": {"width": 1280, "height": 720, "duration": 12},
    "audio": {"duration": 180},
    "voice": {"duration": 7},
    "animation": {"width": 480, "height": 270, "duration": 3},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
    "video_note": {"length": 384, "duration": 9},
    "document": {},
}
_NAMED = ("document", "video", "audio", "animation")
_TYPED = ("document", "video", "audio", "voice", "animation")


class Media:
    """Takes what calls and people bring, gives the objects that messages hold."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def from_params(self, kind: str, value: Any, params: Params) -> Json:
        """The stored media for a file parameter: an upload, `attach://`, a URL or a file id."""
        if isinstance(value, str) and value.startswith("attach://"):
            value = params.raw(value.removeprefix("attach://"))
        if isinstance(value, Upload):
            return self._uploaded(kind, value)
        if not value:
            raise bad(f"there is no {kind.replace('_', ' ')} in the request")
        value = str(value)
        if value.lower().startswith(("http://", "https://")):
            if "." not in value.split("/", 3)[2]:
                raise bad("wrong HTTP URL specified")
            return self.made(kind, value.rsplit("/", 1)[-1].split("?")[0], url=value)
        known = self.file(value)
        if known is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if known["kind"] != kind:
            raise bad(f"can't use file of type {known['kind']} as {kind}")
        return self._object(kind, known)

    def _uploaded(self, kind: str, upload: Upload) -> Json:
        if len(upload.data) > (PHOTO_BYTES if kind == "photo" else UPLOAD_BYTES):
            raise bad(f"file of size {len(upload.data)} bytes is too big for a {kind}")
        if not upload.data:
            raise bad("file must be non-empty")
        return self.made(kind, upload.filename, mime=upload.content_type, data=upload.data)

    def made(
        self, kind: str, name: str = "", *, mime: str = "", url: str = "", data: bytes = b""
    ) -> Json:
        """New media of a kind, with a file behind it."""
        number = self._memory.new_number("file")
        file: Json = {
            "id": f"RehearsalFile{kind}{number:08d}",
            "unique": f"RF{number:08d}",
            "kind": kind,
            "name": name or f"{kind}_{number}",
            "mime": mime or _MIME[kind],
            "size": len(data) or 4096,
            "url": url,
            "data": base64.b64encode(data).decode(),
        }
        self._memory.store.put("tg_file", file["id"], file)
        return self._object(kind, file)

    def file(self, file_id: str) -> Json | None:
        return self._memory.store.get("tg_file", file_id)

    def content(self, file: Json) -> bytes:
        """The bytes of a file: what was uploaded, or a few that stand for it."""
        data = base64.b64decode(file["data"])
        return data or b"rehearsal file " + str(file["id"]).encode()

    def _object(self, kind: str, file: Json) -> Json:
        base: Json = {
            "file_id": file["id"],
            "file_unique_id": file["unique"],
            "file_size": file["size"],
        }
        if kind == "photo":
            small = {**base, "file_size": 1024, "width": 320, "height": 180}
            return {"kind": kind, "value": [small, {**base, "width": 1280, "height": 720}]}
        value: Json = {**base, **_SHAPE[kind]}
        if kind in _NAMED:
            value["file_name"] = file["name"]
        if kind in _TYPED:
            value["mime_type"] = file["mime"]
        return {"kind": kind, "value": value}

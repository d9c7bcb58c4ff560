"""Files as cameras and programs make them, with what they tell of their maker: `SECRETS` stand in
every one of them."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

SECRETS = (b"SECRETCAM", b"SECRETPLACE", b"SECRETNAME")
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>SECRETPLACE SECRETNAME</a></x:xmpmeta>"
APPLE = b"\x00\x00\x00\x1ecom.apple.quicktime.location SECRETPLACE SECRETNAME SECRETCAM"


def picture(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Something in which every place looks different."""
    places = ((x, y) for y in range(height) for x in range(width))
    points = ((x * 2 % 256, y * 3 % 256, x * y % 256, 255) for x, y in places)
    return Image.frombytes(mode, (width, height), b"".join(bytes(p[: len(mode)]) for p in points))


def exif(turn: int = 1) -> bytes:
    """What a phone writes: its name, the place, the hour, how the picture is turned."""
    found = Image.Exif()
    found[ExifTags.Base.Make] = "SECRETCAM"
    found[ExifTags.Base.Artist] = "SECRETNAME"
    found[ExifTags.Base.Orientation] = turn
    found[ExifTags.Base.DateTime] = "2026:11:27 10:00:00"
    place = found.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (19.0, 25.0, 42.0)
    place[ExifTags.GPS.GPSAreaInformation] = b"SECRETPLACE"
    return bytes(found.tobytes())


def written(image: Image.Image, kind: str, **more: Any) -> bytes:
    """The bytes of an image file."""
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def jpeg(turn: int = 1, **more: Any) -> bytes:
    """A JPEG with Exif, XMP, IPTC, a comment, colours and a film behind its end."""
    plain = written(
        picture(), "JPEG", exif=exif(turn), comment=b"SECRETNAME", icc_profile=b"colours" * 20,
        xmp=XMP, **more,
    )  # fmt: skip
    iptc = b"Photoshop 3.0\x008BIM SECRETPLACE"
    segment = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return plain[:2] + segment + plain[2:] + b"SECRETPLACE" + mp4()


def png() -> bytes:
    """A PNG with texts of each kind, Exif and something behind its end."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "SECRETNAME")
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add_text("Comment", "SECRETPLACE" * 100, zip=True)
    made = written(picture(mode="RGBA"), "PNG", pnginfo=info, exif=exif(6), dpi=(300, 300))
    return made + b"SECRETCAM"


def webp(**more: Any) -> bytes:
    """A WebP with Exif and XMP."""
    return written(picture(mode="RGBA"), "WEBP", exif=exif(), xmp=XMP, **more)


def moving_webp() -> bytes:
    """A WebP of three pictures."""
    others = [picture(mode="RGBA").rotate(turn) for turn in (90, 180)]
    return webp(save_all=True, append_images=others, duration=100)


def avif(**more: Any) -> bytes:
    """An AVIF with Exif and XMP."""
    return written(picture(), "AVIF", exif=exif(), xmp=XMP, **more)


def box(name: bytes, *content: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), name) + inside


def large_box(name: bytes, content: bytes) -> bytes:
    """The same with its length in 64 bits."""
    return struct.pack(">I4sQ", 1, name, 16 + len(content)) + content


TIMES = struct.pack(">II", 3_900_000_000, 3_900_000_001)
FILM = b"\x00\x01\x02film" * 999


def mp4(brand: bytes = b"isom", *, last: bool = False) -> bytes:
    """A film as a phone records it: user data, metadata and times, in the film and its track."""
    head = box(b"mvhd", bytes(4), TIMES, bytes(80))
    track = box(
        b"trak",
        box(b"tkhd", b"\x01\0\0\0", TIMES, TIMES, b"rest of it"),
        box(b"mdia", box(b"mdhd", bytes(4), TIMES, b"rest"), box(b"minf", b"how to play it")),
        box(b"udta", box(b"name", b"SECRETNAME")),
        box(b"meta", APPLE),
    )
    moov = box(
        b"moov", head, track, box(b"udta", box(b"\xa9xyz", b"SECRETPLACE")),
        box(b"meta", APPLE), box(b"uuid", XMP, b"SECRETCAM"),
    )  # fmt: skip
    film = large_box(b"mdat", FILM)
    opening = box(b"ftyp", brand, bytes(4), brand)
    around = box(b"uuid", XMP) + box(b"meta", APPLE) + box(b"SMAX", b"SECRETCAM")
    return opening + around + (film + moov if last else moov + film)


def heic(method: int = 0) -> bytes:
    """A HEIC of the simplest kind: a picture, Exif and XMP as items, in the file or in "idat"."""
    content = {1: b"PICTURE" * 50, 2: b"\0\0\0\6Exif\0\0SECRETCAM SECRETPLACE", 3: XMP}
    kinds = {1: b"hvc1", 2: b"Exif", 3: b"mime"}
    opening = box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def made(start: int) -> bytes:
        places, at = b"", start if method == 0 else 0
        for item, data in content.items():
            places += struct.pack(">HHHHII", item, method, 0, 1, at, len(data))
            at += len(data)
        iloc = box(b"iloc", b"\1\0\0\0", b"\x44\x00", struct.pack(">H", len(content)), places)
        entries = [
            box(b"infe", b"\2\0\0\0", struct.pack(">HH", item, 0), kind, b"\0")
            for item, kind in kinds.items()
        ]
        iinf = box(b"iinf", bytes(4), struct.pack(">H", len(entries)), *entries)
        idat = box(b"idat", *content.values()) if method else b""
        return box(b"meta", bytes(4), box(b"hdlr", b"pict"), iinf, iloc, idat)

    meta = made(len(opening) + len(made(0)) + 8)
    film = b"" if method else box(b"mdat", *content.values())
    return opening + meta + film + box(b"mpvd", mp4())

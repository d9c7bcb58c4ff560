"""What a file tells of its maker is taken out, and the picture or film stays what it was."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from core.metadata import Damaged, Stripper
from tests.metadata import made

PICTURES: dict[str, Callable[[], bytes]] = {
    "jpeg": made.jpeg,
    "progressive": lambda: made.jpeg(progressive=True),
    "with restarts": lambda: made.jpeg(restart_marker_blocks=1),
    "turned": lambda: made.jpeg(6),
    "png": made.png,
    "webp": made.webp,
    "lossless webp": lambda: made.webp(lossless=True),
    "moving webp": made.moving_webp,
    "avif": made.avif,
}
BOXES: dict[str, Callable[[], bytes]] = {
    "mp4": made.mp4,
    "mp4, film first": lambda: made.mp4(last=True),
    "quicktime": lambda: made.mp4(b"qt  "),
    "m4a": lambda: made.mp4(b"M4A "),
    "heic": made.heic,
    "heic, items inside": lambda: made.heic(1),
}
EVERYTHING = {**PICTURES, **BOXES}


def stripped(data: bytes, portion: int = 1 << 16) -> bytes:
    stripper = Stripper()
    portions = (data[n : n + portion] for n in range(0, len(data), portion))
    return b"".join([*map(stripper.feed, portions), stripper.end()])


def pixels(data: bytes) -> list[bytes]:
    """Every picture of a file as people see it."""
    image = Image.open(io.BytesIO(data))
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        found.append(ImageOps.exif_transpose(image).convert("RGBA").tobytes())
    return found


@pytest.mark.parametrize("kind", EVERYTHING)
def test_nothing_of_its_maker_is_left(kind: str) -> None:
    data = EVERYTHING[kind]()
    assert any(secret in data for secret in made.SECRETS), "the file tells nothing to begin with"
    assert not [secret for secret in made.SECRETS if secret in stripped(data)]


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_looks_as_before(kind: str) -> None:
    data = PICTURES[kind]()
    clean = stripped(data)
    assert pixels(clean) == pixels(data)
    told = Image.open(io.BytesIO(clean))
    assert set(told.getexif()) <= {0x0112}
    assert "xmp" not in told.info
    assert told.info.get("icc_profile") == Image.open(io.BytesIO(data)).info.get("icc_profile")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stays_turned_as_it_is(turn: int, kind: str) -> None:
    data = made.written(made.picture(), kind, exif=made.exif(turn))
    assert b"SECRETCAM" in data
    clean = stripped(data)
    assert b"SECRETCAM" not in clean
    assert Image.open(io.BytesIO(clean)).getexif().get(0x0112, 1) == turn


@pytest.mark.parametrize("kind", BOXES)
def test_what_is_played_stays_where_it_was(kind: str) -> None:
    data = BOXES[kind]()
    clean = stripped(data)
    assert len(clean) == len(data), "places in the file are told by their distance from its start"
    for kept in (made.FILM, b"how to play it", b"rest of it", b"PICTURE" * 50):
        if kept in data and kind.split(",")[0] != "heic":
            assert clean.find(kept) == data.find(kept)
    if kind.startswith("heic"):
        assert clean.find(b"PICTURE" * 50) == data.find(b"PICTURE" * 50)
    assert made.TIMES not in clean


@pytest.mark.parametrize("kind", EVERYTHING)
@pytest.mark.parametrize("portion", [1, 2, 3, 7, 1000])
def test_in_which_portions_it_comes_makes_no_difference(kind: str, portion: int) -> None:
    data = EVERYTHING[kind]()
    assert stripped(data, portion) == stripped(data)


@pytest.mark.parametrize("kind", EVERYTHING)
def test_what_is_clean_stays_as_it_is(kind: str) -> None:
    clean = stripped(EVERYTHING[kind]())
    assert stripped(clean) == clean


@pytest.mark.parametrize(
    "data",
    [b"", b"a", b"%PDF-1.7 SECRETNAME", b"\x89PNG", b"RIFF\0\0\0\0WAVEfmt ", b"OggS" + bytes(99)],
)
def test_what_is_not_known_passes_as_it_is(data: bytes) -> None:
    assert stripped(data) == data
    assert stripped(data, 1) == data


@pytest.mark.parametrize("kind", EVERYTHING)
def test_what_is_cut_off_or_changed_is_followed_or_refused(kind: str) -> None:
    data = EVERYTHING[kind]()
    chance = random.Random(kind)
    for _ in range(300):
        broken = bytearray(data[: chance.randrange(len(data))])
        for _ in range(chance.randrange(4)):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            clean = stripped(bytes(broken), 4096)
        except Damaged:
            continue
        assert len(clean) <= len(data) + 64


@pytest.mark.parametrize("kind", EVERYTHING)
def test_what_is_cut_off_tells_nothing_either(kind: str) -> None:
    data = EVERYTHING[kind]()
    for length in range(0, len(data), max(1, len(data) // 200)):
        try:
            clean = stripped(data[:length])
        except Damaged:
            continue
        assert not [secret for secret in made.SECRETS if secret in clean]


HEADS = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x10\x00\x00WEBP", b"\0\0\0\x18ftypheic"]


@given(st.sampled_from(HEADS), st.binary(max_size=600), st.integers(1, 700))
def test_anything_is_followed_or_refused(head: bytes, rest: bytes, portion: int) -> None:
    try:
        clean = stripped(head + rest, portion)
    except Damaged:
        return
    assert len(clean) <= len(head + rest) + 64


def test_items_without_end_are_refused() -> None:
    many = b"\1\0\0\0" + b"\x00\x00" + b"\xff\xff" + b"\0\2\0\0\0\0\xff\xff" * 65535
    entry = made.box(b"infe", b"\2\0\0\0", b"\0\2\0\0Exif\0")
    iinf = made.box(b"iinf", bytes(4), b"\0\1", entry)
    meta = made.box(b"meta", bytes(4), iinf, made.box(b"iloc", many))
    with pytest.raises(Damaged):
        stripped(made.box(b"ftyp", b"heic", bytes(4)) + meta)


def test_a_photo_with_filling_between_its_segments_is_followed() -> None:
    plain = made.written(made.picture(), "JPEG", exif=made.exif())
    at = plain.index(b"\xff\xdb")
    filled = plain[:at] + bytes(10_000) + b"\xff\xff\xff" + plain[at:]
    clean = stripped(filled)
    assert pixels(clean) == pixels(plain)
    assert b"SECRET" not in clean


def test_what_stands_behind_the_last_box_is_left_out() -> None:
    film = made.mp4()
    assert stripped(film + b"\0\0\0\2SEFT SECRETNAME" * 9) == stripped(film)


def test_a_long_film_takes_the_memory_of_a_portion() -> None:
    stripper = Stripper()
    opening = made.box(b"ftyp", b"isom", bytes(4))
    stripper.feed(opening + b"\0\0\0\1mdat" + (1 << 40).to_bytes(8, "big"))
    for _ in range(64):
        assert len(stripper.feed(bytes(1 << 16))) == 1 << 16
        assert len(stripper._rest) == 0

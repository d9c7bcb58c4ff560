"""Names of files and people: hostile ones come out harmless, good ones as they were."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.names import LONGEST, file_name, media_type, person_name, upload_name


@pytest.mark.parametrize(
    ("given_", "safe"),
    [
        ("ruling.pdf", "ruling.pdf"),
        ("Año nuevo 🦊.png", "Año nuevo 🦊.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\\b/c:d.txt", "a_b_c_d.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("x\r\nContent-Type: text/html.txt", "x Content-Type_ text_html.txt"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("...", ""),
        ("", ""),
        ("\x00\x1b[31mred.txt", "[31mred.txt"),
        ("@everyone.png", "_everyone.png"),
        ("a" * 300 + ".jpeg", "a" * (LONGEST - 5) + ".jpeg"),
    ],
)
def test_names(given_: str, safe: str) -> None:
    assert file_name(given_) == safe


@given(st.text(max_size=400))
def test_any_name_is_harmless_and_stays_as_it_is(name: str) -> None:
    safe = file_name(name)
    assert len(safe) <= LONGEST
    assert not set(safe) & set('/\\:*?"<>|`@#')
    assert all(unicodedata.category(c)[0] != "C" for c in safe)
    assert file_name(safe) == safe


TRICKS = (
    "../", "..\\", "/", "C:\\", "\0", "\r\n", "\x1b[2J", "\x7f", "\x85", "\u202e", "\u2066",
    "\u200b", "\u200d", "\ufeff", "\ud83d", "\udc00", "\ue000", "\U000e0041", "\u0301", "e",
    "\u1fef", "\u2024", "con", "CON ", "NUL", "com1", "LPT¹", "conin$", ".", "...", " ",
    "\u3000", "~", "%2e%2f", ".tar.gz", ".exe", ".JPEG", ":ads", "|", "`id`", "$(id)",
    '"; filename="b', "@everyone", "<@1>", "👩\u200d🚀", "\u05d0", "x" * 10_000,
)  # fmt: skip
"""Pieces of names that were made to do harm."""
names = st.lists(st.sampled_from(TRICKS) | st.text(st.characters(), max_size=5), max_size=8)


@given(names.map("".join))
def test_a_name_made_of_tricks_is_harmless(name: str) -> None:
    safe = file_name(name)
    assert len(safe) <= LONGEST
    safe.encode()
    assert not set(safe) & set('/\\:*?"<>|`@#')
    assert all(unicodedata.category(c)[0] != "C" for c in safe)
    assert safe == safe.strip(" .")
    assert file_name(safe) == safe
    device = safe.partition(".")[0].strip().lower()
    assert device not in {"con", "prn", "aux", "nul", "com1", "lpt¹", "conin$", "conout$"}
    for kind in ("photo", "file"):
        sent = upload_name(kind, name, media_type(name))
        assert 0 < len(sent) <= LONGEST + 20
        assert "." in sent


def test_marks_that_were_kept_apart_by_something_invisible_are_put_together() -> None:
    assert file_name("e\u200d\u0301.txt") == "é.txt"


@pytest.mark.parametrize(
    ("kind", "name", "mime", "sent"),
    [
        ("photo", "", "", "photo.jpg"),
        ("voice", "", "audio/ogg", "voice.ogg"),
        ("file", "notes", "", "notes.bin"),
        ("video", "a.mov", "video/mp4", "a.mov"),
    ],
)
def test_a_file_is_sent_with_an_ending(kind: str, name: str, mime: str, sent: str) -> None:
    assert upload_name(kind, name, mime) == sent


def test_a_media_type_is_one_or_nothing() -> None:
    assert media_type("text/plain; charset=utf-8") == "text/plain"
    assert media_type("a/b\r\nX: y") == ""
    assert media_type("nonsense") == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (" Ana  María\nRuiz ", "Ana María Ruiz"),
        ("Ana\u202e #1 dleh", "Ana #1 dleh"),
        ("\u2067علي\u2069", "علي"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\u3164", "?"),
        ("\u200b \u2800", "?"),
        ("", "?"),
    ],
)
def test_a_persons_name_neither_hides_nor_turns_the_line(name: str, shown: str) -> None:
    assert person_name(name) == shown

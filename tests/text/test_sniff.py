"""What bytes are, by their beginning."""

from __future__ import annotations

import pytest

from bots.rehearsal.telegram.pictures import jpeg
from core.sniff import is_page, is_picture


@pytest.mark.parametrize(
    "head",
    [
        jpeg(2, 2), b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x1cftypavif", b"\x00\x00\x00\x18ftypheic",
    ],
)  # fmt: skip
def test_pictures(head: bytes) -> None:
    assert is_picture(head)
    assert not is_page(head)


@pytest.mark.parametrize(
    "head", [b"<!DOCTYPE html>", b"\xef\xbb\xbf \n<HTML>", b"<?xml version='1.0'?>", b"<svg x"]
)
def test_pages(head: bytes) -> None:
    assert is_page(head)
    assert not is_picture(head)


@pytest.mark.parametrize(
    "head", [b"", b"RIFF\x00\x00\x00\x00WAVE", b"\x00\x00\x00\x18ftypmp42", b"a < b"]
)
def test_neither(head: bytes) -> None:
    assert not is_picture(head)
    assert not is_page(head)

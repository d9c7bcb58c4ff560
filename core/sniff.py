"""What bytes are, by how they begin. Nobody's word is taken for it: neither a name's nor a header's
(pure)."""

from __future__ import annotations

HEAD = 512
"""Bytes that are enough to tell."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<svg", b"<script", b"<!--")
_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")


def is_picture(head: bytes) -> bool:
    """Whether bytes begin as a picture of a kind that browsers or phones make."""
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return True
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS


def is_page(head: bytes) -> bool:
    """Whether bytes begin as a web page or another document of markup."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith(_PAGES)

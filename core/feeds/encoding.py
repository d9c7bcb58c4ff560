"""Bytes of a feed or page to text, whatever its labels claim."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_UNMARKED = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?\bcharset\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})""", re.I)
_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})""", re.IGNORECASE)
_TRUSTED = re.compile(
    r"(?:utf|iso|latin|us-ascii|ascii|windows|cp|koi8|gb|big5|euc|shift|sjis|ms|mac|tis|hz|johab)",
    re.IGNORECASE,
)
_SEVEN_BIT = re.compile(r"(?:iso-?2022|hz)", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> str:
    """The text of `body`; never fails.

    A byte order mark wins. UTF-8 that decodes is UTF-8, whatever server and declaration say,
    since nothing else decodes as UTF-8 by chance, except the seven-bit encodings, which are
    believed when declared. Then the declaration, then the server, then Windows-1252.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _UNMARKED:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    named = _named(body, content_type)
    order = [name for name in named if _SEVEN_BIT.match(name)]
    order += ["utf-8", *(name for name in named if name not in order)]
    for encoding in order:
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return _best_effort(body, named)


def _named(body: bytes, content_type: str) -> list[str]:
    head = body[:2048]
    found = [match[1].decode("ascii", "replace") for match in (_DECLARED.search(head),) if match]
    if not found:
        found = [m[1].decode("ascii", "replace") for m in (_META.search(head),) if m]
    found += [match[1] for match in (_CHARSET.search(content_type[:500]),) if match]
    return [_wider(name) for name in found if _TRUSTED.match(name) and name.lower() != "utf-7"]


def _wider(name: str) -> str:
    """The superset that publishers mean when they name a smaller set."""
    supersets = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "ascii": "cp1252"}
    return supersets.get(name.lower().replace("latin1", "iso-8859-1"), name)


def _best_effort(body: bytes, named: list[str]) -> str:
    """Mostly UTF-8 with a few broken bytes, or a single-byte encoding that nobody named."""
    if not named or named[0].lower().replace("_", "-") in ("utf-8", "utf8"):
        text = body.decode("utf-8", "replace")
        if text.count("\ufffd") * 200 < len(text) and any(ord(c) > 127 for c in text[:200_000]):
            real = sum(1 for c in text[:200_000] if ord(c) > 127 and c != "\ufffd")
            if real > text[:200_000].count("\ufffd"):
                return text
    return body.decode("cp1252", "replace")

"""XML as feeds really write it, made fit for a parser. Every step is linear in the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import html5

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DECLARATION = re.compile(
    r"""<!ENTITY\s{1,20}([\w.-]{1,64})\s{1,20}(?:"([^"<%]{0,200})"|'([^'<%]{0,200})')\s{0,20}>"""
)
_NUMBER = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}));")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|amp|lt|gt|quot|apos);)")
_BARE_LESS = re.compile(r"<(?![A-Za-z_/?!])")
_TEXTS = ("title", "description", "content:encoded")
_MOST_ENTITIES = 100
_MOST_GROWTH = 1_000_000


def legal(text: str) -> str:
    """Without the characters that XML forbids, null bytes among them."""
    return _ILLEGAL.sub("", text)


def past_prolog(text: str) -> tuple[str, str]:
    """The internal DTD subset (or ""), and the document from its first element on.

    Declaration, comments, processing instructions and the DOCTYPE itself are dropped, so that
    no parser after this sees an entity or a reference to another file.
    """
    subset, at = "", 0
    while True:
        at = _past_space(text, at)
        if text.startswith("<?", at):
            at = _past(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _past(text, "-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, at)
            subset, at = text[at:end], end
        else:
            return subset, text[at:]


def expand(text: str, subset: str) -> str:
    """Named entities written out: those of the document's own DTD if they are plain and few,
    and HTML's. One level only, with a limit on growth, so nothing explodes."""
    own = _own_entities(subset)
    growth = sum(text.count(f"&{name};") * len(value) for name, value in own.items())
    if growth > _MOST_GROWTH:
        own = {}

    def written_out(match: re.Match[str]) -> str:
        name = match[1]
        if name in _XML_OWN:
            return match[0]
        return own.get(name) or html5.get(f"{name};") or match[0]

    return _NAMED.sub(written_out, text)


def mend(text: str) -> str:
    """Outside of CDATA: bare `&` and `<` escaped, references to illegal characters removed; and
    HTML that stands unescaped in an RSS text becomes CDATA, whatever it leaves open."""
    for name in _TEXTS:
        text = _enclosed(text, name)
    return outside_cdata(text, _mend_piece)


def _enclosed(text: str, name: str) -> str:
    opening, closing = f"<{name}>", f"</{name}>"
    pieces, at = [], 0
    while (start := text.find(opening, at)) >= 0:
        start += len(opening)
        end = text.find(closing, start)
        if end < 0:
            break
        inner = text[start:end]
        pieces.append(text[at:start])
        loose = "<" in inner and "<![CDATA[" not in inner and opening not in inner
        pieces.append(_as_cdata(inner) if loose else inner)
        at = end
    return "".join([*pieces, text[at:]])


def _as_cdata(inner: str) -> str:
    return f"<![CDATA[{_NUMBER.sub(_checked, inner).replace(']]>', ']]&gt;')}]]>"


def outside_cdata(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` applied to everything but its CDATA sections."""
    pieces, at = [], 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        end = _past(text, "]]>", start)
        pieces += [change(text[at:start]), _closed(text[start:end])]
        at = end
    pieces.append(change(text[at:]))
    return "".join(pieces)


def markup_weight(text: str) -> tuple[int, int]:
    """How many tags and attributes the text can hold at most, CDATA aside."""
    bare = _bare(text)
    return bare.count("<"), bare.count('="') + bare.count("='")


def _bare(text: str) -> str:
    pieces, at = [], 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        pieces.append(text[at:start])
        at = _past(text, "]]>", start)
    return "".join([*pieces, text[at:]])


def _mend_piece(piece: str) -> str:
    return _BARE_LESS.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", _NUMBER.sub(_checked, piece)))


def _checked(match: re.Match[str]) -> str:
    return match[0] if _character(match) else ""


def _character(match: re.Match[str]) -> str:
    """The character of a numeric reference, "" for one that XML forbids."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return "" if code > 0x10FFFF else _ILLEGAL.sub("", chr(code))


def _closed(section: str) -> str:
    return section if section.endswith("]]>") else section + "]]>"


def _own_entities(subset: str) -> dict[str, str]:
    own: dict[str, str] = {}
    for match in _DECLARATION.finditer(subset[:100_000]):
        value = match[2] or match[3] or ""
        plain = _NUMBER.sub(_character, value)
        if "&" not in plain and "<" not in plain and len(own) < _MOST_ENTITIES:
            own[match[1]] = plain
    return own


def _past(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    return len(text) if end < 0 else end + len(mark)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] == "\ufeff"):
        at += 1
    return at


def _doctype_end(text: str, at: int) -> int:
    bracket, angle = text.find("[", at), text.find(">", at)
    if angle < 0:
        return len(text)
    if bracket < 0 or angle < bracket:
        return angle + 1
    close = text.find("]", bracket)
    while close >= 0:
        after = _past_space(text, close + 1)
        if text.startswith(">", after):
            return after + 1
        close = text.find("]", close + 1)
    return len(text)

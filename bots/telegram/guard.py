"""Takes from a reader's text what Telegram would make of it on its own.

Telegram finds mentions and bot commands in any text, whoever sends it: a relayed "@name" would
ring at a stranger's, a relayed "/ban" would be a command one tap away. And a link to
tg://user?id=… is a mention in disguise (core.telegram.org/bots/api, "Formatting options").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from core.text.model import Rich, Span, Style

WORD_JOINER = "\u2060"
_MENTION = re.compile(r"(?<![\w@/])@(?=[A-Za-z0-9_]{2})")
_ALIVE = re.compile(r"(?<![\w@/])[@/](?=[A-Za-z0-9_]{2})")


def guarded(rich: Rich, *, commands: bool = True) -> Rich:
    """The same to the eye, without mentions and tg: links, and with `commands` without these.

    An invisible word joiner behind "@" and "/" keeps Telegram from finding them; what is inside
    of code or a link stays as it is, because nothing is looked for there.
    """
    spans = tuple(s for s in rich.spans if not _in_app(s))
    quiet = [s for s in spans if s.style in (Style.CODE, Style.PRE, Style.LINK)]
    places = [
        match.end()
        for match in (_ALIVE if commands else _MENTION).finditer(rich.text)
        if not any(s.start <= match.start() < s.end for s in quiet)
    ]
    return _insert(Rich(rich.text, spans), places, WORD_JOINER)


def _in_app(span: Span) -> bool:
    return span.style is Style.LINK and span.value.lower().startswith("tg:")


def _insert(rich: Rich, places: Iterable[int], piece: str) -> Rich:
    """`piece` at every one of `places`, which are sorted; spans grow around it."""
    done = Rich(rich.text, rich.spans)
    for place in sorted(places, reverse=True):
        text = done.text[:place] + piece + done.text[place:]
        spans = tuple(_shifted(s, place, len(piece)) for s in done.spans)
        done = Rich(text, spans)
    return done


def _shifted(span: Span, place: int, by: int) -> Span:
    start = span.start + by if span.start >= place else span.start
    end = span.end + by if span.end >= place else span.end
    return replace(span, start=start, end=end)

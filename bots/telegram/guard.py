"""Takes from a reader's text what Telegram would make of it on its own.

Telegram finds mentions and bot commands in any text, whoever sends it: a relayed "@name" would
ring at a stranger's, a relayed "/ban" would be a command one tap away. And a link to
tg://user?id=… is a mention in disguise (core.telegram.org/bots/api, "Formatting options").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from core.text.model import Rich, Span, Style
from core.text.tools import insert, merged

WORD_JOINER = "\u2060"
_MENTION = re.compile(r"(?<!\w)@(?=[A-Za-z0-9_]{2})")
_ALIVE = re.compile(rf"{_MENTION.pattern}|(?<![\w/<>])/(?=[A-Za-z0-9_])")
# What Telegram takes for an address of the web, as far as it surely goes: in it nothing else is
# looked for, and a word joiner would lead elsewhere. It ends at a bracket that was not opened;
# without a scheme it needs a well-known ending.
_HOST = r"(?:[A-Za-z0-9-]{1,63}(?<!-)\.)+"
_STEP = r"[^\s<>\"«»(){}\[\]\u2000-\u206f]*"
_ADDRESS = re.compile(
    rf"(?<![\w@/#.])(?:[Hh][Tt][Tt][Pp][Ss]?://{_HOST}[A-Za-z]{{2,63}}"
    rf"|{_HOST}(?:com|org|net|mx|es|us|tv|me))(?::[0-9]{{1,4}})?[/?#]{_STEP}(?:\({_STEP}\){_STEP})*"
)


def guarded(rich: Rich, *, commands: bool = True) -> Rich:
    """The same to the eye, without mentions and tg: links, and with `commands` without these.

    An invisible word joiner behind "@" and "/" keeps Telegram from finding them; what is inside
    of code, a link or an address stays as it is, because nothing is looked for there.
    """
    spans = tuple(s for s in rich.spans if not _in_app(s))
    solid = [s for s in spans if s.style in (Style.CODE, Style.PRE, Style.LINK)]
    found = _ADDRESS.finditer(rich.text)
    quiet = merged([*solid, *(Span(m.start(), m.end(), Style.LINK) for m in found)])
    ends = [s.end for s in quiet]
    places = {
        match.end(): WORD_JOINER
        for match in (_ALIVE if commands else _MENTION).finditer(rich.text)
        if not _within(quiet, bisect_right(ends, match.start()), match.start())
    }
    return insert(Rich(rich.text, spans), places)


def _within(spans: Sequence[Span], number: int, place: int) -> bool:
    return number < len(spans) and spans[number].start <= place


def _in_app(span: Span) -> bool:
    return span.style is Style.LINK and span.value.lower().startswith("tg:")

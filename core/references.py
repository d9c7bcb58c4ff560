"""What a comment names another one by: its time label or its number (pure).

Readers write "5:44", "@0301", "10:01 nope", "#12", ">>12" or "To 5:44:". Such words count at the
start of a comment, several there as well ("5:44 and 6:10"), or alone on a line of their own;
anywhere else they are what they say. What reads as a time of day, a length, a rank or a list stays
text, and so does what names no earlier comment or two of the same minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise

from core.text.model import Rich, Style

HALF = 12
RANKS = 3
"""Up to this number "#n" is a rank more often than a comment, so the words behind it decide."""
MOST = 20
"""References of one comment that are looked at."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that may name a comment: `text[start:end]`.

    leads: they stand at the comment's start. number: the comment's number, None for a time.
    times: (hour, minute) of each reading, the one that the words spell first. exact: they spell
    24 hours ("0301"), so the first reading goes before the other.
    """

    start: int
    end: int
    leads: bool
    number: int | None = None
    times: tuple[tuple[int, int], ...] = ()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A comment that could be read when the reference was written: its number, and when it was
    posted in the publication's zone."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reference:
    """`text[start:end]` names comment `number`. leads: at the comment's start."""

    start: int
    end: int
    number: int
    leads: bool


def resolve(
    mentions: Sequence[Mention], earlier: Sequence[Earlier], answered: int | None = None
) -> list[Reference]:
    """What the mentions of a comment name.

    earlier: the comments before it. answered: the number of the one that it replies to already,
    which goes before others of the same label.
    """
    found = []
    for mention in mentions:
        number = _named(mention, earlier, answered)
        if number is not None:
            found.append(Reference(mention.start, mention.end, number, mention.leads))
    return found


def _named(mention: Mention, earlier: Sequence[Earlier], answered: int | None) -> int | None:
    if mention.number is not None:
        return mention.number if any(e.number == mention.number for e in earlier) else None
    fitting = [e for e in earlier if (e.at.hour, e.at.minute) in mention.times]
    if any(e.number == answered for e in fitting):
        return answered
    spelled = [e for e in fitting if (e.at.hour, e.at.minute) == mention.times[0]]
    if mention.exact and spelled:
        fitting = spelled
    if not fitting:
        return None
    nearest = max(_minute(e.at) for e in fitting)
    standing = [e.number for e in fitting if _minute(e.at) == nearest]
    return standing[0] if len(standing) == 1 else None


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


# Reading. Behind "@" stands a word joiner (U+2060) where somebody pasted it from a copy of ours.

_AM_I = (
    r"\s+I\s+(?:the|an?|not|right|wrong|to|missing|supposed|going|crazy|dreaming|reading|seeing)\b"
)
_TIME = re.compile(
    r"(?:@[\s\u2060]?)?(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?![:.]?\d|,\d+(?![\d:]))"
    rf"(?:\s?(?P<half>[AaPp])(?:\.\s?[Mm]\b\.?|[Mm]\b(?!{_AM_I})))?"
    r"(?![\w%$€£°]|-\d{1,2}(?![\d:])|/(?!\s?@?\d{1,2}:\d\d)|['’′](?!s\b))"
)
_COMPACT = re.compile(
    rf"@[\s\u2060]?(?P<hour>\d{{1,2}})(?P<minute>[0-5]\d)"
    rf"(?:\s?(?P<half>[AaPp])[Mm]\b(?!{_AM_I}))?(?!\w|[:.,-]\d)"
)
_NUMBER = re.compile(r"(?:@?#|(?P<sure>>>)\s?)(?P<number>[1-9]\d{0,6})(?![\w%]|[.,:]\d|-\w)")
_TO = re.compile(
    r"(?:(?:(?:in )?(?:reply|response|answer) )?to|re|comment|@?anon(?:ymous)?(?: (?:at|@))?"
    r"|(?:en )?respuesta a(?:l? de las?|l)?|comentario|@?an[oó]nimo(?: (?:a|de) las?)?"
    r"|al(?: de las?)?|para(?: el de las?)?)(?:[:,]\s*|\s+)(?=[@#>\d])",
    re.I,
)
"""Who is addressed, before the reference."""
_DECORATION = re.compile(r"[^\w#@>$€£+/\\<=%&^|~{}]{0,12}")
_JOINT = re.compile(
    r"\s*(?:,|&|\+|/|\band\b|\by\b)\s*(?:and\b\s*|y\b\s*)?|\s+(?=[#@>]|\d{1,2}:\d\d)", re.I
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HIDDEN = {Style.CODE: "\0", Style.PRE: "\0", Style.LINK: "\0", Style.QUOTE: " "}
_ANY_TIME = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d)(?!\d)")

_RANGE = re.compile(
    r"\s*(?:[-–—~]|to\b|till?\b|until\b|a\b|hasta\b)\s*\d{1,2}(?::\d\d|\s?[ap]m)", re.I
)
_DAYS = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:jan|feb|mar|apr|may|june|july|aug|sep|oct"
    r"|nov|dec)\w* \d"
)
_HOURS = (
    r"(?:v[ií]deo|clip|minuto|d[ií]a|mediod[ií]a|mañana|tarde|noche|madrugada|ayer|hoy|anoche"
    r"|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)\b"
)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|ene|abr|mayo|ago|dic)[a-z]{0,7}\b\.?"
)
_DATED = re.compile(
    rf"\s*[,(]?\s*(?:on |el )?(?:{_MONTH}\s\d|\d{{1,2}}(?:st|nd|rd|th)?(?: of| de)?\s{_MONTH}"
    r"|\d{1,2}/\d{1,2}\b)",
    re.I,
)
"""The day behind a time: whoever says one means another day than the nearest, or no comment."""
_CLOCK = re.compile(
    r"\s*(?:in (?:the|this|that) (?:(?:early|late|same|first|second) )?(?:morning|afternoon|evening"
    r"|night|day|v[ií]deo|clip|film|movie|song|game|match|half|quarter|minute|footage|recording"
    r"|interview|podcast|episode)s?\b"
    r"|on the (?:v[ií]deo|clip|clock|dot|tape|recording|timer|radio|news|tv)\b|into (?:the|this)\b"
    r"|noon\b|midnight\b|mediod[ií]a\b|medianoche\b|of (?!course|all\b|you\b)|mark\b(?! my)"
    r"|min(?:ute)?s?\b|sec(?:ond)?s?\b|h(?:ou)?rs?\b|h\b|o['’]?clock|sharp\b"
    r"|long\b(?! live| time| ago| story)|left (?:in|on|to go)\b|remaining\b"
    r"|odds\b|ratio\b|local time\b"
    r"|(?:yester|to)day\b|tonight\b|tomorrow\b|at night\b|this (?:morning|afternoon|evening)\b"
    rf"|last (?:night|week|month|year|{_DAYS})|on (?:{_DAYS})"
    r"|(?:[ecmp][sd]t|utc|gmt|zulu)\b|(?:eastern|central|mountain|pacific) time\b"
    r"|(?:is|was) (?:when|about when|the (?:time|hour|moment|exact))\b"
    r"|(?:es|fue|era) (?:cuando|la hora|el momento)\b"
    r"|horas?\b|minutos?\b|segundos?\b|ayer\b|hoy\b|anoche\b|mañana\b|en punto\b"
    rf"|de(?:l| la| este| ese)? {_HOURS}|(?:por|en) (?:la|el|este|ese) {_HOURS}|el {_HOURS})",
    re.I,
)
_RANKED = re.compile(
    r"\s+(?:in(?! my\b)|on the|of|most|best|ranked|rated|pick|seed|spot|place|jersey|shirt|fans?"
    r"|wanted|en (?:el|la|los|las)|de(?:l| la| los| las)|m[aá]s|del mundo)\b",
    re.I,
)
_ADDRESSING_WORDS = """
    you your youre you're you've you'd you'll youve youll yourself u ur y'all yall ya nope no
    nah yes yea yeah yep yup lol lmao lmfao haha hahaha agree agreed exactly correct wrong true
    false thanks thank thx sorry why what who how hey dude bro please well ok okay sure maybe i
    i'm im i've i'd i'll that's thats bullshit bs don't dont stop shut read learn amen totally
    absolutely actually indeed good great nice love just go keep source never nobody not do does
    did can same both get my if but because tu tú usted ud te no si sí claro exacto exactamente
    gracias puro simón ambos jaja jajaja jajajaja wey güey compa amigo amiga hermano carnal por
    porque qué que verdad cierto mentira falso eres estas estás tienes hola oye mira pues yo deja ya
    callate cállate lee correcto totalmente saludos quien quién cómo dónde donde
"""
_OPENING_WORDS = """
    the a an they they're he he's she she's it it's its we this that these those there
    there's if but so because when where has los las ellos ellas esto eso pero cuando hay
"""
_ADDRESSING = frozenset(_ADDRESSING_WORDS.split())
"""Words that begin what is said to somebody."""
_OPENING = _ADDRESSING | frozenset(_OPENING_WORDS.split())
"""Words that begin a sentence, and do not go on with a rank ("#1 in …")."""


def mentions(rich: Rich) -> list[Mention]:
    """The words of a comment that may name others, in their order."""
    text = _own_words(rich)
    found: list[Mention] = []
    start, first = 0, True
    for line in text.split("\n"):
        if line.strip():
            found += _leading(text, start) if first else _alone(text, start, start + len(line))
            first = False
        start += len(line) + 1
    return [] if _is_list(text, found) else found[:MOST]


def _own_words(rich: Rich) -> str:
    """The text with blanks for what is quoted, code or a link already."""
    text = list(rich.text)
    for span in rich.spans:
        blank = _HIDDEN.get(span.style)
        for place in range(span.start, span.end) if blank else ():
            text[place] = "\n" if text[place] == "\n" else blank or ""
    return "".join(text)


def _leading(text: str, start: int) -> list[Mention]:
    """The references at the start of the comment, as far as they are joined."""
    decoration = _DECORATION.match(text, start)
    begin = decoration.end() if decoration else start
    addressed = _TO.match(text, begin)
    chain = list(islice(_chain(text, addressed.end() if addressed else begin), MOST))
    if not chain:
        return []
    rest = text[chain[-1].end :].split("\n", 1)[0]
    if not all(_is_reference(text, mention, rest) for mention in chain):
        return []
    return chain


def _alone(text: str, start: int, end: int) -> list[Mention]:
    """The references of a line that holds nothing else."""
    decoration = _DECORATION.match(text, start, end)
    chain = list(islice(_chain(text, decoration.end() if decoration else start, leads=False), MOST))
    if not chain or any(c.isalnum() or c == "\0" for c in text[chain[-1].end : end]):
        return []
    return chain


def _chain(text: str, position: int, *, leads: bool = True) -> Iterator[Mention]:
    while (mention := _read(text, position, leads)) is not None:
        yield mention
        joint = _JOINT.match(text, mention.end)
        if joint is None or "\n" in joint[0]:
            return
        position = joint.end()


def _read(text: str, position: int, leads: bool) -> Mention | None:
    """The reference that begins at a position."""
    if found := _NUMBER.match(text, position):
        return Mention(position, found.end(), leads, number=int(found["number"]))
    found = _TIME.match(text, position) or _COMPACT.match(text, position)
    if found is None:
        return None
    groups = found.groupdict()
    times = _readings(groups["hour"], int(groups["minute"]), groups.get("half"))
    exact = groups["hour"].startswith("0")
    return Mention(position, found.end(), leads, times=times, exact=exact) if times else None


def _readings(hour: str, minute: int, half: str | None) -> tuple[tuple[int, int], ...]:
    """The times of day that an hour as written can mean, on a clock of 24 hours and of 12."""
    number = int(hour)
    if number > 23 or (half and not 1 <= number <= HALF):
        return ()
    if half:
        return ((number % HALF + (HALF if half in "Pp" else 0), minute),)
    if not 1 <= number <= HALF or hour == "00":
        return ((number, minute),)
    other = 0 if number == HALF else number + HALF
    return ((number, minute), (other % 24, minute))


def _has_half(text: str, mention: Mention) -> bool:
    return mention.number is None and text[mention.start : mention.end].rstrip(".")[-1:] in "mM"


def _is_reference(text: str, mention: Mention, rest: str) -> bool:
    """Whether the words behind the references at the start let them be some. rest: the line."""
    word = _WORD.match(rest.lstrip())
    follows = rest[:1].isspace() and word is not None
    first = word[0].casefold().replace("’", "'") if word else ""
    if mention.number is None:
        if _RANGE.match(rest) or _CLOCK.match(rest) or _DATED.match(rest):
            return False
        spoken = text[mention.start] == "@" or not _has_half(text, mention) or not follows
        return spoken or first in _ADDRESSING
    if text.startswith(">>", mention.start):
        return True
    if mention.number == 1 and re.search(r"(?m)^[^\w\n]*#2\b|[,;.]\s*#2\b", text[mention.end :]):
        return False
    if not follows:
        return True
    return not _RANKED.match(rest) and (mention.number > RANKS or first in _OPENING)


def _is_list(text: str, found: Sequence[Mention]) -> bool:
    """A list of what happened when: three times or more, each later than the one before."""
    if not found or found[0].number is not None:
        return False
    beyond = found[-1].end if found[-1].leads else found[0].end
    times = [(int(h), int(m)) for h, m in _ANY_TIME.findall(text[found[0].start :])]
    later = _ANY_TIME.findall(text[beyond:])
    return len(later) > 1 and all(a < b for a, b in pairwise(times))

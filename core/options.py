"""What a publication's editors may set for themselves: numbers and switches, each with a default.

Only what differs from the default is stored (`publication.options`, JSON by name). The command
`/options`, the command line and the documents are made from this list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.errors import UserError
from core.i18n import Texts

Value = int | float | bool
YES = ("on", "yes", "true", "1", "sí", "si")
NO = ("off", "no", "false", "0")


def option(default: Value, about: str, least: float = 0, most: float = 1_000_000) -> Any:
    """A field of `Options`. about: one line in English, which is also the key of its translation.
    least, most: of a number, both included."""
    return field(default=default, metadata={"about": about, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one publication."""

    address_days: int = option(
        7, "days for which an author can be told what became of a comment", most=90
    )
    appeal_days: int = option(14, "days in which an author can appeal against a decision", most=365)
    warn_days: int = option(90, "days for which the points of a warning count", 1, 3650)
    warn_premoderate: int = option(
        0, "points of warnings from which an author's comments are read first, 0 = never"
    )
    warn_mute: int = option(0, "points of warnings from which an author is muted, 0 = never")
    warn_mute_hours: int = option(48, "hours of a mute by points", 1, 8784)
    warn_ban: int = option(0, "points of warnings from which an author is banned, 0 = never")
    platform_bans: bool = option(
        False, "bans and mutes are set on the platform as well, where the bot has the right"
    )
    transparency: bool = option(
        True, "a draft of the month's transparency note at the desk, on the first of the next"
    )
    transparency_least: int = option(
        5, "numbers below this are not told in the transparency note", 3, 1000
    )
    new_after: int = option(2, "published comments after which mode new lets an author through")
    quorum: int = option(0, "moderators that a ban needs: 2 = a second one confirms", most=2)
    suspect_words: bool = option(
        True, "comments with a suspect word are held; off: they are only marked"
    )
    media_only: bool = option(False, "comments without words are held")
    forwards: bool = option(False, "forwarded comments are held")
    mentions: int = option(5, "accounts that a comment may name before it is held; 0: any number")
    emoji: int = option(25, "emoji in a comment before it is held; 0: any number")
    length: int = option(0, "characters of a comment before it is held; 0: any number")
    tricks: bool = option(
        True, "comments with hidden characters or words of mixed alphabets are held"
    )
    repeats: bool = option(True, "comments that repeat one of their author's last ones are held")
    author_pace: int = option(
        15, "comments of one author in a minute before further ones are held; 0: any number"
    )
    thread_pace: int = option(
        200, "comments in one thread in a minute before further ones are held; 0: any number"
    )
    wave: int = option(
        5, "comments alike by several authors within an hour before further ones are held; 0: never"
    )
    rejected_share: int = option(
        50,
        "percent of an author's comments of a week that were rejected, from which on all are held;"
        " 0: never",
        most=100,
    )
    learn_least: int = option(
        20, "approved and rejected comments from which on past decisions are learned from", least=1
    )
    learned_mark: int = option(
        80, "percent of likeness to what was rejected from which on a comment is marked", 50, 100
    )
    report_threshold: float = option(
        3.0, "readers' reports that take a comment out of sight until it is decided on, 0 = never"
    )
    close_after_days: int = option(
        0, "days after which comments under an article close by themselves, 0 = never", most=36500
    )
    slow_when_waiting_minutes: int = option(
        120, "a thread becomes slow where a comment waits for so many minutes, 0 = never"
    )
    slow_seconds: int = option(60, "seconds between two comments of an author then", 1, 21600)


@dataclass(frozen=True, slots=True)
class Option:
    """One of them, with its limits."""

    name: str
    default: Value
    about: str
    least: float
    most: float


OPTIONS: Mapping[str, Option] = {
    one.name: Option(one.name, one.default, **one.metadata)  # type: ignore[arg-type]
    for one in fields(Options)
}


def load(changed: Mapping[str, Value]) -> Options:
    """From what is stored. What this version does not know is left out, so that a database of a
    later one can be read."""
    return Options(**{name: value for name, value in changed.items() if name in OPTIONS})  # type: ignore[arg-type]


def parse(t: Texts, name: str, words: str) -> Value | None:
    """A value as a person writes it; None for "default". Raises UserError, saying what fits."""
    known = OPTIONS.get(name)
    if known is None:
        raise UserError(t("There is no option “{name}”. /options lists them.", name=name[:40]))
    text = words.strip().casefold()
    if text == "default":
        return None
    if isinstance(known.default, bool):
        if text in YES + NO:
            return text in YES
        raise UserError(t("{name} is on or off.", name=name))
    number = _number(text, whole=isinstance(known.default, int))
    if number is None or not known.least <= number <= known.most:
        limits = {"least": f"{known.least:g}", "most": f"{known.most:g}"}
        raise UserError(t("{name} is a number from {least} to {most}.", name=name, **limits))
    return number


def _number(text: str, *, whole: bool) -> int | float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    if not abs(number) < 1e12 or (whole and number != int(number)):
        return None
    return int(number) if whole else number


def words(t: Texts, value: Value) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return t("on") if value else t("off")
    return f"{value:g}"

"""Lists of words and domains as people write them: in a command, and in a file (pure).

A file has one entry on each line, "kind [language]: entry"; a line without a kind is of the kind
that was asked for, what follows a "#" at a line's beginning is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.errors import UserError
from core.i18n import Texts
from core.moderation.lexicon import LONGEST, pattern
from core.moderation.links import domain_of

KINDS = ("banned", "suspect", "allow", "deny")
WORDS = ("banned", "suspect")

Item = tuple[str, str, str]
"""Kind, language ("" = every), entry."""

_TONGUE = re.compile(r"\s*([a-z]{2,3})\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_LINE = re.compile(rf"\s*({'|'.join(KINDS)})(?:[ /]([a-z]{{2,3}}))?\s*[:\t]\s*(.*)", re.IGNORECASE)


def item(t: Texts, kind: str, language: str, words: str) -> Item:
    """One entry, tidied. Raises UserError where it is none."""
    if kind not in WORDS:
        domain = domain_of(words.strip())
        if "." not in domain or len(domain) > LONGEST or " " in domain:
            raise UserError(t("“{entry}” is no domain: write one like example.org.",
                              entry=words.strip()[:40]))  # fmt: skip
        return kind, "", domain
    tidy = " ".join(words.strip().strip('"“”«»').split()).casefold()
    if not pattern(tidy) or len(tidy) > LONGEST:
        raise UserError(t("“{entry}” cannot be listed: write a word, a phrase, or a beginning of"
                          " three letters or more with a star (begin*).",
                          entry=words.strip()[:40]))  # fmt: skip
    return kind, language, tidy


def items(t: Texts, kind: str, words: str) -> list[Item]:
    """What follows a kind in a command: "[language:] entry, entry". Raises UserError."""
    language = ""
    if kind in WORDS and (told := _TONGUE.fullmatch(words)) is not None:
        language, words = told[1].lower(), told[2]
    parts = [part for part in re.split(r"[,\n]", words) if part.strip()]
    if not parts:
        raise UserError(t("Which? For example /words add suspect es: payaso, vete a*"))
    return list(dict.fromkeys(item(t, kind, language, part) for part in parts))


def parse(t: Texts, lines: Iterable[str], kind: str = "", language: str = "") -> list[Item]:
    """The entries of a file. kind, language: of lines that tell none. Raises UserError naming
    the line."""
    return list(dict.fromkeys(_parsed(t, lines, kind, language)))


def _parsed(t: Texts, lines: Iterable[str], kind: str, language: str) -> Iterator[Item]:
    for number, line in enumerate(lines, start=1):
        line = line.strip().removeprefix("\ufeff")
        if not line or line.startswith("#"):
            continue
        told = _LINE.fullmatch(line)
        found = (told[1].lower(), (told[2] or "").lower(), told[3]) if told else None
        if found is None and not kind:
            raise UserError(t("Line {n} tells no kind: begin it with banned:, suspect:, allow: or"
                              " deny:, or name one with --kind.", n=number))  # fmt: skip
        try:
            yield item(t, *(found or (kind, language, line)))
        except UserError as wrong:
            raise UserError(t("Line {n}:", n=number) + f" {wrong}") from None


def dump(entries: Iterable[Item]) -> str:
    """The same as the text of a file."""
    return "".join(
        f"{kind}{f' {language}' if language else ''}: {entry}\n"
        for kind, language, entry in entries
    )

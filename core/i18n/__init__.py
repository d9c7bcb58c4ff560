"""Every text that a person reads, in their language.

Message ids are the English texts with `{named}` places. Catalogues lie beside this file as
`<language>.po` and are compiled in memory when first used.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.command_names import COMMAND_NAMES, command_name

FALLBACK = "en"
_COMMAND = re.compile(r"(?<![\w/.:-])/([a-z]+)\b")
"""A command in a text, and no part of an address."""
HERE = Path(__file__).parent


@cache
def languages() -> tuple[str, ...]:
    """The languages with a catalogue, English first."""
    return (FALLBACK, *sorted(path.stem for path in HERE.glob("*.po") if path.stem != FALLBACK))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = HERE / f"{language}.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Texts:
    """The texts of one language. Call it with an English text and its named values.

    picker: the language in which the reader's platform lists our commands, "" where it lists the
    English names. Commands that our texts name have the names that are listed there; what people
    wrote comes as values and stays as it is.
    """

    def __init__(self, language: str, picker: str = "") -> None:
        self.language = language
        self._picker = picker
        self._catalogue = _catalogue(language)
        self._gettext: Callable[[str], str] = self._catalogue.gettext

    def __call__(self, message: str, **values: object) -> str:
        text = self._named(self._gettext(message)) if message else ""
        return text.format(**values) if values else text

    def n(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for a number; `{n}` is the number."""
        return self._named(self._catalogue.ngettext(one, many, n)).format(n=n, **values)

    def _named(self, text: str) -> str:
        if self._picker not in COMMAND_NAMES:
            return text
        return _COMMAND.sub(lambda found: "/" + command_name(self._picker, found[1]), text)

    @property
    def locale(self) -> Locale:
        """The Babel locale, for dates and numbers."""
        return Locale.parse(self.language)


@cache
def texts(language: str, picker: str = "") -> Texts:
    """The texts for a platform's or publication's language tag ("es-MX" -> Spanish).

    picker: as of `Texts`. Unknown languages give English.
    """
    return Texts(pick(language), picker)


def choose(*tags: str) -> str:
    """The first of some language tags that a catalogue serves, or English: a person's own tongue,
    then those of the publication."""
    for tag in tags:
        if tag and (pick(tag) != FALLBACK or _base(tag) == FALLBACK):
            return pick(tag)
    return FALLBACK


def _base(tag: str) -> str:
    try:
        return Locale.parse(tag.replace("-", "_")).language
    except (ValueError, UnknownLocaleError):
        return ""


@cache
def pick(language: str) -> str:
    """The catalogue that serves a language tag."""
    base = _base(language)
    return base if base in languages() else FALLBACK

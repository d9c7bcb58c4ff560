"""Every text that a person reads, in their language.

Message ids are the English texts with `{named}` places. Catalogues lie beside this file as
`<language>.po` and are compiled in memory when first used.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FALLBACK = "en"
HERE = Path(__file__).parent


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
    """The texts of one language. Call it with an English text and its named values."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)
        self._gettext: Callable[[str], str] = self._catalogue.gettext

    def __call__(self, message: str, **values: object) -> str:
        text = self._gettext(message) if message else ""
        return text.format(**values) if values else text

    def n(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for a number; `{n}` is the number."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)

    @property
    def locale(self) -> Locale:
        """The Babel locale, for dates and numbers."""
        return Locale.parse(self.language)


@cache
def texts(language: str) -> Texts:
    """The texts for a platform's or publication's language tag ("es-MX" -> Spanish).

    Unknown languages give English.
    """
    return Texts(pick(language))


@cache
def pick(language: str) -> str:
    """The catalogue that serves a language tag."""
    try:
        base = Locale.parse(language.replace("-", "_")).language if language else FALLBACK
    except (ValueError, UnknownLocaleError):
        base = FALLBACK
    return base if base in languages() else FALLBACK

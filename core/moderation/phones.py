"""Telephone numbers, as people write and hide them (pure). Every pattern is bounded."""

from __future__ import annotations

import re
import unicodedata

from core.moderation.glance import seen_in

_SEPARATED = r"[ .\-\u2010-\u2015/\u00a0]"
_PLAIN = re.compile(
    rf"""(?<![\d.,$€£+:#@-])(?:
        \+\s?\d(?:[ .()/\-\u00a0]{{0,3}}\d){{7,14}}                         # +52 664 123 4567
      | 00[1-9]\d(?:{_SEPARATED}?\d){{7,12}}                                # 0034 612 345 678
      | (?:1{_SEPARATED})?\(\d{{3}}\){_SEPARATED}?\d{{3}}{_SEPARATED}?\d{{4}}  # (664) 123-4567
      | (?:1{_SEPARATED})?[2-9]\d\d{_SEPARATED}\d{{3}}{_SEPARATED}\d{{4}}   # 664-123-4567
      | [2-9]\d\d{_SEPARATED}\d{{3}}{_SEPARATED}\d\d{_SEPARATED}\d\d        # 664 123 45 67
      | [2-9]\d{_SEPARATED}\d{{4}}{_SEPARATED}\d{{4}}                       # 55 1234 5678
      | (?:33|55|56|81)(?:[ .\-]\d\d){{4}}                                # 33 12 34 56 78
      | \(\d\d\)[ .\-]?\d{{4}}[ .\-]?\d{{4}}                              # (55) 1234 5678
      | [2-9]\d\d[ .\-]\d(?:[ .\-]\d\d){{3}}                             # 664 1 23 45 67
      | (?:04[45]{_SEPARATED}?|1)?[2-9]\d{{9}}                              # 6641234567
      | [679]\d\d[ \-]\d{{3}}[ \-]\d{{3}}                                   # 612 345 678
      | [6789]\d\d(?:[ .\-]\d\d){{3}}                                       # 612 34 56 78
      | 9\d[ \-]\d{{3}}[ \-]\d\d[ \-]\d\d                                   # 91 123 45 67
      | [67]\d{{8}}                                                         # 612345678
    )(?![\d:%]|[.,]\d)""",
    re.VERBOSE,
)
_INTERNATIONAL = re.compile(r"(?<![\d.,$€£])\+\s?\d(?:[ .()/\-\u00a0]{0,3}\d){7,14}(?!\d)")
_CALLED = re.compile(
    r"\b(?:tel(?:[eé]fonos?|ephone)?|cel(?:ular)?|m[oó]vil|mobile|cell|phone|whats?app|wasap|"
    r"call|text|ll[aá]m[ae](?:me|le|los|nos)?|m[aá]rc[ae](?:me|le|nos)?|signal|contact[oa]?)\b"
    r"[^\d\n+]{0,20}(\+?\d(?:[ .()\-\u00a0]{0,2}\d){6,14})(?![\d:]|[.,]\d)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"(?<![\w.,:$€£])[2-9]\d\d(?P<part>\s?[_*~|=]{1,2}|\s[\-./]\s)\d{3}(?P=part)\d{4}(?![\d%])"
)
_SPREAD = re.compile(r"(?<![\d.,:])\d(?:[ .\-_*|]{1,3}\d){8,14}(?![\d:]|[.,]\d)")
_SEVEN = re.compile(r"\d(?:\D{0,3}\d){6}")
"""What every pattern of digits above holds."""
_ONE_BY_ONE = "0123456789012345678901234567890"

_UNIT_WORDS = (
    "zero oh one two three four five six seven eight nine cero uno dos tres cuatro cinco seis "
    "siete ocho nueve"
)
_UNITS = _UNIT_WORDS.split()
_TEN_WORDS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fifty sixty seventy eighty ninety diez once doce trece catorce quince "
    "dieciséis dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintidos "
    "veintitrés veintitres veinticuatro veinticinco veintiséis veintiseis veintisiete "
    "veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa"
)
_TENS = _TEN_WORDS.split()
_SAID = frozenset(_UNITS + _TENS)
_UNIT, _TEN = "|".join(_UNITS), "|".join(_TENS)
_PIECE = rf"(?:(?:{_TEN})(?:(?:\s{{1,2}}y\s{{1,2}}|[ \-])(?:{_UNIT})(?![^\W_]))?|{_UNIT}|\d{{1,4}})"
_SPOKEN = re.compile(rf"\b{_PIECE}(?:[\s,.\-]{{1,3}}{_PIECE}(?![^\W_])){{2,14}}", re.IGNORECASE)
_TOKENS = re.compile(r"[^\W_]+")
_UNIT_VALUES = {word: str(max(0, n % 11 - 1)) if n < 11 else str(n - 11)
                for n, word in enumerate(_UNITS)}  # fmt: skip
_LEAST_SAID = 3
"""Digits in words that a number has; fewer are counts beside each other."""

_AFTER_NUMBER = re.compile(
    r"\s*(?:%|€|\$|£|usd|mxn|eur|d[oó]lar|dollar|peso|euro|people|person|habitant|voto|vote|"
    r"km|kg|ton|views|vistas|million|mill[oó]n)",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(
    r"\b(?:isbn|issn|doi|expediente|folio|oficio|case|caso|case\s+no|docket|carpeta|amparo|nip|"
    r"factura|order|pedido)\b[^\d\n]{0,12}(?:\d{1,4}[-/ ]){0,3}$",
    re.IGNORECASE,
)
_DATES = re.compile(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./ ]\d\d?[-./ ](?:19|20)\d\d")


def phone(text: str) -> str:
    """A telephone number, as people write them in Mexico, the United States, Spain, or with a
    country's prefix; also with its digits spread or spelled out."""
    plain = text if text.isascii() else _ascii_digits(text)
    if not _SEVEN.search(plain):
        return _spoken(text)
    for pattern in (_PLAIN, _INTERNATIONAL, _CALLED, _HIDDEN):
        for found in pattern.finditer(plain):
            group = pattern.groups if pattern is _CALLED else 0
            start, end = found.span(group)
            if _calls(plain, start, end):
                return text[start:end].strip()
    for found in _SPREAD.finditer(plain):
        if not _counts_up(_digits(found[0])):
            return text[found.start() : found.end()].strip()
    return _spoken(text)


def _ascii_digits(text: str) -> str:
    """With every script's digits as ours, each in its place."""
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c))
                   for c in text)  # fmt: skip


def _spoken(text: str) -> str:
    if len(_SAID & seen_in(text).words) < 2:
        return ""
    said = sum(word in _SAID for word in _TOKENS.findall(text.lower()))
    if said < _LEAST_SAID:
        return ""
    for found in _SPOKEN.finditer(text):
        digits, words = _values(found[0])
        least = 7 if digits and words == len(digits) else 8
        if words >= _LEAST_SAID and least <= len(digits) <= 15 and not _counts_up(digits):
            return found[0].strip()
    return ""


def _values(spoken: str) -> tuple[str, int]:
    """The digits that some words stand for, and how many of them were in words. Which tens they
    are tells nothing here: they count as two."""
    digits, words, tens = "", 0, False
    for word in _TOKENS.findall(spoken.lower()):
        if word.isdigit():
            digits += word
        elif word in _UNIT_VALUES and tens and word not in ("oh", "zero", "cero"):
            digits = digits[:-1] + _UNIT_VALUES[word]
        elif word in _UNIT_VALUES:
            digits, words = digits + _UNIT_VALUES[word], words + 1
        elif word != "y":
            digits, words = digits + str(_TENS.index(word) % 9 + 1) + "0", words + 2
        tens = (word in _TENS) or (tens and word == "y")
    return digits, words


def _counts_up(digits: str) -> bool:
    return digits in _ONE_BY_ONE or digits[::-1] in _ONE_BY_ONE


def _calls(text: str, start: int, end: int) -> bool:
    """No date, count or price, no number of a book or a case, and not a round sum."""
    plain = text[start:end].strip()
    if _DATES.fullmatch(plain) or _AFTER_NUMBER.match(text, end):
        return False
    if _BEFORE_NUMBER.search(text[max(0, start - 40) : start]):
        return False
    digits = _digits(plain)
    return not (digits.endswith("0000") or len(set(digits)) < 3)


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())

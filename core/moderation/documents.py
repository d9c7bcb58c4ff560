"""Numbers by which one person is known to offices and banks (pure). Every pattern is bounded, and
whatever has a check digit is held against it."""

from __future__ import annotations

import re

from core.moderation.glance import seen_in

_CURP = re.compile(r"(?<!\w)[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?!\w)", re.IGNORECASE)
_RFC = re.compile(r"(?<!\w)[A-ZÑ&]{4}\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])[A-Z0-9]{3}(?!\w)")
_SOCIAL = re.compile(
    r"\b(?:ssn|social\s{1,2}security)\b[^\d\n]{0,20}\d{3}[ -]?\d{2}[ -]?\d{4}(?!\d)", re.IGNORECASE
)
_SPANISH = re.compile(r"(?<![\w-])([XYZ]?)-?(\d{7,8})[ -]?([A-Z])(?![\w-])")
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CARD = re.compile(r"(?<![\d.,-])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?![\d-]|[.,]\d)")


def document(text: str) -> str:
    """A person's number: Mexico's CURP and RFC, a social security number that is called one,
    Spain's DNI and NIE, or a bank card's."""
    if not seen_in(text).digits:
        return ""
    for pattern in (_CURP, _RFC, _SOCIAL):
        if found := pattern.search(text):
            return found[0].strip()
    for found in _SPANISH.finditer(text):
        if _lettered(*found.groups()):
            return found[0]
    for found in _CARD.finditer(text):
        if _adds_up([int(c) for c in found[0] if c.isdigit()]):
            return found[0]
    return ""


def _lettered(foreign: str, digits: str, letter: str) -> bool:
    """The letter is the one that belongs to the number (Spain's Real Decreto 1553/2005)."""
    if len(digits) != (7 if foreign else 8):
        return False
    number = int((str("XYZ".index(foreign)) if foreign else "") + digits)
    return _LETTERS[number % 23] == letter


def _adds_up(digits: list[int]) -> bool:
    """The check digit is right (ISO/IEC 7812-1)."""
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0 and len(set(digits)) > 2

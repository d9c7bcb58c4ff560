"""The buttons of a card, and the lists that open from them: reasons, and how long a mute lasts.

A button carries `k`, the comment's random token, the revision that the card shows, and a verb: `a`
approve, `t` approve and trust, `b` ban, `x` remove, `r` reasons (`r2`: reject for the third), `h`
mutes (`h24`: for so many hours), `e` edit and approve, `n` note, `c` context, `m` back.
"""

from __future__ import annotations

from core.i18n import Texts
from core.views import Button, Rows

REASONS = ("off topic", "insult", "spam", "danger to people", "unfounded", "other")
"""What a comment can be rejected for; buttons carry the position."""
HOURS = (1, 24, 168, 720)
"""For how long the card's mute may be."""
REJECT, MUTE = "reject", "mute"
"""The lists, as a claim names them."""


def reason_words(t: Texts, reason: str) -> str:
    """A listed reason in the reader's language; free words as they are."""
    listed = {
        "off topic": t("off topic"),
        "insult": t("insult"),
        "spam": t("spam"),
        "danger to people": t("danger to people"),
        "unfounded": t("unfounded"),
        "other": t("other"),
    }
    return listed.get(reason, reason)


def hours_words(t: Texts, hours: int) -> str:
    """ "24 hours", "7 days"."""
    if hours <= 24:
        return t.n("{n} hour", "{n} hours", hours)
    return t.n("{n} day", "{n} days", hours // 24)


def base(token: str, revision: int) -> str:
    """What the buttons of a comment's card begin with."""
    return f"k{token}:{revision}:"


def open_rows(t: Texts, token: str, revision: int, menu: str = "") -> Rows:
    """What can be done with a held comment, or the list that its reader opened."""
    if menu:
        return menu_rows(t, token, revision, menu)
    first = base(token, revision)
    return (
        (
            Button(t("Approve"), first + "a", tone="good"),
            Button(t("Reject"), first + "r", tone="bad"),
        ),
        (
            Button(t("Approve and trust"), first + "t"),
            Button(t("Edit and approve"), first + "e"),
        ),
        (
            Button(t("Mute"), first + "h", tone="bad"),
            Button(t("Ban"), first + "b", tone="bad"),
        ),
        (Button(t("Note"), first + "n"), Button(t("Context"), first + "c")),
    )


def menu_rows(t: Texts, token: str, revision: int, menu: str) -> Rows:
    """A list, and the way back."""
    first = base(token, revision)
    if menu == MUTE:
        listed = [(hours_words(t, hours), f"h{hours}") for hours in HOURS]
    else:
        listed = [(reason_words(t, reason), f"r{n}") for n, reason in enumerate(REASONS)]
    buttons = [Button(words, first + verb, tone="bad") for words, verb in listed]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return (*rows, (Button(t("Back"), first + "m"),))

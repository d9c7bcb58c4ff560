"""What changed between two wordings, for somebody who decides on the newer one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from core.text.model import Rich, Style
from core.text.split import cut

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]", re.DOTALL)
MOST_TOKENS = 2000
"""Beyond so many words in what differs, comparing word by word would take too long: then the whole
of it counts as taken out and put in."""
AROUND = 6
"""Tokens of what stayed that are shown on each side of a change."""

Change = tuple[str, Sequence[str], Sequence[str]]


def difference(old: str, new: str, limit: int) -> Rich:
    """Taken out: struck through; put in: bold and underlined; what stayed: shortened to the words
    around a change. At most about `limit` characters."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    shown = Rich()
    changes = list(_changes(before, after))
    for position, (kind, gone, come) in enumerate(changes):
        if kind == "equal":
            shown += _around(come, first=position == 0, last=position == len(changes) - 1)
            continue
        shown += Rich("".join(gone)).dressed(Style.STRIKE)
        shown += Rich("".join(come)).dressed(Style.UNDERLINE).dressed(Style.BOLD)
        if len(shown) > limit:
            return cut(shown, limit, len)[0] + " …"
    return shown


def _changes(before: list[str], after: list[str]) -> Iterator[Change]:
    """("equal" or "replace", old tokens, new tokens) in order."""
    head = _same(before, after)
    tail = _same(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield "equal", before[:head], after[:head]
    if max(len(old), len(new)) > MOST_TOKENS or not old or not new:
        if old or new:
            yield "replace", old, new
    else:
        matcher = SequenceMatcher(None, old, new, autojunk=len(old) > MOST_TOKENS // 4)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            yield ("equal" if tag == "equal" else "replace"), old[i1:i2], new[j1:j2]
    if tail:
        yield "equal", before[len(before) - tail :], after[len(after) - tail :]


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens both begin with."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _around(tokens: Sequence[str], *, first: bool, last: bool) -> Rich:
    room = AROUND * (1 if first or last else 2)
    if len(tokens) <= room + 2:
        return Rich("".join(tokens))
    left = "" if first else "".join(tokens[:AROUND])
    right = "" if last else "".join(tokens[-AROUND:])
    return Rich(f"{left}…{right}")

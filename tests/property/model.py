"""What the machine remembers: who said what where, and what was decided since it last looked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_MARK = re.compile(r"\b(w\d+r\d+)[ab]\b")
SIDES = ("telegram", "discord")


@dataclass
class Said:
    """One comment as its author knows it. `message` is the platform's id of the original;
    `wordings` are the marks of its texts, the latest last; `parent` what it answered.

    withdrawn: its author took it back, or a moderator took the original away by hand. taken:
    some message of it was taken away on Telegram, of which nobody tells the program. maybe: the
    wordings that a command brought, which may not have come through.
    """

    mark: str
    side: str
    message: str
    wordings: list[str]
    parent: Said | None = None
    withdrawn: bool = False
    touched: bool = False
    decisions: list[str] = field(default_factory=list)
    certain: bool = True
    taken: bool = False
    maybe: list[str] = field(default_factory=list)
    number: int = 0
    decided: bool = False
    unsure: bool = False
    state: str = ""
    shown: int = 0
    revision: int = 0

    def disturb(self, decision: str = "", *, certain: bool = True) -> None:
        """Something happened to it since the machine last looked."""
        if decision:
            self.decided = True
            self.decisions.append(decision)
            self.certain = self.certain and certain
        else:
            self.touched = True

    @property
    def missed(self) -> bool:
        """An edit that nobody may have seen: while the program hears nothing of Discord, the
        first thing that it does afterwards may be to remove the original."""
        return self.touched and self.side == "discord"

    def settled(self, state: str, shown: int, revision: int) -> None:
        """How it stands now that everything is quiet."""
        self.state, self.shown, self.revision = state, shown, revision
        self.decisions.clear()
        self.touched, self.certain = False, True

    def expected(self, *, interrupted: bool, refused: bool) -> set[tuple[str, int]] | None:
        """The (state, shown) that may have come of it; None where the order of things decides.

        interrupted: the program heard nothing of Discord for a while. refused: Telegram may not
        have told who administers the group, so a moderator may have got a no.
        """
        before = (self.state, self.shown)
        if not self.state or self.touched or len(self.decisions) > 1:
            return None
        if not self.decisions:
            return {before}
        after = self._after(self.decisions[0])
        sure = not refused and (self.certain or not interrupted)
        return {after} if sure else {before, after}

    def _after(self, decision: str) -> tuple[str, int]:
        state, shown = self.state, self.shown
        if decision == "approve" and state == "held":
            return "published", self.revision
        if decision in ("reject", "Ban") and state == "held" and not shown:
            return "rejected", 0
        if decision in ("reject", "Ban") and state == "held":
            return "published", shown
        if decision == "remove" and (state == "published" or (state == "held" and shown)):
            return "removed", shown
        if decision == "restore" and state in ("removed", "rejected"):
            return "published", shown or self.revision
        return state, shown


@dataclass
class Memory:
    """Everything that was said, and what may have gone wrong because of faults.

    doubtful: the outcome of some send on Telegram is unknown, so something may exist twice.
    interrupted: the program heard nothing of Discord since the last quiet moment. refused: it
    may not know who administers the group on Telegram.
    correction: what the article says now ("" = unknown).
    """

    said: list[Said] = field(default_factory=list)
    doubtful: bool = False
    interrupted: bool = False
    refused: bool = False
    correction: str = "c0c"
    corrections: int = 0

    def living(self) -> Iterator[Said]:
        return (one for one in self.said if not one.withdrawn)

    def by_mark(self, text: str) -> Said | None:
        """Whose wording a text shows."""
        marks = set(_MARK.findall(text))
        return next((s for s in self.said if marks.intersection(s.wordings)), None)

"""What a campaign counted: printed, and merged into campaign.json by the campaign's name.

A campaign may run in parts, and in several processes at a time. The file holds for each campaign
the sums over its parts, and the parts.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = Path("campaign.json")
FORBIDDEN = ("lost", "visible_held", "reply_before_parent", "orphaned", "doubled")
"""What no campaign may count."""


@dataclass
class Counts:
    """What one part of a campaign counted.

    runs: how often the program was stopped or the story told. lost: comments, wordings, copies or
    replies' places that are missing. visible_held: words that may be read although nobody approved
    them, or although they were removed, shown by what the program knows of. reply_before_parent:
    replies above what they answer. orphaned: words that may not be read in a copy that the program
    did not know of, still there after an update that reveals it. doubled: what stands twice
    although the platform can deduplicate or be read. doubled_unavoidable: what stands twice where
    it can do neither. more: whatever else is worth a number.
    """

    runs: int = 0
    lost: int = 0
    visible_held: int = 0
    reply_before_parent: int = 0
    orphaned: int = 0
    doubled: int = 0
    doubled_unavoidable: int = 0
    more: dict[str, int] = field(default_factory=dict)

    def flat(self) -> dict[str, int]:
        counts: dict[str, Any] = asdict(self)
        more: dict[str, int] = counts.pop("more")
        return {**counts, **more}


def record(campaign: str, part: str, counts: Counts) -> None:
    """Print the counts, leave them in the file (which is not committed), and fail where
    something was counted that may not be."""
    flat = counts.flat()
    with _locked() as known:
        entry = known.setdefault(campaign, {"parts": {}})
        parts = {**entry["parts"], part: flat}
        names = dict.fromkeys(name for one in parts.values() for name in one)
        sums = {name: sum(one.get(name, 0) for one in parts.values()) for name in names}
        known[campaign] = {**sums, "parts": dict(sorted(parts.items()))}
    print(f"{campaign}, {part}: {flat}")  # noqa: T201  the campaign's own report
    wrong = {name: flat[name] for name in FORBIDDEN if flat[name]}
    assert not wrong, f"{campaign}, {part}: {wrong}"


@contextmanager
def _locked() -> Iterator[dict[str, Any]]:
    """The file's contents, written back whole; one process at a time."""
    with FILE.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
        yield known
        fresh = FILE.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        fresh.replace(FILE)

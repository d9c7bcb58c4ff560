"""What a campaign counted: printed, and merged into campaign.json by the campaign's name."""

from __future__ import annotations

import json
from pathlib import Path

FILE = Path("campaign.json")


def record(name: str, counts: dict[str, int]) -> None:
    """Print the counts and leave them in the file (which is not committed)."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known[name] = counts
    FILE.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    print(f"{name}: {counts}")  # noqa: T201  the campaign's own report

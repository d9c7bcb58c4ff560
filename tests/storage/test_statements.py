"""What is asked of each comment is the same statement for all, so that SQLite prepares it once."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.model import Mode, Publication
from core.newsroom.comments.learning import ALL, chance_of
from core.newsroom.comments.studies import Studies
from core.options import Options
from core.ports import Row
from core.storage.sqlite import SqliteTx
from core.storage.upgrade import upgrade


class Listening(SqliteTx):
    """Remembers what it was asked."""

    __slots__ = ("said",)

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self.said = set[str]()

    def one(self, sql: str, values: Mapping[str, Any] | None = None) -> Row | None:
        self.said.add(sql)
        return super().one(sql, values)

    def all(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        self.said.add(sql)
        return super().all(sql, values)


def test_learned_texts_share_their_statements() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    upgrade(db, Path(":memory:"))
    tx, studies = Listening(db), Studies(b"k" * 32)
    publication = Publication(1, "P", "", ("en",), "UTC", Mode.OPEN, "", Options())
    tx.insert("learned", {"publication": 1, "feature": ALL, "good": 500, "bad": 500})
    for number in range(20):
        chance = chance_of(tx, publication, studies.of(f"remark {number} of {number + 1} others"))
        assert chance is not None
    db.close()
    assert len(tx.said) == 2

"""What says nearly the same is found by the database as by the pure function."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from core.moderation.likeness import BINS, Fingerprint, common
from core.newsroom.comments.alike import DIFFERENCE, DIFFERING, alike, remember
from core.newsroom.comments.studies import KEPT, Studies
from core.storage.sqlite import SqliteTx
from core.storage.upgrade import upgrade

PUBLICATION = 1


@pytest.fixture
def tx() -> Iterator[SqliteTx]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    upgrade(db, Path(":memory:"))
    yield SqliteTx(db)
    db.close()


def _write(tx: SqliteTx, number: int, like: Fingerprint, posted: float) -> None:
    tx.insert(
        "comment",
        {"id": number, "article": 1, "number": number, "author": "a", "name": "A", "way": "chat",
         "platform": "", "posted": posted, "state": "published", "publication": PUBLICATION,
         "token": str(number)},
    )  # fmt: skip
    remember(tx, number, like)


def _changed(chance: Random, like: Fingerprint) -> Fingerprint:
    """So much of it that it may be alike or not; a band stays, as in what is looked at."""
    differs = 0
    for place in chance.sample(range(14), chance.randint(0, 14)):
        differs |= chance.randint(1, 15) << 4 * place
    changed = (like.print ^ differs) & ((1 << 64) - 1)
    signed = changed - (1 << 64) if changed >> 63 else changed
    return Fingerprint(signed, like.bands)


def test_the_database_counts_what_is_the_same(tx: SqliteTx) -> None:
    chance = Random(5)
    for _ in range(20):
        tx.run("DELETE FROM comment")
        tx.run("DELETE FROM likeness")
        first = Fingerprint(chance.randint(-(1 << 63), (1 << 63) - 1), (1, 2, 3, 4))
        prints = [_changed(chance, first) for _ in range(60)]
        for number, one in enumerate(prints, start=1):
            _write(tx, number, one, posted=float(number))
        found = [row["id"] for row in alike(tx, PUBLICATION, first, since=0.0)]
        wanted = [n for n, one in enumerate(prints, start=1) if first.like(one.print)]
        assert found == wanted[::-1]
        newest = [row["id"] for row in alike(tx, PUBLICATION, first, since=0.0, most=10)]
        assert newest == [n for n in wanted[::-1] if n > 50]
        assert [row["id"] for row in alike(tx, PUBLICATION, first, since=31.0)] == [
            n for n in wanted[::-1] if n > 30
        ]


def test_the_database_counts_what_differs(tx: SqliteTx) -> None:
    chance = Random(6)
    sql = f"SELECT {DIFFERING} AS n FROM (SELECT {DIFFERENCE} AS x FROM (SELECT :other AS print))"
    for places in [*range(BINS + 1)] * 40:
        one = chance.randint(-(1 << 63), (1 << 63) - 1)
        differs = sum(chance.randint(1, 15) << 4 * n for n in chance.sample(range(BINS), places))
        changed = (one ^ differs) & ((1 << 64) - 1)
        other = changed - (1 << 64) if changed >> 63 else changed
        found = tx.all(sql, {"print": one, "other": other})[0]["n"]
        assert found == places == BINS - common(one, other)


def test_a_study_is_there_however_many_wait() -> None:
    studies = Studies(b"k" * 32)
    texts = [f"remark number {number} of those that wait" for number in range(3 * KEPT)]
    held = [studies.of(text) for text in texts]
    assert all(studies.of(text) is study for text, study in zip(texts, held, strict=True))
    del held
    assert len(studies) <= KEPT + 1

"""The chain of decisions: whatever is done to the log behind the program's back is found."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core import chain
from core.authors import Keys
from core.clock import FakeClock
from core.errors import StorageError, UserError
from core.newsroom import Context
from core.newsroom.decisions import audit
from core.newsroom.decisions.log import Actor, record
from core.ports import Tx
from core.storage.sqlite import SqliteDatabase
from core.storage.upgrade import statements, upgrades

N = 7
GUARDS = ("decision_is_never_changed", "decision_is_never_removed")


class Log:
    """A log of N decisions, and a hand that writes past the program."""

    def __init__(self, path: Path, database: SqliteDatabase, context: Context) -> None:
        self.path, self.database, self.context = path, database, context

    async def verify(self, head: str = "") -> audit.Report:
        return await self.database.read(lambda tx: audit.verify(tx, self.context, head))

    async def head(self) -> str:
        return await self.database.read(audit.head)

    async def decide(self, **more: Any) -> int:
        return await self.database.write(
            lambda tx: record(tx, self.context, 1, Actor("cli", "Ana"), "policy", **more)
        )

    def tamper(self, sql: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path)) as db:
            for guard in GUARDS:
                db.execute(f"DROP TRIGGER IF EXISTS {guard}")
            db.execute(sql, values)
            db.commit()


def _furnish(tx: Tx) -> None:
    tx.insert("publication", {"name": "The Paper", "created": 0})
    tx.insert(
        "article",
        {"publication": 1, "headline": "One", "state": "published", "token": "a",
         "names_key": "00", "created": 0},
    )  # fmt: skip
    for number in (1, 2):
        tx.insert(
            "comment",
            {"article": 1, "number": number, "author": f"tag{number}", "name": "Ana",
             "platform": "telegram", "way": "chat", "posted": 0, "state": "held",
             "token": f"c{number}"},
        )  # fmt: skip


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    path = tmp_path / "commonthread.db"
    database = await SqliteDatabase.open(path)
    context = Context(FakeClock(), Keys.derive(b"s" * 32), {})
    log = Log(path, database, context)
    try:
        await database.write(_furnish)
        for n in range(N):
            await log.decide(
                article=1, comment=1 + n % 2, revision=1, author=f"tag{1 + n % 2}",
                reason=f"words of {n}", before={"comment": {"state": "held"}},
                after={"comment": {"state": "rejected"}},
            )  # fmt: skip
        yield log
    finally:
        await database.close()


async def test_what_the_program_wrote_fits(log: Log) -> None:
    report = await log.verify()
    assert (report.rows, report.erased, report.broken, report.problems) == (N, 0, 0, ())
    assert report.head == await log.head()
    assert report.head.startswith(f"{N}-")
    assert (await log.verify(report.head)).problems == ()
    await log.decide()
    assert (await log.verify(report.head)).problems == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("publication", 2), ("action", "ban"), ("article", None), ("comment", None),
        ("revision", 2), ("author", "tag9"), ("author", None), ("actor", "tag9"),
        ("actor_name", "Ben"), ("reason", ""), ("at", 1.5), ("before", "{}"), ("after", "{}"),
        ("undoes", 1), ("token", "forged"), ("salt", b"0" * 16), ("salt", None),
        ("commitment", "00"), ("link", "00" * 32), ("link", ""),
    ],
)  # fmt: skip
async def test_a_changed_column_is_found_and_named(log: Log, column: str, value: Any) -> None:
    log.tamper(f"UPDATE decision SET {column} = ? WHERE id = 4", value)
    report = await log.verify()
    assert report.broken == 4
    assert report.problems[0].startswith("Case 4 ")


def test_every_column_of_the_log_is_bound() -> None:
    """What `chain` knows is all that a decision has; a new column has to be bound as well."""
    with closing(sqlite3.connect(":memory:")) as db:
        for _, file in upgrades():
            for statement in statements(file.read_text(encoding="utf-8")):
                db.execute(statement)
        columns = {row[1] for row in db.execute("PRAGMA table_info(decision)")}
    assert columns == {*chain.KEPT, *chain.ERASABLE, "salt", "commitment", "link"}


@pytest.mark.parametrize(
    ("sql", "broken", "words"),
    [
        ("DELETE FROM decision WHERE id = 3", 3, "1 case is missing after case 2."),
        ("DELETE FROM decision WHERE id IN (3, 4)", 3, "2 cases are missing after case 2."),
        ("DELETE FROM decision WHERE id = 1", 1, "1 case is missing after case 0."),
        ("UPDATE decision SET id = CASE id WHEN 3 THEN -4 WHEN 4 THEN -3 END"
         " WHERE id IN (3, 4)", 1, ""),
        ("INSERT INTO decision (id, publication, action, actor, actor_name, at, token, salt)"
         " VALUES (8, 1, 'ban', 'cli', 'Ana', 1.0, 'forged', randomblob(16))", 8,
         "Case 8 has no link: the program did not write it."),
        ("INSERT INTO decision SELECT 8, publication, action, article, comment, revision, author,"
         " actor, actor_name, reason, at, before, after, undoes, 'copied', salt, commitment, link"
         " FROM decision WHERE id = 7", 8, "Case 8 was changed"),
    ],
)  # fmt: skip
async def test_what_is_removed_moved_or_slipped_in_is_found(
    log: Log, sql: str, broken: int, words: str
) -> None:
    log.tamper(sql)
    if "-4" in sql:
        log.tamper("UPDATE decision SET id = -id WHERE id < 0")
        broken = 3
    report = await log.verify()
    assert report.broken == broken
    assert report.problems[0].startswith(words)


async def test_a_forged_row_stays_found_when_the_program_goes_on(log: Log) -> None:
    log.tamper(
        "INSERT INTO decision (publication, action, actor, actor_name, at, token, salt)"
        " VALUES (1, 'ban', 'cli', 'Ana', 1.0, 'forged', randomblob(16))"
    )
    await log.decide()
    report = await log.verify()
    assert report.broken == 8
    assert len(report.problems) == 1


async def test_a_head_that_was_kept_tells_of_rows_missing_at_the_end(log: Log) -> None:
    head = await log.head()
    log.tamper("DELETE FROM decision WHERE id > 5")
    assert (await log.verify()).problems == ()
    assert (await log.verify(head)).problems == ("2 cases are missing after case 5.",)
    for _ in range(2):
        await log.decide()
    report = await log.verify(head)
    assert report.broken == 7
    assert report.problems == ("Case 7 is not the one whose head was kept.",)


@pytest.mark.parametrize("head", ["41", "x-" + "0" * 64, "41-123", "-" + "0" * 64])
async def test_what_is_no_head_is_refused(log: Log, head: str) -> None:
    with pytest.raises(UserError, match="A head looks like"):
        await log.verify(head)


async def test_without_the_key_nobody_can_make_a_chain_that_fits(log: Log) -> None:
    other = Context(FakeClock(), Keys.derive(b"x" * 32), {})
    report = await log.database.read(lambda tx: audit.verify(tx, other))
    assert report.broken == 1


ERASE = (
    "UPDATE decision SET author = NULL, salt = NULL, reason = '', before = '{}', after = '{}'"
    " WHERE id = 4"
)


async def test_the_database_lets_through_an_erasure_and_nothing_else(log: Log) -> None:
    def run(sql: str) -> int:
        with closing(sqlite3.connect(log.path)) as db, db:
            return db.execute(sql).rowcount

    for sql in (
        "UPDATE decision SET reason = '' WHERE id = 4",
        "UPDATE decision SET author = NULL, salt = NULL WHERE id = 4",
        ERASE.replace("reason = ''", "reason = 'better'"),
        ERASE.replace("author = NULL", "author = NULL, action = 'approve'"),
        ERASE.replace("author = NULL", "author = NULL, link = 'new'"),
        ERASE.replace("author = NULL", "author = NULL, actor_name = 'Ben'"),
        "UPDATE decision SET link = 'new' WHERE id = 4",
        "DELETE FROM decision WHERE id = 4",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            run(sql)
    assert run(ERASE) == 1
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run(ERASE)


async def test_an_erased_row_still_fits_and_must_be_accounted_for(log: Log) -> None:
    log.tamper(ERASE)
    report = await log.verify()
    assert report.erased == 1
    assert report.problems == ("1 cases are erased, and requests account for 0.",)
    await log.database.write(
        lambda tx: record(
            tx, log.context, 1, Actor("author", "its author"), audit.FORGET, before={"erased": 1}
        )
    )
    report = await log.verify()
    assert (report.erased, report.problems) == (1, ())
    log.tamper("UPDATE decision SET action = 'approve' WHERE id = 4")
    assert (await log.verify()).broken == 4


async def test_a_log_from_before_is_linked_once(tmp_path: Path) -> None:
    path = tmp_path / "commonthread.db"
    with closing(sqlite3.connect(path)) as db:
        for number, file in upgrades():
            if number < 13:
                for statement in statements(file.read_text(encoding="utf-8")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")
        db.execute("INSERT INTO publication (name, created) VALUES ('The Paper', 0)")
        for n in range(3):
            db.execute(
                "INSERT INTO decision (publication, action, actor, actor_name, reason, at, token)"
                " VALUES (1, 'policy', 'cli', 'Ana', ?, ?, ?)",
                (f"words {n}", 1_790_000_000.25 + n, f"t{n}"),
            )
        db.commit()
    database = await SqliteDatabase.open(path)
    log = Log(path, database, Context(FakeClock(), Keys.derive(b"s" * 32), {}))
    try:
        assert (await log.verify()).broken == 1
        assert await log.decide() == 4
        report = await log.verify()
        assert (report.rows, report.problems) == (4, ())
        log.tamper("UPDATE decision SET reason = 'other words' WHERE id = 2")
        assert (await log.verify()).broken == 2
        with pytest.raises(StorageError):
            await database.write(lambda tx: tx.run("DELETE FROM missing"))
    finally:
        await database.close()


# Exporting


async def test_an_export_tells_no_tag_and_no_formula(log: Log) -> None:
    await log.decide(article=1, comment=2, author="tag2", reason="=cmd|'/c calc'!A1")
    rows = await log.database.read(lambda tx: audit.export(tx, log.context, None, 0, 9e12))
    told = [dict(zip(audit.COLUMNS, row, strict=True)) for row in rows]
    assert [row["author"] for row in told] == ["A1", "A2"] * 3 + ["A1", "A2"]
    assert told[0]["changed"] == "comment state: held → rejected"
    assert (told[0]["case"], told[0]["comment"], told[0]["moderator"]) == ("1", "1#1", "Ana")
    assert told[-1]["reason"] == "'=cmd|'/c calc'!A1"
    assert "tag" not in "".join(cell for row in rows for cell in row)
    moment = await log.database.read(lambda tx: tx.one("SELECT at FROM decision WHERE id = 1"))
    assert moment is not None
    assert told[0]["time"].endswith("+00:00")
    assert await log.database.read(
        lambda tx: audit.export(tx, log.context, None, moment["at"] + 1e6, 9e12)
    ) == []  # fmt: skip

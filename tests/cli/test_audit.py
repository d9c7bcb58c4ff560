"""The log of decisions by command line: verify, head, export."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def decided(terminal: Terminal) -> Terminal:
    """A publication whose policy changed three times."""
    terminal.run("publication", "add", "The Paper")
    for words in ("Be civil.", "=1+1", "Niños también."):
        terminal.run("policy", words)
    return terminal


def test_a_sound_log_is_told_with_its_head(decided: Terminal) -> None:
    said = decided.text("audit", "verify")
    assert said.startswith("3 decisions, 0 of them erased on request. All fit. Head: 3-")
    head = decided.text("audit", "head").strip()
    assert head in said
    assert decided.json("audit", "verify", "--head", head)["problems"] == []
    assert "A head looks like" in decided.refused("audit", "verify", "--head", "yesterday")


def test_an_empty_log_is_sound(terminal: Terminal) -> None:
    assert "Nothing was decided yet." in terminal.text("audit", "head")
    assert "0 decisions" in terminal.text("audit", "verify")


def test_a_log_that_somebody_changed_is_refused_with_the_case(
    decided: Terminal, tmp_path: Path
) -> None:
    (path,) = (tmp_path / "data").glob("*.db")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TRIGGER decision_is_never_changed")
        db.execute("UPDATE decision SET reason = 'Be rude.' WHERE id = 2")
    told = decided.run("audit", "verify", expect=1)
    assert "The first that does not fit is 2." in told.stderr
    assert "Case 2 was changed, or what stood before it was." in told.stderr
    assert decided.json("audit", "verify", expect=1)["broken"] == 2


def test_decisions_are_exported_as_csv(decided: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    assert "holds 3 decisions" in decided.text("audit", "export", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["case"] for row in rows] == ["1", "2", "3"]
    assert [row["reason"] for row in rows] == ["Be civil.", "'=1+1", "Niños también."]
    assert rows[0]["action"] == "policy"
    assert "exists already" in decided.refused("audit", "export", str(file))
    assert decided.json("audit", "export", str(file), "--force")["rows"] == 3


def test_an_export_is_of_days(decided: Terminal, tmp_path: Path) -> None:
    file = str(tmp_path / "cases.csv")
    assert decided.json("audit", "export", file, "--since", "2999-01-01")["rows"] == 0
    assert decided.json("audit", "export", file, "--force", "--until", "2999-01-01")["rows"] == 3
    assert "is no day" in decided.refused("audit", "export", file, "--force", "--since", "soon")

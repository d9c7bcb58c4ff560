"""The report of the campaigns itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.campaign import report
from tests.campaign.report import Counts, record


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(report, "FILE", tmp_path / "campaign.json")
    return report.FILE


def test_the_file_holds_the_sums_over_the_parts_and_the_parts(file: Path) -> None:
    record("kill", "held", Counts(runs=3, doubled_unavoidable=1, more={"steps": 9}))
    record("kill", "new", Counts(runs=4))
    record("kill", "new", Counts(runs=5, more={"steps": 2}))
    found = json.loads(file.read_text(encoding="utf-8"))["kill"]
    assert (found["runs"], found["steps"], found["doubled_unavoidable"]) == (8, 11, 1)
    assert found["parts"]["new"]["runs"] == 5


@pytest.mark.parametrize("name", report.FORBIDDEN)
def test_what_may_not_be_counted_is_written_down_and_fails(file: Path, name: str) -> None:
    counts = Counts()
    setattr(counts, name, 1)
    with pytest.raises(AssertionError, match=name):
        record("crash", "all", counts)
    assert json.loads(file.read_text(encoding="utf-8"))["crash"][name] == 1

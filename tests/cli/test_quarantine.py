"""The quarantine by command line."""

from __future__ import annotations

from tests.cli.conftest import Terminal


def test_an_empty_quarantine_says_so(terminal: Terminal) -> None:
    terminal.run("publication", "add", "The Paper")
    assert "Nothing is in quarantine" in terminal.text("quarantine")
    assert terminal.json("quarantine", "list") == []
    assert terminal.json("quarantine", "replay", "all")["replayed"] == 0
    assert "no number 3" in terminal.refused("quarantine", "drop", "3")
    assert "no number 3" in terminal.refused("quarantine", "show", "3")

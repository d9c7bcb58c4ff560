"""Backups by command line."""

from __future__ import annotations

from tests.cli.conftest import Terminal


def test_the_command_line_backs_up_and_restores(terminal: Terminal) -> None:
    terminal.run("publication", "add", "The Paper")
    assert "secret.key" in terminal.text("backup", "copy.tar")
    assert "--force" in terminal.refused("backup", "copy.tar")
    terminal.run("publication", "add", "Another")
    told = terminal.json("restore", "copy.tar")
    assert told["comments"] == 0
    assert [row["name"] for row in terminal.json("publication", "list")] == ["The Paper"]
    assert "cannot be used" in terminal.refused("restore", "nothing.tar")

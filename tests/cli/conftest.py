from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bots.cli import app
from bots.commands import rooms


class Terminal:
    """Types commands, as a person on a terminal does, over a folder of its own."""

    def __init__(self) -> None:
        self._runner = CliRunner()

    def run(self, *words: str, expect: int = 0, stdin: str | None = None) -> Result:
        result = self._runner.invoke(app, words, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, result.output
        return result

    def text(self, *words: str, stdin: str | None = None) -> str:
        return self.run(*words, stdin=stdin).stdout

    def json(self, *words: str, expect: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", expect=expect).stdout)

    def refused(self, *words: str, expect: int = 1) -> str:
        result = self.run(*words, expect=expect)
        assert "Traceback" not in result.output
        assert result.stdout == ""
        return result.stderr


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in an empty folder, with no setting but DATA_DIR."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(rooms, "configure", lambda *_: None)
    return Terminal()

"""How the program ends, without platforms."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import cast

import pytest

from bots import run
from bots.app import Product
from core.clock import SystemClock
from core.errors import UserError
from core.settings import Settings, load


class Dying:
    """A product of which one loop ends as told."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def wait(self) -> None:
        await asyncio.sleep(0)
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("Discord refuses an intent."), "Discord refuses an intent."),
        (RuntimeError("a mistake"), "died"),
        (None, "ended"),
    ],
)
async def test_a_loop_that_ends_ends_the_program(
    error: Exception | None,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def serve(*_: object) -> None:
        await run._watch(cast(Product, Dying(error)))

    monkeypatch.setattr(run, "_rehearse", serve)
    with caplog.at_level(logging.CRITICAL):
        assert await run.run(_settings(tmp_path), lambda *_: None) == run.FAILED
    assert line in caplog.text
    assert ("Traceback" in caplog.text) == isinstance(error, RuntimeError)


async def test_what_runs_besides_may_fail_without_harm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def play() -> None:
        raise RuntimeError("the curtain is stuck")

    class Living(Dying):
        async def wait(self) -> None:
            for _ in range(10):  # turns of the loop, of which the failure needs two
                await asyncio.sleep(0)
            assert "curtain" in caplog.text

    with pytest.raises(run._Died, match="ended"):
        await run._watch(cast(Product, Living(None)), play)


def test_a_rehearsal_never_touches_the_newsrooms_database(tmp_path: Path) -> None:
    real = load({"DATA_DIR": str(tmp_path), "DISCORD_BOT_TOKEN": "MTAw.abcdef.ghijkl"})
    played = _settings(tmp_path)
    clock = SystemClock()
    assert run.wiring(real, clock).database != run.wiring(played, clock).database
    assert run.wiring(played, clock).fetch_loopback
    assert not run.wiring(real, clock).fetch_loopback


async def test_a_folder_that_cannot_be_used_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    settings = load({"DATA_DIR": str(tmp_path / "file" / "data")})
    assert await run.run(settings, lambda *_: None) == run.REFUSED
    assert "DATA_DIR" in caplog.text


def _settings(folder: Path) -> Settings:
    return load({"DATA_DIR": str(folder)})

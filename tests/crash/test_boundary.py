"""What the crashes themselves leave behind."""

from __future__ import annotations

import asyncio
import gc

import pytest

from tests.crash.boundary import Boundaries, Crash, tell


async def _dies(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(("error", "told"), [(Crash(), 0), (ValueError("a mistake"), 1)])
async def test_only_the_error_of_a_living_program_is_told(
    caplog: pytest.LogCaptureFixture, error: BaseException, told: int
) -> None:
    asyncio.get_running_loop().set_exception_handler(tell)
    task = asyncio.create_task(_dies(error))
    await asyncio.wait({task})
    del task, error
    gc.collect()
    assert len(caplog.records) == told


@pytest.mark.parametrize("spared", [True, False])
async def test_who_is_spared_does_not_die_of_a_call_that_is_under_way(spared: bool) -> None:
    answer = asyncio.Event()

    class Api:
        async def call(self) -> str:
            await answer.wait()
            return "answered"

    api, boundaries = Api(), Boundaries(1, after=True)
    boundaries._wrap(api, "call", lambda: "call")
    task = asyncio.create_task(api.call())
    await asyncio.sleep(0)
    if spared:
        boundaries.at = 0
    answer.set()
    await asyncio.wait({task})
    assert boundaries.dead.is_set() is not spared
    assert isinstance(task.exception(), Crash) is not spared

"""The other end of `bench.stage`: both platforms in a process of their own, asked line by line."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
LONGEST_LINE = 1 << 22


class Remote:
    """A running stage. `hello`: its addresses, tokens and places."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.hello: Json = {}

    async def ask(self, do: str, **more: object) -> Json:
        """One question, answered when it is done."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        return await self.read()

    async def read(self) -> Json:
        """The next line. Raises RuntimeError where the stage broke."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the stage has ended; its error stands above")
        answer: Json = json.loads(line)
        return answer


@asynccontextmanager
async def stage(pace: float = 1.0) -> AsyncIterator[Remote]:
    """Start a stage whose time passes `pace` times as fast; it ends with the block."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.stage", str(pace), stdin=pipe, stdout=pipe, cwd=ROOT,
        limit=LONGEST_LINE,
    )  # fmt: skip
    remote = Remote(process)
    try:
        remote.hello = await remote.read()
        yield remote
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()

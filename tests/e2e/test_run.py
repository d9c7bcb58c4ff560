"""`python -m bots run` as a process: what a newcomer gets, and finds again."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from bots.rehearsal.example import load_example
from bots.rehearsal.telegram.server import TelegramServer
from bots.rehearsal.telegram.side import TelegramSide
from bots.rehearsal.world import World

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
HEADLINE = "The Scale That Only Breaks at Night"

Json = dict[str, Any]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """A clean environment: the program's own settings and the way to its packages only."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {"DATA_DIR": str(folder / "data"), "RUN_PORT": "0", "PYTHONPATH": str(ROOT)}
    return {**kept, **given, **settings}


async def command(folder: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    """Run the command line to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", *words,
        cwd=folder, env=environment(folder, **settings), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


ANCHOR = "the log of decisions ends with"


class Running:
    """The program while it runs, as a browser on its page sees it."""

    def __init__(self, process: Process, session: ClientSession, url: str) -> None:
        self.process = process
        self.url = url
        self._session = session

    async def health(self) -> tuple[int, Json]:
        async with self._session.get(f"{self.url}/healthz") as answer:
            return answer.status, await answer.json()

    async def state(self, person: str = "ines") -> Json:
        async with self._session.get(f"{self.url}/api/state", params={"as": person}) as answer:
            told: Json = await answer.json()
            return told

    async def act(self, **body: Any) -> Json:
        async with self._session.post(f"{self.url}/api/act", json=body) as answer:
            assert answer.status == 200, await answer.text()
            told: Json = await answer.json()
            return told

    async def until(self, condition: Callable[[Json], bool]) -> Json:
        """The state once it is so; looked at again whenever the page is told of a change."""
        async with (
            asyncio.timeout(PATIENCE),
            self._session.get(f"{self.url}/api/live") as live,
        ):
            async for line in live.content:
                if line.startswith(b"data") and condition(state := await self.state()):
                    return state
        raise AssertionError("the page went away")

    async def ready(self) -> Json:
        """Both bots connected and the example played to its end."""
        seen: Json = {}

        async with (
            asyncio.timeout(PATIENCE),
            self._session.get(f"{self.url}/api/live") as live,
        ):
            async for line in live.content:
                if line.startswith(b"data"):
                    status, seen = await self.health()
                    if status == 200 and seen["rehearsal"] == "ready":
                        return await self.state()
        raise AssertionError(f"never ready: {seen}")

    async def stop(self, by: signal.Signals) -> str:
        """Stop it, which takes less than the two seconds; what it wrote on standard error, besides
        where the log of decisions ends."""
        self.process.send_signal(by)
        _, err = await asyncio.wait_for(self.process.communicate(), 5.0)
        assert self.process.returncode == 0
        return "".join(line for line in err.decode().splitlines(True) if ANCHOR not in line)


@asynccontextmanager
async def running(folder: Path, *options: str) -> AsyncIterator[Running]:
    """The program, started and stopped."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", "run", *options,
        cwd=folder, env=environment(folder), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as session:
            yield Running(process, session, found.group())
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def telegram(state: Json) -> dict[str, list[str]]:
    """The comments under every article, by headline."""
    return {
        post["post"]["text"].splitlines()[0]: [c["text"] for c in post["comments"]]
        for post in state["telegram"]["channel"]["posts"]
    }


def discord(state: Json) -> dict[str, list[str]]:
    """The same in the forum, without the article itself."""
    forum = next(c for c in state["discord"]["channels"] if c["kind"] == "forum")
    return {t["name"]: [m["content"] for m in t["messages"][1:]] for t in forum["threads"]}


def numbers(texts: list[str]) -> list[int]:
    """The comments' numbers."""
    return [int(text.removeprefix("#").split()[0]) for text in texts]


async def test_a_newcomer_sees_one_thread_and_finds_it_again(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        first = await program.ready()
        _check_the_conversation(first)
        assert await program.stop(signal.SIGINT) == ""
    async with running(tmp_path) as program:
        again = await program.ready()
        assert telegram(again) == telegram(first)
        assert discord(again) == discord(first)
        await _write_and_approve(program, tmp_path)
        await program.act(**{"as": "ines", "do": "correct", "slug": "scale-three"})
        await program.until(lambda s: _corrected(s) == 2)
        assert await program.stop(signal.SIGTERM) == ""
    assert not (tmp_path / "data" / "rehearsal.json").exists()


def _once(found: list[int]) -> list[int]:
    return list(dict.fromkeys(found))


def _check_the_conversation(state: Json, *, killed: bool = False) -> None:
    """Everything that a sensible moderator lets through is on both sides, once, in its order.

    killed: Telegram, which cannot tell whether a message was sent, may show one twice.
    """
    example = load_example()
    approved = [c for c in example.comments_of("scale-three") if c.verdict == "approve"]
    here, there = telegram(state)[HEADLINE], discord(state)[HEADLINE]
    assert len(there) == len(approved)
    assert numbers(there) == sorted(set(numbers(there)))
    assert _once(numbers(here)) == numbers(there)
    assert killed or len(here) == len(there)
    refused = [c.text[:20] for c in example.comments if c.verdict == "reject"]
    assert not [text for text in (*here, *there) if any(words in text for words in refused)]
    question = next(c for c in approved if c.key == "tide-15")
    post = next(p for p in state["telegram"]["channel"]["posts"] if HEADLINE in p["post"]["text"])
    asked = next(c for c in post["comments"] if question.text[:30] in c["text"])
    assert asked["date"] % 3600 // 60 == 44, "a comment written at 5:44 is shown so"
    assert asked["reply_to_message"]["text"].startswith("#1 ")


async def _write_and_approve(program: Running, folder: Path) -> None:
    """A reader on Discord writes, the command line approves, Telegram shows it."""
    state = await program.state("foxglove")
    forum = next(c for c in state["discord"]["channels"] if c["kind"] == "forum")
    thread = next(t for t in forum["threads"] if t["name"] == HEADLINE)
    words = "Who signed for the night shift?"
    await program.act(**{"as": "foxglove", "do": "write", "channel": thread["id"], "text": words})
    await program.until(
        lambda s: any(words in m.get("text", "") for m in s["telegram"]["desk"]["messages"])
    )
    code, out, err = await command(folder, "queue", "--json")
    assert (code, err) == (0, "")
    (waiting,) = json.loads(out)
    assert waiting["text"] == words
    assert (await command(folder, "approve", waiting["comment"]))[0] == 0
    await program.until(lambda s: any(words in text for text in telegram(s)[HEADLINE]))
    shown = (await command(folder, "show", str(waiting["article"])))[1]
    assert f"#{waiting['number']} Foxglove · Discord" in shown


def _corrected(state: Json) -> int:
    """On how many sides the corrected number stands in the article."""
    post = next(p for p in state["telegram"]["channel"]["posts"] if HEADLINE in p["post"]["text"])
    forum = next(c for c in state["discord"]["channels"] if c["kind"] == "forum")
    thread = next(t for t in forum["threads"] if t["name"] == HEADLINE)
    shown = (post["post"]["text"], json.dumps(thread["messages"][0]))
    return sum("214 containers" in text for text in shown)


@pytest.mark.campaign
async def test_the_door_is_rehearsed_beside_the_chat(tmp_path: Path) -> None:
    """The same conversation through the bot: nobody's name is in it, and the other rehearsal of
    the same folder is another one."""
    async with running(tmp_path, "--door") as program:
        first = await program.ready()
        _check_the_conversation(first)
        shown = str([telegram(first), discord(first)])
        assert not [p.name for p in load_example().people if f"{p.name} ·" in shown]
        code, out, err = await command(tmp_path, "publication", "list", "--json")
        assert (code, err, len(json.loads(out))) == (0, "", 1)
        assert await program.stop(signal.SIGINT) == ""
    files = {file.name for file in (tmp_path / "data").iterdir()}
    assert {"rehearsal-door.db", "world-door.db"} <= files
    assert not {"rehearsal.db", "world.db"} & files
    async with running(tmp_path, "--door") as program:
        assert telegram(await program.ready()) == telegram(first)
        assert await program.stop(signal.SIGTERM) == ""
    async with running(tmp_path) as program:
        await program.until(lambda s: any("Rosal ·" in str(c) for c in telegram(s).values()))
        assert "Traceback" not in await program.stop(signal.SIGINT)


async def test_the_door_of_real_platforms_is_no_option(tmp_path: Path) -> None:
    token = "7000000002:" + "AAcanary" * 4
    code, out, err = await command(tmp_path, "run", "--door", TELEGRAM_BOT_TOKEN=token)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "--way door" in err


async def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = await command(tmp_path, "run", RUN_PORT=str(port))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert f"Port {port}" in err
    assert "RUN_PORT" in err


async def _line(process: Process, words: str) -> str:
    """The next line on standard error that holds these words."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if words in line.decode():
                return line.decode()
    raise AssertionError(f"never said: {words}")


async def test_a_second_program_waits_and_takes_over_when_the_first_is_killed(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as first, second_program(tmp_path) as second:
        assert f"process {first.process.pid} since 20" in await _line(second, "runs already")
        assert (await first.health())[1]["version"]
        first.process.send_signal(signal.SIGKILL)
        await first.process.wait()
        assert "takes over" in await _line(second, "takes over")
        assert second.stdout is not None
        line = (await asyncio.wait_for(second.stdout.readline(), PATIENCE)).decode()
        assert "http://127.0.0.1:" in line
        code, out, _ = await command(tmp_path, "publication", "list", "--json")
        assert (code, len(json.loads(out))) == (0, 1)


async def test_a_program_that_waits_can_be_stopped(tmp_path: Path) -> None:
    async with running(tmp_path) as first, second_program(tmp_path) as second:
        await _line(second, "runs already")
        second.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(second.wait(), 5.0) == 0
        await first.stop(signal.SIGINT)


@asynccontextmanager
async def second_program(folder: Path, **settings: str) -> AsyncIterator[Process]:
    """Another program, which need not get so far as to run."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots", "run",
        cwd=folder, env=environment(folder, **settings), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_one_account_is_for_one_program_whatever_its_database(tmp_path: Path) -> None:
    world = World()
    side = TelegramSide(world)
    token = "7000000003:" + "AAcanary" * 4
    side.add_bot("Commonthread", "thread_bot", token)
    server = TelegramServer(world, side)
    given = {"TELEGRAM_API_URL": await server.start(), "TELEGRAM_BOT_TOKEN": token}
    try:
        async with second_program(tmp_path, **given, DATA_DIR=str(tmp_path / "one")) as first:
            assert first.stdout is not None
            assert b"Health" in await asyncio.wait_for(first.stdout.readline(), PATIENCE)
            async with second_program(tmp_path, **given, DATA_DIR=str(tmp_path / "two")) as second:
                told = await _line(second, "runs already")
                assert f"process {first.pid}" in told
                assert "canary" not in told
                first.kill()
                await first.communicate()
                assert second.stdout is not None
                assert b"Health" in await asyncio.wait_for(second.stdout.readline(), PATIENCE)
    finally:
        await server.stop()
        world.close()


async def test_bad_settings_are_a_line_each(tmp_path: Path) -> None:
    code, out, err = await command(tmp_path, "run", RUN_PORT="x", LOG_LEVEL="LOUD")
    assert (code, out) == (2, "")
    assert [line.split("=")[0] for line in err.splitlines()] == ["RUN_PORT", "LOG_LEVEL"]


async def test_a_refused_token_is_one_clear_line_without_the_token(tmp_path: Path) -> None:
    world = World()
    server = TelegramServer(world, TelegramSide(world))
    url = await server.start()
    token = "7000000002:" + "AAcanary" * 4
    try:
        code, out, err = await command(
            tmp_path, "run", TELEGRAM_API_URL=url, TELEGRAM_BOT_TOKEN=token
        )
    finally:
        await server.stop()
        world.close()
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "TELEGRAM_BOT_TOKEN" in err
    assert "canary" not in err


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_at_any_moment(tmp_path: Path, by: signal.Signals) -> None:
    """In the middle of the example; a later start goes on, see above."""
    async with running(tmp_path) as program:
        await program.until(lambda s: any(telegram(s).values()))
        assert "Traceback" not in await program.stop(by)


def _has(count: int, state: Json) -> bool:
    return sum(map(len, telegram(state).values())) >= count


@pytest.mark.campaign
@pytest.mark.parametrize("options", [(), ("--door",)], ids=["chat", "door"])
async def test_a_killed_rehearsal_goes_on_where_it_was(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Killed in the middle of the example again and again: nothing is lost, nothing doubled."""
    for count in (1, 4, 9, 15, 22, 30):
        async with running(tmp_path, *options) as program:
            await program.until(partial(_has, count))
            program.process.kill()
            await program.process.communicate()
    async with running(tmp_path, *options) as program:
        _check_the_conversation(await program.ready(), killed=True)
        await program.stop(signal.SIGINT)

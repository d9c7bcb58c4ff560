from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import aiohttp
import aiohttp.web
import httpx
import pytest
import telegram
from telegram.request import HTTPXRequest

from bots import logs
from bots.logs import HIDDEN, Redactor

TELEGRAM = "7000000001:AAcanary_Canary-CanaryCanaryCanaryCanary"
DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gcanary.canary-canary-canary-canary_canary"
NAMES = ("", *logs.OURS, "httpx", "httpcore", "telegram", "aiosqlite", "aiohttp.access")


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`configure` is for a whole process; a test gives everything back."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root = logging.getLogger()
    handlers = root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in NAMES}
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


class Log:
    """What was written, by lines."""

    def __init__(self, level: str = "INFO", form: str = "text", *secrets: str) -> None:
        # pytest's own handlers fail a test over a line that cannot be made.
        logging.getLogger().handlers.clear()
        self.stream = io.StringIO()
        self.redactor = logs.configure(level, form, *secrets, stream=self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[str]:
        return self.text.splitlines()


def ours(name: str = "core.test") -> logging.Logger:
    return logging.getLogger(name)


def fail(words: str) -> None:
    raise ValueError(words)


def test_a_line_has_time_level_name_and_message() -> None:
    log = Log()
    ours().info("relayed #%d", 12)
    (line,) = log.lines()
    time, rest = line.split(" ", 1)
    assert time.endswith("Z")
    assert rest == "INFO    core.test: relayed #12"


def test_a_json_line_holds_the_same_and_the_traceback() -> None:
    log = Log("INFO", "json")
    try:
        fail("no “way”\nout")
    except ValueError:
        ours().exception("it failed")
    (line,) = log.lines()
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "core.test", "it failed")
    assert told["time"].endswith("Z")
    assert "no “way”\nout" in told["exception"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_tells_what_it_is_about_by_numbers(form: str) -> None:
    log = Log("INFO", form)
    about = {"delivery": 7, "comment": 12, "platform": "discord", "name_of_reader": "Ana"}
    ours().warning("a delivery was refused", extra=about)
    (line,) = log.lines()
    told = {"delivery": 7, "comment": 12, "platform": "discord"}
    if form == "json":
        assert told.items() <= json.loads(line).items()
    else:
        assert line.endswith("refused platform=discord comment=12 delivery=7")
    assert "Ana" not in line


def test_our_level_is_the_settings_and_libraries_speak_from_warning_on() -> None:
    log = Log("DEBUG")
    ours("bots.telegram").debug("ours")
    for name in ("httpx", "httpcore.http11", "aiohttp.access", "telegram.ext", "discord.http"):
        logging.getLogger(name).info("chatter")
    logging.getLogger("discord.http").warning("trouble")
    assert [line.split(": ")[1] for line in log.lines()] == ["ours", "trouble"]


def test_errors_alone_where_that_is_asked() -> None:
    log = Log("ERROR")
    ours().warning("no")
    logging.getLogger("discord").warning("no")
    ours().error("yes")
    assert len(log.lines()) == 1


def test_set_up_again_does_not_write_twice() -> None:
    Log()
    log = Log()
    ours().info("once")
    assert len(log.lines()) == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_known_secrets_are_hidden_wherever_they_stand(form: str) -> None:
    log = Log("INFO", form, "s3cret/value", "")
    try:
        try:
            fail("inner s3cret/value")
        except ValueError as error:
            error.add_note("noted s3cret/value")
            raise RuntimeError("outer s3cret/value") from error
    except RuntimeError:
        ours().exception("message s3cret/value %s %r", "s3cret/value", {"k": "s3cret/value"})
    ours().info("in an address: %s", quote("s3cret/value", safe=""))
    ours().info("with a stack", stack_info=True)
    assert "s3cret" not in log.text
    for words in ("inner", "outer", "noted", "message", "in an address:"):
        assert f"{words} {HIDDEN}" in log.text


def test_secrets_may_be_told_later() -> None:
    log = Log()
    log.redactor.hide("late-secret")
    ours().info("a late-secret")
    assert log.lines()[0].endswith(f"a {HIDDEN}")


@pytest.mark.parametrize(
    "text",
    [
        f"https://api.telegram.org/bot{TELEGRAM}/getMe",
        f"https://api.telegram.org/file/bot{TELEGRAM}/photos/1.jpg",
        "http://127.0.0.1:8081/bot42:canary/getMe",
        f"https://api.telegram.org/bot{quote(TELEGRAM)}/getMe",
        f"The token `{TELEGRAM}` was rejected by the server.",
        f"Bot {DISCORD}",
        f"'Authorization': 'Bot {DISCORD}'",
        "Authorization: Bearer canary",
        "https://discord.com/api/v10/webhooks/123/canary-canary_canary?wait=true",
        "https://discord.com/api/v10/webhooks/123/canarycanary/messages/5",
        "POST /interactions/99/canarycanarycanary=/callback",
        "http://me:canary@proxy.example/api/v10",
    ],
)
def test_what_looks_like_a_secret_is_hidden_unknown(text: str) -> None:
    hidden = Redactor()(text)
    assert "canary" not in hidden.lower()
    assert HIDDEN in hidden


@pytest.mark.parametrize(
    "text",
    [
        "Comment #12 (5:44) answers @0301",
        "https://example.org/2024/05/the-story.html?m=1#c5",
        "http://127.0.0.1:8080/healthz",
        "2024-05-01T12:00:00.000Z core.newsroom.comments.intake: -1001234567890/55",
        "bots.rehearsal.discord.rules.interactions",
        "write to desk@example.org",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert Redactor()(text) == text


def test_foreign_text_neither_starts_a_line_nor_commands_the_terminal() -> None:
    log = Log()
    ours().info("headline: %s", "a\r\nERROR core: forged\x1b[2J\u2028b")
    try:
        fail("a\x1b[31mred")
    except ValueError:
        ours().exception("b")
    assert "a\\x0d\\nERROR core: forged\\x1b[2J\\u2028b" in log.lines()[0]
    assert "\x1b" not in log.text


def test_a_line_that_cannot_be_made_tells_no_secret() -> None:
    log = Log("INFO", "text", "s3cret")
    ours().info("%d", "s3cret")
    (line,) = log.lines()
    assert "TypeError in a log line" in line
    assert "s3cret" not in line


def test_a_closed_stream_stops_nobody() -> None:
    log = Log()
    log.stream.close()
    ours().info("unheard")


def test_uncaught_exceptions_and_warnings_are_redacted_too() -> None:
    log = Log("INFO", "text", "s3cret")
    try:
        fail("s3cret")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    thread = threading.Thread(target=fail, args=("s3cret",))
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("about s3cret", stacklevel=1)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "s3cret" not in log.text
    assert log.text.count("Uncaught exception") == 2
    assert "py.warnings" in log.text
    assert "KeyboardInterrupt" not in log.text


async def test_httpx_logs_whole_addresses_and_is_tamed() -> None:
    log = Log()
    answer = httpx.MockTransport(lambda request: httpx.Response(200))
    address = f"https://api.telegram.org/bot{TELEGRAM}/getMe"
    async with httpx.AsyncClient(transport=answer) as client:
        await client.get(address)
        assert log.text == ""
        logging.getLogger("httpx").setLevel(logging.INFO)
        await client.get(address)
    assert f"bot7000000001:{HIDDEN}/getMe" in log.text
    assert "canary" not in log.text.lower()


async def unauthorized(request: aiohttp.web.Request) -> aiohttp.web.Response:
    return aiohttp.web.json_response(
        {"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401
    )


async def test_telegrams_invalid_token_carries_the_token_and_is_tamed() -> None:
    app = aiohttp.web.Application()
    app.router.add_route("*", "/{path:.*}", unauthorized)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    bot = telegram.Bot(TELEGRAM, base_url=base, request=HTTPXRequest())
    log = Log("DEBUG")
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        with pytest.raises(telegram.error.InvalidToken) as refused:
            await bot.initialize()
        ours().error("no: %s", refused.value, exc_info=refused.value)
    finally:
        with suppress(RuntimeError):
            await bot.shutdown()
        await runner.cleanup()
    assert TELEGRAM in str(refused.value), "the library is tame by itself now"
    assert "InvalidToken" in log.text
    assert "canary" not in log.text.lower()


async def test_aiohttps_errors_carry_addresses_and_are_tamed() -> None:
    log = Log()
    async with aiohttp.ClientSession() as session:
        try:
            await session.get(f"http://127.0.0.1:1/bot{TELEGRAM}/getMe?x=1")
        except aiohttp.ClientError:
            ours().exception("http://127.0.0.1:1/bot%s/getMe", TELEGRAM)
    assert "ClientConnectorError" in log.text
    assert "canary" not in log.text.lower()

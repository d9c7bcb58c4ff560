"""The one list of settings: from it come the typed values, `.env.example` and the documents.

Each field of `Settings` declares one setting. Values come from the environment and from `.env`
in the working directory; the real environment wins, even with an empty value. An empty value
means the default. `python -m core.settings` prints `.env.example`.
"""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from core.errors import SettingsError
from core.i18n import FALLBACK, texts

HOST = "127.0.0.1"
"""Where health and the rehearsal's page are served: they ask nobody for a password."""
ENV_FILE = Path(".env")
"""Settings for those who do not set the environment, in the working directory."""
POLITE = 60.0
"""The shortest interval, in seconds, at which other people's feeds are asked."""

t = texts(FALLBACK)

Reader = Callable[[str], Any]
"""From a value as written to a typed one. Raises ValueError with what to write instead."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    default: as one would write it; "" = none. Where `shown` is given, the documents say that
    instead. read: see `Reader`. secret: the value appears in no message, log or document.
    """

    name: str
    group: str
    help: str
    read: Reader
    default: str = ""
    example: str = ""
    shown: str = ""
    secret: bool = False


# --- readers -------------------------------------------------------------------------------


def _telegram_token(value: str) -> str:
    if not re.fullmatch(r"\d{3,}:[A-Za-z0-9_-]{20,}", value):
        raise ValueError(
            t("is no bot token; copy it from @BotFather (/mybots, API Token): 123456789:AA…")
        )
    return value


def _discord_token(value: str) -> str:
    if not re.fullmatch(r"[\w-]{3,}(\.[\w-]{3,}){2}", value, re.ASCII):
        raise ValueError(
            t(
                "is no bot token; copy it from the Developer Portal (Bot, Reset Token), without"
                " “Bot ” before it; the application id and the client secret are something else"
            )
        )
    return value


def _address(*schemes: str, ending: str = "", example: str) -> Reader:
    """A reader of addresses. They come back without a slash at their end.

    ending: a pattern that the end of the address must have.
    """

    def read(value: str) -> str:
        wrong = ValueError(t("is no address; write one like {example}", example=example))
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:
            raise wrong from None
        address = value.rstrip("/")
        if not usable or re.search(r"\s", value) or not re.search(ending + "$", address):
            raise wrong
        return address

    return read


def _folder(value: str) -> Path:
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError(t("names a file; write the path of a folder"))
    return path


def _file(value: str) -> Path:
    path = Path(value).expanduser()
    if path.is_dir():
        raise ValueError(t("names a folder; write the path of a file"))
    return path


def _port(value: str) -> int:
    if not re.fullmatch(r"\d{1,5}", value, re.ASCII) or int(value) > 65_535:
        raise ValueError(t("is no port; write a number from 1 to 65535, or 0 for any free one"))
    return int(value)


def _number(least: float, most: float) -> Reader:
    def read(value: str) -> float:
        wrong = ValueError(
            t("must be a number from {least} to {most}", least=f"{least:g}", most=f"{most:g}")
        )
        try:
            number = float(value)
        except ValueError:
            raise wrong from None
        if not isfinite(number) or not least <= number <= most:
            raise wrong
        return number

    return read


def _choice(*words: str) -> Reader:
    def read(value: str) -> str:
        for word in words:
            if value.lower() == word.lower():
                return word
        raise ValueError(t("must be one of {words}", words=", ".join(words)))

    return read


def _switch(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError(t("must be 0 (off) or 1 (on)"))
    return value == "1"


def _contact(value: str) -> str:
    """It goes into a header of HTTP, where printable ASCII is safe (RFC 9110, section 5.5)."""
    if not re.fullmatch(r"[ -~]{1,200}", value) or not re.search(r"[@/]", value):
        raise ValueError(t("must be an e-mail address or the address of a page"))
    return value


# --- the list ------------------------------------------------------------------------------


def _setting(name: str, group: str, help_: str, read: Reader, **more: Any) -> Any:
    return field(metadata={"setting": Setting(name, group, help_, read, **more)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, read and checked. Each field is its setting's name in small letters.

    Seconds are floats; addresses have no slash at their end; relative paths count from the
    working directory. "" = not set.
    """

    telegram_bot_token: str = _setting(
        "TELEGRAM_BOT_TOKEN",
        "Platforms",
        "The Telegram bot's token, from @BotFather. Without any token the rehearsal runs: both"
        " platforms played on this machine.",
        _telegram_token,
        example="123456789:AAExampleExampleExampleExampleExamp",
        secret=True,
    )
    discord_bot_token: str = _setting(
        "DISCORD_BOT_TOKEN",
        "Platforms",
        "The Discord bot's token, from the Developer Portal (Bot, Reset Token).",
        _discord_token,
        example="ExampleExampleExampleExam.Exampl.ExampleExampleExampleExampleExa",
        secret=True,
    )
    telegram_api_url: str = _setting(
        "TELEGRAM_API_URL",
        "Platforms",
        "Another Bot API server, such as a local one.",
        _address("http", "https", ending=r"^((?!/bot\d).)*", example="http://127.0.0.1:8081"),
        example="http://127.0.0.1:8081",
        shown="Telegram's own",
    )
    discord_api_url: str = _setting(
        "DISCORD_API_URL",
        "Platforms",
        "Another REST API of Discord, such as a proxy, with its version.",
        _address("http", "https", ending=r"/v\d+", example="http://127.0.0.1:3000/api/v10"),
        example="http://127.0.0.1:3000/api/v10",
        shown="Discord's own",
    )
    discord_gateway_url: str = _setting(
        "DISCORD_GATEWAY_URL",
        "Platforms",
        "Another gateway of Discord.",
        _address("ws", "wss", example="ws://127.0.0.1:3001"),
        example="ws://127.0.0.1:3001",
        shown="what the REST API names",
    )
    telegram_pace: float = _setting(
        "TELEGRAM_PACE",
        "Platforms",
        "How much of the time that Telegram asks for between messages is waited: 1 all of it,"
        " 0 none (for a server of your own).",
        _number(0, 10),
        default="1",
    )
    forward_wait: float = _setting(
        "FORWARD_WAIT",
        "Platforms",
        "Seconds that Telegram may take to forward an article from the channel into its"
        " discussion group, before the desk is told and a message of the bot takes its place.",
        _number(1, 3600),
        default="60",
    )
    data_dir: Path = _setting(  # noqa: RUF009  it returns a field
        "DATA_DIR",
        "Data",
        "The folder for everything that is kept.",
        _folder,
        default="data",
    )
    database: Path = _setting(  # noqa: RUF009  it returns a field
        "DATABASE",
        "Data",
        "The database's file.",
        _file,
        shown="DATA_DIR/commonthread.db",
    )
    secret_key_file: Path = _setting(  # noqa: RUF009  it returns a field
        "SECRET_KEY_FILE",
        "Data",
        "The file with the key that seals people's identities; made at the first start. Keep a"
        " copy apart from the database's: without it authors are not recognised any more.",
        _file,
        shown="DATA_DIR/secret.key",
    )
    spool_quota: float = _setting(
        "SPOOL_QUOTA",
        "Data",
        "Megabytes of pictures, sounds and files that are kept at most, sealed, beside the"
        " database. What does not fit any more is told in words; a comment that waits is rejected.",
        _number(50, 10_000_000),
        default="2000",
    )
    spool_days: float = _setting(
        "SPOOL_DAYS",
        "Data",
        "Days that they are kept when neither a decision nor a send needs them any more.",
        _number(0.01, 3650),
        default="14",
    )
    feed_interval: float = _setting(
        "FEED_INTERVAL",
        "Feeds",
        "Seconds between two looks into a feed, at least 60.",
        _number(1, 86_400),
        default="300",
    )
    fetch_contact: str = _setting(
        "FETCH_CONTACT",
        "Feeds",
        "An e-mail address or page for those whose feeds are read; it is sent to them.",
        _contact,
        example="webmaster@example.org",
    )
    fetch_loopback: bool = _setting(
        "FETCH_LOOPBACK",
        "Feeds",
        "1 allows feeds on this machine itself. Other private addresses are never read.",
        _switch,
        default="0",
    )
    run_port: int = _setting(
        "RUN_PORT",
        "Running",
        f"The port on {HOST} for /healthz, for /metrics and for the rehearsal's page.",
        _port,
        default="8080",
    )
    alarm_unreachable: float = _setting(
        "ALARM_UNREACHABLE",
        "Running",
        "Minutes without a connection to a platform after which the desk is told, once, and once"
        " again when it is over; 0 = never.",
        _number(0, 10_000),
        default="5",
    )
    alarm_held: float = _setting(
        "ALARM_HELD",
        "Running",
        "The same for a comment that waits for a decision: minutes.",
        _number(0, 100_000),
        default="120",
    )
    alarm_disk: float = _setting(
        "ALARM_DISK",
        "Running",
        "The same for the disk with the database: megabytes that are left free.",
        _number(0, 1_000_000),
        default="500",
    )
    log_level: str = _setting(
        "LOG_LEVEL",
        "Running",
        "The least important lines to log: DEBUG, INFO, WARNING or ERROR.",
        _choice("DEBUG", "INFO", "WARNING", "ERROR"),
        default="INFO",
    )
    log_format: str = _setting(
        "LOG_FORMAT",
        "Running",
        "text for people, json for machines.",
        _choice("text", "json"),
        default="text",
    )

    @property
    def rehearsal(self) -> bool:
        """No platform has a token, so both are played on this machine."""
        return not (self.telegram_bot_token or self.discord_bot_token)

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        given = (str(getattr(self, one.name.lower())) for one in SETTINGS if one.secret)
        return tuple(value for value in given if value)


SETTINGS: tuple[Setting, ...] = tuple(one.metadata["setting"] for one in fields(Settings))


# --- reading -------------------------------------------------------------------------------


def load(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """The settings of this process.

    environ: os.environ where None. file: ENV_FILE where None; it need not exist. Raises
    SettingsError with one line for each thing that is wrong.
    """
    problems: list[str] = []
    written = _read_file(file or ENV_FILE, problems)
    given = {**written, **(os.environ if environ is None else environ)}
    values = {one.name: _value(one, given.get(one.name, ""), problems) for one in SETTINGS}
    if not problems:
        folder = values["DATA_DIR"]
        values["DATABASE"] = values["DATABASE"] or folder / "commonthread.db"
        values["SECRET_KEY_FILE"] = values["SECRET_KEY_FILE"] or folder / "secret.key"
        _check_together(values, problems)
    if problems:
        raise SettingsError(problems)
    return Settings(**{name.lower(): value for name, value in values.items()})


_DELICATE = re.compile(r"\d{3,}:[\w-]{20,}|@|[\w-]{30,}")
"""What may be a token or a password that was put into the wrong setting."""


def _value(one: Setting, written: str, problems: list[str]) -> Any:
    """The typed value; "" for a setting without value and default."""
    text = written.strip() or one.default
    if not text:
        return ""
    try:
        return one.read(text)
    except ValueError as error:
        shown = one.name if one.secret or _DELICATE.search(text) else f"{one.name}={text}"
        problems.append(f"{shown} {error}.")
        return ""


def _check_together(values: Mapping[str, Any], problems: list[str]) -> None:
    """What no setting shows alone."""
    real = values["TELEGRAM_BOT_TOKEN"] or values["DISCORD_BOT_TOKEN"]
    if real and not values["FETCH_LOOPBACK"] and values["FEED_INTERVAL"] < POLITE:
        wrong = t("is too often for other people's servers; write {least} or more", least=60)
        problems.append(f"FEED_INTERVAL={values['FEED_INTERVAL']:g} {wrong}.")
    if values["DATABASE"] == values["SECRET_KEY_FILE"]:
        problems.append(t("DATABASE and SECRET_KEY_FILE name the same file; write two."))


def _read_file(path: Path, problems: list[str]) -> dict[str, str]:
    """The names and values of a `.env`. Lines that say nothing readable become problems."""
    try:
        with path.open(encoding="utf-8-sig") as source:
            bindings = list(parse_stream(source))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        kind = error.strerror if isinstance(error, OSError) else t("it is not UTF-8 text")
        problems.append(t("{file} cannot be read: {reason}.", file=path.name, reason=kind))
        return {}
    found: dict[str, str] = {}
    for one in bindings:
        if one.error or (one.key is not None and one.value is None):
            where = {"file": path.name, "line": one.original.line}
            problems.append(t("Line {line} of {file} is no NAME=value.", **where))
        elif one.key is not None:
            found[one.key] = one.value or ""
            _check_name(one.key, path.name, problems)
    return found


def _check_name(name: str, file: str, problems: list[str]) -> None:
    """A mistyped name would be silently without effect; names of other programs may stand."""
    known = [one.name for one in SETTINGS]
    if name in known:
        return
    near = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
    if near:
        what = {"name": name, "file": file, "near": near[0]}
        problems.append(t("{name} in {file} is no setting; did you mean {near}?", **what))


# --- documents -----------------------------------------------------------------------------


def env_example() -> str:
    """The text of `.env.example`: every setting with its explanation, none of them set."""
    lines = [
        "# Commonthread's settings. Copy this file to .env and fill in what you need.",
        "# The real environment wins over .env; an empty value means the default.",
        "# Generated from core/settings.py by: python -m core.settings > .env.example",
    ]
    group = ""
    for one in SETTINGS:
        if one.group != group:
            group = one.group
            lines += ["", f"# --- {group} ---"]
        lines += ["", *(f"# {line}" for line in textwrap.wrap(one.help, 78))]
        if one.example:
            lines.append(f"# Example: {one.name}={one.example}")
        if one.shown or one.default:
            lines.append(f"# Default: {one.shown or one.default}")
        lines.append(f"{one.name}=")
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """The settings as a Markdown table, for the README between its `settings` marks."""
    rows = ["| Setting | Default | What it does |", "|---|---|---|"]
    for one in SETTINGS:
        default = one.shown or (f"`{one.default}`" if one.default else "none")
        rows.append(f"| `{one.name}` | {default} | {one.help} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(env_example())

"""Logging for the whole program, and the one place that keeps secrets out of it.

Libraries leak on their own: httpx logs whole addresses with the token in them, InvalidToken of
python-telegram-bot carries the token in its text, and at DEBUG some log what people wrote. So
libraries speak from WARNING on only, and every line, tracebacks included, passes a `Redactor`.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

from core.clock import utc

OURS = ("core", "bots", "__main__")
"""The loggers that LOG_LEVEL is for."""
HIDDEN = "[hidden]"

log = logging.getLogger(__name__)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Telegram: the token is a part of the path (core.telegram.org/bots/api, "Making requests").
    (re.compile(r"(/bot\d+(?::|%3[Aa]))[^/\s\"'?#]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<!\w)(\d{5,20}(?::|%3[Aa]))[A-Za-z0-9_-]{30,}"), rf"\1{HIDDEN}"),
    # Discord: bot tokens, and the tokens of webhooks and interactions in paths (Discord's
    # documentation, "Webhook Resource" and "Receiving and Responding").
    (re.compile(r"(?<![\w-])[\w-]{18,}\.[\w-]{6,7}\.[\w-]{27,}(?![\w-])", re.ASCII), HIDDEN),
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s\"'?#]{8,}"), rf"\1{HIDDEN}"),
    # Anyone: headers, and passwords in addresses.
    (
        re.compile(r"(?i)(authorization['\"]?\s*[:=,]\s*['\"]?)(?:\w+\s+)?[^\s'\",]+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(://)[^/\s\"'@]+@"), rf"\1{HIDDEN}@"),
)
_FIELDS = ("platform", "channel", "article", "comment", "subject", "delivery", "update")
"""What a line may tell besides its words (`extra=` of a logging call): numbers and names of ours,
so that what became of one comment or delivery can be followed."""
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127) if chr(code) not in "\n\t"}
_LINE = {**_CONTROLS, ord("\n"): "\\n", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class Redactor:
    """Replaces secrets in texts: those it was told, and whatever looks like one."""

    def __init__(self, *secrets: str) -> None:
        self._known: list[str] = []
        self.hide(*secrets)

    def hide(self, *secrets: str) -> None:
        """Know more secrets, also as they stand in addresses. Empty ones are passed over."""
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        self._known = sorted({*self._known, *forms}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        for pattern, put in _PATTERNS:
            text = pattern.sub(put, text)
        return text


class TextFormatter(logging.Formatter):
    """One line for people: time in UTC, level, logger, message; then a traceback, if any.

    What comes from outside can neither start a line of its own nor command a terminal.
    """

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        message = self._redact(record.getMessage()).translate(_LINE)
        about = "".join(f" {name}={value}" for name, value in fields(record).items())
        line = f"{_time(record)} {record.levelname:<7} {record.name}: {message}{about}"
        details = self.details(record)
        return f"{line}\n{details.translate(_CONTROLS)}" if details else line

    def details(self, record: logging.LogRecord) -> str:
        """Traceback and stack, redacted, "" for none.

        The text that logging keeps on the record is never read or set: other handlers share it.
        """
        parts = []
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self.formatException(record.exc_info))
        elif record.exc_text:
            parts.append(record.exc_text)
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return self._redact("\n".join(parts))


class JsonFormatter(TextFormatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, what it is about
    (platform, channel, article, comment, subject, delivery, update), and where there is one,
    exception."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
            **fields(record),
        }
        if details := self.details(record):
            line["exception"] = details
        return json.dumps(line, ensure_ascii=False)


def fields(record: logging.LogRecord) -> dict[str, str | int]:
    """What a record is about, of the names in `_FIELDS`."""
    known = record.__dict__
    return {name: known[name] for name in _FIELDS if isinstance(known.get(name), str | int)}


def _time(record: logging.LogRecord) -> str:
    return utc(record.created).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Handler(logging.StreamHandler[TextIO]):
    """To a stream. A line that cannot be made is announced without what it was to say."""

    def handleError(self, record: logging.LogRecord) -> None:
        kind = sys.exc_info()[0]
        name = kind.__name__ if kind else "an error"
        where = f"{record.pathname}:{record.lineno}"
        try:
            self.stream.write(
                f"{_time(record)} ERROR   {__name__}: {name} in a log line, {where}\n"
            )
        except (OSError, ValueError):
            return  # The stream is closed or full: there is nobody left to tell.


def configure(
    level: str = "INFO", form: str = "text", *secrets: str, stream: TextIO | None = None
) -> Redactor:
    """Set up logging for this process, anew at every call, and return what redacts it.

    level: a level's name, for what this program logs; libraries are heard from WARNING on.
    form: "text" or "json". secrets: values that must not appear; more may be told to the
    Redactor later. stream: standard error where None. Warnings and uncaught exceptions, of
    threads as well, are logged too.
    """
    redact = Redactor(*secrets)
    handler = _Handler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if form == "json" else TextFormatter(redact))
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old, _Handler):
            root.removeHandler(old)
    root.addHandler(handler)
    threshold = logging.getLevelNamesMapping()[level]
    root.setLevel(max(threshold, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(threshold)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    return redact


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("Uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or issubclass(args.exc_type, SystemExit):
        return
    log.critical(
        "Uncaught exception in a thread",
        exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
    )

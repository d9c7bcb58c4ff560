"""The errors with which Discord answers, as JSON bodies with Discord's own codes.

Source: Discord's documentation, "Opcodes and Status Codes" (JSON error codes) and
"Error Messages" (the tree under `errors` of code 50035).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_UNKNOWN: dict[str, tuple[int, str]] = {
    "app": (10002, "Unknown Application"),
    "channel": (10003, "Unknown Channel"),
    "guild": (10004, "Unknown Guild"),
    "member": (10007, "Unknown Member"),
    "message": (10008, "Unknown Message"),
    "overwrite": (10009, "Unknown Overwrite"),
    "role": (10011, "Unknown Role"),
    "user": (10013, "Unknown User"),
    "emoji": (10014, "Unknown Emoji"),
    "webhook": (10015, "Unknown Webhook"),
    "ban": (10026, "Unknown Ban"),
    "interaction": (10062, "Unknown interaction"),
    "command": (10063, "Unknown application command"),
    "sticker": (10060, "Unknown sticker"),
    "file": (0, "404: Not Found"),
}

_REFUSED: dict[int, tuple[int, str]] = {
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    30003: (400, "Maximum number of pins reached (250)"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30047: (400, "Maximum number of pinned threads in a forum channel has been reached"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. "
            "Try again later."),
    40005: (413, "Request entity too large. Try sending something smaller in size"),
    40007: (403, "The user is banned from this guild"),
    40033: (400, "This message has already been crossposted"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50016: (400, "Provided too few or too many messages to delete. "
            "Must provide at least 2 and fewer than 100 messages to delete."),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50068: (400, "Invalid message type"),
    50081: (400, "Invalid sticker sent"),
    50083: (400, "Thread is archived"),
    50159: (400, "Voice messages do not support additional content."),
    50160: (400, "Voice messages must have a single audio attachment."),
    50161: (400, "Voice messages must have supporting metadata."),
    50162: (400, "Voice messages cannot be edited."),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "This thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    160007: (400, "Maximum number of active announcement threads reached"),
    160014: (403, "You do not have permission to forward this message"),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
    220002: (400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"),
    220003: (400, "Webhooks can only create threads in forum channels"),
}  # fmt: skip


class ApiError(Exception):
    """An answer that is not a success.

    status: the HTTP status. code: Discord's JSON error code, 0 for the bare HTTP errors.
    extra: further keys of the body, such as the `errors` tree of an invalid form.
    """

    def __init__(self, status: int, code: int, message: str, extra: Json | None = None) -> None:
        super().__init__(f"{status} ({code}): {message} {extra or ''}".rstrip())
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra or {}

    def body(self) -> Json:
        """The JSON body as Discord sends it."""
        return {"message": self.message, "code": self.code, **self.extra}


class NotPossible(Exception):
    """What Discord's own client would not let this person do: no such button, no such command."""


def unknown(what: str) -> ApiError:
    """404 for an object that does not exist (or must look so), by its name in Discord's table."""
    code, message = _UNKNOWN[what]
    return ApiError(404, code, message)


def refused(code: int, **extra: Any) -> ApiError:
    """The refusal with this JSON error code."""
    status, message = _REFUSED[code]
    return ApiError(status, code, message, extra)


def unauthorized() -> ApiError:
    """401 for a missing or wrong token."""
    return ApiError(401, 0, "401: Unauthorized")


class Form:
    """Collects the errors of one request body and raises them together as code 50035."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: str, code: str, message: str) -> None:
        """Note an error at a dotted path: "embeds.0.title"; list positions are numbers."""
        node = self._tree
        for step in path.split("."):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, value: Any, low: int, high: int) -> None:
        """Note an error unless `value` is text of `low` to `high` characters. None passes."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
        elif len(value) > high and low:
            message = f"Must be between {low} and {high} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
        elif len(value) > high:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif len(value) < low:
            message = f"Must be between {low} and {high} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)

    def count(self, path: str, values: Any, low: int, high: int) -> bool:
        """Note an error unless `values` is a list of `low` to `high` items; true where it is."""
        if not isinstance(values, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return False
        if not low <= len(values) <= high:
            message = f"Must be between {low} and {high} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
            return False
        return True

    def required(self, path: str) -> None:
        """Note that a field is missing."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def check(self) -> None:
        """Raise what was noted, if anything."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": self._tree})


def invalid(path: str, code: str, message: str) -> ApiError:
    """Code 50035 with a single error at a dotted path."""
    form = Form()
    form.add(path, code, message)
    try:
        form.check()
    except ApiError as error:
        return error
    raise AssertionError("a form with an error always raises")

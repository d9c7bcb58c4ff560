"""What goes wrong: errors of the Bot API, of a person's hand, and of the wire."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer with `ok` false.

    code: the HTTP status and `error_code`; description: the text as the Bot API server words it;
    parameters: `retry_after` or `migrate_to_chat_id`, or None.
    """

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class Refused(Exception):
    """A person tried what the app would not let them do (write where they are banned, ...)."""


class Dropped(Exception):
    """The connection died without an answer. applied: whether the call took effect."""

    def __init__(self, applied: bool) -> None:
        super().__init__("connection dropped " + ("after" if applied else "before") + " applying")
        self.applied = applied


def bad(text: str) -> ApiError:
    """400 with the server's usual prefix."""
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """403 with the server's usual prefix."""
    return ApiError(403, f"Forbidden: {text}")


def too_many(seconds: int) -> ApiError:
    """429: flood control; `seconds` to wait."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def unauthorized() -> ApiError:
    """401: nobody knows this token."""
    return ApiError(401, "Unauthorized")


def unknown_method() -> ApiError:
    """404: no such method."""
    return ApiError(404, "Not Found")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)

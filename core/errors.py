"""The error tree.

CommonthreadError
 ├── UserError            what a person did cannot be done; the text tells them what to do
 │    └── SettingsError   the start is refused; one line for each bad setting
 ├── StorageError         the database refused
 │    ├── DiskRefused     full, read-only or failing: nothing was written, try again later
 │    └── Overloaded      too much waits already; the caller may come again
 ├── Unstorable           what was to be written cannot be stored as it is, however often one tries
 └── DeliveryError        what an adapter raises from send, edit, delete, look_for, apply
      ├── Rejected        never again as it is: the platform understood and said no
      │    └── Gone       what was to be edited, deleted or answered does not exist any more
      ├── RetryLater      surely not done: the platform said when to come again
      ├── Unreachable     surely not done: the request did not go out
      └── OutcomeUnknown  perhaps done: the answer was lost, torn or a server error
"""

from __future__ import annotations

import traceback


class CommonthreadError(Exception):
    """The root of everything that this product raises on purpose."""


class UserError(CommonthreadError):
    """A person asked for what cannot be done. Its text is shown to them and says what to do."""


class SettingsError(UserError):
    """Settings that stop the start; `problems` holds one clear line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StorageError(CommonthreadError):
    """The database refused; nothing of the transaction was written."""


class DiskRefused(StorageError):
    """The disk is full, read-only or failing. Nothing was written; the work may run again."""


class Overloaded(StorageError):
    """The queue before the database is full. Nothing was written; come again."""


class Unstorable(CommonthreadError):
    """What was to be written does not fit: of a type that cannot be stored, or against a rule of
    the schema. It is a mistake of whoever wrote it, so that the same again is useless; nothing of
    the transaction was written."""


class DeliveryError(CommonthreadError):
    """The outcome of a call to a platform. `reason` is for the desk: words without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Rejected(DeliveryError):
    """The platform understood and refused; sending the same again is useless."""


class Gone(Rejected):
    """The target does not exist any more. `what` is "message", "reply" or "thread"."""

    def __init__(self, reason: str, what: str = "message") -> None:
        super().__init__(reason)
        self.what = what


class RetryLater(DeliveryError):
    """Surely not done. `after` is the number of seconds to wait."""

    def __init__(self, reason: str, after: float) -> None:
        super().__init__(reason)
        self.after = after


class Unreachable(DeliveryError):
    """Surely not done: no connection was made."""


class OutcomeUnknown(DeliveryError):
    """Perhaps done: the answer did not come, was torn, or was a server error."""


def where(error: Exception) -> str:
    """What went wrong and where, without the words of the error: they may quote a person's."""
    trace = traceback.extract_tb(error.__traceback__)
    place = f" in {trace[-1].name}, line {trace[-1].lineno}" if trace else ""
    return type(error).__name__ + place

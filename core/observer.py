"""What the core lets be counted while it works; nothing that a person wrote or is."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Is told what happened, after it was committed. Must be quick and must not raise."""

    def heard(self, platform: str) -> None:
        """Something that a platform told was stored."""
        ...

    def received(self, platform: str, state: str) -> None:
        """A comment was stored, in this state."""
        ...

    def tried(self, platform: str, operation: str, outcome: str, wait: float) -> None:
        """A call to a platform ended.

        operation: "send", "edit", "delete", "look_for", "open_thread" or "apply". outcome:
        "done", or a delivery error's name in small letters. wait: the seconds that the platform
        asked us to wait, 0 = none.
        """
        ...

    def shown(self, platform: str, state: str, seconds: float) -> None:
        """A comment's copy is up that was not before, so many seconds after it was wanted. state:
        the comment's at that moment."""
        ...


class Silent:
    """Counts nothing."""

    def heard(self, platform: str) -> None:
        return

    def received(self, platform: str, state: str) -> None:
        return

    def tried(self, platform: str, operation: str, outcome: str, wait: float) -> None:
        return

    def shown(self, platform: str, state: str, seconds: float) -> None:
        return

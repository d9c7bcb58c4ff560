"""What every place should show of a comment (pure).

The answer for one place is a number, as in `delivery.shown_revision`: n > 0, the comment's
revision n; PLACEHOLDER; or NOTHING.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.model import State

NOTHING = 0
PLACEHOLDER = -1

Key = tuple[int, str]
"""(channel id, role)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a delivery has now: `stands` = something of it is up, or may be, or is on its way;
    `gone` = a person took it away by hand; `face` = the revision that an original shows, None
    where that is the newest."""

    stands: bool
    gone: bool = False
    face: int | None = None


@dataclass(frozen=True, slots=True)
class CommentState:
    """What decides where a comment is shown. `replied`: a visible reply hangs on it."""

    state: State
    revision: int
    shown: int
    soft: bool
    replied: bool


def faces(
    comment: CommentState, threads: list[int], existing: Mapping[Key, Standing]
) -> dict[Key, int]:
    """What each place should show: for every open thread's channel a copy, and the origin.

    threads: the channels with an open thread of the article. existing: the comment's deliveries.
    A place where nothing is and nothing should be is left out.
    """
    wanted: dict[Key, int] = {}
    origin_channel = None
    for key in existing:
        if key[1] == "origin":
            origin_channel = key[0] if _origin_stays(comment, existing[key]) else None
            wanted[key] = comment.revision if origin_channel is not None else NOTHING
    for channel in threads:
        key = (channel, "copy")
        face = _copy(comment, existing.get(key), channel == origin_channel)
        if key in existing or face != NOTHING:
            wanted[key] = face
    return wanted


def visible(comment: CommentState) -> bool:
    """Some wording of it may be read by everybody."""
    return comment.shown > 0 and comment.state in (State.PUBLISHED, State.HELD)


def _origin_stays(comment: CommentState, origin: Standing) -> bool:
    if not origin.stands or origin.gone:
        return False
    if comment.state == State.PUBLISHED:
        face = comment.revision if origin.face is None else origin.face
        return comment.shown == face
    return comment.soft and comment.state == State.HELD


def _copy(comment: CommentState, copy: Standing | None, origin_shows_it: bool) -> int:
    if copy is not None and copy.gone:
        return NOTHING
    if visible(comment):
        return NOTHING if origin_shows_it else comment.shown
    if copy is not None and copy.stands and comment.replied:
        return PLACEHOLDER
    return NOTHING

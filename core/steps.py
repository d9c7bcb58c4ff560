"""From what a delivery should show and what its messages show to the next call (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.ports import Capabilities
from core.views import Part

REMOVING = "-"
"""In place of `tried_hash`: a deletion of ours may be under way, so what is recorded of the
message may not hold any more."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message row of a delivery, as far as the next step depends on it."""

    id: int
    platform_id: str | None
    have_hash: str
    tried_hash: str
    tried_at: float | None
    nonce: str


@dataclass(frozen=True, slots=True)
class Send:
    """Make message `position`. `again`: the row of an earlier try that surely, or as far as can
    be known, made nothing; it is used again. `lost`: the row of a try that is given up although
    it may have made a message; it is kept, so that the message can be adopted."""

    position: int
    part: Part
    again: Sent | None = None
    lost: Sent | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Change a message."""

    message: Sent
    part: Part


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a message."""

    message: Sent


@dataclass(frozen=True, slots=True)
class LookFor:
    """Find out whether an earlier try made a message. `part` is what should be there now, None
    where nothing should; `position` its place in the delivery."""

    message: Sent
    position: int
    part: Part | None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nothing should be shown, and whether the earlier try exists cannot be found out."""

    message: Sent


@dataclass(frozen=True, slots=True)
class Wait:
    """The platform will tell by itself; come again at `until` (Unix seconds)."""

    until: float


Step = Send | Edit | Delete | LookFor | GiveUp | Wait


def next_step(
    parts: Sequence[Part],
    sent: Sequence[Sent],
    capabilities: Capabilities,
    *,
    now: float,
    settle_until: float | None,
) -> Step | None:
    """The next call that brings the messages nearer to the parts; None = they match.

    sent: the rows in the order of their positions. settle_until: until when an automatic
    forward may settle an unknown send (Unix seconds), None where none comes.
    """
    for position, part in enumerate(parts):
        if position >= len(sent):
            return Send(position, part)
        row = sent[position]
        if row.platform_id is None:
            if capabilities.reads_back:
                return LookFor(row, position, part)
            if settle_until is not None and now < settle_until:
                return Wait(settle_until)
            return Send(position, part, lost=row)
        if row.have_hash != part.digest or row.tried_hash == REMOVING:
            return Edit(row, part)
    return _surplus(parts, sent, capabilities)


def _surplus(
    parts: Sequence[Part], sent: Sequence[Sent], capabilities: Capabilities
) -> Step | None:
    for position in range(len(sent) - 1, len(parts) - 1, -1):
        row = sent[position]
        if row.platform_id is not None:
            return Delete(row)
        return LookFor(row, position, None) if capabilities.reads_back else GiveUp(row)
    return None

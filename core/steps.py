"""From what a delivery should show and what its messages show to the next call (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.ports import Capabilities
from core.views import Part, form_of, media_of

REMOVING = "-"
"""In place of `tried_hash`: a deletion of ours may be under way, so what is recorded of the
message may not hold any more."""
CHANGING = "~"
"""In place of `tried_hash`: an edit of ours, or an earlier try, may have come through although it
is not recorded, so the message may show something else than `have_hash` says."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message row of a delivery, as far as the next step depends on it. leaving: it stands
    in another thread than it should, so it goes, and what it shows is made anew."""

    id: int
    platform_id: str | None
    have_hash: str
    tried_hash: str
    tried_at: float | None
    nonce: str
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Make message `position`. `again`: the row of an earlier try that surely, or as far as can
    be known, made nothing; it is used again. `lost`: the row of a try that is given up although
    it may have made a message; it is kept, so that the message can be adopted. `more`: the parts
    that follow and go out in the same call, each with its own lost row."""

    position: int
    part: Part
    again: Sent | None = None
    lost: Sent | None = None
    more: tuple[tuple[Part, Sent | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """Change a message. `media`: not only its words."""

    message: Sent
    part: Part
    media: bool = False


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
            return Send(position, part, more=_more(parts, sent, position))
        row = sent[position]
        if row.platform_id is None:
            if capabilities.reads_back:
                return LookFor(row, position, part)
            if settle_until is not None and now < settle_until:
                return Wait(settle_until)
            return Send(position, part, lost=row, more=_more(parts, sent, position))
        if row.leaving:
            return Delete(row)
        if row.have_hash != part.digest or row.tried_hash in (REMOVING, CHANGING):
            return _edit(row, part, capabilities)
    return _surplus(parts, sent, capabilities)


def _edit(row: Sent, part: Part, capabilities: Capabilities) -> Step:
    """Change a message, or take it away where its form cannot become the part's."""
    form = form_of(row.have_hash)
    if not part.media:
        fits = not form or capabilities.clears_media
    else:
        fits = form == part.form or (not form and part.form == "media")
    if not fits:
        return Delete(row)
    same = media_of(row.have_hash) == media_of(part.digest)
    # A change of unknown outcome may have put other media there.
    doubt = row.tried_hash == CHANGING and bool(part.media)
    return Edit(row, part, media=doubt or not same)


def _more(
    parts: Sequence[Part], sent: Sequence[Sent], position: int
) -> tuple[tuple[Part, Sent | None], ...]:
    """What can go out with the part at `position`: those of its group that are not there."""
    group = parts[position].group
    found: list[tuple[Part, Sent | None]] = []
    for later in range(position + 1, len(parts) if group else 0):
        row = sent[later] if later < len(sent) else None
        if parts[later].group != group or (row is not None and row.platform_id is not None):
            break
        found.append((parts[later], row))
    return tuple(found)


def _surplus(
    parts: Sequence[Part], sent: Sequence[Sent], capabilities: Capabilities
) -> Step | None:
    for position in range(len(sent) - 1, len(parts) - 1, -1):
        row = sent[position]
        if row.platform_id is not None:
            return Delete(row)
        return LookFor(row, position, None) if capabilities.reads_back else GiveUp(row)
    return None

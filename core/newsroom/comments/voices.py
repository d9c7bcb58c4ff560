"""Comments in the publication's own voice, which nobody has to read first."""

from __future__ import annotations

from core.events import Posted
from core.model import House, Publication
from core.ports import Tx


def own_voice(house: House, publication: Publication, event: Posted) -> bool:
    """The publication itself speaks: one of its channels, or an admin as the group itself."""
    if not event.person.identity:
        return True
    channel = house.by_place.get((event.platform, event.person.identity))
    return channel is not None and channel.publication == publication.id


def trust(tx: Tx, publication: Publication, author: str) -> None:
    """From its first comment on, where nobody has decided otherwise."""
    tx.run(
        "INSERT INTO author (publication, tag, standing) VALUES (:p, :tag, 'trusted')"
        " ON CONFLICT DO NOTHING",
        {"p": publication.id, "tag": author},
    )

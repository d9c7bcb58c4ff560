"""Times as readers and moderators see them: in the publication's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from core.i18n import Texts
from core.model import Publication


def local(seconds: float, publication: Publication) -> datetime:
    """A time in the publication's zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(publication.zone))


def moment(t: Texts, seconds: float, publication: Publication) -> str:
    """A day and a time as a reader of this language writes them: "Nov 27, 2026, 14:05"."""
    day = format_date(local(seconds, publication), "medium", locale=t.locale)
    return f"{day}, {time_label(seconds, publication)}"


def time_label(seconds: float, publication: Publication) -> str:
    """A comment's time label, H:MM in the publication's zone."""
    moment = local(seconds, publication)
    return f"{moment.hour}:{moment.minute:02}"

"""What the checks may look at (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.model import Mode, Standing
from core.moderation.bayes import Chance
from core.moderation.lexicon import Lexicon
from core.moderation.links import Domains
from core.moderation.reading import Reading, read
from core.options import Options
from core.text.model import Rich


@dataclass(frozen=True, slots=True)
class Lists:
    """What a publication's moderators listed."""

    words: Lexicon = field(default_factory=Lexicon)
    domains: Domains = field(default_factory=Domains)


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of the author here, and of the thread, before this comment.

    ages: seconds since each of the author's last comments here, newest first. decided, rejected:
    how many of the author's comments of the last 7 days were published or rejected, and rejected.
    same, near: how many of the author's last comments of an hour say the same, or nearly.
    alike, authors: how many comments by others within an hour say nearly the same, and by how
    many of them. thread: how many comments came into the thread within a minute. here: seconds
    since the author's last comment in the thread, None for none.
    """

    ages: tuple[float, ...] = ()
    decided: int = 0
    rejected: int = 0
    same: int = 0
    near: int = 0
    alike: int = 0
    authors: int = 0
    thread: int = 0
    here: float | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A text on its way, with what has to be known of its author and its place.

    standing: as it holds now (a mute that has ended is over). published: how many comments of
    this author were published here. locked: the article takes no comments. forwarded: the words
    are somebody else's. slow: seconds between two comments of one author in this thread, 0 = any.
    learned: what past decisions say of such texts, None while they say nothing. wordless: its
    author wrote nothing, so that the text is what pictures are described with.
    """

    text: Rich
    attachments: tuple[str, ...]
    mode: Mode
    standing: Standing
    published: int
    locked: bool
    options: Options = field(default_factory=Options)
    reading: Reading = field(default_factory=lambda: read(""))
    lists: Lists = field(default_factory=Lists)
    record: Record = field(default_factory=Record)
    forwarded: bool = False
    slow: float = 0.0
    learned: Chance | None = None
    wordless: bool = False

    @property
    def trusted(self) -> bool:
        """Moderators vouch for the author: what is merely unusual about a text is passed over."""
        return self.standing == Standing.TRUSTED

"""What is to happen after a feed was read: pure, from what is stored and what came.

An article is known again by its id, then by its permalink, then by its title, day and words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.feeds.digest import bare, comparable_key, digest, keys_of, same_words
from core.feeds.links import comparable, is_front_page
from core.feeds.model import Draft

__all__ = [
    "Alias",
    "Changed",
    "Hold",
    "Intent",
    "Known",
    "Missing",
    "New",
    "StoredArticle",
    "decide",
    "digest",
    "keys_of",
]

DAY = 86_400.0
MOST_REPAIRS = 3
"""More renewed entries than this, and more than half of the feed, is a move: people decide."""

PUBLISHED = "published"
WITHDRAWN = "withdrawn"
"""The states of a stored article that matter here; any other is remembered only."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What is remembered of an article of this feed.

    keys: every id it was known by (`keys_of`), links among them or not; link: canonical;
    published: Unix seconds or None; digest: of the draft last taken in; state: "published",
    "withdrawn" or any other word for one that was never announced; fed: it came from this feed,
    so its absence there means something.
    """

    id: int
    keys: frozenset[str]
    link: str
    headline: str
    published: float | None
    digest: str
    state: str = PUBLISHED
    fed: bool = True


@dataclass(frozen=True, slots=True)
class New:
    """To be announced, and remembered under `keys`."""

    draft: Draft
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Changed:
    """The article says something else now; `keys` are to be added to the ones it has."""

    article_id: int
    draft: Draft
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Alias:
    """The article has one more id: the feed gave it a new one. Nothing is announced."""

    article_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Known:
    """To be remembered under `keys` and not announced, because of `reason`."""

    draft: Draft
    keys: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A published article left the feed though older ones are still in it. Look at its
    permalink before anything is said."""

    article_id: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing of `drafts` was done: so many entries carry new ids that the publication seems to
    have moved. After somebody agreed, `decide` runs again with `moved=True`."""

    reason: str
    drafts: tuple[Draft, ...] = ()


Intent = New | Changed | Alias | Known | Missing | Hold


def decide(
    stored: Sequence[StoredArticle],
    drafts: Sequence[Draft],
    *,
    baseline: bool,
    last_n: int = 0,
    now: float,
    moved: bool = False,
) -> list[Intent]:
    """What is to be done, oldest first, then what is missing.

    stored: every article remembered of this feed. drafts: the feed, in its order (newest first
    where it says no dates). baseline: the first reading, which announces nothing but the newest
    `last_n`. now: Unix seconds; a draft dated later counts as dated now. moved: somebody agreed
    that renewed ids are a move: they heal without limit and what stays unknown is remembered.
    """
    if not drafts:
        return []
    ordered = _oldest_first(drafts, now)
    memory = _Memory(stored, ordered)
    plan = _plan(memory, ordered)
    if baseline:
        return [*_known_again(plan), *_baseline(plan.unknown, last_n)]
    renewed = plan.healed_drafts() + [d for d in plan.unknown if memory.seems_old(d)]
    if not moved and len(renewed) > MOST_REPAIRS and len(renewed) * 2 > len(ordered):
        return [*_changes(plan.same), _hold(renewed, plan.unknown), *memory.missing(plan, now)]
    fresh = [memory.introduce(draft, moved) for draft in plan.unknown]
    intents = _in_order(ordered, [*_known_again(plan), *fresh])
    return [*intents, *memory.missing(plan, now)]


@dataclass(slots=True)
class _Plan:
    """Each draft with the article it is: by its id (`same`), by other signs (`healed`), none."""

    same: list[tuple[StoredArticle, Draft]] = field(default_factory=list)
    healed: list[tuple[StoredArticle, Draft]] = field(default_factory=list)
    unknown: list[Draft] = field(default_factory=list)

    def healed_drafts(self) -> list[Draft]:
        return [draft for _, draft in self.healed]

    def seen(self) -> set[int]:
        return {article.id for article, _ in self.same + self.healed}


class _Memory:
    """The stored articles, found by any of their signs."""

    def __init__(self, stored: Sequence[StoredArticle], drafts: Sequence[Draft]) -> None:
        self._stored = stored
        self._by_key = {comparable_key(key): a for a in stored for key in a.keys}
        self._titles = {bare(article.headline): article for article in stored}
        self._by_title: dict[str, list[StoredArticle]] = {}
        for article in stored:
            self._by_title.setdefault(bare(article.headline), []).append(article)
        self._by_link = _unambiguous(stored)
        self._shared = Counter(comparable(d.link) for d in drafts if d.link)
        dates = [a.published for a in stored if a.fed and a.published is not None]
        self._oldest = min(dates, default=None)
        self._newest = max(dates, default=None)

    def by_id(self, draft: Draft) -> StoredArticle | None:
        found = (self._by_key.get(comparable_key(key)) for key in sorted(keys_of(draft)))
        return next((article for article in found if article), None)

    def by_signs(self, draft: Draft) -> StoredArticle | None:
        """The article that this draft with an unknown id must be, if it must be one."""
        return self._with_link(draft) or self._with_words(draft)

    def seems_old(self, draft: Draft) -> bool:
        """Whether an unknown entry looks like one of ours in other clothes."""
        if bare(draft.headline) in self._titles:
            return True
        newest = self._newest
        return newest is not None and draft.published is not None and draft.published <= newest

    def introduce(self, draft: Draft, moved: bool) -> Intent:
        """An unknown draft is announced, unless it is older than all that is remembered: such
        entries come up from below when a newer one is deleted or a label is set late."""
        keys = keys_of(draft)
        if moved and self.seems_old(draft):
            return Known(draft, keys, "the publication moved and this entry is not new")
        oldest, published = self._oldest, draft.published
        if oldest is not None and published is not None and published < oldest:
            return Known(draft, keys, "older than everything known of this feed")
        return New(draft, keys)

    def missing(self, plan: _Plan, now: float) -> list[Intent]:
        """Published articles that are gone while older entries are still listed."""
        drafts = [d for _, d in plan.same + plan.healed] + plan.unknown
        dates = [d.published for d in drafts if d.published is not None]
        if len(dates) < len(drafts):
            return []
        tail, seen = min(dates), plan.seen()
        gone = [
            a
            for a in self._stored
            if a.state == PUBLISHED
            and a.fed
            and a.id not in seen
            and a.published is not None
            and tail < a.published <= now
        ]
        return [Missing(a.id) for a in sorted(gone, key=lambda a: (a.published or 0.0, a.id))]

    def _with_link(self, draft: Draft) -> StoredArticle | None:
        if not draft.link or is_front_page(draft.link) or self._shared[comparable(draft.link)] > 1:
            return None
        article = self._by_link.get(comparable(draft.link))
        return article if article and _could_be(article, draft) else None

    def _with_words(self, draft: Draft) -> StoredArticle | None:
        title = bare(draft.headline)
        if not title:
            return None
        print_ = digest(draft)
        for article in self._by_title.get(title, ()):
            if same_words(article.digest, print_) and _same_day(article, draft):
                return article
        return None


def _plan(memory: _Memory, drafts: Sequence[Draft]) -> _Plan:
    """Ids go first for the whole feed, so that no article is healed away from its own entry."""
    plan = _Plan()
    open_: list[Draft] = []
    taken: set[int] = set()
    for draft in drafts:
        article = memory.by_id(draft)
        if article is None:
            open_.append(draft)
        elif article.id not in taken:
            taken.add(article.id)
            plan.same.append((article, draft))
    for draft in open_:
        article = memory.by_signs(draft)
        if article is None:
            plan.unknown.append(draft)
        else:
            plan.healed.append((article, draft))
    return plan


def _known_again(plan: _Plan) -> list[Intent]:
    intents: list[Intent] = []
    taken = {article.id for article, _ in plan.same}
    for article, draft in plan.healed:
        intents += [Alias(article.id, key) for key in sorted(keys_of(draft) - article.keys)]
        if article.id not in taken:
            taken.add(article.id)
            intents += _changes([(article, draft)])
    return [*_changes(plan.same), *intents]


def _changes(pairs: Iterable[tuple[StoredArticle, Draft]]) -> list[Intent]:
    """What was withdrawn stays so: a feed that still lists it changes nothing."""
    return [
        Changed(article.id, draft, keys_of(draft) - article.keys)
        for article, draft in pairs
        if article.state != WITHDRAWN and article.digest != digest(draft)
    ]


def _baseline(unknown: Sequence[Draft], last_n: int) -> list[Intent]:
    first_new = len(unknown) - max(last_n, 0)
    return [
        New(draft, keys_of(draft))
        if position >= first_new
        else Known(draft, keys_of(draft), "there before the feed was followed")
        for position, draft in enumerate(unknown)
    ]


def _hold(renewed: Sequence[Draft], unknown: Sequence[Draft]) -> Hold:
    count = len(renewed)
    reason = (
        f"{count} entries that were known came back under new ids, as after a move to another "
        "platform. Nothing of them is published until somebody says whether they are new."
    )
    others = tuple(draft for draft in unknown if draft not in renewed)
    return Hold(reason, (*renewed, *others))


def _in_order(ordered: Sequence[Draft], intents: Iterable[Intent]) -> list[Intent]:
    place = {id(draft): position for position, draft in enumerate(ordered)}
    ids: dict[int, int] = {}
    intents = list(intents)
    for intent in intents:
        if isinstance(intent, Changed):
            ids[intent.article_id] = place[id(intent.draft)]

    def position(intent: Intent) -> int:
        if isinstance(intent, New | Known | Changed):
            return place[id(intent.draft)]
        return ids.get(intent.article_id, -1) if isinstance(intent, Alias) else -1

    return sorted(intents, key=position)


def _oldest_first(drafts: Sequence[Draft], now: float) -> list[Draft]:
    """By date; an entry without one keeps its place after the one below it. Twins by id count
    once, the one that was changed last."""
    unique: dict[frozenset[str], Draft] = {}
    for draft in reversed(drafts):
        twin = unique.get(keys_of(draft))
        if twin is None or (draft.updated or 0.0) >= (twin.updated or 0.0):
            unique[keys_of(draft)] = draft
    rising = _goes_up(drafts)
    sequence = list(unique.values())
    if rising:
        sequence.reverse()
    dated: list[tuple[float, int, Draft]] = []
    last = float("-inf")
    for position, draft in enumerate(sequence):
        last = last if draft.published is None else min(draft.published, now)
        dated.append((last, position, draft))
    return [draft for _, _, draft in sorted(dated, key=lambda row: row[:2])]


def _goes_up(drafts: Sequence[Draft]) -> bool:
    """Whether the feed lists its oldest entry first."""
    dates = [d.published for d in drafts if d.published is not None]
    return sum(1 if later > earlier else -1 for earlier, later in pairwise(dates)) > 0


def _unambiguous(stored: Sequence[StoredArticle]) -> dict[str, StoredArticle]:
    found: dict[str, StoredArticle] = {}
    shared: set[str] = set()
    for article in stored:
        link = comparable(article.link) if article.link else ""
        if link in found:
            shared.add(link)
        found[link] = article
    return {link: article for link, article in found.items() if link and link not in shared}


def _could_be(article: StoredArticle, draft: Draft) -> bool:
    """A permalink is trusted unless title, date and words all speak against it: some feeds give
    one address to everything."""
    if bare(article.headline) == bare(draft.headline) or same_words(article.digest, digest(draft)):
        return True
    return _same_day(article, draft)


def _same_day(article: StoredArticle, draft: Draft) -> bool:
    if article.published is None or draft.published is None:
        return True
    return abs(article.published - draft.published) <= DAY

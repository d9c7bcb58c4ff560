"""What a decision changes, by name: `before` and `after` of its row in the log hold one value for
each aspect that it touched. So a decision is made, and taken back, by the same few functions, and
nothing that it did not touch moves with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.model import State
from core.newsroom.authors import restrictions
from core.newsroom.comments.learning import apply_learned, learned_stands
from core.newsroom.comments.parents import apply_parent, parent_stands
from core.newsroom.comments.wordlists import apply_words, words_stand
from core.newsroom.context import Context, dumps
from core.newsroom.decisions.roster import apply_mapped, apply_roster, mapped_stands, roster_stands
from core.newsroom.desks import claims
from core.newsroom.desks.desk import refresh_card, refresh_wave
from core.newsroom.desks.reports import apply_reports, reports_stand
from core.newsroom.outgoing.plan import raise_delivery, refresh_article, replan, settle_thread
from core.newsroom.publishing.marks import apply_marks, marks_stand
from core.newsroom.publishing.moved import apply_moved, moved_stands
from core.ports import Row, Tx

Values = Mapping[str, Any]
About = Mapping[str, Any]
"""publication, article, comment and author of a decision, as in its row."""

OUT_OF_SIGHT = (State.REMOVED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Aspect:
    """One kind of thing that decisions change.

    stands(tx, about, was, now): whether what a decision brought from `was` to `now` is still so.
    apply(tx, context, about, was, now): bring it from `was` to `now`, with all that follows.
    """

    stands: Callable[[Tx, About, Any, Any], bool]
    apply: Callable[[Tx, Context, About, Any, Any], None]


def stand(tx: Tx, context: Context, about: About, was: Values, now: Values) -> bool:
    """Whether everything that a decision changed is still as it left it."""
    return all(
        name in ASPECTS and ASPECTS[name].stands(tx, about, was.get(name), now[name])
        for name in now
        if was.get(name) != now[name]
    )


def bring(tx: Tx, context: Context, about: About, was: Values, now: Values) -> None:
    """Make the change from `was` to `now` (the same names in both)."""
    if about["comment"] is not None:
        claims.release(tx, context, about["comment"])
    for name, aspect in ASPECTS.items():
        if name in now and was.get(name) != now[name]:
            aspect.apply(tx, context, about, was.get(name), now[name])


# A comment: whether it may be read, and in which wording


def _comment_stands(tx: Tx, about: About, was: Values, now: Values) -> bool:
    row = tx.one("SELECT state, shown FROM comment WHERE id = :id", {"id": about["comment"]})
    return row is not None and (row["state"], row["shown"]) == (now["state"], now["shown"])


def _apply_comment(tx: Tx, context: Context, about: About, was: Values, now: Values) -> None:
    comment = about["comment"]
    if was["state"] in OUT_OF_SIGHT:
        _let_return(tx, comment)
    tx.run(
        "UPDATE comment SET state = :state, shown = :shown WHERE id = :id",
        {"state": now["state"], "shown": now["shown"], "id": comment},
    )
    replan(tx, comment)
    refresh_card(tx, context, about["publication"], comment)
    context.touch_desk(tx, about["publication"])


def _let_return(tx: Tx, comment: int) -> None:
    """Copies that somebody took away by hand may be made anew."""
    tx.run(
        "UPDATE delivery SET gone = 0 WHERE subject = 'comment' AND subject_id = :id"
        " AND role = 'copy'",
        {"id": comment},
    )


# An author: standing, and how many comments were published and rejected


def _author_stands(tx: Tx, about: About, was: Values, now: Values) -> bool:
    """Counters go on counting; a standing that the decision left alone is not its own."""
    if _standing(was) == _standing(now):
        return True
    row = tx.one(
        "SELECT standing, until FROM author WHERE publication = :p AND tag = :tag",
        {"p": about["publication"], "tag": about["author"]},
    )
    return row is not None and _standing(row) == _standing(now)


def _standing(fields: Mapping[str, Any] | Row) -> tuple[str, float | None]:
    return fields["standing"], fields["until"]


def _apply_author(tx: Tx, context: Context, about: About, was: Values, now: Values) -> None:
    key = {"p": about["publication"], "tag": about["author"]}
    tx.run("INSERT INTO author (publication, tag) VALUES (:p, :tag) ON CONFLICT DO NOTHING", key)
    tx.run(
        "UPDATE author SET published = max(0, published + :published),"
        " rejected = max(0, rejected + :rejected) WHERE publication = :p AND tag = :tag",
        {
            **key,
            "published": now["published"] - was["published"],
            "rejected": now["rejected"] - was["rejected"],
        },
    )
    if _standing(was) != _standing(now):
        tx.run(
            "UPDATE author SET standing = :standing, until = :until"
            " WHERE publication = :p AND tag = :tag",
            {**key, "standing": now["standing"], "until": now["until"]},
        )
    _refresh_cards(tx, context, about)


def _refresh_cards(tx: Tx, context: Context, about: About) -> None:
    """The author's record reads differently now, on every card that shows it."""
    rows = tx.all(
        "SELECT DISTINCT c.id FROM comment c CROSS JOIN delivery d"
        " ON d.subject = 'card' AND d.subject_id = c.id AND d.want > 0"
        " WHERE c.author = :author AND c.publication = :p AND (c.state = 'held' OR c.id = :own)",
        {"author": about["author"], "p": about["publication"], "own": about["comment"]},
    )
    for row in rows:
        refresh_card(tx, context, about["publication"], row["id"])


# An article: state, mode, lock, reason of its withdrawal; only the fields that are named

_ARTICLE_FIELDS = ("state", "mode", "locked", "reason", "slow", "slowed", "merged")


def _article_stands(tx: Tx, about: About, was: Values, now: Values) -> bool:
    row = tx.one("SELECT * FROM article WHERE id = :id", {"id": about["article"]})
    return row is not None and all(row[name] == value for name, value in now.items())


def _apply_article(tx: Tx, context: Context, about: About, was: Values, now: Values) -> None:
    article = about["article"]
    for name in _ARTICLE_FIELDS:
        if name in now:
            tx.run(
                f"UPDATE article SET {name} = :value WHERE id = :id",  # noqa: S608  our own names
                {"value": now[name], "id": article},
            )
    refresh_article(tx, article)
    row = tx.one("SELECT locked, state FROM article WHERE id = :id", {"id": article})
    if row is not None and ("locked" in now or "state" in now):
        closed = bool(row["locked"]) or row["state"] == "withdrawn"
        settle_thread(tx, article, "locked", "1" if closed else "0")
    if "slow" in now:
        settle_thread(tx, article, "slow", str(now["slow"]))


# A publication: its policy text, and its options by name


def _policy_stands(tx: Tx, about: About, was: str, now: str) -> bool:
    row = tx.one("SELECT policy FROM publication WHERE id = :id", {"id": about["publication"]})
    return row is not None and row["policy"] == now


def _apply_policy(tx: Tx, context: Context, about: About, was: str, now: str) -> None:
    tx.run(
        "UPDATE publication SET policy = :text WHERE id = :id",
        {"text": now, "id": about["publication"]},
    )
    context.forget_house()


def _changed_options(tx: Tx, about: About) -> dict[str, Any]:
    row = tx.one("SELECT options FROM publication WHERE id = :id", {"id": about["publication"]})
    return dict(json.loads(row["options"])) if row is not None else {}


def _options_stand(tx: Tx, about: About, was: Values, now: Values) -> bool:
    changed = _changed_options(tx, about)
    return all(changed.get(name) == value for name, value in now.items())


def _apply_options(tx: Tx, context: Context, about: About, was: Values, now: Values) -> None:
    """None = the default."""
    changed = {**_changed_options(tx, about), **now}
    kept = {name: value for name, value in sorted(changed.items()) if value is not None}
    tx.run(
        "UPDATE publication SET options = :options WHERE id = :id",
        {"options": dumps(kept), "id": about["publication"]},
    )
    context.forget_house()


# An appeal: open, upheld or denied


def _appeal_stands(tx: Tx, about: About, was: Values, now: Values) -> bool:
    row = tx.one("SELECT state FROM appeal WHERE id = :id", {"id": now["id"]})
    return row is not None and row["state"] == now["state"]


def _apply_appeal(tx: Tx, context: Context, about: About, was: Values, now: Values) -> None:
    tx.run("UPDATE appeal SET state = :state WHERE id = :id", now)
    for row in tx.all(
        "SELECT channel FROM delivery WHERE subject = 'appeal' AND subject_id = :id AND want > 0",
        {"id": now["id"]},
    ):
        raise_delivery(tx, "appeal", now["id"], row["channel"], 1)
    # Its cards name who decided again, or not any more.
    refresh_card(tx, context, about["publication"], about["comment"])
    context.touch_desk(tx, about["publication"])


# What is held against an author by the platform's own means: "ban", "mute:" and until when, or ""


def _platform_stands(tx: Tx, about: About, was: str, now: str) -> bool:
    return restrictions.wanted(tx, about["publication"], about["author"]) == now


def _apply_platform(tx: Tx, context: Context, about: About, was: str, now: str) -> None:
    row = tx.one(
        "SELECT platform FROM comment WHERE id = :id UNION ALL SELECT c.platform FROM restriction r"
        " JOIN channel c ON c.id = r.channel WHERE r.author = :tag AND c.publication = :p LIMIT 1",
        {"id": about["comment"], "tag": about["author"], "p": about["publication"]},
    )
    if row is not None:
        platform = row["platform"]
        restrictions.want(tx, context, about["publication"], about["author"], platform, now)


# A warning: its points, which are counted from the log


def _warning_stands(tx: Tx, about: About, was: int, now: int) -> bool:
    return True


def _apply_warning(tx: Tx, context: Context, about: About, was: int, now: int) -> None:
    _refresh_cards(tx, context, about)


# A note or a wish, which only the author's cards show


def _said_stands(tx: Tx, about: About, was: Any, now: Any) -> bool:
    return True


def _apply_said(tx: Tx, context: Context, about: About, was: Any, now: Any) -> None:
    _refresh_cards(tx, context, about)


# Which revision of a comment is its newest: the author's last, or the desk's


def _wording_stands(tx: Tx, about: About, was: int, now: int) -> bool:
    row = tx.one("SELECT revision FROM comment WHERE id = :id", {"id": about["comment"]})
    return row is not None and row["revision"] == now


def _apply_wording(tx: Tx, context: Context, about: About, was: int, now: int) -> None:
    refresh_wave(tx, context, about["comment"])
    tx.run("UPDATE comment SET revision = :n WHERE id = :id", {"n": now, "id": about["comment"]})


ASPECTS: dict[str, Aspect] = {
    "wording": Aspect(_wording_stands, _apply_wording),
    "comment": Aspect(_comment_stands, _apply_comment),
    "reports": Aspect(reports_stand, apply_reports),
    "marks": Aspect(marks_stand, apply_marks),
    "parent": Aspect(parent_stands, apply_parent),
    "author": Aspect(_author_stands, _apply_author),
    "article": Aspect(_article_stands, _apply_article),
    "moved": Aspect(moved_stands, apply_moved),
    "policy": Aspect(_policy_stands, _apply_policy),
    "options": Aspect(_options_stand, _apply_options),
    "platform": Aspect(_platform_stands, _apply_platform),
    "learned": Aspect(learned_stands, apply_learned),
    "words": Aspect(words_stand, apply_words),
    "warning": Aspect(_warning_stands, _apply_warning),
    "note": Aspect(_said_stands, _apply_said),
    "wish": Aspect(_said_stands, _apply_said),
    "appeal": Aspect(_appeal_stands, _apply_appeal),
    "roster": Aspect(roster_stands, apply_roster),
    "mapped": Aspect(mapped_stands, apply_mapped),
}
"""In the order in which they are applied."""

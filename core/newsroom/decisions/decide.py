"""Decisions: what a moderator does to a comment, its author, an article or a publication.

A decision changes named aspects (`core.newsroom.decisions.aspects`). It is stored with the values
from before and after (`core.newsroom.decisions.log`), so that it can be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core import options
from core.errors import UserError
from core.figures.words import state_words
from core.i18n import Texts
from core.model import Standing, State
from core.newsroom.authors import restrictions, telling
from core.newsroom.comments import learning
from core.newsroom.context import Context
from core.newsroom.decisions import aspects, quorum
from core.newsroom.decisions.deciders import decider
from core.newsroom.decisions.log import Actor, Decided, record
from core.newsroom.desks.reports import open_reports, outcomes, settled_by
from core.newsroom.outgoing.plan import replan
from core.newsroom.publishing.slow import span_words
from core.ports import Row, Tx

HOUR = 3600.0

Fields = dict[str, Any]


def comment_row(tx: Tx, comment: int) -> Row:
    """The comment with its publication. Raises UserError where there is none."""
    row = tx.one(
        "SELECT c.*, a.publication, a.headline FROM comment c JOIN article a ON a.id = c.article"
        " WHERE c.id = :id",
        {"id": comment},
    )
    if row is None:
        raise UserError("There is no such comment.")
    return row


def author_fields(tx: Tx, publication: int, author: str) -> Fields:
    """Standing and counters of an author as they are stored."""
    row = tx.one(
        "SELECT standing, until, published, rejected FROM author"
        " WHERE publication = :p AND tag = :tag",
        {"p": publication, "tag": author},
    )
    if row is None:
        return {"standing": "ordinary", "until": None, "published": 0, "rejected": 0}
    return dict(row)


def decide_comment(
    tx: Tx,
    context: Context,
    actor: Actor,
    action: str,
    comment: int,
    *,
    revision: int | None = None,
    reason: str = "",
    hours: float = 24.0,
    on_platform: bool = False,
) -> Decided:
    """approve, approve-trust, reject, remove, withhold, restore, trust, premoderate, mute, ban,
    unban, ban-reject (the card's Ban: reject this one and ban its author) or spam (only learn
    from it; so do approving, and rejecting or removing for "spam"). Approving what is
    published leaves it up although readers reported it. Withholding takes it down until it is
    decided on.

    on_platform: a mute or ban is asked of the platform as well.

    revision: the one that was looked at; None = whatever is newest. Raises UserError when the
    comment is not in a state for it, or changed since; nothing is changed then.
    """
    row = comment_row(tx, comment)
    t = actor.texts
    _require_same(t, row, revision)
    if action in ("ban", "ban-reject") and quorum.needs_second(
        tx, context, row["publication"], row["author"], actor
    ):
        return _wish(tx, context, actor, row, reason)
    before = _snapshot(tx, row)
    after = {
        "comment": _comment_after(tx, t, action, row),
        "author": _author_after(context, action, before, row, hours),
    }
    asked = _of_platform(tx, context, action, row, after["author"], on_platform)
    if asked is not None:
        before["platform"], after["platform"] = asked
    if taught := learning.lessons(tx, row, action, reason):
        before["learned"], after["learned"] = taught
    if reports := settled_by(tx, comment, action, after["comment"]):
        before["reports"], after["reports"] = outcomes(tx, reports), reports
    decision = record(
        tx, context, row["publication"], actor, action.split("-")[0],
        article=row["article"], comment=comment, revision=row["revision"], author=row["author"],
        reason=reason, before=before, after=after,
    )  # fmt: skip
    about = {name: row[name] for name in ("publication", "article", "author")}
    if action == "withhold":
        # An original that may stay while its comment waits stays no longer.
        tx.run("UPDATE comment SET soft = 0 WHERE id = :id", {"id": comment})
        replan(tx, comment)
    aspects.bring(tx, context, {**about, "comment": comment}, before, after)
    telling.decided(tx, context, action.split("-")[0], row, decision)
    said = _told(t, action, row, hours)
    if asked is not None:
        said += " " + t("The platform is asked to do the same.")
    return Decided(decision, said)


def _wish(tx: Tx, context: Context, actor: Actor, row: Row, reason: str) -> Decided:
    """A ban that a second moderator has to confirm, by banning too."""
    before, after = {"wish": ""}, {"wish": "ban"}
    decision = record(
        tx, context, row["publication"], actor, quorum.ASKED, article=row["article"],
        comment=row["id"], revision=row["revision"], author=row["author"], reason=reason,
        before=before, after=after,
    )  # fmt: skip
    about = {name: row[name] for name in ("publication", "article", "author")}
    aspects.bring(tx, context, {**about, "comment": row["id"]}, before, after)
    said = actor.texts("The ban is asked for. Another moderator has to confirm it within 24 hours,"
                       " under their own name.")  # fmt: skip
    return Decided(decision, said)


def _of_platform(
    tx: Tx, context: Context, action: str, row: Row, author: Fields, on_platform: bool
) -> tuple[Any, Any] | None:
    """(what we want of the platform about the author, what we want from now on); None where a
    decision leaves that alone. See `core.newsroom.authors.restrictions`."""
    now = restrictions.wanted(tx, row["publication"], row["author"])
    always = context.house(tx).publications[row["publication"]].options.platform_bans
    if action in ("ban", "ban-reject") and (on_platform or always):
        return now, restrictions.BAN
    if action == "mute" and (on_platform or always):
        return now, restrictions.mute_until(context, row["platform"], author["until"])
    if now and action in ("unban", "trust", "approve-trust", "premoderate"):
        return now, ""
    return None


def require_open(tx: Tx, t: Texts, comment: int, revision: int) -> None:
    """Raises UserError where this revision does not wait for a decision."""
    row = comment_row(tx, comment)
    _require_same(t, row, revision)
    _require(tx, t, row, row["state"] == State.HELD)


def _require_same(t: Texts, row: Row, revision: int | None) -> None:
    if not row["author"]:
        raise UserError(t("Its author had everything forgotten."))
    if revision is not None and row["revision"] != revision:
        raise UserError(t("This comment changed since. Look again and decide on the new text."))


def _snapshot(tx: Tx, row: Row) -> dict[str, Fields]:
    return {
        "comment": {"state": row["state"], "shown": row["shown"]},
        "author": author_fields(tx, row["publication"], row["author"]),
    }


def _comment_after(tx: Tx, t: Texts, action: str, row: Row) -> Fields:
    state, shown, revision = State(row["state"]), row["shown"], row["revision"]
    match action:
        case "approve" | "approve-trust":
            reported = state == State.PUBLISHED and bool(open_reports(tx, row["id"]))
            _require(tx, t, row, state == State.HELD or reported)
            return {"state": "published", "shown": shown if reported else revision}
        case "reject" | "ban-reject":
            _require(tx, t, row, state == State.HELD)
            return {"state": "published" if shown else "rejected", "shown": shown}
        case "remove":
            _require(tx, t, row, state == State.PUBLISHED or (state == State.HELD and shown > 0))
            return {"state": "removed", "shown": shown}
        case "withhold":
            _require(tx, t, row, state in (State.PUBLISHED, State.HELD))
            return {"state": "held", "shown": 0}
        case "restore":
            _require(tx, t, row, state in (State.REMOVED, State.REJECTED))
            return {"state": "published", "shown": shown or revision}
    return {"state": state.value, "shown": shown}


def _require(tx: Tx, t: Texts, row: Row, fits: bool) -> None:
    if fits:
        return
    last = deciding(tx, row["id"])
    state = state_words(t, row["state"])
    if last is None or row["state"] == State.WITHDRAWN:
        raise UserError(t("Comment #{number} is {state}.", number=row["number"], state=state))
    raise UserError(
        t("Comment #{number} is {state}: {name} was first.",
          number=row["number"], state=state, name=decider(tx, t, last))
    )  # fmt: skip


def deciding(tx: Tx, comment: int) -> Row | None:
    """The newest decision that changed what is shown of a comment; a mute, say, changes only
    its author's standing."""
    rows = tx.all("SELECT * FROM decision WHERE comment = :c ORDER BY id DESC", {"c": comment})
    for row in rows:
        if json.loads(row["before"]).get("comment") != json.loads(row["after"]).get("comment"):
            return row
    return None


def _author_after(
    context: Context, action: str, before: Mapping[str, Fields], row: Row, hours: float
) -> Fields:
    fields = dict(before["author"])
    was_shown = row["shown"] > 0
    if action in ("approve", "approve-trust"):
        fields["published"] += not was_shown
    elif action in ("reject", "ban-reject"):
        fields["rejected"] += not was_shown
    elif action == "remove":
        fields["published"], fields["rejected"] = fields["published"] - 1, fields["rejected"] + 1
    elif action == "withhold":
        fields["published"] -= was_shown
    elif action == "restore":
        fields["published"], fields["rejected"] = fields["published"] + 1, fields["rejected"] - 1
    standing = {
        "approve-trust": Standing.TRUSTED,
        "trust": Standing.TRUSTED,
        "premoderate": Standing.PREMODERATED,
        "mute": Standing.MUTED,
        "ban": Standing.BANNED,
        "ban-reject": Standing.BANNED,
        "unban": Standing.ORDINARY,
    }.get(action)
    if standing is not None:
        fields["standing"] = standing.value
        fields["until"] = context.clock.now() + hours * HOUR if action == "mute" else None
    fields["published"] = max(0, fields["published"])
    fields["rejected"] = max(0, fields["rejected"])
    return fields


def _told(t: Texts, action: str, row: Row, hours: float) -> str:
    number = row["number"]
    return {
        "approve": t("Published #{number}.", number=number),
        "approve-trust": t("Published #{number}; its author is trusted now.", number=number),
        "reject": t("Rejected #{number}.", number=number),
        "ban-reject": t("The author of #{number} is banned.", number=number),
        "spam": t("Learned from #{number}.", number=number),
        "remove": t("Removed #{number} everywhere.", number=number),
        "restore": t("Restored #{number}.", number=number),
        "withhold": t("Withheld #{number} until somebody decides.", number=number),
        "trust": t("The author of #{number} is trusted now.", number=number),
        "premoderate": t("Every comment of the author of #{number} is read first now.",
                         number=number),
        "mute": t("The author of #{number} is muted for {span}.", number=number,
                  span=span_words(t, round(hours * 60) * 60 or 60)),
        "ban": t("The author of #{number} is banned.", number=number),
        "unban": t("The author of #{number} has an ordinary standing again.", number=number),
    }[action]  # fmt: skip


def change_article(
    tx: Tx, context: Context, actor: Actor, action: str, article: int, fields: Fields,
    reason: str = "",
) -> Decided:  # fmt: skip
    """lock, unlock, close, mode, retract: change fields of an article, with everything that
    follows on its channels. Raises UserError where nothing would change."""
    row = tx.one("SELECT * FROM article WHERE id = :id", {"id": article})
    t = actor.texts
    if row is None:
        raise UserError(t("There is no such article."))
    before = {name: row[name] for name in fields}
    if before == fields:
        raise UserError(t("That is so already."))
    was, now = {"article": before}, {"article": fields}
    decision = record(
        tx, context, row["publication"], actor, action, article=article, reason=reason,
        before=was, after=now,
    )  # fmt: skip
    about = {"publication": row["publication"], "article": article, "comment": None, "author": None}
    aspects.bring(tx, context, about, was, now)
    return Decided(decision, _done(t, action, fields, row["headline"]))


def _done(t: Texts, action: str, fields: Fields, headline: str) -> str:
    match action:
        case "lock":
            return t("Locked: “{headline}”.", headline=headline)
        case "unlock":
            return t("Open for comments again: “{headline}”.", headline=headline)
        case "close":
            return t("Closed for good: “{headline}”.", headline=headline)
        case "retract":
            return t("Withdrawn: “{headline}”.", headline=headline)
        case "mode" if fields["mode"]:
            return t("Mode {mode}: “{headline}”.", mode=fields["mode"], headline=headline)
        case "mode":
            return t("The publication's mode again: “{headline}”.", headline=headline)
        case "slow" if fields["slow"]:
            span = span_words(t, int(fields["slow"]))
            return t("One comment in {span}: “{headline}”.", span=span, headline=headline)
        case "slow":
            return t("Slow mode is off: “{headline}”.", headline=headline)
    return t("Done: “{headline}”.", headline=headline)


def change_policy(tx: Tx, context: Context, actor: Actor, publication: int, text: str) -> Decided:
    """A new policy text, shown wherever it is asked for."""
    old = context.house(tx).publications[publication].policy
    change = _change_publication(
        tx, context, actor, "policy", publication, text, {"policy": old}, {"policy": text}
    )
    return Decided(change, actor.texts("The policy is changed."))


def change_option(
    tx: Tx, context: Context, actor: Actor, publication: int, name: str, words: str
) -> Decided:
    """Set an option as a person writes it ("default" = as it comes). Raises UserError."""
    t = actor.texts
    value = options.parse(t, name, words)
    now = getattr(context.house(tx).publications[publication].options, name)
    default = options.OPTIONS[name].default
    old = None if now == default else now
    value = None if value == default else value
    if old == value:
        raise UserError(t("That is so already."))
    before, after = {"options": {name: old}}, {"options": {name: value}}
    shown = options.words(t, default if value is None else value)
    change = _change_publication(
        tx, context, actor, "options", publication, f"{name} {shown}", before, after
    )
    context.touch_desk(tx, publication)
    return Decided(change, t("{name} is {value} now.", name=name, value=shown))


def _change_publication(
    tx: Tx, context: Context, actor: Actor, action: str, publication: int, reason: str,
    before: Mapping[str, Any], after: Mapping[str, Any],
) -> int:  # fmt: skip
    number = record(
        tx, context, publication, actor, action, reason=reason, before=before, after=after
    )
    about = {"publication": publication, "article": None, "comment": None, "author": None}
    aspects.bring(tx, context, about, before, after)
    return number

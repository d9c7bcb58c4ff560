"""What must hold whenever everything is quiet: the model against what people see."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.property import seen
from tests.property.model import SIDES, Memory, Said
from tests.property.seen import Seen
from tests.property.town import Town

_MARK = re.compile(r"\b(w\d+r\d+)[ab]\b")
_WAITS = re.compile(r"\W*(?:Comment|Changed comment) waits\W+\d+#(\d+)")
_MORE = re.compile(r"(\d+) more comments? wait")

COMMENTS = """
SELECT c.*, (SELECT count(*) FROM delivery d WHERE d.subject = 'comment' AND d.subject_id = c.id
    AND d.role = 'origin' AND d.want > 0 AND d.gone = 0) AS origin FROM comment c ORDER BY c.number
"""
BUSY = """
SELECT count(*) AS n FROM delivery d LEFT JOIN thread t ON t.article = d.article
AND t.channel = d.channel AND d.subject = 'comment' WHERE d.want <> d.have
AND (d.dead_want IS NULL OR d.dead_want <> d.want)
AND (d.subject <> 'comment' OR d.want = 0 OR t.id IS NOT NULL)
"""
DEAD = "SELECT subject, subject_id, outcome FROM delivery WHERE want <> have AND dead_want = want"
SHARED = """
SELECT m.platform_id, count(DISTINCT s.delivery) AS n FROM shows s JOIN message m
ON m.id = s.message GROUP BY m.id HAVING n > 1
"""
MAPPED = """
SELECT c.platform, m.platform_id FROM message m JOIN channel c ON c.id = m.channel
WHERE m.platform_id IS NOT NULL
"""


@dataclass
class Comment:
    """A stored comment with the marks of its revisions."""

    row: dict[str, Any]
    marks: dict[int, str]

    @property
    def readable(self) -> bool:
        return self.row["state"] in ("published", "held") and bool(self.row["shown"])

    @property
    def soft(self) -> bool:
        """Its original may stand although nobody approved its wording."""
        return self.row["state"] == "held" and bool(self.row["soft"] and self.row["origin"])

    def allowed(self, side: str) -> set[str]:
        """The marks that may be read on a side."""
        found = {self.marks[self.row["shown"]]} if self.readable else set()
        if self.soft and side == self.row["platform"]:
            found.update(self.marks.values())
        return found

    def needed(self, side: str) -> str | None:
        """The mark that must be read on a side."""
        if not self.readable or (self.soft and side == self.row["platform"]):
            return None
        return self.marks[self.row["shown"]]


@dataclass
class Findings:
    """Everything that is wrong, and what cannot be helped."""

    wrong: list[str] = field(default_factory=list)
    doubled: int = 0
    orphaned: int = 0


@dataclass
class Scene:
    """One look at everything."""

    town: Town
    memory: Memory
    comments: list[Comment]
    by_mark: dict[str, Comment]
    messages: list[Seen]
    mapped: set[tuple[str, str]]
    findings: Findings = field(default_factory=Findings)

    def wrong(self, words: str) -> None:
        self.findings.wrong.append(words)

    def orphan(self, message: Seen) -> bool:
        """A copy on Telegram whose send got no answer, so that nobody knows of it."""
        known = (message.side, message.id) in self.mapped
        lost = message.side == "telegram" and message.ours and not known
        return lost and self.memory.doubtful


async def busy(town: Town) -> bool:
    """Whether something is still on its way."""
    bot = next(bot["id"] for bot in town.telegram.bots() if bot["username"] == "thread_bot")
    if town.telegram.pending(bot) or not town.healthy():
        return True
    open_rows = await town.rows(BUSY)
    settings = await town.rows("SELECT count(*) AS n FROM setting WHERE want <> have")
    return bool(open_rows[0]["n"] or settings[0]["n"])


async def look(town: Town, memory: Memory) -> Scene:
    """Read the database and the World."""
    rows = await town.rows(COMMENTS)
    texts = defaultdict[int, dict[int, str]](dict)
    for row in await town.rows("SELECT comment, number, text FROM revision"):
        found = _MARK.search(str(json.loads(row["text"])))
        texts[row["comment"]][row["number"]] = found[1] if found else "?"
    comments = [Comment(row, texts[row["id"]]) for row in rows]
    by_mark = {mark: comment for comment in comments for mark in comment.marks.values()}
    mapped = {
        (row["platform"], row["platform_id"].split(":")[-1].split("/")[-1])
        for row in await town.rows(MAPPED)
    }
    return Scene(town, memory, comments, by_mark, seen.everything(town), mapped)


async def check(town: Town, memory: Memory) -> Scene:
    """Every invariant; the scene's findings tell what is wrong."""
    scene = await look(town, memory)
    _nothing_lost(scene)
    _nothing_hidden_is_read(scene)
    _everything_readable_once(scene)
    _replies(scene)
    _states(scene)
    _desk(scene)
    await _bookkeeping(scene)
    _article(scene)
    return scene


def _nothing_lost(scene: Scene) -> None:
    for said in scene.memory.living():
        comment = _comment(scene, said)
        if comment is None:
            scene.wrong(f"lost: {said.mark} from {said.side} was never stored")
            continue
        if said.decided or said.maybe or comment.row["state"] not in ("held", "published"):
            continue
        if said.unsure or (said.missed and scene.memory.interrupted):
            continue
        latest = comment.marks[comment.row["revision"]]
        if latest != said.wordings[-1]:
            scene.wrong(f"lost: the last wording of {said.mark} ({latest} is known)")


def _comment(scene: Scene, said: Said) -> Comment | None:
    return next((scene.by_mark[w] for w in said.wordings if w in scene.by_mark), None)


def _nothing_hidden_is_read(scene: Scene) -> None:
    for message in scene.messages:
        for mark in (*message.marks, *message.ends):
            comment = scene.by_mark.get(mark)
            if comment is not None and mark in comment.allowed(message.side):
                continue
            if not scene.orphan(message):
                scene.wrong(f"visible: {mark} on {message.side} in {message.text[:40]!r}")
        for mark in message.quoted:
            comment = scene.by_mark.get(mark)
            if comment is not None and not comment.readable and not scene.orphan(message):
                scene.wrong(f"visible: {mark} quoted on {message.side}")


def _everything_readable_once(scene: Scene) -> None:
    for side in SIDES:
        known = [m for m in scene.messages if m.side == side]
        first = Counter(mark for m in known for mark in m.marks)
        last = Counter(mark for m in known for mark in m.ends)
        for comment in scene.comments:
            mark = comment.needed(side)
            if mark is None or _gone_untold(scene, comment, side):
                continue
            _once(scene, side, comment, mark, (first[mark], last[mark]))
    scene.findings.orphaned = sum(scene.orphan(m) and bool(m.marks) for m in scene.messages)


def _once(scene: Scene, side: str, comment: Comment, mark: str, found: tuple[int, int]) -> None:
    number = comment.row["number"]
    if not min(found):
        scene.wrong(f"lost: #{number} {mark} is not read on {side} {found}")
    elif max(found) > 1 and side == "telegram" and scene.memory.doubtful:
        scene.findings.doubled += max(found) - 1
    elif max(found) > 1:
        scene.wrong(f"doubled: #{number} {mark} on {side} {found}")


def _gone_untold(scene: Scene, comment: Comment, side: str) -> bool:
    """Somebody deleted it on Telegram, of which no bot is told."""
    said = next((s for s in scene.memory.said if set(s.wordings) & {*comment.marks.values()}), None)
    own = said is not None and said.withdrawn and said.side == "telegram"
    return side == "telegram" and said is not None and (said.taken or own)


def _replies(scene: Scene) -> None:
    by_id = {(m.side, m.id): m for m in scene.messages}
    numbers = {c.row["id"]: c.row["number"] for c in scene.comments}
    for said in scene.memory.said:
        comment = _comment(scene, said)
        if comment is None:
            continue
        wanted = _comment(scene, said.parent) if said.parent else None
        if said.parent and wanted and comment.row["parent"] != wanted.row["id"]:
            found = numbers.get(comment.row["parent"])
            scene.wrong(f"orphaned: {said.mark} answers {said.parent.mark}, stored is #{found}")
    for message in scene.messages:
        if message.ours and message.marks and not scene.orphan(message):
            _reply(scene, by_id, message)


def _reply(scene: Scene, by_id: dict[tuple[str, str], Seen], message: Seen) -> None:
    comment = scene.by_mark.get(message.marks[0])
    parent = comment and _by_id(scene, comment.row["parent"])
    if comment is None or parent is None or _gone_untold(scene, parent, message.side):
        return
    answered = by_id.get((message.side, message.reply_to))
    shows = answered is not None and (
        set(answered.marks) & {*parent.marks.values()} or answered.number == parent.row["number"]
    )
    quotes = f"#{parent.row['number']}" in message.quote
    if not shows and not quotes:
        number, wanted = comment.row["number"], parent.row["number"]
        scene.wrong(f"orphaned: #{number} on {message.side} neither answers nor quotes #{wanted}")
    if shows and answered is not None and answered.order > message.order:
        scene.wrong(f"before its parent: #{comment.row['number']} on {message.side}")


def _by_id(scene: Scene, number: int | None) -> Comment | None:
    return next((c for c in scene.comments if c.row["id"] == number), None)


def _states(scene: Scene) -> None:
    for said in scene.memory.said:
        comment = _comment(scene, said)
        if comment is None:
            continue
        now = (comment.row["state"], comment.row["shown"])
        memory = scene.memory
        expected = said.expected(interrupted=memory.interrupted, refused=memory.refused)
        if expected is not None and now not in expected:
            scene.wrong(f"decided: {said.mark} is {now}, not {expected} after {said.decisions}")


def _desk(scene: Scene) -> None:
    held = {c.row["number"]: c for c in scene.comments if c.row["state"] == "held"}
    for side in SIDES:
        found = seen.cards(scene.town, side)
        cards = _numbered(scene, found)
        carded = {n for n, labels in cards if {"Approve", "insult"} & set(labels)}
        more = [int(n) for _, text, _ in found for n in _MORE.findall(text)]
        waiting = set(held) - carded
        doubtful = scene.memory.doubtful and side == "telegram"
        if len(carded) > scene.town.rules.open_cards and not doubtful:
            scene.wrong(f"desk: {len(carded)} open cards on {side}")
        blind = side == "discord" and scene.memory.desk_blind
        if len(waiting) not in (more or [0]) and not blind:
            scene.wrong(f"desk: {sorted(waiting)} wait uncounted on {side}, told {more}")
        offered = {n for n, labels in cards if "Approve" in labels}
        if (stale := offered - set(held)) and not doubtful:
            scene.wrong(f"desk: {sorted(stale)} can still be decided on {side}")


def _numbered(scene: Scene, cards: list[tuple[str, str, list[str]]]) -> list[tuple[int, list[str]]]:
    """(number of the comment, buttons) of every message at the desk. Only the first part of a
    long card has a head, and only the last has buttons; it may show the comment's last words."""
    found, number = [], 0
    for _, text, labels in cards:
        marks = [mark for mark in _MARK.findall(text) if mark in scene.by_mark]
        if (head := _WAITS.match(text)) is not None:
            number = int(head[1])
        elif marks:
            number = scene.by_mark[marks[-1]].row["number"]
        found.append((number, labels))
    return found


async def _bookkeeping(scene: Scene) -> None:
    for row in await scene.town.rows(SHARED):
        scene.wrong(f"shared: message {row['platform_id']} shows {row['n']} deliveries")
    for row in await scene.town.rows(DEAD):
        scene.wrong(f"dead: {row['subject']} {row['subject_id']}: {row['outcome']}")


def _article(scene: Scene) -> None:
    town, correction = scene.town, scene.memory.correction
    thread = town.forum_thread()
    posts = [m.get("text", "") for m in town.telegram.messages(town.places.channel)]
    roots = [str(m["embeds"]) for m in town.discord.messages(thread or "")[:1]] if thread else []
    if not any(correction in text for text in posts):
        scene.wrong("article: the channel does not show the correction")
    if not any(correction in text for text in roots):
        scene.wrong("article: the forum does not show the correction")

"""What must hold whenever everything is quiet: the model against what people see."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.campaign.report import Counts
from tests.property import seen
from tests.property.model import SIDES, Memory, Said
from tests.property.seen import Seen
from tests.property.town import Town

_MARK = re.compile(r"\b(w\d+r\d+)[ab]\b")
_CARD = re.compile(r"\W*(?:(?:Comment|Changed comment) waits\W+)?\d+#(\d+)\b")
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
ON m.id = s.message JOIN channel c ON c.id = m.channel JOIN delivery d ON d.id = s.delivery
GROUP BY m.id HAVING n > 1 AND (c.platform <> 'telegram' OR max(d.subject) <> 'comment'
OR min(d.role) <> 'copy' OR count(DISTINCT d.article) > 1)
"""
MAPPED = """
SELECT c.platform, c.purpose, m.platform_id FROM message m JOIN channel c ON c.id = m.channel
WHERE m.platform_id IS NOT NULL AND c.purpose IN ('discuss', 'desk')
"""


_NAMES = {
    "lost": "lost",
    "unanswered": "lost",
    "visible": "visible_held",
    "before its parent": "reply_before_parent",
    "doubled": "doubled",
}
"""Where a finding belongs in the counts, by its first word; all others are wrong as well."""


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

    def count(self, counts: Counts) -> None:
        """Add what is wrong to a campaign's counts."""
        for words in self.wrong:
            name = _NAMES.get(words.split(":")[0])
            if name is None:
                counts.more["other"] = counts.more.get("other", 0) + 1
            else:
                setattr(counts, name, getattr(counts, name) + 1)


@dataclass
class Scene:
    """One look at everything. mapped: (platform, purpose of the channel, id) of the messages
    that the program knows."""

    town: Town
    memory: Memory
    comments: list[Comment]
    by_mark: dict[str, Comment]
    messages: list[Seen]
    mapped: set[tuple[str, str, str]]
    findings: Findings = field(default_factory=Findings)

    def wrong(self, words: str) -> None:
        self.findings.wrong.append(words)

    def orphan(self, message: Seen) -> bool:
        """A copy on Telegram whose send got no answer, so that nobody knows of it."""
        return message.ours and self.unknown(message.side, "discuss", message.id)

    def hidden(self, message: Seen) -> bool:
        """It shows words that may not be read."""
        found = ((mark, self.by_mark.get(mark)) for mark in (*message.marks, *message.ends))
        return any(c is None or mark not in c.allowed(message.side) for mark, c in found)

    def unknown(self, side: str, purpose: str, message: str) -> bool:
        """A message of ours on Telegram whose send got no answer, so that nobody knows of it."""
        known = (side, purpose, message) in self.mapped
        return side == "telegram" and not known and self.memory.doubtful


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
        (row["platform"], row["purpose"], row["platform_id"].split(":")[-1].split("/")[-1])
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
    by_id = defaultdict[tuple[str, str], list[Seen]](list)
    for message in scene.messages:
        by_id[message.side, message.id].append(message)
    numbers = {c.row["id"]: c.row["number"] for c in scene.comments}
    for said in scene.memory.said:
        comment = _comment(scene, said)
        if comment is None:
            continue
        wanted = _comment(scene, said.parent) if said.parent else None
        if said.parent and wanted and comment.row["parent"] != wanted.row["id"]:
            found = numbers.get(comment.row["parent"])
            scene.wrong(f"unanswered: {said.mark} answers {said.parent.mark}, stored is #{found}")
    for message in scene.messages:
        if message.ours and message.marks and not scene.orphan(message):
            _reply(scene, by_id, message)


def _reply(scene: Scene, by_id: dict[tuple[str, str], list[Seen]], message: Seen) -> None:
    comment = scene.by_mark.get(message.marks[0])
    parent = comment and _by_id(scene, comment.row["parent"])
    if comment is None or parent is None or _gone_untold(scene, parent, message.side):
        return
    shows = [
        one for one in by_id.get((message.side, message.reply_to), ())
        if set(one.marks) & {*parent.marks.values()} or one.number == parent.row["number"]
    ]  # fmt: skip
    quotes = f"#{parent.row['number']}" in message.quote
    if not shows and not quotes:
        number, wanted = comment.row["number"], parent.row["number"]
        scene.wrong(f"unanswered: #{number} on {message.side} neither answers nor quotes #{wanted}")
    if shows and shows[0].shared and not quotes:
        scene.wrong(f"orphaned: #{comment.row['number']} does not say which of several it answers")
    if shows and shows[0].order > message.order:
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
        found = [c for c in seen.cards(scene.town, side) if not scene.unknown(side, "desk", c[0])]
        cards = _numbered(found)
        alone = {n for n, labels in cards if {"Approve", "insult", "24 hours"} & set(labels)}
        carded = alone | _folded(scene, found, held, side)
        more = [int(n) for _, text, _ in found for n in _MORE.findall(text)]
        waiting = set(held) - carded
        if len(alone) > scene.town.rules.open_cards:
            scene.wrong(f"desk: {len(alone)} open cards on {side}")
        if len(more) > 1:
            scene.wrong(f"desk: the header of {side} stands {len(more)} times: {more}")
        if len(waiting) not in (more or [0]):
            scene.wrong(f"desk: {sorted(waiting)} wait uncounted on {side}, told {more}")
        if stale := carded - set(held):
            scene.wrong(f"desk: {sorted(stale)} can still be decided on {side}")


def _folded(
    scene: Scene, cards: list[tuple[str, str, list[str]]], held: dict[int, Comment], side: str
) -> set[int]:
    """The numbers of the comments that wait on the cards of waves, as far as those tell the truth
    about how many there are."""
    told = Counter(
        int(head[1]) for _, text, labels in cards
        if "Reject all" in labels and (head := seen.WAVE.search(text)) is not None
    )  # fmt: skip
    waves = defaultdict[int, set[int]](set)
    for number, comment in held.items():
        waves[comment.row["wave"] or 0].add(number)
    waves.pop(0, None)
    folded: set[int] = set()
    for numbers in waves.values():
        if told[len(numbers)]:
            told[len(numbers)] -= 1
            folded |= numbers
    if left := [n for n, times in told.items() if times > 0]:
        scene.wrong(f"desk: waves of {left} are told on {side}, there are {[*waves.values()]}")
    return folded


def _numbered(cards: list[tuple[str, str, list[str]]]) -> list[tuple[int, list[str]]]:
    """(number of the comment, buttons) of every message at the desk that belongs to a card, whose
    every part begins with the number."""
    heads = ((_CARD.match(text), labels) for _, text, labels in cards)
    return [(int(head[1]), labels) for head, labels in heads if head is not None]


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

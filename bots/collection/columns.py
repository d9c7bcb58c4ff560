"""Which column of a collection is what, and what its labels mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.collection.files import Row
from core.errors import UserError
from core.i18n import FALLBACK, texts

t = texts(FALLBACK)

NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "comment_text", "comment_body", "commentbody", "comment_content", "content",
        "body", "message", "tweet", "tweet_text", "full_text", "sms", "comment", "post", "remark",
        "comentario", "texto", "mensaje", "contenido", "v2", "review", "selftext", "data",
        "sentence", "email", "mail", "words", "title", "headline",
    ),
    "label": (
        "label", "labels", "class", "spam", "is_spam", "isspam", "spam_ham", "ham_spam", "target",
        "toxicity", "toxic", "is_toxic", "istoxic", "hs", "subtask_a", "task_1", "task1",
        "decision", "moderation", "rejected", "removed", "is_removed", "deleted", "is_deleted",
        "blocked", "is_blocked", "banned_at_utc", "approved", "is_approved", "published", "v1",
        "is_offensive", "offensive", "hate", "is_hate", "ishate", "hateful", "abusive", "attack",
        "aggression", "insult", "category", "status", "state", "rating", "verdict", "etiqueta",
        "clase", "estado", "odio", "toxico", "ofensivo", "y", "output", "is_ham", "ham",
        "label_num",
    ),
    "author": (
        "author", "user", "username", "user_name", "user_id", "userid", "author_id", "authorid",
        "commenter", "autor", "usuario", "screen_name", "author_name", "poster", "nick", "name",
        "from", "sender", "from_id",
    ),
    "time": (
        "time", "datetime", "timestamp", "created_utc", "created_at", "createdat", "created_date",
        "created", "date", "posted", "published_at", "publishedat", "posted_at", "at", "fecha",
        "hora", "createdate", "publish_date", "comment_date", "ts",
    ),
    "thread": (
        "article", "thread", "article_id", "articleid", "thread_id", "video", "video_id",
        "videoid", "video_name", "story", "story_id", "post_id", "topic", "link_id", "url", "issue",
    ),
}  # fmt: skip
FAMILY = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
"""Several labels that one collection has beside each other: any of them is bad."""
_PRAISE = (
    "approved is_approved accepted is_accepted published is_published visible is_visible allowed "
    "ham is_ham good is_good liked like helpful valid is_valid ok clean safe aprobado publicado"
)
PRAISE = frozenset(_PRAISE.split())
"""Labels of which "1" and "true" mean that it is good."""
_NOBODY = "nan null none n/a anonymous anonimo anónimo anon unknown [deleted]"
NOBODY = frozenset(_NOBODY.split())
"""Names that tell no author."""

_GOOD = (
    "0 ok good ham published publish approved approve accepted accept clean normal no "
    "false nonspam notspam neutral none legit legitimate safe visible keep kept nothate "
    "nontoxic nottoxic not nonhate noneutral publicado aprobado bueno benign inoffensive "
    "notoffensive allowed fine n f -1 neither other noe noneoffensive nonoffensive "
    "noofensivo noofensiva noodio notóxico notoxico nospam falso limpio aceptado ninguno ninguna"
)
GOOD = frozenset(_GOOD.split())
_BAD = (
    "1 spam bad rejected reject removed remove deleted delete toxic abusive abuse "
    "offensive hate hateful insult insulting true yes rechazado eliminado malo blocked "
    "block troll hatespeech offensivelanguage harassment obscene threat profane hidden "
    "flagged phishing y t off hof offense racism sexism ofp ofg attack smishing scam "
    "sí si verdadero ofensivo ofensiva odio tóxico toxico tóxica toxica insulto acoso amenaza "
    "oculto bloqueado"
)
BAD = frozenset(_BAD.split())
_YES = frozenset(["1", "true", "yes", "y", "t", "sí", "si", "verdadero"])
_NO = frozenset(["0", "false", "no", "n", "f", "falso"])
EMPTY = "empty"
"""How a person names the label of comments that have none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person says about the file, by column names and label values; "" = find out."""

    text: str = ""
    label: str = ""
    author: str = ""
    time: str = ""
    thread: str = ""
    good: str = ""
    bad: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A well-known collection, whose labels cannot be read without knowing it."""

    names: frozenset[str]
    label: str
    good: frozenset[str]
    bad: frozenset[str]


SHAPES = (
    Shape(frozenset({"hate_speech", "offensive_language", "neither", "class"}), "class",
          frozenset({"2"}), frozenset({"0", "1"})),
)  # fmt: skip


@dataclass(slots=True)
class Columns:
    """Which column is what; "" where there is none. labels: several count together."""

    text: str
    labels: tuple[str, ...]
    author: str = ""
    time: str = ""
    thread: str = ""


def plain(name: str) -> str:
    """A name of a column as it is compared."""
    return re.sub(r"\W+", "_", name.strip().casefold()).strip("_")


def has_names(names: Sequence[str]) -> bool:
    """Whether the first line of a table holds names. Else it has values: a sentence, a number, or
    a label."""
    known = {plain(name) for name in names}
    if len(names) == 1:
        return bool(known & set(NAMES["text"]))
    if known & set(NAMES["text"]) and not any(len(name) > 60 for name in names):
        return True
    if any(name.count(" ") >= 4 or len(name) > 60 for name in names):
        return False
    return not any(label_word(n) in GOOD | BAD and plain(n) not in NAMES["label"] for n in names)


def find(names: Sequence[str], sample: Sequence[Row], asked: Asked) -> tuple[Columns, Labels]:
    """Which column is what. Raises UserError where that cannot be told."""
    known = {plain(name): name for name in reversed(names)}
    text = _given(names, known, asked.text) if asked.text else _text(names, known, sample)
    if not text:
        raise UserError(t("Which column is it? Name it with {option}. There are: {names}",
                          option="--text", names=", ".join(names)))  # fmt: skip
    labels, meaning = _label_columns(names, known, sample, asked, text)
    taken = {text, *labels}
    rest: dict[str, str] = {}
    for role in ("author", "time", "thread"):
        given = getattr(asked, role)
        usual = (known[n] for n in NAMES[role] if n in known and known[n] not in taken)
        found = _given(names, known, given) if given else next(usual, "")
        rest[role] = found
        taken.add(found)
    return Columns(text, labels, **rest), meaning


def _given(names: Sequence[str], known: Mapping[str, str], name: str) -> str:
    if name in names:
        return name
    if plain(name) in known:
        return known[plain(name)]
    raise UserError(t("There is no column “{name}”. There are: {names}",
                      name=name, names=", ".join(names)))  # fmt: skip


def _text(names: Sequence[str], known: Mapping[str, str], sample: Sequence[Row]) -> str:
    """The column of a usual name that holds words, else the one with the most words."""
    for one in NAMES["text"]:
        values = [str(row.get(known[one]) or "") for _, row in sample] if one in known else []
        if sum(any(c.isalpha() for c in value) for value in values) * 2 > len(values):
            return known[one]
    words = {n: sum(len(str(row.get(n) or "").split()) for _, row in sample) for n in names}
    best = max(names, key=lambda name: words[name], default="")
    return best if best and words[best] >= 2 * len(sample) else ""


def _label_columns(
    names: Sequence[str], known: Mapping[str, str], sample: Sequence[Row], asked: Asked, text: str
) -> tuple[tuple[str, ...], Labels]:
    """None where no column tells good from bad."""
    if asked.label:
        given = tuple(_given(names, known, one) for one in asked.label.split(","))
        return given, Labels(asked, several=len(given) > 1)
    for shape in SHAPES:
        if shape.names <= known.keys():
            return (known[shape.label],), Labels(asked, shape.good, shape.bad)
    if FAMILY[0] in known and sum(one in known for one in FAMILY) >= 3:
        return tuple(known[one] for one in FAMILY if one in known), Labels(asked, several=True)
    meaning = Labels(asked)
    usual = [known[n] for n in NAMES["label"] if n in known and known[n] != text]
    for name in usual:
        if _readable(meaning, name, sample):
            return (name,), meaning
    if usual:
        return (usual[0],), meaning
    for name in names:
        words = {label_word(row.get(name)) for _, row in sample} - {""}
        if name != text and 1 <= len(words) <= 6 and words <= GOOD | BAD:
            return (name,), meaning
    return (), meaning


def _readable(meaning: Labels, name: str, sample: Iterable[Row]) -> bool:
    values = [row.get(name) for _, row in sample]
    words = [value for value in values if label_word(value)]
    return bool(words) and all(meaning.known(name, value) for value in words)


# Labels


def label_word(value: Any) -> str:
    """A label as it is compared; "" for none."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    word = str(value).strip().casefold()
    if word in ("", "nan", "null", "na", "n/a", "unknown", "?"):
        return ""
    try:
        number = float(word.replace(",", "."))
    except ValueError:
        return "".join(c for c in word if c.isalnum())
    return f"{number:g}"


class Labels:
    """What labels mean. good, bad: of a known collection. several: they stand beside each other,
    and -1 is none of them."""

    def __init__(
        self,
        asked: Asked,
        good: frozenset[str] = frozenset(),
        bad: frozenset[str] = frozenset(),
        *,
        several: bool = False,
    ) -> None:
        said = asked.good or asked.bad
        self._good = {label_word(one) for one in asked.good.split(",") if one} if said else good
        self._bad = {label_word(one) for one in asked.bad.split(",") if one} if said else bad
        self._several = several
        self._empty: bool | None = {EMPTY in self._good: False, EMPTY in self._bad: True}.get(True)

    def known(self, name: str, value: Any) -> bool:
        """Whether it is one, or says nothing."""
        try:
            self.bad(name, value)
        except ValueError:
            return False
        return True

    def bad(self, name: str, value: Any) -> bool | None:
        """Whether a label in this column is bad; None for no label. Raises ValueError for one that
        nobody knows."""
        word = label_word(value)
        if not word:
            return self._empty
        if self._several and word == "-1":
            return None
        if self._good or self._bad:
            return word in self._bad if self._bad and not self._good else self._told(word)
        if plain(name) in PRAISE and word in _YES | _NO:
            return word in _NO
        if word in BAD or word in GOOD:
            return word in BAD
        share = float(word)
        if 0.0 < share < 1.0:
            return share >= 0.5
        raise ValueError(word)

    def _told(self, word: str) -> bool:
        if word in self._bad or word in self._good:
            return word in self._bad
        if not self._bad:
            return True
        raise ValueError(word)

    def named(self, name: str, value: Any) -> str:
        """What is said of a label in the account: shares of one are told together."""
        word = label_word(value)
        try:
            share = float(word)
        except ValueError:
            share = 0.0
        shown = str(value).strip()[:30] if word else t("(empty)")
        if 0.0 < share < 1.0 and not (self._good or self._bad):
            shown = "≥ 0.5" if share >= 0.5 else "0 – 0.5"
        return f"{name}={shown}" if self._several else shown

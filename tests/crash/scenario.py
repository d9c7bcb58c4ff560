"""One newsroom's hour, told as steps that people take and states that everybody sees.

Each step waits for its state, so a crash anywhere is followed by a restart and the same wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bots.rehearsal.telegram import Attachment
from bots.rehearsal.telegram.pictures import jpeg
from core.errors import StorageError
from core.feeds.model import Draft
from core.newsroom.publishing import articles
from core.text.model import Rich
from tests.crash.boundary import Crash
from tests.road.house import House, Json

HEADLINE = "Harbour report"


@dataclass
class Story:
    """What has happened so far. `facts` keeps what later steps need to know; `secret` the words
    that nobody approved yet; `leaks` those of them that a message of ours ever showed."""

    house: House
    facts: dict[str, Any] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)
    leaks: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Look at whatever happens on the platforms from now on."""
        self.house.world.on_change(self._look)

    def _look(self) -> None:
        if not self.secret:
            return
        house, thread = self.house, self.house.forum_thread()
        texts = [words_of(m) for m in in_chat(house) if m["from"].get("is_bot")]
        if thread is not None:
            messages = house.discord.messages(thread)
            texts += [m["content"] for m in messages if m["author"].get("bot")]
        self.leaks |= {words for words in self.secret for text in texts if words in text}


Step = tuple[str, Callable[[Story], None], Callable[[Story], object]]
"""(name, what people do, what must come of it)."""


def nothing(_: Story) -> None:
    return


def threads(story: Story) -> object:
    house = story.house
    return house.forum_thread() and (house.root() or _own_root(story))


def _own_root(story: Story) -> int | None:
    """The root of ours where no forward came."""
    for message in story.house.group():
        if HEADLINE in message["text"] and message["from"].get("is_bot"):
            return int(message["message_id"])
    return None


def root(story: Story) -> int:
    """Where comments of the article hang on Telegram."""
    found = story.house.root() or _own_root(story)
    assert found is not None
    return found


def _ana_writes(words: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        p = story.house.places
        story.secret.add(words)
        own = _own_root(story)
        if story.house.root() is None and own is not None:
            story.house.telegram.person_posts(p.ana, p.group, words, reply_to=own)
        else:
            story.house.telegram.person_posts(p.ana, p.group, words, under=root(story))

    return act


def words_of(message: Json) -> str:
    """What a message on Telegram says, under its picture as well."""
    return str(message.get("text") or message.get("caption") or "")


def in_chat(house: House) -> list[Json]:
    """The conversation on Telegram; commands are no part of it."""
    messages = house.telegram.messages(house.places.group)
    return [m for m in messages if not words_of(m).startswith("/")]


def in_group(house: House, words: str) -> Json | None:
    """A message on Telegram that shows some words."""
    return next((m for m in in_chat(house) if words in words_of(m)), None)


def _carded(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return not in_group(story.house, words) and _card(story, words, "Approve")

    return seen


def _card(story: Story, words: str, button: str) -> Json | None:
    card = story.house.card(words)
    if card is None:
        return None
    labels = [b["text"] for row in card["reply_markup"]["inline_keyboard"] for b in row]
    return card if button in labels else None


def _boss_presses(words: str, button: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        p = story.house.places
        card = story.house.card(words)
        assert card is not None
        if button == "Approve":
            story.secret.discard(words)
        story.house.telegram.person_presses(p.boss, p.desk, card["message_id"], button)

    return act


def _on_both(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return in_group(story.house, words) and story.house.thread_message(words)

    return seen


def _ben_answers(words: str, to: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        parent, thread = house.thread_message(to), house.forum_thread()
        assert parent is not None
        assert thread is not None
        story.secret.add(words)
        house.discord.person_posts(house.places.ben, thread, words, reply_to=parent["id"])

    return act


def _discord_carded(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        card = story.house.discord_card(words)
        return not story.house.thread_message(words) and card and "Approve" in str(card)

    return seen


def _mod_presses(words: str, label: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        card = house.discord_card(words)
        assert card is not None
        if label in str(card["components"]):
            story.secret.discard(words)
            house.discord.person_presses(house.places.mod, card["id"], label)

    return act


def _boss_commands(text: str, reply_to: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        p = house.places
        target = in_group(house, reply_to)
        assert target is not None
        house.telegram.person_posts(p.boss, p.group, text, reply_to=target["message_id"])

    return act


def _nowhere(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return not in_group(story.house, words) and not story.house.thread_message(words)

    return seen


def _ana_answers(words: str, to: str, command: str = "") -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house, p = story.house, story.house.places
        parent = in_group(house, to)
        assert parent is not None
        story.secret.add(words)
        line = f"{command} {words}".strip()
        house.telegram.person_posts(p.ana, p.group, line, reply_to=parent["message_id"])

    return act


def _ana_edits(old: str, words: str) -> Callable[[Story], None]:
    """By a command: the original went when the comment was held, so that our copy stands."""
    return _ana_answers(words, old, "/edit")


def _edit_waits(old: str, words: str) -> Callable[[Story], object]:
    """Every side keeps the approved wording while the new one waits."""

    def seen(story: Story) -> object:
        return _card(story, words, "Approve") and _on_both(old)(story)

    return seen


CORRECTED = Draft(
    HEADLINE, "https://paper.example/harbour", HEADLINE, deck="As corrected.", body=Rich("Two.")
)


def _desk_corrects(story: Story) -> None:
    """As a feed that tells other words: told again as long as nothing came of it."""

    async def correct() -> None:
        room = story.house.product.newsroom
        with suppress(Crash, StorageError):
            await room.change(lambda tx, c: articles.correct(tx, c, 1, CORRECTED))

    story.facts["correcting"] = asyncio.ensure_future(correct())


def _corrected(story: Story) -> object:
    house, thread = story.house, story.house.forum_thread()
    told = story.facts.get("correcting")
    if told is None or not told.done() or thread is None:
        return False
    posts = str(house.telegram.messages(house.places.channel))
    return "As corrected." in posts and "As corrected." in str(house.discord.messages(thread)[0])


def _gone_as_known(words: str) -> Callable[[Story], object]:
    """Away, but for a copy on Telegram that nobody knows of: that is looked at in the end."""

    def seen(story: Story) -> object:
        return not story.house.thread_message(words) and len(copies(story.house, words)) < 2

    return seen


def copies(house: House, words: str) -> list[int]:
    """The messages on Telegram that show some words."""
    return [int(m["message_id"]) for m in in_chat(house) if words in words_of(m)]


PIECES = 2


def _ana_shows(words: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house, p = story.house, story.house.places
        own = _own_root(story)
        bare = house.root() is None and own is not None
        place = {"reply_to": own} if bare else {"under": root(story)}
        story.secret.add(words)
        photos = [Attachment("photo", jpeg(30 + n, 30)) for n in range(PIECES)]
        house.telegram.person_posts_album(p.ana, p.group, photos, [words], **place)

    return act


def pieces(house: House) -> list[Json]:
    """The pieces of albums on Telegram."""
    return [m for m in in_chat(house) if "photo" in m]


def _album_carded(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return not pieces(story.house) and _card(story, words, "Approve")

    return seen


def _album_on_both(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        house = story.house
        there = house.thread_message(words)
        return there and len(there["attachments"]) == PIECES and len(pieces(house)) >= PIECES

    return seen


STEPS: list[Step] = [
    ("threads open", nothing, threads),
    ("Ana writes", _ana_writes("alpha words"), _carded("alpha words")),
    ("Boss approves", _boss_presses("alpha words", "Approve"), _on_both("alpha words")),
    ("Ben answers", _ben_answers("beta words", "alpha words"), _discord_carded("beta words")),
    ("Mod approves", _mod_presses("beta words", "Approve"), _on_both("beta words")),
    ("Ana answers", _ana_answers("delta words", "beta words"), _carded("delta words")),
    ("Boss approves her", _boss_presses("delta words", "Approve"), _on_both("delta words")),
    (
        "Ana edits",
        _ana_edits("alpha words", "omega words"),
        _edit_waits("alpha words", "omega words"),
    ),
    ("Boss approves it", _boss_presses("omega words", "Approve"), _on_both("omega words")),
    ("Desk corrects", _desk_corrects, _corrected),
    ("Ana shows pictures", _ana_shows("album words"), _album_carded("album words")),
    ("Boss approves them", _boss_presses("album words", "Approve"), _album_on_both("album words")),
    ("Ana writes badly", _ana_writes("gamma words"), _carded("gamma words")),
    (
        "Boss bans",
        _boss_presses("gamma words", "Ban"),
        lambda s: _card(s, "gamma words", "Undo") and _nowhere("gamma words")(s),
    ),
    ("Boss removes", _boss_commands("/remove", "beta words"), _nowhere("beta words")),
    ("Boss undoes", _boss_commands("/undo", "omega words"), _on_both("beta words")),
    ("Boss removes her", _boss_commands("/remove", "delta words"), _gone_as_known("delta words")),
]


async def play(
    story: Story,
    start: int,
    wait: Callable[[Callable[[], object], str], Awaitable[bool]],
    steps: Sequence[Step] = STEPS,
) -> int:
    """Play steps from `start`; the number of the step at which the program died, or the end.

    The step's action is taken once: `facts` remembers it over a restart. Except a press on
    Discord, which nobody repeats for us: its person sees that nothing happened and presses again;
    and except what a feed tells, which it tells until it is heard.
    """
    for number in range(start, len(steps)):
        name, act, seen = steps[number]
        again = name.startswith(("Mod ", "Desk ")) and not seen(story)
        if not story.facts.get(name) or again:
            act(story)
            story.facts[name] = True
        if not await wait(lambda seen=seen: seen(story), name):  # type: ignore[misc]
            return number
    return len(steps)

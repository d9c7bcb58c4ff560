"""One newsroom's hour, told as steps that people take and states that everybody sees.

Each step waits for its state, so a crash anywhere is followed by a restart and the same wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.road.house import House, Json

HEADLINE = "Harbour report"


@dataclass
class Story:
    """What has happened so far; `facts` keeps ids that later steps need."""

    house: House
    facts: dict[str, Any] = field(default_factory=dict)


Step = tuple[str, Callable[[Story], None], Callable[[Story], object]]
"""(name, what people do, what must come of it)."""


def _nothing(_: Story) -> None:
    return


def _threads(story: Story) -> object:
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
        own = _own_root(story)
        if story.house.root() is None and own is not None:
            story.house.telegram.person_posts(p.ana, p.group, words, reply_to=own)
        else:
            story.house.telegram.person_posts(p.ana, p.group, words, under=root(story))

    return act


def _carded(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return not story.house.group_message(words) and _card(story, words, "Approve")

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
        story.house.telegram.person_presses(p.boss, p.desk, card["message_id"], button)

    return act


def _on_both(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return story.house.group_message(words) and story.house.thread_message(words)

    return seen


def _ben_answers(words: str, to: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        parent, thread = house.thread_message(to), house.forum_thread()
        assert parent is not None
        assert thread is not None
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
            house.discord.person_presses(house.places.mod, card["id"], label)

    return act


def _boss_commands(text: str, reply_to: str) -> Callable[[Story], None]:
    def act(story: Story) -> None:
        house = story.house
        p = house.places
        target = house.group_message(reply_to)
        assert target is not None
        house.telegram.person_posts(p.boss, p.group, text, reply_to=target["message_id"])

    return act


def _nowhere(words: str) -> Callable[[Story], object]:
    def seen(story: Story) -> object:
        return not story.house.group_message(words) and not story.house.thread_message(words)

    return seen


STEPS: list[Step] = [
    ("threads open", _nothing, _threads),
    ("Ana writes", _ana_writes("alpha words"), _carded("alpha words")),
    ("Boss approves", _boss_presses("alpha words", "Approve"), _on_both("alpha words")),
    ("Ben answers", _ben_answers("beta words", "alpha words"), _discord_carded("beta words")),
    ("Mod approves", _mod_presses("beta words", "Approve"), _on_both("beta words")),
    ("Ana writes badly", _ana_writes("gamma words"), _carded("gamma words")),
    (
        "Boss bans",
        _boss_presses("gamma words", "Ban"),
        lambda s: _card(s, "gamma words", "Undo") and _nowhere("gamma words")(s),
    ),
    ("Boss removes", _boss_commands("/remove", "beta words"), _nowhere("beta words")),
    ("Boss undoes", _boss_commands("/undo", "alpha words"), _on_both("beta words")),
]


async def play(
    story: Story, start: int, wait: Callable[[Callable[[], object], str], Awaitable[bool]]
) -> int:
    """Play steps from `start`; the number of the step at which the program died, or the end.

    The step's action is taken once: `facts` remembers it over a restart. Except a press on
    Discord, which nobody repeats for us: its person sees that nothing happened and presses again.
    """
    for number in range(start, len(STEPS)):
        name, act, seen = STEPS[number]
        if not story.facts.get(name) or (name.startswith("Mod ") and not seen(story)):
            act(story)
            story.facts[name] = True
        if not await wait(lambda seen=seen: seen(story), name):  # type: ignore[misc]
            return number
    return len(STEPS)

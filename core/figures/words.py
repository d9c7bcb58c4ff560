"""The numbers in words, in a language and with its dates and units (pure)."""

from __future__ import annotations

from babel.dates import format_skeleton
from babel.units import format_unit

from core.figures import BY_WEEK, Figures, Step, Wait
from core.i18n import Texts
from core.text.model import Rich, bold, join


def state_words(t: Texts, state: str) -> str:
    """A comment's state in words."""
    return {
        "held": t("held"),
        "published": t("published"),
        "rejected": t("rejected"),
        "removed": t("removed"),
        "withdrawn": t("withdrawn"),
    }[state]


def actor_words(t: Texts, name: str) -> str:
    """Who decided: a person's name as it is, the command line's in this language."""
    return t("command line") if name == "command line" else name


def check_words(t: Texts, check: str) -> str:
    """What a check is about; one that is not listed has its own name."""
    return {
        "mode": t("every comment or every new author"),
        "thread": t("a closed thread"),
        "author": t("the author’s record"),
        "links": t("links"),
        "attachments": t("attachments"),
        "record": t("few published or many rejected"),
        "words": t("banned or suspect words"),
        "phone": t("telephone numbers"),
        "email": t("e-mail addresses"),
        "address": t("addresses of people"),
        "plate": t("number plates"),
        "coordinates": t("coordinates"),
        "document": t("numbers of documents and cards"),
        "whereabouts": t("where somebody lives or works"),
        "threat": t("a threat"),
        "mentions": t("mentions"),
        "forwards": t("forwarded"),
        "media": t("media only"),
        "repeats": t("repeats"),
        "wave": t("waves"),
        "pace": t("many in a short time"),
        "crowd": t("a crowded thread"),
        "slow": t("slow mode"),
        "length": t("length"),
        "scripts": t("mixed scripts"),
        "invisible": t("invisible characters"),
        "emoji": t("emoji"),
        "learned": t("what decisions taught"),
        "reports": t("reports by readers"),
    }.get(check, check)


def duration(t: Texts, seconds: float) -> str:
    """A time to wait, as short as it may be: "45 sec", "4 min", "2.5h", "3 days"."""
    for unit, length, until in (("second", 1, 60), ("minute", 60, 3600)):
        if (number := round(seconds / length)) * length < until:
            return format_unit(number, f"duration-{unit}", length="short", locale=t.locale)
    if seconds < 172800:
        hours = round(seconds / 3600, 1 if seconds < 36000 else None)
        # Babel's short Spanish hour is "1 horas".
        shown = int(hours) if hours == int(hours) else hours
        return format_unit(shown, "duration-hour", length="narrow", locale=t.locale)
    days = round(seconds / 86400)
    return format_unit(days, "duration-day", length="short", locale=t.locale)


def step_words(t: Texts, step: Step, days: int) -> str:
    """When a step begins: "12 Nov", or "Nov 2026" of a month."""
    skeleton = "MMMd" if days <= BY_WEEK else "yMMM"
    return format_skeleton(skeleton, step.start, locale=t.locale)


def wait_words(t: Texts, wait: Wait) -> str:
    """Half waited at most so long, nine in ten so long."""
    return t(
        "half within {median}, nine in ten within {p90}",
        median=duration(t, wait.median),
        p90=duration(t, wait.p90),
    )


def words(t: Texts, made: Figures) -> Rich:
    """All of the numbers, a line each."""
    lines: list[Rich | str] = [
        bold(t.n("Last {n} day", "Last {n} days", made.days)),
        t("Received: {n}", n=made.received),
    ]
    lines += [f"{state_words(t, state)}: {n}" for state, n in made.states.items()]
    lines.append(t("Held when they came: {n}", n=made.held))
    lines.append(t("Waiting now: {n}", n=made.waiting))
    if made.whole is not None:
        lines.append(t("Waited: {wait}", wait=wait_words(t, made.whole)))
    lines += _section(t("Held by"), [f"{check_words(t, name)}: {n}" for name, n in made.checks])
    lines += _section(t("Decisions by"), [f"{actor_words(t, name)}: {n}" for name, n in made.load])
    lines += _section(
        t("Waited, by the hour in which they came"),
        [f"{wait.hour}:00 · {wait_words(t, wait)} ({wait.count})" for wait in made.waits],
    )
    lines += _section(
        t("Received, published, held"),
        [
            f"{step_words(t, step, made.days)}: {step.received}, {step.published}, {step.held}"
            for step in made.steps
            if step.received
        ],
    )
    return join(lines, "\n")


def _section(title: str, lines: list[str]) -> list[Rich | str]:
    return ["", bold(title), *lines] if lines else []

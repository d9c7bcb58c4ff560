"""Polls. Source: Discord's documentation, "Poll" (create request, results)."""

from __future__ import annotations

from typing import Any

from bots.rehearsal.discord.errors import Form
from bots.rehearsal.discord.state import State

Json = dict[str, Any]

ANSWERS = 10
LONGEST_HOURS = 768
_DAY_HOURS = 24
_HOUR = 3600.0


def check(form: Form, poll: Any) -> None:
    """Note what is wrong with a poll that is to be made."""
    if not isinstance(poll, dict):
        form.add("poll", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    question = (poll.get("question") or {}).get("text")
    if not question:
        form.required("poll.question.text")
    form.length("poll.question.text", question or None, 1, 300)
    duration = poll.get("duration") or _DAY_HOURS
    if not 1 <= duration <= LONGEST_HOURS:
        message = f"int value should be between 1 and {LONGEST_HOURS}."
        form.add("poll.duration", "NUMBER_TYPE_MAX", message)
    answers = poll.get("answers")
    if not form.count("poll.answers", answers, 1, ANSWERS):
        return
    assert isinstance(answers, list)
    for index, answer in enumerate(answers):
        media = answer.get("poll_media") or {}
        path = f"poll.answers.{index}.poll_media.text"
        if not media.get("text"):
            form.required(path)
        form.length(path, media.get("text") or None, 1, 55)


def made(state: State, poll: Json) -> Json:
    """The poll of a message, from what was asked for and checked."""
    hours = poll.get("duration") or _DAY_HOURS
    return {
        "question": {"text": poll["question"]["text"]},
        "answers": [
            {"answer_id": number, "poll_media": dict(answer["poll_media"])}
            for number, answer in enumerate(poll["answers"], start=1)
        ],
        "expiry": state.iso(state.now() + hours * _HOUR),
        "allow_multiselect": bool(poll.get("allow_multiselect")),
        "layout_type": int(poll.get("layout_type") or 1),
        "votes": {},
    }


def shown(state: State, poll: Json, viewer: str | None) -> Json:
    """A poll object with its results so far."""
    counts = [
        {
            "id": answer["answer_id"],
            "count": len(voters),
            "me_voted": viewer in voters,
        }
        for answer in poll["answers"]
        if (voters := poll["votes"].get(str(answer["answer_id"]), []))
    ]
    over = poll["expiry"] <= state.iso()
    results = {"answer_counts": counts, "is_finalized": over}
    return {**{k: v for k, v in poll.items() if k != "votes"}, "results": results}

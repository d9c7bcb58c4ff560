"""Which messages a job should have, and whom each of them shows (pure)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.newsroom.outgoing.jobs import Job, Member
from core.ports import Adapter, Target
from core.views import Part


def laid_out(adapter: Adapter, job: Job) -> tuple[Job, tuple[Part, ...]]:
    """The messages that a job should have, and the job with those whom they show.

    A message that shows several keeps what has not changed, and of what has as much as fits;
    the rest gets messages of its own. A new one takes as many as fit, from the first on.
    """

    def parts_of(member: Member) -> tuple[Part, ...]:
        return tuple(adapter.render(member.view, job.target)) if member.view is not None else ()

    if job.gathering is not None and (found := _new_together(adapter, job, parts_of)):
        return found
    shown = [member for member in job.members if member.want and member.view is not None]
    if len(job.members) == 1 or not shown:
        parts = parts_of(job.members[0]) if shown else ()
        return replace(job, shown=frozenset({job.delivery} if job.want else ())), parts
    made = [parts_of(member) for member in shown]
    order = sorted(
        range(len(shown)), key=lambda n: (shown[n].want != shown[n].have, len(made[n]) > 1, n)
    )
    kept, whole = fitting(adapter.gather, made, order)
    return replace(job, shown=frozenset(shown[n].delivery for n in kept)), whole


def _new_together(
    adapter: Adapter, job: Job, parts_of: Callable[[Member], tuple[Part, ...]]
) -> tuple[Job, tuple[Part, ...]] | None:
    gathering = job.gathering
    assert gathering is not None
    made = [parts_of(member) for member in gathering.members]
    kept, whole = fitting(adapter.gather, made, range(len(made)), only_first=True)
    if len(kept) < 2:
        return None
    members = gathering.members[: len(kept)]
    together = replace(
        job, members=members, shown=frozenset(member.delivery for member in members),
        target=replace(job.target, reply_to=gathering.reply_to),
        reply_message=gathering.reply_message,
    )  # fmt: skip
    return together, whole


def fitting(
    gather: Callable[[Sequence[Part]], Part | None],
    made: Sequence[tuple[Part, ...]],
    order: Sequence[int],
    *,
    only_first: bool = False,
) -> tuple[list[int], tuple[Part, ...]]:
    """Which of several texts fit into one message, tried in `order`, and the message; the first
    one always does, in as many messages as it needs alone. only_first: up to the first that
    does not fit."""
    kept, whole = [order[0]], made[order[0]]
    for number in order[1:]:
        trial = sorted([*kept, number])
        several = [part for n in trial for part in made[n]]
        joined = gather(several) if len(several) == len(trial) else None
        if joined is not None:
            kept, whole = trial, (joined,)
        elif only_first:
            break
    return kept, whole


def placed(job: Job, position: int) -> Target:
    """Where message `position` of a job goes: what follows the first one answers it."""
    if position == 0:
        return job.target
    return replace(job.target, reply_to=job.sent[0].platform_id if job.sent else None)


def lost_part(adapter: Adapter, job: Job, position: int) -> Part:
    """What stands for a message of which nothing is wanted any more."""
    if position == 0 and job.lost is not None:
        return adapter.render(job.lost, job.target)[0]
    return Part("any", {"number": 0 if position else job.rank})

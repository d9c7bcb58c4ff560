"""How threads fall asleep and wake up, and how many of a guild may be awake.

Source: Discord's documentation, "Threads" (active and archived threads): a message, taking it out
of the archive and another duration count as activity.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bots.rehearsal.discord import present
from bots.rehearsal.discord.errors import refused
from bots.rehearsal.discord.flags import THREADS, Intent, Kind
from bots.rehearsal.discord.state import Event, State

Json = dict[str, Any]


def due(state: State, thread: Json) -> float:
    """When a thread falls asleep (World seconds) if nothing happens in it."""
    last = datetime.fromisoformat(thread["archive_timestamp"]).timestamp()
    if thread["last_message_id"]:
        last = max(last, state.moment(thread["last_message_id"]))
    return last + float(thread["auto_archive_duration"]) * 60


def note(state: State, thread: Json) -> None:
    """A thread is awake: `sweep` has to look at it in time."""
    state.next_archive = min(state.next_archive, due(state, thread))


def sweep(state: State) -> None:
    """Let the threads fall asleep whose time is over."""
    now = state.now()
    if now < state.next_archive:
        return
    state.next_archive = float("inf")
    for doc in list(state.all("channel")):
        if doc["type"] not in THREADS or doc["archived"]:
            continue
        if due(state, doc) <= now:
            archive(state, doc)
        else:
            note(state, doc)


def archive(state: State, thread: Json) -> None:
    """A thread falls asleep, and the sessions are told."""
    thread["archived"] = True
    thread["archive_timestamp"] = state.iso()
    _changed(state, thread)


def wake(state: State, thread: Json) -> None:
    """A message takes its thread out of the archive. Raises 160006 and 160007 as `may_wake`."""
    if not thread["archived"]:
        return
    may_wake(state, thread["guild_id"], thread["type"])
    thread["archived"] = False
    thread["archive_timestamp"] = state.iso()
    note(state, thread)
    _changed(state, thread)


def may_wake(state: State, guild_id: str, kind: int) -> None:
    """Raise 160006 (160007 in an announcement channel) where the guild has its most already."""
    awake = sum(not t["archived"] for t in state.threads(guild_id=guild_id))
    if awake >= state.world.switches.active_threads:
        raise refused(160007 if kind == Kind.ANNOUNCEMENT_THREAD else 160006)


def _changed(state: State, thread: Json) -> None:
    state.put("channel", thread)
    data = present.channel(state, thread)
    event = Event("THREAD_UPDATE", data, thread["guild_id"], thread["id"], Intent.GUILDS)
    state.emit(event)

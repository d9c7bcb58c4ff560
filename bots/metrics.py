"""What `/metrics` tells, in Prometheus's format: counts while the program runs, and the state of
the database at the moment of the question. No label names a person, a place or an article."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

Json = dict[str, Any]

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)


class Metrics:
    """The `Observer` of the running program, and the page made of it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._make_counters()
        self._make_gauges()

    def _make_counters(self) -> None:
        self._received = self._counter(
            "comments_received", "Comments stored, by the state they got", "platform", "state"
        )
        self._copies = self._counter(
            "comments_shown", "Copies of comments that came up, by the comment's state",
            "platform", "state",
        )  # fmt: skip
        self._shown = Histogram(
            "commonthread_relay_seconds",
            "From a comment's being written or approved to its copy's being up",
            ("platform",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._calls = self._counter(
            "calls", "Calls to a platform by how they ended", "platform", "operation", "outcome"
        )
        self._asked = self._counter(
            "asked_to_wait_seconds", "Seconds that a platform asked us to wait (429)", "platform"
        )
        self._heard = self._gauge(
            "last_update_timestamp_seconds", "When a platform last told something", "platform"
        )

    def _make_gauges(self) -> None:
        self._connected = self._gauge("connected", "1 = connected and receiving", "platform")
        self._held = self._gauge("held_comments", "Comments that wait for a decision")
        self._oldest = self._gauge("held_oldest_seconds", "How long the oldest of them waits")
        self._waiting = self._gauge(
            "deliveries_waiting", "What does not show yet what it should", "platform", "state"
        )
        self._age = self._gauge(
            "deliveries_oldest_seconds", "How long the oldest of them waits", "platform", "state"
        )
        self._quarantined = self._gauge("quarantined", "Updates that could not be read", "platform")
        self._late = self._gauge("loop_late", "1 = a loop did not turn for too long", "loop")
        self._free = self._gauge("disk_free_bytes", "Free bytes on the database's disk")
        self._size = self._gauge("database_bytes", "Bytes of the database's file")
        self._refuses = self._gauge("disk_refuses", "1 = the disk refused the last write")

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"commonthread_{name}", help_, labels, registry=self._registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"commonthread_{name}", help_, labels, registry=self._registry)

    # Observer

    def heard(self, platform: str) -> None:
        self._heard.labels(platform).set_to_current_time()

    def received(self, platform: str, state: str) -> None:
        self._received.labels(platform, state).inc()

    def tried(self, platform: str, operation: str, outcome: str, wait: float) -> None:
        self._calls.labels(platform, operation, outcome).inc()
        if wait:
            self._asked.labels(platform).inc(wait)

    def shown(self, platform: str, state: str, seconds: float) -> None:
        self._copies.labels(platform, state).inc()
        self._shown.labels(platform).observe(seconds)

    # The page

    def page(self, health: Json, standing: Json, now: float) -> bytes:
        """The text for a scraper.

        health: as `Watch.health` tells it. standing: held, oldest_held (Unix seconds or None),
        backlog (see `deliveries.backlog`), quarantined (platform to number). now: Unix seconds.
        """
        for platform, connected in health["connected"].items():
            self._connected.labels(platform).set(connected)
        self._held.set(standing["held"])
        self._oldest.set(_age(now, standing["oldest_held"]))
        self._fill(standing, now)
        self._late.clear()
        for loop in health["late"]:
            self._late.labels(loop).set(1)
        self._free.set(health["disk"]["free"])
        self._size.set(health["disk"]["database"])
        self._refuses.set(bool(health["disk"]["refuses"]))
        return generate_latest(self._registry)

    def _fill(self, standing: Json, now: float) -> None:
        for gauge in (self._waiting, self._age, self._quarantined):
            gauge.clear()
        for one in standing["backlog"]:
            labels = one["platform"], one["state"]
            self._waiting.labels(*labels).set(one["n"])
            self._age.labels(*labels).set(_age(now, one["oldest"]))
        for platform, number in standing["quarantined"].items():
            self._quarantined.labels(platform).set(number)


def _age(now: float, since: float | None) -> float:
    return max(0.0, now - since) if since is not None else 0.0

"""Every benchmark runs, with sizes that say nothing about speed, and gives its figures."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable

import pytest

from bench import __main__ as program
from bench import (
    busy,
    catchup,
    checks,
    ingest,
    limits,
    memory,
    press,
    queue_page,
    relay,
    start,
    thread_page,
)
from bench.figures import Figure, centile

SMALL: dict[str, tuple[Callable[[], Awaitable[list[Figure]]], tuple[str, ...]]] = {
    "ingest": (
        lambda: ingest.run(ingest.Size(rounds=1, alone=3, together=20, callers=10)),
        ("ingest_1", "ingest_1000"),
    ),
    "relay": (
        lambda: relay.run(
            relay.Size(threads=2, slow=2, rounds=1, fast=4, rate=100.0, fast_rate=200.0, warm=1)
        ),
        ("relay_latency_1", "relay_latency_1_p99", "relay_latency_20", "relay_latency_20_p99"),
    ),
    "busy": (
        lambda: busy.run(busy.Size(pace=60.0, minutes=0.5, threads=2, quiet=5.0)),
        ("busy_delay", "busy_delay_median", "busy_messages", "busy_refused", "quiet_p99"),
    ),
    "limits": (
        lambda: limits.run(limits.Size(threads=3, seconds=1.5, rates=(6.0, 3.0))),
        ("limit_discord", "limit_telegram", "limit_refused"),
    ),
    "thread_page": (
        lambda: thread_page.run(
            thread_page.Size(comments=2_000, thread=200, rounds=1, pages=4, readers=2)
        ),
        ("thread_page",),
    ),
    "press": (lambda: press.run(press.Size(presses=2)), ("press", "press_p99")),
    "queue_page": (
        lambda: queue_page.run(queue_page.Size(comments=200, rounds=1, pages=2)),
        ("queue_page",),
    ),
    "start": (
        lambda: start.run(start.Size(rounds=1, settled=0.0)),
        ("start_seconds", "idle_memory"),
    ),
    "catchup": (
        lambda: catchup.run(catchup.Size(threads=2, missed=3)),
        ("catchup_seconds", "catchup_requests"),
    ),
    "checks": (
        lambda: checks.run(checks.Size(comments=50, entries=20, rounds=1, hostile=500)),
        ("checks_rate", "checks_worst"),
    ),
    "memory": (
        lambda: memory.run(memory.Size(threads=2, comments=6, first=2)),
        ("memory_100000",),
    ),
}


@pytest.mark.parametrize("name", SMALL)
async def test_a_benchmark_gives_its_figures(name: str) -> None:
    run, names = SMALL[name]
    figures = await run()
    assert tuple(figure.name for figure in figures) == names
    for figure in figures:
        if not figure.name.endswith("_refused"):
            assert figure.value > 0
        assert figure.baseline > 0
        assert figure.unit


def test_the_program_knows_every_benchmark() -> None:
    assert set(program.BENCHMARKS) == set(SMALL)


@pytest.mark.parametrize(
    ("figure", "target", "verdict"),
    [
        (Figure("a", 1.0, "s", 4.0, at_least=0.25), "≥ 0.25", "met"),
        (Figure("a", 0.9, "s", 4.0, at_least=0.25), "≥ 0.25", "missed"),
        (Figure("a", 8.0, "s", 4.0, at_most=2.0), "≤ 2", "met"),
        (Figure("a", 9.0, "s", 4.0, at_most=2.0), "≤ 2", "missed"),
        (Figure("a", 9.0, "s", 4.0), "", ""),
    ],
)
def test_a_verdict_follows_from_ratio_and_target(figure: Figure, target: str, verdict: str) -> None:
    assert (figure.target, figure.verdict) == (target, verdict)


def test_a_figure_without_a_baseline_has_no_finite_ratio() -> None:
    assert math.isinf(Figure("a", 1.0, "s", 0.0).ratio)


def test_the_record_is_by_name() -> None:
    kept = json.loads(json.dumps(program.record([Figure("a", 3.0, "s", 2.0, at_most=2.0)])))
    assert kept == {"a": {"value": 3.0, "unit": "s", "baseline": 2.0, "ratio": 1.5}}


def test_a_centile_is_one_of_the_values() -> None:
    assert centile([3.0, 1.0, 2.0], 99) == 3.0
    assert centile([float(n) for n in range(1, 201)], 99) == 198.0

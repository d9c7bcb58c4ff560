"""Run all benchmarks, or those named: `python -m bench [NAME ...]`."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

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
from bench.figures import Figure

BENCHMARKS: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "ingest": ingest.run,
    "relay": relay.run,
    "busy": busy.run,
    "limits": limits.run,
    "thread_page": thread_page.run,
    "press": press.run,
    "queue_page": queue_page.run,
    "start": start.run,
    "catchup": catchup.run,
    "memory": memory.run,
    "checks": checks.run,
}
FILE = Path("bench.json")


async def _run(names: list[str], console: Console) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        with console.status(f"{name} …"):
            figures += await BENCHMARKS[name]()
    return figures


def table(figures: list[Figure]) -> Table:
    """The figures for people."""
    shown = Table(box=SIMPLE, pad_edge=False)
    for head in ("name", "value", "unit", "baseline", "ratio", "target", "verdict"):
        right = head in ("value", "baseline", "ratio")
        shown.add_column(head, justify="right" if right else "left", no_wrap=True)
    for figure in figures:
        colour = {"met": "green", "missed": "red"}.get(figure.verdict, "default")
        shown.add_row(
            figure.name, f"{figure.value:,.4g}", figure.unit, f"{figure.baseline:,.4g}",
            f"{figure.ratio:.2f}", figure.target, f"[{colour}]{figure.verdict}[/]",
        )  # fmt: skip
    return shown


def record(figures: list[Figure]) -> dict[str, dict[str, float | str]]:
    """The figures for machines, by name."""
    return {
        figure.name: {
            "value": figure.value,
            "unit": figure.unit,
            "baseline": figure.baseline,
            "ratio": figure.ratio,
        }
        for figure in figures
    }


def main() -> None:
    """Targets only inform: the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    console = Console()
    figures = asyncio.run(_run(names, console))
    console.print(table(figures))
    FILE.write_text(json.dumps(record(figures), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

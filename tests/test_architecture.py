"""The rules of the house (docs/architecture.md), each stated in the text of its failure.

A rule is a function from one module to the lines that break it. Besides the house itself, each
rule reads a few lines made to break it, so that none can fall silent unnoticed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ("core", "bots", "tests", "tools", "bench")

PURE = (
    "core.model", "core.events", "core.views", "core.errors", "core.commands", "core.forms",
    "core.options",
    "core.words", "core.text", "core.feeds", "core.threads", "core.steps", "core.moderation",
    "core.references", "core.figures", "core.chain", "core.sniff", "core.metadata",
)  # fmt: skip
ADAPTERS = ("bots.telegram", "bots.discord")
FOR_ADAPTERS = (
    "core.model", "core.events", "core.views", "core.forms", "core.commands", "core.ports",
    "core.command_names", "core.errors", "core.text", "core.i18n", "core.clock",
)  # fmt: skip
DRIVERS = ("sqlite3", "aiosqlite", "psycopg", "asyncpg")
OUTSIDE = (
    *DRIVERS, "asyncio", "threading", "socket", "subprocess", "aiohttp", "httpx", "telegram",
    "discord", "core.storage", "core.clock",
)  # fmt: skip
CONSTRUCTED = (
    "TelegramAdapter", "DiscordAdapter", "SqliteDatabase", "Newsroom", "Outbox", "Workers",
    "Fetcher",
)  # fmt: skip
IDS = ("place", "thread", "platform_id", "reply_to", "linked")
READINGS = ("split", "rsplit", "partition", "rpartition", "startswith", "removeprefix", "isdigit")

LONGEST_FILE = 500
LONGEST_BODY = 60
ARGUED: dict[str, str] = {}
"""Functions beyond the longest body ("module.function"), each with the reason for it."""


@dataclass(frozen=True)
class Module:
    """One file of the house as Python reads it."""

    name: str
    source: str

    @property
    def tree(self) -> ast.Module:
        return _tree(self.source)

    def within(self, *packages: str) -> bool:
        """It is one of these modules or lies in one of these packages."""
        return any(inside(self.name, package) for package in packages)


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@cache
def house() -> tuple[Module, ...]:
    """Every module of the house."""
    paths = chain.from_iterable(sorted((ROOT / top).rglob("*.py")) for top in HOUSE)
    return tuple(Module(_name(path), path.read_text(encoding="utf-8")) for path in paths)


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """(line, full name) of everything imported anywhere in a module: inside of functions, for
    type checking only, or by `import_module`. A name out of a module counts as "module.name"."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            named = node.args[0] if node.args else None
            if isinstance(named, ast.Constant):
                yield node.lineno, str(named.value)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")[: -node.level]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _called(node: ast.Call) -> str:
    """The last name of what is called: "run" for `a.b.run()`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


Breaches = Iterator[tuple[int, str]]
Rule = Callable[[Module], Breaches]


def core_never_imports_bots(module: Module) -> Breaches:
    """Rule 1: core never imports bots; the platforms come to it through its ports."""
    if module.within("core"):
        yield from (one for one in imports(module) if inside(one[1], "bots"))


@cache
def _data_of_ports() -> frozenset[str]:
    """The names of core.ports that are plain data; a port is a Protocol."""
    (ports,) = (module for module in house() if module.name == "core.ports")
    classes = (node for node in ports.tree.body if isinstance(node, ast.ClassDef))
    return frozenset(node.name for node in classes if not any(map(_is_protocol, node.bases)))


def _is_protocol(base: ast.expr) -> bool:
    return "Protocol" in {node.id for node in ast.walk(base) if isinstance(node, ast.Name)}


def pure_modules_stay_pure(module: Module) -> Breaches:
    """Rule 2: pure modules import no port, no storage, no asyncio; plain data of core.ports and
    the texts of core.i18n are all that they take from the rest of core."""
    if not module.within(*PURE):
        return
    data = {f"core.ports.{name}" for name in _data_of_ports()}
    for line, name in imports(module):
        impure = inside(name, "core") and not any(inside(name, p) for p in (*PURE, "core.i18n"))
        if (impure and name not in data) or any(inside(name, out) for out in OUTSIDE):
            yield line, name


def adapters_know_little(module: Module) -> Breaches:
    """Rule 3: adapters import core's model, events, views, forms, commands, ports, errors, text,
    i18n and clock; never each other, never storage, nothing else of bots."""
    own = next((adapter for adapter in ADAPTERS if module.within(adapter)), None)
    if own is None:
        return
    for line, name in imports(module):
        foreign_core = inside(name, "core") and not any(inside(name, a) for a in FOR_ADAPTERS)
        foreign_bots = inside(name, "bots") and not inside(name, own)
        if foreign_core or foreign_bots:
            yield line, name


def only_storage_imports_a_driver(module: Module) -> Breaches:
    """Rule 4: only core/storage imports a database driver (the rehearsal, being the outside
    world, keeps its own file)."""
    if module.within("core", "bots") and not module.within("core.storage", "bots.rehearsal"):
        found = imports(module)
        yield from (one for one in found if any(inside(one[1], driver) for driver in DRIVERS))


def only_app_constructs(module: Module) -> Breaches:
    """Rule 5: only bots/app.py constructs adapters, database, newsroom and loops."""
    if not module.within("core", "bots") or module.within("bots.app", "bots.rehearsal"):
        return
    names = {**{name: name for name in CONSTRUCTED}, **_aliases(module)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            spoken = {part for part in ast.unparse(node.func).split(".") if part in names}
            yield from ((node.lineno, names[part]) for part in sorted(spoken))


def _aliases(module: Module) -> dict[str, str]:
    found = (node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom))
    renamed = (alias for node in found for alias in node.names if alias.asname)
    return {alias.asname or "": alias.name for alias in renamed if alias.name in CONSTRUCTED}


def only_ids_reads_ids(module: Module) -> Breaches:
    """Rule 6: only bots/*/ids.py builds or reads platform ids; elsewhere they are opaque strings:
    no int(), no split, partition or startswith of a place, thread, message or reply_to."""
    if not module.within("core", *ADAPTERS) or module.name.endswith(".ids"):
        return
    names = (*IDS, "message") if module.within(*ADAPTERS) else IDS
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        read = _read_by(node)
        if read is not None and _id_named(read, names):
            yield node.lineno, ast.unparse(node)


def _read_by(node: ast.Call) -> ast.expr | None:
    """What a call takes apart, None where it takes nothing apart."""
    if isinstance(node.func, ast.Name) and node.func.id == "int" and node.args:
        return node.args[0]
    if isinstance(node.func, ast.Attribute) and node.func.attr in READINGS:
        return node.func.value
    return None


def _id_named(value: ast.expr, names: tuple[str, ...]) -> bool:
    """The value is one of the core's ids by its name: `thread`, `target.thread`, row["thread"]."""
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return value.slice.value in names and not _is_payload(value.value)
    last = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return last in names


def _is_payload(value: ast.expr) -> bool:
    """What a platform told is no id of the core yet."""
    return isinstance(value, ast.Name) and value.id in ("data", "payload", "raw", "update")


def rehearsal_is_the_outside_world(module: Module) -> Breaches:
    """Rule 7: bots/rehearsal imports nothing of core or of the adapters: it is the outside
    world."""
    if module.within("bots.rehearsal"):
        for line, name in imports(module):
            ours = inside(name, "bots") and not inside(name, "bots.rehearsal")
            if inside(name, "core") or ours:
                yield line, name


def files_stay_short(module: Module) -> Breaches:
    """House numbers: a file is within 500 lines; a larger one becomes a folder of its name."""
    lines = len(module.source.splitlines())
    if lines > LONGEST_FILE:
        yield lines, f"{lines} lines"


def functions_stay_short(module: Module) -> Breaches:
    """House numbers: a function's body is within 60 lines, or argues for itself in ARGUED."""
    for name, line, length in bodies(module):
        if length > LONGEST_BODY and f"{module.name}.{name}" not in ARGUED:
            yield line, f"{name}: {length} lines"


def bodies(module: Module) -> Iterator[tuple[str, int, int]]:
    """(name, line, length of the body without its docstring) of every function."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, *rest = node.body
            told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            body = rest if told and rest else node.body
            last = body[-1].end_lineno or body[-1].lineno
            yield node.name, node.lineno, last - body[0].lineno + 1


RULES: tuple[Rule, ...] = (
    core_never_imports_bots,
    pure_modules_stay_pure,
    adapters_know_little,
    only_storage_imports_a_driver,
    only_app_constructs,
    only_ids_reads_ids,
    rehearsal_is_the_outside_world,
    files_stay_short,
    functions_stay_short,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    broken = [f"{m.name}:{line}: {what}" for m in house() for line, what in rule(m)]
    assert not broken, f"{rule.__doc__}\nBroken by:\n" + "\n".join(broken)


BROKEN: tuple[tuple[Rule, str, str], ...] = (
    (core_never_imports_bots, "core.workers", "def f():\n    from bots import app"),
    (core_never_imports_bots, "core.a", "import importlib\nimportlib.import_module('bots.app')"),
    (pure_modules_stay_pure, "core.text.html", "import asyncio"),
    (pure_modules_stay_pure, "core.feeds.x", "from core.ports import Database"),
    (pure_modules_stay_pure, "core.threads", "from core import storage"),
    (pure_modules_stay_pure, "core.moderation.x", "from ..newsroom import context"),
    (pure_modules_stay_pure, "core.steps", "from core.clock import SystemClock"),
    (adapters_know_little, "bots.telegram.api", "from bots.discord import ids"),
    (adapters_know_little, "bots.discord.api", "from core.storage.sqlite import SqliteDatabase"),
    (adapters_know_little, "bots.discord.api", "from core import newsroom"),
    (adapters_know_little, "bots.telegram.api", "from bots.fetch import Fetcher"),
    (only_storage_imports_a_driver, "core.newsroom.x", "import sqlite3 as s"),
    (only_storage_imports_a_driver, "bots.app", "from aiosqlite import connect"),
    (only_app_constructs, "bots.cli", "async def f(p): await SqliteDatabase.open(p)"),
    (only_app_constructs, "bots.cli", "from core.newsroom import Newsroom as N\nN(1)"),
    (only_app_constructs, "core.workers", "import bots.fetch\nbots.fetch.Fetcher(1)"),
    (only_ids_reads_ids, "core.newsroom.x", "int(row['platform_id'])"),
    (only_ids_reads_ids, "bots.telegram.sending", "int(target.thread)"),
    (only_ids_reads_ids, "bots.discord.outward", "message.split('/')"),
    (rehearsal_is_the_outside_world, "bots.rehearsal.world", "from core.clock import Clock"),
    (rehearsal_is_the_outside_world, "bots.rehearsal.page", "from bots import telegram"),
    (rehearsal_is_the_outside_world, "bots.rehearsal.page.x", "from ...telegram import ids"),
    (files_stay_short, "core.x", "x = 1\n" * 501),
    (functions_stay_short, "core.x", "def f():\n" + "    x = 1\n" * 61),
)


@pytest.mark.parametrize(("rule", "name", "source"), BROKEN)
def test_the_rule_notices(rule: Rule, name: str, source: str) -> None:
    assert list(rule(Module(name, source)))


KEPT: tuple[tuple[Rule, str, str], ...] = (
    (pure_modules_stay_pure, "core.steps", "from core.ports import Capabilities"),
    (pure_modules_stay_pure, "core.text.html", "from core.feeds.model import Image"),
    (adapters_know_little, "bots.discord.api", "from bots.discord import ids\nimport discord"),
    (only_storage_imports_a_driver, "core.storage.sqlite", "import sqlite3"),
    (only_app_constructs, "bots.app", "Newsroom(1)"),
    (only_ids_reads_ids, "bots.discord.ids", "int(message)"),
    (only_ids_reads_ids, "bots.discord.convert", "int(payload['message'])"),
    (rehearsal_is_the_outside_world, "bots.rehearsal.x", "from bots.rehearsal.world import World"),
)


@pytest.mark.parametrize(("rule", "name", "source"), KEPT)
def test_the_rule_allows(rule: Rule, name: str, source: str) -> None:
    assert not list(rule(Module(name, source)))


def test_functions_are_short_as_a_whole() -> None:
    """House numbers: half of the bodies within 8 lines, nine in ten within 30."""
    product = (module for module in house() if module.within("core", "bots"))
    lengths = sorted(length for module in product for _, _, length in bodies(module))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 30


def test_only_long_functions_argue() -> None:
    """An argument for a function that became short, or is gone, is taken back."""
    long = {
        f"{module.name}.{name}"
        for module in house()
        for name, _, length in bodies(module)
        if length > LONGEST_BODY
    }
    assert set(ARGUED) <= long

"""Finds the texts that people read: the message ids of every call of a `core.i18n.Texts`.

Such a call is `t(…)`, `t.n(…)`, `x.t(…)`, `x.texts(…)` or `texts(…)(…)`. What stands in it may be
a literal, a constant of the module, a value of a constant dictionary, one of two by a condition,
a local name, a parameter that is given such at every call in the module, or a field of the
commands in core/commands.py or of the options in core/options.py. Anything else is unreadable,
which is a mistake of the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).resolve().parents[1]
SPEAKING = ("core", "bots")
SILENT = ("bots/rehearsal/", "core/i18n/")
"""The rehearsal plays the platforms, whose own words are not ours to translate."""
COMMANDS = "core/commands.py"
OPTIONS = "core/options.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unreadable(Exception):
    """The text that a call shows cannot be told from the code; `line` is where."""

    def __init__(self, node: ast.expr) -> None:
        super().__init__(ast.unparse(node))
        self.line = node.lineno


@dataclass(frozen=True, slots=True)
class Use:
    """One text at one place. plural: "" for none; places: the named values given to it, None
    where they are not written out (`**values`)."""

    path: str
    line: int
    text: str
    plural: str
    places: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Found:
    """Every use, and "path:line: expression" of what could not be read."""

    uses: tuple[Use, ...]
    unreadable: tuple[str, ...]


def places(text: str) -> frozenset[str]:
    """The names of the `{named}` places of a text. Raises ValueError for broken braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def find(root: Path = ROOT) -> Found:
    """Read every speaking module below the root of the checkout."""
    commands = {**_commands(root / COMMANDS), **_options(root / OPTIONS)}
    uses: list[Use] = []
    unreadable: list[str] = []
    for path in chain.from_iterable(sorted((root / top).rglob("*.py")) for top in SPEAKING):
        name = path.relative_to(root).as_posix()
        if not name.startswith(SILENT):
            module = _Module(name, ast.parse(path.read_text(encoding="utf-8")), commands)
            uses += module.uses()
            unreadable += module.unreadable
    return Found(tuple(uses), tuple(unreadable))


def _commands(path: Path) -> dict[str, list[str]]:
    """The texts of every command by field, as they stand in the list of commands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (made,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Command")
    names = [n.target.id for n in made.body if isinstance(n, ast.AnnAssign)
             and isinstance(n.target, ast.Name)]  # fmt: skip
    found: dict[str, list[str]] = {name: [] for name in names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Command":
            given = [*zip(names, node.args, strict=False)]
            given += [(key.arg, key.value) for key in node.keywords if key.arg]
            for name, value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[name].append(value.value)
    return found


def _options(path: Path) -> dict[str, list[str]]:
    """What every option is about: the second argument of each `option(…)`."""
    if not path.exists():
        return {}
    made = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [n for n in made if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "option"]
    given = [call.args[1] for call in calls if len(call.args) > 1]
    return {"about": [ast.literal_eval(about) for about in given]}


class _Module:
    """One file: its calls, and what its names stand for."""

    def __init__(self, path: str, tree: ast.Module, commands: dict[str, list[str]]) -> None:
        self._path = path
        self._tree = tree
        self._commands = commands
        self._constants = _assigned(tree.body)
        self.unreadable: list[str] = []

    def uses(self) -> Iterator[Use]:
        yield from self._in(self._tree, ())

    def _in(self, node: ast.AST, scopes: tuple[Function, ...]) -> Iterator[Use]:
        """The uses below a node; scopes are the functions around it, the innermost last."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and child.args:
                yield from self._call(child, scopes)
            inner = (*scopes, child) if isinstance(child, Function) else scopes
            yield from self._in(child, inner)

    def _call(self, call: ast.Call, scopes: tuple[Function, ...]) -> Iterator[Use]:
        plural = isinstance(call.func, ast.Attribute) and call.func.attr == "n"
        texts = call.func.value if plural and isinstance(call.func, ast.Attribute) else call.func
        if not _speaks(texts):
            return
        given = None if any(key.arg is None for key in call.keywords) else frozenset(
            key.arg for key in call.keywords if key.arg
        )  # fmt: skip
        try:
            for text in self._strings(call.args[0], scopes):
                if plural:
                    (many,) = self._strings(call.args[1], scopes)
                    named = given | {"n"} if given is not None else None
                    yield Use(self._path, call.lineno, text, many, named)
                elif text:
                    yield Use(self._path, call.lineno, text, "", given)
        except Unreadable as error:
            self.unreadable.append(f"{self._path}:{error.line}: {error}")

    def _strings(self, node: ast.expr, scopes: tuple[Function, ...]) -> list[str]:
        """Every text that an expression may be."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.IfExp():
                return self._strings(node.body, scopes) + self._strings(node.orelse, scopes)
            case ast.BinOp(op=ast.Add()):
                left, right = (self._strings(n, scopes) for n in (node.left, node.right))
                return [a + b for a in left for b in right]
            case ast.Subscript(value=ast.Name(id=name)) if name in self._constants:
                return self._values(self._constants[name], scopes)
            case ast.Attribute(attr=attr) if self._commands.get(attr):
                return self._commands[attr]
            case ast.Name(id=name):
                return self._named(node, name, scopes)
        raise Unreadable(node)

    def _values(self, found: list[ast.expr], scopes: tuple[Function, ...]) -> list[str]:
        """The texts in constant dictionaries."""
        texts: list[str] = []
        for node in found:
            if not isinstance(node, ast.Dict):
                raise Unreadable(node)
            texts += chain.from_iterable(self._strings(value, scopes) for value in node.values)
        return texts

    def _named(self, node: ast.expr, name: str, scopes: tuple[Function, ...]) -> list[str]:
        for depth in range(len(scopes), 0, -1):
            function, outer = scopes[depth - 1], scopes[:depth]
            assigned = _assigned(function.body).get(name)
            if assigned:
                return [*chain.from_iterable(self._strings(one, outer) for one in assigned)]
            if name in _parameters(function):
                return self._given(node, function, name)
        if name in self._constants:
            return [*chain.from_iterable(self._strings(n, ()) for n in self._constants[name])]
        raise Unreadable(node)

    def _given(self, node: ast.expr, function: Function, name: str) -> list[str]:
        """What the calls of a function in this module give for a parameter."""
        position = _parameters(function).index(name)
        found: list[str] = []
        for call, scopes in _calls(self._tree, function.name, ()):
            named = [key.value for key in call.keywords if key.arg == name]
            value = named[0] if named else None
            if value is None and position < len(call.args):
                value = call.args[position]
            if value is not None:
                found += self._strings(value, scopes)
        if not found:
            raise Unreadable(node)
        return found


def _speaks(node: ast.expr) -> bool:
    """The expression is a `Texts`, by the names that the house gives it."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "texts"
    if isinstance(node, ast.Attribute):
        return node.attr in ("t", "texts")
    return isinstance(node, ast.Name) and node.id == "t"


def _assigned(body: list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What is assigned to each plain name in a body, nested blocks included."""
    found: dict[str, list[ast.expr]] = {}
    for node in chain.from_iterable(ast.walk(statement) for statement in body):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
    return found


def _parameters(function: Function) -> list[str]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    names += [one.arg for one in function.args.kwonlyargs]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _calls(
    node: ast.AST, name: str, scopes: tuple[Function, ...]
) -> Iterator[tuple[ast.Call, tuple[Function, ...]]]:
    """The calls of a function by its name, with the functions around each."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            called = child.func
            spoken = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if spoken == name:
                yield child, scopes
        inner = (*scopes, child) if isinstance(child, Function) else scopes
        yield from _calls(child, name, inner)

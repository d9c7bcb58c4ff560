"""The documents say what the program does: tables, commands, links and names are compared with it.

Tables between marks are made from the code. To write them anew: python -m tests.test_docs
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup
from typer.exceptions import TyperException

from bots.cli import app
from bots.discord.capabilities import CAPABILITIES as DISCORD
from bots.discord.permissions import Permission
from bots.telegram.capabilities import CAPABILITIES as TELEGRAM
from core.commands import BY_NAME, COMMANDS, Command
from core.ports import Capabilities
from core.settings import SETTINGS, settings_table

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/adapters.md",
    "docs/operations.md",
)
IMAGE_LIMIT = 400 * 1024
REMEDY = "run: python -m tests.test_docs"


# --- what the tables should be -------------------------------------------------------------


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |"
                     for line in lines)  # fmt: skip


def commands_table() -> str:
    """The commands of `core.commands`, as readers and moderators use them."""
    return table(
        ("Command", "Who", "What it does", "In a message's menu"),
        ((f"`{usage(c)}`", c.who, c.description, c.menu) for c in COMMANDS),
    )


def usage(command: Command) -> str:
    target = {"comment": "#12", "article": "ARTICLE", "subject": "[#12\\|ARTICLE]"}.get(
        command.target, ""
    )
    return " ".join(filter(None, (f"/{command.name}", target, command.argument)))


def cli_table() -> str:
    """The subcommands of the command line."""
    rows = (
        (f"`{' '.join(filter(None, (path, *arguments(made))))}`", first_line(made))
        for path, made in subcommands()
    )
    return table(("Subcommand", "What it does"), rows)


def arguments(made: TyperCommand) -> Iterator[str]:
    for parameter in made.params:
        if isinstance(parameter, TyperArgument):
            yield parameter.metavar or str(parameter.name).upper()


def first_line(made: TyperCommand) -> str:
    """The first sentence of the help."""
    words = " ".join((made.help or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.])\s", words)[0]


@cache
def subcommands() -> tuple[tuple[str, TyperCommand], ...]:
    """("channel add", its command) of every subcommand, in the order of the help."""
    return tuple(_below("", typer.main.get_command(app)))


def _below(path: str, made: object) -> Iterator[tuple[str, TyperCommand]]:
    assert isinstance(made, TyperGroup)
    for name, child in made.commands.items():
        whole = f"{path} {name}".strip()
        if isinstance(child, TyperCommand):
            yield whole, child
        else:
            yield from _below(whole, child)


def capabilities_table() -> str:
    """What each platform can do, from the adapters' own tables."""
    adapters = {"Telegram": TELEGRAM, "Discord": DISCORD}
    rows = (
        (f"`{one.name}`", *(shown(getattr(made, one.name)) for made in adapters.values()))
        for one in fields(Capabilities)
    )
    return table(("Capability", *adapters), rows)


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"`{value}`"


def make_table() -> str:
    """The targets of the Makefile with their explanations."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.findall(r"^([a-z]+):.*##\s*(.+)$", makefile, re.MULTILINE)
    return table(("Target", "What it does"), ((f"`make {name}`", text) for name, text in found))


TABLES: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "settings"): settings_table,
    ("README.md", "commands"): commands_table,
    ("README.md", "cli"): cli_table,
    ("docs/adapters.md", "capabilities"): capabilities_table,
    ("CONTRIBUTING.md", "make"): make_table,
}
"""(document, name of its marks) to what stands between them."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def parts(document: str, mark: str) -> tuple[str, str, str]:
    """Before, between and after a pair of marks."""
    start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    before, found, rest = read(document).partition(start)
    between, closed, after = rest.partition(end)
    assert found, f"{document} needs {start.strip()}"
    assert closed, f"{document} needs {end}"
    return before + start, between.rstrip("\n"), end + after


def write_tables() -> None:
    """Put every table into its document as it should be."""
    for (document, mark), make in TABLES.items():
        before, _, after = parts(document, mark)
        (ROOT / document).write_text(f"{before}{make()}\n{after}", encoding="utf-8")


@pytest.mark.parametrize(("document", "mark"), TABLES, ids=lambda value: str(value))
def test_tables_are_those_of_the_code(document: str, mark: str) -> None:
    _, between, _ = parts(document, mark)
    assert between == TABLES[(document, mark)](), f"{document}, {mark}: {REMEDY}"


# --- what the documents show ---------------------------------------------------------------

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^(?:\.venv/bin/)?commonthread |^(?:\.venv/bin/)?python -m bots ")


def prose(text: str) -> str:
    """A document without its code blocks."""
    return FENCE.sub("", text)


def shell_lines(document: str) -> Iterator[str]:
    """The lines of a document's shell blocks, without comments."""
    for indent, language, body in FENCE.findall(read(document)):
        if language == "sh":
            lines = (line.removeprefix(indent).split("  #")[0].strip() for line in body.split("\n"))
            yield from (line for line in lines if line and not line.startswith("#"))


def everywhere(pattern: str, text: Callable[[str], str] = read) -> list[tuple[str, str]]:
    """(document, what a pattern found there)."""
    return [(name, hit) for name in DOCUMENTS for hit in re.findall(pattern, text(name))]


def program_lines() -> list[tuple[str, str]]:
    return [(name, line) for name in DOCUMENTS for line in shell_lines(name) if PROGRAM.match(line)]


def complaint(line: str) -> str:
    """What is wrong with a call of the program that a document shows, "" for nothing."""
    words = shlex.split(PROGRAM.sub("", line, count=1))
    known = dict(subcommands())
    for length in (2, 1):
        made = known.get(" ".join(words[:length]))
        if made is not None:
            return _refusal(made, words[length:])
    return "there is no such subcommand"


def _refusal(made: TyperCommand, words: list[str]) -> str:
    try:
        made.make_context(made.name, words).close()
    except TyperException as error:
        return f"{error.format_message()}"
    return ""


def test_the_documents_show_the_command_line() -> None:
    assert len(program_lines()) > 10


def test_every_call_shown_is_understood() -> None:
    wrong = [f"{name}: {line}: {why}" for name, line in program_lines() if (why := complaint(line))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("line", ["commonthread fly", "commonthread channel add x --fro desk"])
def test_a_call_that_is_not_understood_is_found(line: str) -> None:
    assert complaint(line)


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = everywhere(r"`make ([a-z ]+)")
    named += [(name, line[5:]) for name in DOCUMENTS for line in shell_lines(name)
              if line.startswith("make ")]  # fmt: skip
    wrong = [f"{name}: make {word}" for name, words in named for word in words.split()
             if word not in targets]  # fmt: skip
    assert named
    assert not wrong, "no such target: " + ", ".join(wrong)


def test_every_command_named_exists() -> None:
    """`/approve #12` in prose, and nothing else that begins with a slash, is a command."""
    not_ours = {"healthz", "metrics", "setprivacy", "newbot", "mybots"}
    named = everywhere(r"`/([a-z]+)(?:[ `])", lambda name: prose(read(name)))
    wrong = [f"{name}: /{word}" for name, word in named if word not in {*BY_NAME, *not_ours}]
    assert named
    assert not wrong, "no such command: " + ", ".join(wrong)


def test_every_setting_named_exists() -> None:
    """A word in capitals with an underscore is a setting, unless it is one of these."""
    not_ours = {"APPLICATION_ID", "HYPOTHESIS_EXAMPLES", "DISCORD_PARSER"}
    known = {one.name for one in SETTINGS}
    named = everywhere(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b")
    wrong = [f"{name}: {word}" for name, word in named if word not in known | not_ours]
    assert not wrong, "no such setting: " + ", ".join(wrong)


def test_the_invitation_asks_for_what_is_needed() -> None:
    """The number in the Discord invitation is made of the permissions that the README names."""
    webhooks = Permission.MANAGE_WEBHOOKS
    needed = sum(p for p in Permission if p not in (Permission.ADMINISTRATOR, webhooks))
    text = read("README.md")
    assert f"permissions={needed}" in text
    assert f"`{needed + webhooks}`" in text


# --- links, paths and versions -------------------------------------------------------------

LINK = r"\]\(([^)\s]+)\)"
PATH = re.compile(r"`((?:core|bots|tests|tools|bench|docs|\.ci)/[\w./*-]*)`")


def anchors(document: str) -> set[str]:
    """The fragments that a document's headings have on a code host."""
    heads = re.findall(r"^#+ (.+)$", prose(read(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_links_lead_somewhere() -> None:
    wrong = []
    for name, link in everywhere(LINK, lambda name: prose(read(name))):
        if link.startswith(("https://", "http://")):
            continue
        path, _, fragment = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists():
            wrong.append(f"{name}: {link} does not exist")
        elif fragment and fragment not in anchors(target.resolve().relative_to(ROOT).as_posix()):
            wrong.append(f"{name}: {link} has no such heading")
    assert not wrong, "\n".join(wrong)


def test_paths_named_exist() -> None:
    named = [(name, path) for name in DOCUMENTS for path in PATH.findall(read(name))]
    wrong = [f"{name}: {path}" for name, path in named if not any(ROOT.glob(path.rstrip("/")))]
    assert len(named) > 20
    assert not wrong, "does not exist: " + ", ".join(wrong)


HOSTS = {
    "127.0.0.1",
    "discord.com",
    "keepachangelog.com",
    "semver.org",
    "t.me",
    "thepaper.example",
}
"""The only hosts that the documents may name."""


@pytest.mark.parametrize("document", [*DOCUMENTS, ".env.example", "Makefile"])
def test_no_document_knows_a_machine(document: str) -> None:
    """Where it was written differs from where it is read: no path of a checkout, no temporary
    folder, no root's home, and no host beside those that everybody reaches."""
    text = read(document)
    paths = re.findall(rf"{re.escape(str(ROOT))}|/root\b|/tmp/|/home/(?!commonthread)", text)
    hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s)>`\"']+", text)}
    assert not paths, f"{document}: {paths}"
    assert hosts <= HOSTS, f"{document}: {hosts - HOSTS}"


def test_images_are_small_and_described() -> None:
    shown = everywhere(r"!\[([^\]]*)\]\([^)]+\)")
    assert shown
    assert all(words.strip() for _, words in shown), "every image needs words in its place"
    for image in (ROOT / "docs" / "images").iterdir():
        assert image.stat().st_size < IMAGE_LIMIT, f"{image.name} is too large"
        assert image.name in "".join(map(read, DOCUMENTS)), f"{image.name} is shown nowhere"


VERSION = re.compile(r"^## \[(Unreleased|\d+\.\d+\.\d+)\](?: - (\d{4}-\d{2}-\d{2}))?$")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_has_its_form() -> None:
    """Keep a Changelog: Unreleased first, then the releases, newest first, dated."""
    text = read("CHANGELOG.md")
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    found = [VERSION.match(head) for head in heads]
    assert all(found), "a heading is ## [Unreleased] or ## [1.2.3] - 2026-01-31"
    names = [match[1] for match in found if match]
    dated = [bool(match[2]) for match in found if match]
    assert names[0] == "Unreleased"
    assert dated == [False, *(True for _ in names[1:])], "releases are dated, Unreleased is not"
    releases = [tuple(map(int, name.split("."))) for name in names[1:]]
    assert releases == sorted(releases, reverse=True)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= KINDS


def test_the_newest_release_is_that_of_the_package() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    newest = re.findall(r"^## \[(\d\S*)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert newest[:1] == [version]


if __name__ == "__main__":
    write_tables()

"""Articles and the desk's commands by command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bots.commands import moderation
from core.commands import COMMANDS
from tests.cli.conftest import Terminal

REPORT = """---
title: Harbour report
deck: What we know
byline: Pen Name
date: 2026-03-01 10:00
labels: [report]
---
One **bold** word.

Two.
"""


@pytest.fixture
def report(terminal: Terminal, tmp_path: Path) -> Terminal:
    """A publication with one article."""
    terminal.run("publication", "add", "The Paper")
    (tmp_path / "report.md").write_text(REPORT)
    assert terminal.json("publish", "report.md")["article"] == 1
    return terminal


def test_an_article_is_published_shown_and_listed(report: Terminal) -> None:
    shown = report.text("show", "1")
    assert "Harbour report" in shown
    assert "One bold word." in shown
    (row,) = report.json("articles")
    assert (row["id"], row["headline"], row["comments"]) == (1, "Harbour report", 0)
    assert "2026-03-01" in report.text("articles")
    told = report.json("show", "1")
    assert (told["byline"], told["comments"]) == ("Pen Name", [])
    assert "99" in report.refused("show", "99")


def test_an_article_comes_from_standard_input(terminal: Terminal) -> None:
    terminal.run("publication", "add", "The Paper")
    terminal.run("publish", "-", stdin="# From a pipe\n\nText.")
    assert terminal.json("articles")[0]["headline"] == "From a pipe"


def test_files_that_cannot_be_read_are_refused(report: Terminal, tmp_path: Path) -> None:
    assert "nothing.md" in report.refused("publish", "nothing.md")
    (tmp_path / "latin.md").write_bytes(b"# caf\xe9\n\nText")
    assert "UTF-8" in report.refused("publish", "latin.md")
    (tmp_path / "empty.md").write_text("---\ntitle: Nothing\n---\n")
    assert "text" in report.refused("publish", "empty.md")


def test_articles_are_locked_and_undone(report: Terminal) -> None:
    report.run("lock", "1")
    assert report.json("articles")[0]["locked"] == 1
    assert report.json("history")[0]["action"] == "lock"
    report.run("undo")
    assert report.json("articles")[0]["locked"] == 0
    report.run("close", "1")
    assert "good" in report.refused("unlock", "1")
    report.run("retract", "1", "the", "source", "withdrew")
    assert report.json("articles")[0]["state"] == "withdrawn"


def test_modes_and_the_policy_are_told_and_changed(report: Terminal) -> None:
    assert "held" in report.text("mode", "1")
    report.run("mode", "1", "open")
    assert "open" in report.text("mode", "1")
    report.run("policy", "Be", "civil.")
    assert "Be civil." in report.text("policy")


def test_readings_are_values_for_machines(report: Terminal) -> None:
    assert report.json("queue") == []
    made = report.json("stats", "30")
    assert {name: made[name] for name in ("days", "comments", "decisions", "waiting", "wait")} == {
        "days": 30, "comments": {}, "decisions": {"command line": 1}, "waiting": 0, "wait": None,
    }  # fmt: skip
    assert len(made["steps"]) == 30
    assert "stats 7" in report.refused("stats", "soon", "--json")


def test_the_numbers_are_drawn_into_a_file(report: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "numbers.png"
    assert "command line: 1" in report.text("stats", "7d", "--plot", str(file))
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "cannot be written" in report.refused("stats", "--plot", str(tmp_path / "no" / "x.png"))


def test_json_may_stand_before_the_command(report: Terminal) -> None:
    assert report.text("--json", "queue") == "[]\n"


def test_a_comment_that_is_not_there_is_refused(report: Terminal) -> None:
    assert "#9" in report.refused("approve", "1#9")
    assert "3#12" in report.refused("approve")


def test_what_people_wrote_does_not_command_the_terminal(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.run("publication", "add", "The Paper")
    (tmp_path / "evil.md").write_text("# A \x1b]0;owned\x07 title\n\nText \x9b31m here.")
    terminal.run("publish", "evil.md")
    for words in (("show", "1"), ("articles",)):
        printed = terminal.text(*words)
        assert "\x1b" not in printed
        assert "\x9b" not in printed


def test_every_command_of_the_desk_is_one_here(terminal: Terminal) -> None:
    here = set(terminal.json("help")["commands"])
    wanted = {command.name for command in COMMANDS if command.who != "reader"}
    # `moderators` is `moderator` with its subcommands here; `connect` needs a place.
    assert (wanted | {"help", "policy"}) - {"connect", "moderators"} <= here


@pytest.mark.parametrize(
    "name", [*moderation.NAMES, "publish", "stats", "transparency", "show", "check", "run"]
)
def test_every_command_has_a_help(terminal: Terminal, name: str) -> None:
    assert "Usage" in terminal.text(name, "--help")
    assert terminal.json("help", name)["help"]


def test_help_tells_every_command(terminal: Terminal) -> None:
    assert "approve" in terminal.text("help")
    assert {"approve", "channel", "run"} <= set(terminal.json("help")["commands"])
    assert "webhook" in terminal.text("help", "channel", "add")
    terminal.run("help", "nonsense", expect=2)


def test_deliveries_tell_what_is_not_shown_yet(report: Terminal) -> None:
    assert report.json("deliveries") == []
    assert "Everything shows" in report.text("deliveries")
    assert "Nothing of it" in report.text("why", "1")
    assert report.json("why", "1") == []
    assert "Nothing was refused" in report.text("replay")
    assert "99" in report.refused("why", "1#99")


REFUSED = """
INSERT INTO channel (id, publication, platform, place, purpose, kind, title)
VALUES (3, 1, 'telegram', '-1', 'announce', 'channel', 'News');
INSERT INTO delivery (subject, subject_id, channel, want, raised, shown_revision, dead_want,
    attempts, outcome) VALUES ('article', 1, 3, 1, 1, 1, 1, 2, 'not enough rights');
"""


def test_deliveries_tell_each_channel_what_is_wanted_and_why_it_is_not(
    report: Terminal, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "rehearsal.db")) as database:
        for statement in REFUSED.split(";")[:2]:
            database.execute(statement)
        database.commit()
    (row,) = report.json("deliveries")
    told: dict[str, object] = {
        "subject": "article 1", "channel": "News", "wanted": "current", "there": "nothing",
        "state": "refused", "attempts": 2, "outcome": "not enough rights",
    }  # fmt: skip
    assert told.items() <= row.items()
    shown = " ".join(report.text("deliveries").split())
    assert all(str(word).split()[-1] in shown for word in told.values())
    assert "refused; /replay tries it again · not enough rights" in report.text("why", "1")
    assert "1 delivery is tried again" in report.text("replay")
    (row,) = report.json("deliveries")
    assert (row["state"], row["attempts"]) == ("waiting", 0)


def test_a_flag_of_a_ban_stands_among_its_words(report: Terminal) -> None:
    assert "no comment #1" in report.refused("ban", "1#1", "--on-platform", "spam")
    assert "--json" not in report.refused("ban", "1#1", "--json")

"""Setting up by command line, on a database without platforms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal


def test_a_publication_is_made_listed_and_changed(terminal: Terminal) -> None:
    made = terminal.json("publication", "add", "The Paper", "--languages", "en,es")
    assert made["id"] == 1
    terminal.run("publication", "set", "--mode", "new", "--zone", "Europe/Madrid")
    terminal.run("options", "new_after", "3")
    (row,) = terminal.json("publication", "list")
    assert (row["name"], row["languages"], row["mode"]) == ("The Paper", "en,es", "new")
    assert (row["options"], row["zone"]) == ({"new_after": 3}, "Europe/Madrid")
    assert "The Paper" in terminal.text("publication", "list")


def test_what_is_wrong_is_said_in_one_line(terminal: Terminal) -> None:
    assert "publication add NAME" in terminal.refused("queue")
    terminal.run("publication", "add", "The Paper")
    assert "Europe/Madrid" in terminal.refused("publication", "set", "--zone", "Nowhere")
    assert "en" in terminal.refused("publication", "set", "--languages", "xx-nonsense")
    assert "already" in terminal.refused("publication", "add", "The Paper")
    assert "--help" in terminal.refused("publication", "set")
    assert "http" in terminal.refused("feed", "add", "not-an-address")
    assert "PLATFORM:ID" in terminal.refused("moderator", "add", "signal:5", "--name", "Ana")


def test_several_publications_have_to_be_named(terminal: Terminal) -> None:
    terminal.run("publication", "add", "One")
    terminal.run("publication", "add", "Two")
    assert "--publication" in terminal.refused("queue")
    assert "Nothing waits" in terminal.text("queue", "--publication", "Two")
    terminal.run("feed", "add", "https://paper.example/feed", "-p", "2", "--publish-last", "3")
    (feed,) = terminal.json("feed", "list")
    assert (feed["publication"], feed["publish_last"]) == ("Two", 3)
    assert terminal.json("feed", "list", "-p", "One") == []


def test_feeds_are_removed_by_number_or_address(terminal: Terminal) -> None:
    terminal.run("publication", "add", "The Paper")
    terminal.run("feed", "add", "https://a.example/feed")
    terminal.run("feed", "add", "https://b.example/feed")
    terminal.run("feed", "remove", "1")
    terminal.run("feed", "remove", "https://b.example/feed")
    assert terminal.json("feed", "list") == []
    assert "feed list" in terminal.refused("feed", "remove", "9")


def test_moderators_come_and_go_by_name(terminal: Terminal) -> None:
    terminal.run("publication", "add", "The Paper")
    terminal.run("moderator", "add", "telegram:123456", "--name", "Ana")
    assert terminal.json("moderator", "list") == [
        {"name": "Ana", "role": "moderator", "publication": "The Paper"}
    ]
    terminal.run("moderator", "add", "telegram:123456", "--name", "Ana", "--role", "editor")
    assert terminal.json("moderator", "list")[0]["role"] == "editor"
    assert terminal.json("moderator", "map") == []
    assert "TELEGRAM_BOT_TOKEN" in terminal.refused("moderator", "map", "telegram", "X", "editor")
    assert "not on the list" in terminal.refused("moderator", "unmap", "X")
    assert "123456" not in terminal.text("moderator", "list")
    terminal.run("moderator", "remove", "Ana")
    assert "Ana" in terminal.refused("moderator", "remove", "Ana")


def test_codes_say_what_to_do_with_them(terminal: Terminal) -> None:
    terminal.run("publication", "add", "The Paper")
    made = terminal.json("channel", "code", "--for", "desk")
    assert f"/connect {made['code']}" in made["text"]
    assert "/connect" in terminal.text("moderator", "code")
    assert "--way door" in terminal.refused(
        "channel", "code", "--for", "discuss", "--names", "anonymous"
    )


def test_the_key_and_the_database_are_made_beside_each_other(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.run("publication", "add", "The Paper")
    key = tmp_path / "data" / "secret.key"
    assert key.stat().st_mode & 0o077 == 0
    (tmp_path / "data" / "secret.key").unlink()
    assert "secret.key" in terminal.refused("publication", "list")


def test_platforms_are_needed_for_a_check(terminal: Terminal) -> None:
    assert "python -m bots run" in terminal.refused("check")


def test_every_bad_setting_is_one_line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUN_PORT", "x")
    monkeypatch.setenv("FEED_INTERVAL", "-1")
    lines = terminal.refused("queue", expect=2).splitlines()
    assert len(lines) == 2
    assert any("RUN_PORT=x" in line for line in lines)

"""Lists of words by command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal


def test_lists_go_out_to_a_file_and_come_back(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("publication", "add", "The Paper")
    assert "Nothing is listed" in terminal.text("words")
    assert "2 entries added." in terminal.text("words", "add", "banned", "Idiot", "moron*")
    terminal.run("words", "add", "suspect", "vete a tu casa", "--language", "es")
    terminal.run("words", "add", "deny", "https://www.Bad.example/x")
    file = tmp_path / "list.txt"
    file.write_text(terminal.text("words", "export"), encoding="utf-8")
    assert file.read_text(encoding="utf-8").splitlines() == [
        "banned: idiot", "banned: moron*", "deny: bad.example", "suspect es: vete a tu casa",
    ]  # fmt: skip
    terminal.run("words", "remove", "banned", "idiot", "moron*")
    assert len(terminal.json("words", "list")) == 2
    assert "2 entries added." in terminal.text("words", "import", str(file))
    assert terminal.json("words", "list")[0] == {"kind": "banned", "language": "", "entry": "idiot"}
    assert "so already" in terminal.refused("words", "import", str(file))
    terminal.run("undo")
    assert len(terminal.json("words", "list")) == 2


def test_a_plain_file_is_of_the_kind_that_is_named_and_may_replace(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.run("publication", "add", "The Paper")
    terminal.run("words", "add", "banned", "old")
    file = tmp_path / "plain.txt"
    file.write_text("\ufeff# remarks\n\npayaso\ndeny: bad.example\n", encoding="utf-8")
    assert "Line 3 tells no kind" in terminal.refused("words", "import", str(file))
    command = ("words", "import", str(file), "--kind", "suspect", "--language", "es", "--replace")
    assert "2 entries added. 1 entry removed." in terminal.text(*command)
    assert [one["entry"] for one in terminal.json("words", "list")] == ["bad.example", "payaso"]


def test_what_cannot_be_listed_is_refused_by_its_line(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("publication", "add", "The Paper")
    file = tmp_path / "wrong.txt"
    file.write_text("banned: fine\nbanned: a*\n", encoding="utf-8")
    assert "Line 2: “a*” cannot be listed" in terminal.refused("words", "import", str(file))
    assert terminal.json("words", "list") == []
    assert "no domain" in terminal.refused("words", "add", "deny", "nothing")
    assert "no list “evil”" in terminal.refused("words", "add", "evil", "x")
    assert "cannot be read" in terminal.refused("words", "import", str(tmp_path / "none.txt"))

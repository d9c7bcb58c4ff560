"""Collections of comments as people have them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bots.collection import Asked, Collection, load, moment
from core.errors import UserError
from core.moderation.replay import Remark


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "comments.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def remarks(found: Collection) -> list[Remark]:
    return list(found.remarks())


def test_a_table_with_quotes_and_line_breaks_in_order_of_time(tmp_path: Path) -> None:
    rows = (
        "COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\n"
        '1,"Ana, B",2013-11-07T06:20:49,"two ""lines""\nof it",1\n'
        "2,Ben,2013-11-07T06:20:48,first,0\n"
        "3,Ben,,,0\n"
    )
    found = load(write(tmp_path, rows))
    assert [one.text for one in remarks(found)] == ["first", 'two "lines"\nof it']
    assert [one.bad for one in remarks(found)] == [False, True]
    assert remarks(found)[1].author == "Ana, B"
    assert found.timed
    assert found.left_out == {"no text": 1}
    assert found.first["no text"] == 5


def test_json_lines_one_level_deep_and_broken_ones_are_told(tmp_path: Path) -> None:
    rows = [
        {"created_utc": 1_700_000_000, "user": {"name": "ana"}, "body": "hello", "removed": False},
        {"created_utc": 1_700_000_001_000, "user": {"name": "b"}, "body": "buy", "removed": True},
    ]
    text = "\n".join(map(json.dumps, rows)) + "\n{broken\n\n"
    found = load(write(tmp_path, text, name="c.jsonl"))
    assert [(one.author, one.bad) for one in remarks(found)] == [("ana", False), ("b", True)]
    assert [one.at for one in remarks(found)] == [1_700_000_000, 1_700_000_001]
    assert found.first == {"no JSON object": 3}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("label;text\nham;año\nspam;compra\n", "cp1252"),
        ("label\ttext\nham\taño\nspam\tcompra\n", "utf-16"),
        ("\ufefflabel,text\nham,año\nspam,compra\n", "utf-8"),
        ("ham,año es lo que es y ya\nspam,compra esto ya mismo aqui hoy\n", "utf-8"),
        ('[{"text": "año", "label": "ham"}, {"text": "compra", "label": "spam"}]', "utf-8"),
    ],
)
def test_encodings_separators_and_a_missing_header(
    tmp_path: Path, text: str, encoding: str
) -> None:
    found = load(write(tmp_path, text, encoding))
    assert [one.bad for one in remarks(found)] == [False, True]
    assert remarks(found)[0].text.startswith("año")
    assert not found.timed


def test_a_packed_file_and_several_labels_beside_each_other(tmp_path: Path) -> None:
    rows = "comment_text,toxic,severe_toxic,obscene,threat\nfine,0,0,0,0\nvile,0,0,1,0\n"
    path = tmp_path / "c.csv.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    found = load(path)
    assert [one.bad for one in remarks(found)] == [False, True]
    assert found.taken["obscene=1", "bad"] == 1


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        ("label,text\nmaybe,x y\n", Asked(), "Line 2: the label “maybe” is not known"),
        ("a,b\n1,2\n", Asked(), "Name it with"),
        ("label,text\nham,x\n", Asked(text="words"), "no column “words”. There are: label, text"),
        ("", Asked(), "holds no comments"),
        ("[{]", Asked(), "Line 1: this is no JSON"),
    ],
)
def test_what_cannot_be_understood_is_said(
    tmp_path: Path, text: str, asked: Asked, said: str
) -> None:
    with pytest.raises(UserError, match=said.replace(".", r"\.")):
        load(write(tmp_path, text), asked)
    with pytest.raises(UserError, match="cannot be read"):
        load(tmp_path / "none.csv")


def test_a_person_says_what_the_labels_mean(tmp_path: Path) -> None:
    path = write(tmp_path, "class,tweet\n0,vile one\n1,rude one\n2,fine one\n")
    assert [one.bad for one in remarks(load(path, Asked(bad="0,1")))] == [True, True, False]
    assert [one.bad for one in remarks(load(path, Asked(good="2")))] == [True, True, False]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2023-10-21T03:01:00Z", 1697857260.0), ("2023-10-21 03:01:00", 1697857260.0),
        ("2023-10-21T05:01:00+02:00", 1697857260.0), ("1697857260", 1697857260.0),
        (1697857260000, 1697857260.0), ("Sat Oct 21 03:01:00 +0000 2023", 1697857260.0),
        ("Sat, 21 Oct 2023 03:01:00 GMT", 1697857260.0), ("21/10/2023 03:01", 1697857260.0),
        ("10/21/2023 03:01", 1697857260.0), ("", None), ("soon", None), ("12", None), (None, None),
    ],
)  # fmt: skip
def test_times_as_people_write_them(written: object, seconds: float | None) -> None:
    assert moment(written) == seconds

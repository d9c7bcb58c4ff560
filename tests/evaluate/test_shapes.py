"""The forms of well-known public collections, each understood without an option."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bots import collection as reading
from bots.collection import Asked, Collection, load
from core.errors import UserError

T, F, N = True, False, None

YOUTUBE = """COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS
LZQPQhLyRh80,Julius NM,2013-11-07T06:20:48,"Huh, anyway check out this",1
LZQPQhLyRh_C2,adam riyati,2013-11-07T12:37:15,Hey guys check out my new channel,1
LZQPQhLyRh9M,Evgeny Murashkin,,just for test\ufeff,0
"""
JIGSAW = """"id","comment_text","toxic","severe_toxic","obscene","threat","insult","identity_hate"
"0000997932d777bf","Explanation
Why the edits made under ""my"" name?

89.205.38.27",0,0,0,0,0,0
"0002bcb3da6cb337","You are vile",1,1,1,0,1,0
"0005c987bdfc9d4b","I will find you",0,0,0,1,0,0
"0007e25b2121310b","Bye!",-1,-1,-1,-1,-1,-1
"""
CIVIL = """id,target,comment_text,severe_toxicity,obscene,insult,created_date,article_id,rating
1,0.0,"So cool. ""Mother"", they say",0,0,0,2015-09-29 10:50:41.987077+00,2006,rejected
2,0.8936170212765957,you bunch of losers.,0,0,0.8,2015-09-29 10:50:42.870083+00,2006,rejected
3,0.166666,Thank you!! So much less,0,0,0,2015-09-29 10:50:45.222647+00,2006,approved
"""
DAVIDSON = """,count,hate_speech,offensive_language,neither,class,tweet
0,3,0,0,3,2,!!! RT @mayasolovely: As a woman you shouldn't complain about cleaning
1,3,0,3,0,1,"!!!!! RT @mleew17: boy dats cold...tyga dwn bad
for cuffin"
2,3,3,0,0,0,these people are vile
"""
OLID = (
    "id\ttweet\tsubtask_a\tsubtask_b\tsubtask_c\n"
    '86426\t@USER She should ask a few "native Americans\tOFF\tUNT\tNULL\n'
    '90194\t"@USER @USER Go home, you’re drunk!!! @USER #MAGA URL\tOFF\tTIN\tIND\n'
    '16820\tAmazon is "investigating Chinese employees\tNOT\tNULL\tNULL\n'
)
HATEVAL = """id,text,HS,TR,AG
20001,"@USER Pues no se, será cosa mía, ¿no?",0,0,0
20002,"Fuera de aquí, gentuza",1,0,1
"""
HATEVAL_TABS = HATEVAL.replace(", ", "; ").replace(",", "\t").replace('"', "")
SMS = (
    "ham\tGo until jurong point, crazy.. Available only in bugis n great world la e buffet...\n"
    'ham\t"Oh my god, he said no\n'
    "spam\tFree entry in 2 a wkly comp to win FA Cup final tkts 21st May 2005\n"
    'ham\tThat"s the one, ok\n'
)
SMS_KAGGLE = 'v1,v2,,,\nham,"Go until £5, crazy..",,,\nspam,FreeMsg Hey there,,,\n'
ENRON = """Message ID,Subject,Message,Spam/Ham,Date
0,christmas tree farm pictures,,ham,1999-12-10
1,"vastar resources , inc .","gary , production from the high island
larger than expected",ham,1999-12-13
2,dobmeos,get that new car 8434,spam,2004-05-01
"""
ENRON_SHORT = """,label,text,label_num
605,ham,"Subject: enron methanol ; meter # : 988291
this is a follow up",0
4685,spam,Subject: photoshop , windows , office . cheap,1
"""
REDDIT = [
    {"author": "ana", "body": "good", "created_utc": 1700000000, "score": 3, "removed": False},
    {"author": "[deleted]", "body": "[removed]", "created_utc": 1700000001, "removed": True},
    {"author": "[deleted]", "body": "buy \ud83d this", "created_utc": "1700000002", "score": -4,
     "removed": True},
    {"author": "c", "body": "hm", "created_utc": 1700000003, "score": 1, "removed": None},
]  # fmt: skip
TELEGRAM = {
    "name": "group", "messages": [
        {"id": 1, "date": "2023-10-21T03:01:00", "from": "Ana", "from_id": "u1",
         "text": ["see ", {"type": "link", "text": "example.org"}], "spam": True},
        {"id": 2, "date": "2023-10-21T03:02:00", "from": "Ben", "from_id": "u2",
         "text": "well", "spam": False},
    ],
}  # fmt: skip
SHAPES: dict[str, tuple[str, str, Sequence[bool | None], str]] = {
    "youtube": (YOUTUBE, "CONTENT", (T, T, F), "CLASS"),
    "jigsaw": (JIGSAW, "comment_text", (F, T, T, N),
               "toxic,severe_toxic,obscene,threat,insult,identity_hate"),
    "civil": (CIVIL, "comment_text", (F, T, F), "target"),
    "davidson": (DAVIDSON, "tweet", (F, T, T), "class"),
    "olid": (OLID, "tweet", (T, T, F), "subtask_a"),
    "hateval": (HATEVAL, "text", (F, T), "HS"),
    "hateval tabs": (HATEVAL_TABS, "text", (F, T), "HS"),
    "sms": (SMS, "2", (F, F, T, F), "1"),
    "sms by kaggle": (SMS_KAGGLE, "v2", (F, T), "v1"),
    "enron": (ENRON, "Message", (F, T), "Spam/Ham"),
    "enron in short": (ENRON_SHORT, "text", (F, T), "label"),
    "semicolons": ("fecha;autor;comentario;estado\n2023-10-21 03:01;ana;no, no; publicado\n"
                   '2023-10-21 03:02;b;"sí; claro, sí";rechazado\n', "comentario", (F, T),
                   "estado"),
    "pipes": ("id|body|approved\n1|fine, yes|true\n2|vile, no|false\n", "body", (F, T),
              "approved"),
    "reddit": ("".join(json.dumps(one) + "\n" for one in REDDIT), "body", (F, T, N), "removed"),
    "telegram": (json.dumps(TELEGRAM, indent=1), "text", (T, F), "spam"),
    "one object": (json.dumps(TELEGRAM), "text", (T, F), "spam"),
    "columns of rows": ('{"text":{"0":"vile","1":"fine"},"label":{"0":1,"1":0}}', "text", (T, F),
                        "label"),
    "columns of lists": ('{"text":["vile, no","fine"],"label":[1,0]}', "text", (T, F), "label"),
    "rows by number": ('{"7":{"text":"vile, no","label":1},"9":{"text":"fine","label":0}}', "text",
                       (T, F), "label"),
    "one line alone": ('{"text": "fine", "label": 0}\n', "text", (F,), "label"),
    "praise": ("Review,Liked\nfine place,1\nvile place,0\n", "Review", (F, T), "Liked"),
    "spanish": ("texto,odio\nfuera de aquí,sí\nbuen texto,no\n", "texto", (T, F), "odio"),
    "spanish words": ("comentario,etiqueta\nfuera,ofensivo\nbien,no ofensivo\n", "comentario",
                      (T, F), "etiqueta"),
    "lines": ("a first remark\nand a second one\n", "1", (N, N), ""),
    "no labels": ("id,text\n1,hello there\n2,hm well\n", "text", (N, N), ""),
}  # fmt: skip


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "comments"
    path.write_bytes(text.encode(encoding, "replace"))
    return path


def bads(found: Collection) -> tuple[bool | None, ...]:
    return tuple(one.bad for one in found.remarks())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_known_collection_needs_no_option(tmp_path: Path, shape: str) -> None:
    text, column, labels, label = SHAPES[shape]
    found = load(written(tmp_path, text))
    assert (found.columns.text, ",".join(found.columns.labels)) == (column, label)
    assert bads(found) == tuple(labels)
    assert found.count == len(labels)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_any_encoding_packed_or_not(tmp_path: Path, encoding: str, packed: bool) -> None:
    path = written(tmp_path, "label,text\nham,año nuevo\nspam,compra ¡ya!\n", encoding)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert [one.text for one in load(path).remarks()] == ["año nuevo", "compra ¡ya!"]


def test_a_few_broken_letters_do_not_spoil_the_others(tmp_path: Path) -> None:
    path = tmp_path / "comments"
    path.write_bytes("label,text\nham,año año año año ñññññññññ\n".encode() + b"spam,caf\xe9\n")
    assert [one.text[:3] for one in load(path).remarks()] == ["año", "caf"]


def test_a_quotation_mark_that_nothing_closes_costs_no_other_comment(tmp_path: Path) -> None:
    rows = "".join(f"{n},well number {n},0\n" for n in range(3000))
    text = f'id,text,label\n{rows}a,"open, and never closed,1\n{rows}b,"two\nlines",1\n'
    found = load(written(tmp_path, text.replace("number 7,", "num\0ber 7,")))
    said = list(found.remarks())
    assert len(said) == found.count == 6002
    assert said[3000].text.startswith('"open')
    assert said[3000].bad
    assert said[-1].text == "two\nlines"


def test_a_very_long_comment_and_missing_values(tmp_path: Path) -> None:
    long = "palabra " * 200_000
    text = f'time,author,text,label\n2023-10-21 03:01,,"{long}",0\n,anonymous,short,1\nx\n'
    found = load(written(tmp_path, text))
    assert [len(one.text) for one in found.remarks()] == [len(long), 5]
    assert {one.author for one in found.remarks()} == {""}
    assert not found.authors
    assert found.left_out == {"no text": 1}


def test_months_before_days_are_told_by_all_dates_together(tmp_path: Path) -> None:
    text = "date,text,label\n10/05/2023 10:01,a b,0\n10/21/2023 09:30,c d,0\n"
    first, second = load(written(tmp_path, text)).remarks()
    assert second.at - first.at == 16 * 86400 - 31 * 60


def test_days_without_hours_are_no_times(tmp_path: Path) -> None:
    text = "date,author,text,label\n" + "2004-05-01,ana,well then,0\n" * 30
    found = load(written(tmp_path, text))
    assert found.dated
    assert not found.timed
    assert {b.at - a.at for a, b in zip(*[list(found.remarks())] * 2, strict=True)} == {0.0}
    assert [one.at for one in found.remarks()] == [60.0 * n for n in range(30)]


def test_many_are_sorted_through_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SORTED_AT_ONCE", 10)
    rows = "".join(f"{1_700_000_000 + 61 * (n * 37 % 100)},t {n},0\n" for n in range(100))
    found = load(written(tmp_path, "time,text,label\n" + rows))
    times = [one.at for one in found.remarks()]
    assert found.shuffled
    assert times == sorted(times)
    assert len(times) == 100


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04zip", "this is no text"),
        (gzip.compress(b"label,text\nham,x y\n" * 9000, mtime=0)[:60], "cannot be read"),
        (b"\x1f\x8bbroken", "cannot be read"),
        (b"\0\1\2\3" * 50, "comments: "),
        (bytes(range(256)) * 50, "this is no text"),
        (b"{" * 5000, "no comments"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a": 1}\n', "--text"),
        (b"label,text\nodd,x y\nquaint,x y\n", "Unknown are: “odd”, “quaint”"),
        (b"", "no comments"),
        (b"\n\n\n", "no comments"),
    ],
)
def test_what_is_no_collection_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "comments"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        load(path)
    assert said in str(refused.value)


def test_comments_without_a_label_are_what_a_person_says(tmp_path: Path) -> None:
    path = written(tmp_path, '{"text":"vile","labels":["toxic"]}\n{"text":"fine","labels":[]}\n')
    assert bads(load(path)) == (T, N)
    found = load(path, Asked(good="empty"))
    assert bads(found) == (T, F)
    assert found.taken == {("toxic", "bad"): 1, ("(empty)", "good"): 1}


def test_one_odd_label_among_many_is_left_out(tmp_path: Path) -> None:
    rows: Any = "label,text\n" + "ham,well then\n" * 200 + "odd,so so\n"
    found = load(written(tmp_path, rows))
    assert found.count == 200
    assert found.first == {"a label that nobody knows": 202}
    with pytest.raises(UserError, match="no column"):
        load(written(tmp_path, rows), Asked(author="who"))

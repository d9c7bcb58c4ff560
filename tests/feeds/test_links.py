"""Addresses, dates and names, as feeds write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.feeds.dates import parse_date
from core.feeds.links import absolute, canonical, comparable, is_front_page
from core.feeds.person import byline, person


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("HTTPS://Blog.Example/A?b=1#c", "https://blog.example/A?b=1"),
        ("https://x.example/?utm_source=a&id=7&fbclid=z", "https://x.example/?id=7"),
        ("https://x.example/p?UTM_Medium=a", "https://x.example/p"),
        ("https://x.example/p?a=1&a=2&b", "https://x.example/p?a=1&a=2&b"),
        ("https://x.example/p?q=%C3%A9+%26", "https://x.example/p?q=%C3%A9+%26"),
        ("https://x.example:443/p", "https://x.example/p"),
        ("http://x.example:80", "http://x.example/"),
        ("http://x.example:8080/p", "http://x.example:8080/p"),
        ("https://user:pass@x.example/p", "https://x.example/p"),
        ("https://ñandú.example/p", "https://xn--and-6ma2c.example/p"),
        ("https://[2001:db8::1]/p", "https://[2001:db8::1]/p"),
        ("/relative", "https://base.example/relative"),
        (" https://x.example/a b ", "https://x.example/a%20b"),
        ("javascript:alert(1)", ""),
        ("ftp://x.example/", ""),
        ("https://", ""),
        ("http://[::1", ""),
        ("https://x.example:99999/", ""),
        ("https://x.example/" + "a" * 5000, ""),
        ("", ""),
    ],
)
def test_canonical(written: str, expected: str) -> None:
    assert canonical(written, "https://base.example/feed") == expected


@given(st.text(max_size=80))
def test_canonical_never_fails_and_is_stable(text: str) -> None:
    once = canonical(text, "https://base.example/")
    assert once == "" or once.startswith(("http://", "https://"))
    assert canonical(once) == once


def test_comparable_and_front_pages() -> None:
    assert comparable("https://www.x.example/a/") == comparable("http://x.example/a")
    assert comparable("https://x.example/?p=1") != comparable("https://x.example/?p=2")
    assert is_front_page("https://x.example/")
    assert not is_front_page("https://x.example/?p=1")
    assert absolute("mailto:a@b.example") == ""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tue, 02 Jan 2024 10:00:00 +0100", 1704186000.0),
        ("Thu, 07 Mar 2024 23:15:00 -0330", 1709865900.0),
        ("Tue, 02 Jan 2024 10:00:00 GMT", 1704189600.0),
        ("2 Jan 24 05:00 EST", 1704189600.0),
        ("2024-01-02T10:00:00Z", 1704189600.0),
        ("2024-01-02T10:00:00.123456789+00:00", 1704189600.123456),
        ("2024-01-02 10:00:00", 1704189600.0),
        ("2024-01-02", 1704153600.0),
        ("0001-01-01T00:00:00Z", None),
        ("Mon, 30 Nov -0001 00:00:00 +0000", None),
        ("9999-12-31T23:59:59Z", None),
        ("yesterday", None),
        ("", None),
        ("1" * 10_000, None),
    ],
)
def test_dates(written: str, expected: float | None) -> None:
    assert parse_date(written) == expected


@given(st.text(max_size=60))
def test_dates_never_fail(text: str) -> None:
    parse_date(text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("desk@wire.example (The Desk)", "The Desk"),
        ("The Desk <desk@wire.example>", "The Desk"),
        ("desk@wire.example", ""),
        ("Ana  Ruiz", "Ana Ruiz"),
        ("La Sombra (Redacción)", "La Sombra (Redacción)"),
        ("", ""),
    ],
)
def test_persons(written: str, expected: str) -> None:
    assert person(written) == expected


def test_a_byline_names_everybody_once() -> None:
    assert byline(["Ana", "ana", "x@y.example", "Ben", "https://x.example/ana"]) == "Ana, Ben"

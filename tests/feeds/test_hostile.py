"""What is made to hang, crash or leak the reader does none of it.

`timeout` is generous for a busy machine; anything that grows with the square of its input would
take minutes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.feeds.errors import DocumentError
from core.feeds.page import from_page
from core.feeds.parse import FeedResult, FeedUnreadable, parse
from tests.feeds.corpus_files import URL

pytestmark = pytest.mark.timeout(30)
MILLION = 1_000_000


def rss(item: str, prolog: str = "") -> bytes:
    head = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>t</title>"
    )
    return f"{prolog}{head}<item><guid>1</guid>{item}</item></channel></rss>".encode()


def read_or_refuse(body: bytes) -> FeedResult | None:
    """What `parse` gives; a refusal with words is as good."""
    try:
        return parse(body, "application/xml", URL)
    except FeedUnreadable:
        return None


LAUGHS = "<!DOCTYPE rss [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)
QUADRATIC = f'<!DOCTYPE rss [\n<!ENTITY big "{"x" * 200}">\n]>'


def test_entity_bombs_do_not_explode() -> None:
    result = read_or_refuse(rss("<title>&a11;</title>", LAUGHS + "]>"))
    assert result is None or len(result.drafts[0].headline) < 1000
    result = read_or_refuse(rss(f"<description>{'&big;' * 100_000}</description>", QUADRATIC))
    assert result is None or len(result.drafts[0].body) < 2 * MILLION


def test_no_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the source's name")
    for entity in (f'SYSTEM "file://{secret}"', f'PUBLIC "x" "file://{secret}"'):
        prolog = f"<!DOCTYPE rss [\n<!ENTITY x {entity}>\n<!ENTITY % p {entity}> %p;]>"
        result = read_or_refuse(rss("<title>a &x; b</title>", prolog))
        assert "source" not in str(result)


@pytest.mark.parametrize(
    "item",
    [
        f"<title>{'long ' * 200_000}</title>",
        f"<title>{'x' * MILLION}</title>",
        f"<author>{'a' * MILLION}</author>",
        f"<author>{'a.' * 500_000}@b</author>",
        f"<dc:creator>{'(' * MILLION}</dc:creator>",
        f"<guid>{'http://' * 150_000}</guid>",
        f"<link>https://x.example/{'a/' * 500_000}</link>",
        f"<pubDate>{'1 ' * 500_000}</pubDate>",
        f"<category>{'c' * MILLION}</category>" + "<category>c</category>" * 50_000,
        "".join(f"<category>{n}</category>" for n in range(100_000)),
        f"<description>{'&lt;b&gt;' * 200_000}</description>",
        f"<description>{'&lt;' * 300_000}</description>",
        f"<description>{'&amp;' * 300_000}</description>",
        f"<description>{'&lt;a ' * 200_000}</description>",
        f"<description>{'[' * MILLION}</description><x/>",
        f"<description>{'…' * 300_000}</description>",
        f"<title>{'&amp;lt;/a' * 100_000}</title>",
        "<description>" * 100_000,
        "<b>" * 100_000,
        "<a " * 200_000,
        '<a b="' * 100_000,
        "<![CDATA[" * 100_000,
        "<!--" * 200_000,
        "<x/>" * 400_000,
        "<x " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>",
        "<x " + " ".join(f'xmlns:a{n}="u{n}"' for n in range(50_000)) + "/>",
        "&#0;&#xD800;&#99999999;&unknown;&" * 50_000,
        f"<enclosure url='{'x' * MILLION}' type='image/png'/>",
        "<enclosure url='https://x.example/a.png' type='image/png'/>" * 20_000,
    ],
    ids=range(29),
)
def test_large_and_twisted_items(item: str) -> None:
    result = read_or_refuse(rss(item))
    if result is not None:
        for draft in result.drafts:
            assert len(draft.headline) <= 301
            assert len(draft.byline) < 3000
            assert len(draft.images) <= 20
            assert len(draft.labels) <= 30


@pytest.mark.parametrize(
    "prolog",
    [
        "\n" * MILLION,
        "<?xml version='1.0' " + 'encoding="a" ' * 100_000,
        "<!DOCTYPE " + "[" * 500_000,
        "<!DOCTYPE rss [" + "]" * 500_000,
        "<!DOCTYPE rss [" + "<!ENTITY x 'y'>" * 50_000 + "]>",
        "<?a " * 200_000,
        "x" * MILLION,
    ],
    ids=range(7),
)
def test_twisted_beginnings(prolog: str) -> None:
    read_or_refuse(rss("<title>a</title>", prolog))


@pytest.mark.parametrize(
    "body",
    [
        b"\x00" * MILLION,
        b"\xff\xfe" + b"\x00\xd8" * 100_000,
        b"<rss" + b"\x80" * MILLION,
        b"<?xml version='1.0' encoding='punycode'?><rss version='2.0'>" + b"-a" * 200_000,
        b"<?xml version='1.0' encoding='zip'?><rss version='2.0'></rss>",
        b"<?xml version='1.0' encoding='unicode_escape'?><rss version='2.0'>\\ud800</rss>",
        b'{"items": [' + b'{"id":1},' * 100_000 + b"{}]}",
        b'{"items": [{"id": ' + b"9" * 100_000 + b"}]}",
        b'{"items": [{"id": 1e999999, "title": "\\ud800", "content_html": 5, "tags": {"a": 1}}]}',
        b'{"items": [{"title": "' + b"x" * MILLION + b'"}]}',
        b"<link rel=alternate " * 100_000 + b"<html>",
        b"<html>" + b"<link " * 200_000,
    ],
    ids=range(12),
)
def test_twisted_bodies(body: bytes) -> None:
    read_or_refuse(body)


def test_too_much_is_refused() -> None:
    with pytest.raises(FeedUnreadable, match="larger than 32 MB"):
        parse(b"<rss>" + b" " * (33 * 1024 * 1024), "", URL)
    with pytest.raises(FeedUnreadable, match="more markup"):
        parse(rss("<x/>" * 600_000), "", URL)


def test_only_the_first_thousand_entries_are_read() -> None:
    items = "".join(f"<item><title>{n}</title></item>" for n in range(3_000))
    body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    assert len(parse(body, "", URL).drafts) == 1_000


@pytest.mark.parametrize(
    "page",
    [
        "<b>" * 100_000,
        "<script type='application/ld+json'>" + "[" * 100_000,
        "<script type='application/ld+json'>" + '{"a":' * 10_000 + "1" + "}" * 10_000,
        "<meta name='author' content='" + "a" * MILLION + "'>",
        "<h1>" + "x " * 300_000 + "</h1>",
        "<title>\x00\ud800</title>",
    ],
    ids=range(6),
)
def test_twisted_pages(page: str) -> None:
    try:
        headline = from_page(page, URL).headline
    except DocumentError as error:
        headline = str(error)
    assert 0 < len(headline) <= 301


def test_links_in_json_ld_that_point_at_each_other() -> None:
    graph = (
        '{"@graph": [{"@id": "#a", "@type": "Article", "headline": "H", "author": {"@id": "#b"}},'
        '{"@id": "#b", "name": {"@id": "#a"}, "author": {"@id": "#b"}}]}'
    )
    page = f"<html><script type='application/ld+json'>{graph}</script><p>Text</p></html>"
    assert from_page(page, URL).headline == "H"

"""The fast reader gives exactly what the lenient one gives, wherever it dares to answer."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.feeds import fast, lenient
from core.feeds.assemble import drafts
from core.feeds.encoding import decode
from core.feeds.xml import tidy_tree
from tests.feeds.corpus_files import FOLDER, URL, body_of

WELL_FORMED = ("wordpress.xml", "blogger.xml", "atom_xhtml.xml", "plain_rss.xml")


@pytest.mark.parametrize("name", WELL_FORMED)
def test_same_drafts_over_the_corpus(name: str) -> None:
    root, problem = tidy_tree(decode(body_of(name)))
    quick = fast.read(root)
    assert problem == ""
    assert quick is not None
    assert drafts(quick, URL) == drafts(lenient.read(root), URL)


@pytest.mark.parametrize("name", sorted(p.name for p in FOLDER.glob("*.xml")))
def test_never_different_where_it_answers(name: str) -> None:
    root, _ = tidy_tree(decode(body_of(name)))
    quick = fast.read(root)
    if quick is not None:
        assert drafts(quick, URL) == drafts(lenient.read(root), URL)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co"), max_codepoint=0x2FFF),
    max_size=30,
)
pieces = st.one_of(
    words,
    st.sampled_from(
        [
            "<p>One <b>two</b></p>",
            "a &amp; b",
            "1 < 2",
            "<br>",
            "&nbsp;",
            "Ã©",
            "<img src='/p.png'>",
        ]
    ),
)
markup = st.lists(pieces, max_size=4).map(" ".join)
dates = st.sampled_from(
    ["Tue, 02 Jan 2024 10:00:00 GMT", "2024-01-02T10:00:00Z", "1 Feb 2024 08:00 EST", "soon", ""]
)
addresses = st.sampled_from(
    ["https://a.example/x?utm_source=1&b=2", "/rel", "http://A.example", "mailto:x@y.z", ""]
)


@st.composite
def rss_item(draw: st.DrawFn) -> str:
    parts = [
        f"<title>{escape(draw(markup))}</title>",
        f"<link>{escape(draw(addresses))}</link>",
        f"<guid isPermaLink={quoteattr(draw(st.sampled_from(['true', 'false'])))}>"
        f"{escape(draw(addresses))}</guid>",
        f"<description>{escape(draw(markup))}</description>",
        f"<content:encoded>{escape(draw(markup))}</content:encoded>",
        f"<pubDate>{draw(dates)}</pubDate>",
        f"<dc:creator>{escape(draw(words))}</dc:creator>",
        f"<author>{escape(draw(st.sampled_from(['a@b.example (A B)', 'A B', 'a@b.cc'])))}</author>",
        f"<category>{escape(draw(words))}</category>",
        f"<media:content url={quoteattr(draw(addresses))} medium='image'/>",
        f"<enclosure url={quoteattr(draw(addresses))} type='image/png' length='1'/>",
        "<slash:comments>3</slash:comments>",
    ]
    return f"<item>{''.join(draw(st.lists(st.sampled_from(parts), unique=True)))}</item>"


@st.composite
def atom_entry(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["text", "html"]))
    parts = [
        f"<title type='{kind}'>{escape(draw(markup))}</title>",
        f"<link href={quoteattr(draw(addresses))}/>",
        f"<link rel='replies' href={quoteattr(draw(addresses))}/>",
        f"<id>{escape(draw(addresses))}</id>",
        f"<summary type='{kind}'>{escape(draw(markup))}</summary>",
        f"<content type='{kind}'>{escape(draw(markup))}</content>",
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x<i>y</i></p></div>"
        "</content>",
        f"<published>{draw(dates)}</published>",
        f"<updated>{draw(dates)}</updated>",
        f"<author><name>{escape(draw(words))}</name><email>a@b.example</email></author>",
        f"<category term={quoteattr(draw(words))}/>",
    ]
    return f"<entry>{''.join(draw(st.lists(st.sampled_from(parts), unique=True)))}</entry>"


RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel><title>T</title>{}'
    "</channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{}</feed>'


def _same(document: str) -> None:
    root, problem = tidy_tree(document)
    assert problem == ""
    quick = fast.read(root)
    if quick is not None:
        assert drafts(quick, URL) == drafts(lenient.read(root), URL)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(rss_item(), max_size=3))
def test_same_drafts_for_any_rss(items: list[str]) -> None:
    _same(RSS.format("".join(items)))


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(atom_entry(), max_size=3))
def test_same_drafts_for_any_atom(entries: list[str]) -> None:
    _same(ATOM.format("".join(entries)))


@pytest.mark.parametrize("name", ["rdf.xml", "rss091.xml", "atom03.xml", "rss092.xml"])
def test_leaves_old_formats_to_the_lenient_reader(name: str) -> None:
    root, _ = tidy_tree(decode(body_of(name)))
    assert fast.read(root) is None

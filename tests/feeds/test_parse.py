"""Feeds of every format become the drafts that a reader would expect."""

from __future__ import annotations

import pytest

from core.feeds.model import Image
from core.feeds.parse import FeedUnreadable, feed_links, parse
from core.text.model import Style
from tests.feeds.corpus_files import URL, body_of, parsed


def test_wordpress_in_full() -> None:
    result = parsed("wordpress.xml")
    cranes, tides = result.drafts
    assert (result.title, result.problem) == ("The Harbour Ledger", "")
    assert cranes.key == "https://ledger.example/?p=4711"
    assert cranes.link == "https://ledger.example/2024/03/cranes/"
    assert cranes.headline == "Cranes bought twice: “an accounting matter”"
    assert cranes.deck.startswith("Two invoices carry one serial number")
    assert cranes.byline == "Night Watch"
    assert cranes.body.text.startswith("The first crane arrived in May.")
    assert "books,” the authority wrote & closed" in cranes.body.text
    assert cranes.labels == ("Port Authority", "Procurement")
    assert cranes.published == 1709886600.0
    assert cranes.language == "en-GB"
    assert tides.published == 1709865900.0  # a zone of minus three and a half hours


def test_links_in_the_body_are_absolute() -> None:
    spans = parsed("wordpress.xml").drafts[0].body.spans
    links = [span.value for span in spans if span.style is Style.LINK]
    assert links == ["https://ledger.example/sources/clerk"]


def test_the_largest_picture_with_its_description_and_no_avatar() -> None:
    image = Image("https://ledger.example/wp-content/uploads/crane.jpg", "A crane at dusk")
    assert parsed("wordpress.xml").drafts[0].images == (image,)


def test_a_cut_off_excerpt_is_no_deck() -> None:
    assert parsed("wordpress.xml").drafts[1].deck == ""


def test_blogger_takes_the_alternate_link_and_large_pictures() -> None:
    books, short = parsed("blogger.xml").drafts
    assert books.key == "tag:blogger.com,1999:blog-8800.post-55"
    assert books.link == "https://cronicas.example/2024/04/libros.html"
    assert books.labels == ("juzgado", "puerto")
    assert books.byline == "La Sombra"
    assert books.updated is not None
    assert books.published is not None
    assert books.updated > books.published
    assert [i.url.split("/")[-2:] for i in books.images] == [["s1600", "orden.jpg"]]
    assert [i.url.split("/")[-2:] for i in short.images] == [["s1600", "breve.jpg"]]
    assert short.body.text == "Sin más que decir, por ahora."
    assert short.deck == ""


def test_atom_with_xhtml_bases_and_inherited_authors() -> None:
    result = parsed("atom_xhtml.xml")
    note, plain, by_id = result.drafts
    assert result.title == "Notes & margins"
    assert note.link == "https://notes.example/blog/2024/note-1.html"
    assert note.headline == "A short note"
    assert note.deck == "What the margin says: 3 < 4."
    assert note.byline == "First Desk, Second Desk"
    assert note.body.text == "Una nota & un enlace.\n\nCita"
    assert note.images == (Image("https://notes.example/blog/2024/chart.png"),)
    assert (note.language, plain.language) == ("es", "en")
    assert plain.headline == "Plain <not markup>"
    assert plain.body.text == "First line.\n\nSecond paragraph & more."
    assert plain.byline == "Guest Writer"
    assert plain.link == "https://notes.example/blog/plain.html"
    assert by_id.link == "https://notes.example/blog/by-id.html"


def test_rss_without_titles_guids_as_links_and_media() -> None:
    guid, untitled, media, paragraphs = parsed("plain_rss.xml").drafts
    assert guid.link == "https://wire.example/a?b=2"
    assert guid.body.text == "One line, AT&T & more."
    assert untitled.headline.startswith("A remark without any title")
    assert untitled.headline.endswith("…")
    assert untitled.link == "https://wire.example/real"
    assert untitled.byline == "The Desk"
    assert untitled.images == (Image("https://wire.example/p.jpg"),)
    assert media.images[0] == Image("https://wire.example/l.jpg", "The ship")
    assert media.labels == ("Ships",)
    assert media.published == 1704283200.0
    assert paragraphs.headline == "First paragraph kept"
    assert paragraphs.body.text == "One paragraph.\n\nAnother one."


def test_rdf() -> None:
    (draft,) = parsed("rdf.xml").drafts
    assert (draft.key, draft.link) == ("https://rdf.example/1", "https://rdf.example/1")
    assert draft.deck == "Resumen propio del editor."
    assert draft.byline == "Marta Gil"
    assert draft.published == 1118124550.0
    assert draft.language == "es-MX"


@pytest.mark.parametrize(
    ("name", "title", "headline"),
    [
        ("rss091.xml", "Café News", "Naïve questions by The Relay Desk"),
        ("rss090.xml", "Ancient", "Stone tablet found"),
        ("rss092.xml", "Nine Two", "Only a description with a link."),
    ],
)
def test_old_rss(name: str, title: str, headline: str) -> None:
    result = parsed(name)
    assert result.title == title
    assert result.drafts[0].headline == headline


def test_atom_03_in_its_three_modes() -> None:
    result = parsed("atom03.xml")
    assert result.title == "Third & last"
    assert [d.body.text for d in result.drafts] == ["Escaped body", "Inline body", "Base body"]
    assert result.drafts[0].published == 1083769200.0
    assert {d.byline for d in result.drafts} == {"Old Hand"}


def test_json_feed_11() -> None:
    result = parsed("feed11.json", content_type="application/feed+json")
    seven, note = result.drafts
    assert (seven.key, seven.link) == ("7", "https://json.example/7")
    assert seven.deck == "Una frase propia."
    assert seven.byline == "Ana, Ben"
    assert seven.labels == ("uno", "dos")
    assert [i.url for i in seven.images] == [
        "https://json.example/a.jpg",
        "https://json.example/i.png",
        "https://json.example/b.png",
    ]
    assert note.byline == "House"
    assert note.link == "https://json.example/note"
    assert note.body.text == "A note without a title & < signs.\n\nSecond paragraph."


def test_an_emoji_that_a_feed_cuts_in_two_can_be_stored() -> None:
    item = r'{"id": "1", "title": "Sun \ud83d", "content_text": "Half \ud83d", "tags": ["\ud83d"]}'
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}]}}'.encode()
    (draft,) = parse(body, "application/feed+json", URL).drafts
    assert (draft.headline, draft.body.text, draft.labels) == (
        "Sun \ufffd", "Half \ufffd", ("\ufffd",),
    )  # fmt: skip


def test_json_feed_10_has_one_author() -> None:
    (draft,) = parsed("feed10.json").drafts
    assert (draft.byline, draft.link) == ("Guest", "https://else.example/1")


def test_broken_xml_is_read_as_well_as_it_can_be() -> None:
    result = parsed("broken.xml")
    first, second = result.drafts
    assert "broken" in result.problem
    assert first.headline == "Fish & chips < 5 euros now"
    assert first.link == "https://bent.example/p?x=1&y=2"
    assert first.body.text == "Unclosed bold text and a null: done"
    assert first.byline == "Undeclared Prefix"
    assert first.published == 1704067200.0
    assert second.body.text == "Whole & unharmed é"


def test_the_torn_last_entry_is_left_out() -> None:
    result = parsed("torn.xml")
    assert [draft.key for draft in result.drafts] == ["t-1"]
    assert result.problem


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "iso-8859-1", "application/xml; charset=iso-8859-1"),
        ("cp1252", "utf-8", "text/xml; charset=utf-8"),
        ("iso-8859-1", "iso-8859-1", "text/xml"),
        ("utf-16", "utf-16", "application/xml"),
        ("utf-16-le", "utf-16", "application/xml"),
        ("utf-32", "utf-32", ""),
        ("cp1251", "windows-1251", "text/xml"),
        ("shift_jis", "Shift_JIS", "text/xml"),
        ("iso2022_jp", "iso-2022-jp", "text/xml"),
    ],
)
def test_encodings_whatever_is_claimed(encoding: str, declared: str, header: str) -> None:
    words = {"cp1251": "Река", "shift_jis": "記事", "iso2022_jp": "記事"}.get(
        encoding, "Río ñandú é"
    )
    feed = (
        f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><title>{words}'
        f"</title><item><title>{words}</title><guid>1</guid></item></channel></rss>"
    )
    result = parse(feed.encode(encoding), header, URL)
    assert result.title == words
    assert result.drafts[0].headline == words


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    body = body_of("wordpress.xml").replace(b"May", b"M\xc3\xff")
    assert "crane" in parse(body, "text/xml", URL).drafts[0].body.text


def test_null_bytes_are_dropped() -> None:
    body = body_of("wordpress.xml").replace(b"twice", b"tw\x00ice")
    assert parse(body, "", URL).drafts[0].headline.startswith("Cranes bought twice")


def test_an_empty_feed_is_a_feed() -> None:
    result = parse(b"<rss version='2.0'><channel><title>x</title></channel></rss>", "", URL)
    assert (result.drafts, result.problem) == ((), "The feed holds no entries.")


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"", "nothing at all"),
        (b"  \n ", "nothing at all"),
        (b"<html><body>Hello</body></html>", "not answer with a feed"),
        (b"<?xml version='1.0'?><opml><body/></opml>", "not answer with a feed"),
        (b"hello", "not answer with a feed"),
        (b'{"a": 1}', "items"),
        (b'{"items": ', "JSON cannot be read"),
        (b"[" * 100_000, "JSON"),
        (b"<!doctype html><html><title>Just a moment...</title></html>", "check for browsers"),
    ],
)
def test_what_is_no_feed_is_explained(body: bytes, hint: str) -> None:
    with pytest.raises(FeedUnreadable, match=hint):
        parse(body, "text/html", URL)


PAGE = (
    '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" '
    'href="/rss?a=1&amp;b=2"><link rel=alternate type="text/html" href="/x"></head></html>'
)


def test_a_page_that_names_its_feed_says_so() -> None:
    assert feed_links(PAGE, URL) == ("https://reader.example/rss?a=1&b=2",)
    with pytest.raises(FeedUnreadable, match=r"names a feed: https://reader\.example/rss"):
        parse(PAGE.encode(), "text/html", URL)

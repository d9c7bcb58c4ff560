"""Files and pages that people hand in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.feeds.document import DocumentError, from_file, from_page
from core.feeds.model import Image
from core.text.model import Span, Style

FULL = """---
title: "Cranes: bought twice"
deck: Two invoices, one serial number
byline: [Night Watch, Ana Ruiz]
date: 2024-03-08 09:30
updated: 2024-03-09T10:00:00Z
labels: port, procurement
image: {url: https://x.example/crane.jpg, alt: A crane}
link: https://x.example/cranes?utm_source=mail
language: en-gb
---
The **first** crane arrived. See [the file](/files/1).

![The invoice](/invoice.png)
"""


def test_a_markdown_file_in_full() -> None:
    draft = from_file("cranes.md", FULL, zone="Europe/Madrid")
    assert draft.headline == "Cranes: bought twice"
    assert draft.deck == "Two invoices, one serial number"
    assert draft.byline == "Night Watch, Ana Ruiz"
    assert draft.published == 1709886600.0
    assert draft.updated == 1709978400.0
    assert draft.labels == ("port", "procurement")
    assert draft.link == "https://x.example/cranes"
    assert draft.language == "en-GB"
    assert draft.images == (
        Image("https://x.example/crane.jpg", "A crane"),
        Image("https://x.example/invoice.png", "The invoice"),
    )
    assert draft.body.text == "The first crane arrived. See the file."
    assert Span(29, 37, Style.LINK, "https://x.example/files/1") in draft.body.spans


def test_html_with_front_matter() -> None:
    draft = from_file("a.html", "---\r\ntitle: T\r\n---\r\n<p>One <b>two</b></p><p>Three</p>")
    assert (draft.headline, draft.body.text) == ("T", "One two\n\nThree")


def test_the_first_heading_is_the_title_where_none_is_named() -> None:
    draft = from_file("a.md", "# The *only* title\n\nText.")
    assert (draft.headline, draft.body.text) == ("The only title", "Text.")


def test_a_heading_that_repeats_the_title_is_dropped() -> None:
    draft = from_file("a.md", "---\ntitle: Same\n---\n# Same\n\nText.")
    assert draft.body.text == "Text."


def test_another_heading_stays() -> None:
    draft = from_file("a.md", "---\ntitle: Title\n---\n# Chapter\n\nText.")
    assert draft.body.text == "Chapter\n\nText."


def test_other_common_names_are_understood() -> None:
    front = (
        "author: Ana\ntags: [a]\ndescription: D\nurl: https://x.example/\nlang: es\nlayout: post"
    )
    draft = from_file("a.md", f"---\ntitle: T\n{front}\n---\nText")
    assert (draft.byline, draft.labels, draft.deck) == ("Ana", ("a",), "D")
    assert (draft.link, draft.language) == ("https://x.example/", "es")


def test_characters_in_the_two_halves_of_json_are_joined_and_half_ones_replaced() -> None:
    front = 'title: "Sun \\ud83d\\uDE00"\nbyline: "Half \\ud83d"\nlabels: ["\\ude00"]'
    made = from_file("a.md", f"---\n{front}\n---\nText.", "UTC")
    assert (made.headline, made.byline) == ("Sun 😀", "Half \ufffd")
    assert made.labels == ("\ufffd",)


def test_norwegian_is_a_language() -> None:
    assert from_file("a.md", "---\ntitle: T\nlang: no\n---\nText").language == "no"


def test_the_same_file_is_the_same_article() -> None:
    one = from_file("/home/a/x.md", "---\ntitle: T\n---\nText")
    two = from_file("x.md", "---\ntitle: T\n---\nCorrected text")
    other = from_file("x.md", "---\ntitle: Another\n---\nText")
    assert one.key == two.key
    assert one.key != other.key
    assert from_file("x.md", "---\ntitle: T\nid: my-id\n---\nText").key == "my-id"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Text without a title", "no title"),
        ("---\ntitle: T\n---\n", "no text"),
        ("---\ntitle: T\nText that never ends", "does not end"),
        ("---\ntitle: a: b\n---\nx", "line 2"),
        ("---\n- a\n- b\n---\nx", "no fields"),
        ("---\ntitle: T\nlables: a\n---\nx", "Did you mean “labels”"),
        ("---\ntitle: T\ndate: soon\n---\nx", "“date” cannot be read"),
        ("---\ntitle: T\ndate: 2024-13-45\n---\nx", "date|front matter"),
        ("---\ntitle: T\nlink: x.example\n---\nx", "“link” must be a full address"),
        ("---\ntitle: T\nimage: pic.jpg\n---\nx", "“image” must be a full address"),
        ("---\ntitle: [a, b]\n---\nx", "“title” must be one line"),
        ("---\ntitle: T\nlabels: {a: b}\n---\nx", "“labels” must be a list"),
        ("---\ntitle: T\nlabels: [[a]]\n---\nx", "“labels” must be a plain list"),
        ("---\ntitle: T\nlanguage: English language\n---\nx", "“language” must be a code"),
        ("---\ntitle: T\ndraft: true\n---\nx", "draft: true"),
        ("---\ntitle: !!python/object:os.system x\n---\nx", "front matter cannot be read"),
        ("---\n" + "a: b\n" * 9_000 + "---\nx", "too long"),
        ("x" * 2_000_001, "longer than"),
    ],
)
def test_mistakes_are_named_with_their_fix(text: str, hint: str) -> None:
    with pytest.raises(DocumentError, match=hint):
        from_file("a.md", text)


@given(st.text(max_size=200))
def test_any_text_is_an_article_or_a_mistake(text: str) -> None:
    for source in (text, f"---\n{text}\n---\n{text}"):
        try:
            headline = from_file("a.md", source).headline
        except DocumentError as error:
            headline = str(error)
        assert headline


BODY = " ".join(
    f"Sentence number {n} tells what happened at the quay that night." for n in range(12)
)
URL = "https://news.example/2024/cranes?utm_source=chat"


def page(head: str, body: str = "") -> str:
    """A small news page."""
    text = "".join(f"<p>{BODY}</p>" for _ in range(2))
    return (
        f"<!doctype html><html lang='en'><head>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<main><article><h1>The page's heading</h1>{body or text}</article></main>"
        "<footer>Imprint and cookies</footer></body></html>"
    )


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def test_json_ld_in_full() -> None:
    article = {
        "@context": "https://schema.org",
        "@type": ["NewsArticle", "Thing"],
        "headline": "Cranes &amp; invoices",
        "description": "A line of its own.",
        "articleBody": f"{BODY}\n\n{BODY}",
        "author": [{"@type": "Person", "name": "Ana Ruiz"}, "Ben"],
        "image": {"@type": "ImageObject", "url": "/crane.jpg", "caption": "A crane"},
        "keywords": "port, cranes",
        "datePublished": "2024-03-08T08:30:00Z",
        "dateModified": "2024-03-08T09:30:00Z",
        "inLanguage": "en-GB",
    }
    draft = from_page(page(json_ld(article)), URL)
    assert draft.key == ""
    assert draft.link == "https://news.example/2024/cranes"
    assert draft.headline == "Cranes & invoices"
    assert draft.deck == "A line of its own."
    assert draft.byline == "Ana Ruiz, Ben"
    assert draft.body.text == f"{BODY}\n\n{BODY}"
    assert draft.images == (Image("https://news.example/crane.jpg", "A crane"),)
    assert draft.labels == ("port", "cranes")
    assert (draft.published, draft.updated) == (1709886600.0, 1709890200.0)
    assert draft.language == "en-GB"


def test_a_graph_with_references_and_the_text_of_the_page() -> None:
    graph = {
        "@graph": [
            {"@type": "WebPage", "@id": URL, "name": "Page"},
            {
                "@type": "Article",
                "headline": "From the graph",
                "author": {"@id": "#ana"},
                "image": {"@id": "#pic"},
                "mainEntityOfPage": {"@id": "https://news.example/2024/cranes"},
            },
            {"@type": "Person", "@id": "#ana", "name": "Ana"},
            {"@type": "ImageObject", "@id": "#pic", "contentUrl": "https://news.example/p.jpg"},
        ]
    }
    other = {"@type": "NewsArticle", "headline": "Another one", "url": "/other"}
    draft = from_page(page(json_ld(other) + json_ld(graph)), URL)
    assert draft.headline == "From the graph"
    assert draft.byline == "Ana"
    assert draft.images[0].url == "https://news.example/p.jpg"
    assert "Sentence number 3" in draft.body.text
    assert "Imprint" not in draft.body.text


META = (
    '<meta property="og:title" content="From Open Graph">'
    '<meta property="og:description" content="What it is about.">'
    '<meta property="og:image" content="/og.jpg"><meta property="og:image:alt" content="Alt">'
    '<meta property="article:published_time" content="2024-03-08T08:30:00+00:00">'
    '<meta property="article:tag" content="one"><meta property="article:tag" content="two">'
    '<meta name="author" content="Ana Ruiz">'
    '<link rel="canonical" href="https://news.example/canonical">'
)


def test_open_graph() -> None:
    draft = from_page(page(META), URL)
    assert draft.headline == "From Open Graph"
    assert draft.deck == "What it is about."
    assert draft.images[0] == Image("https://news.example/og.jpg", "Alt")
    assert draft.published == 1709886600.0
    assert draft.labels == ("one", "two")
    assert draft.byline == "Ana Ruiz"
    assert draft.link == "https://news.example/canonical"
    assert draft.language == "en"
    assert draft.body.text.startswith("Sentence number 0")


def test_a_bare_page_has_its_heading_and_its_text() -> None:
    draft = from_page(page("<title>Site | x</title>"), URL)
    assert draft.headline == "The page's heading"
    assert draft.body.text.startswith("Sentence number 0")


def test_an_emoji_that_a_page_cuts_in_two_can_be_stored() -> None:
    said = r'{"@type": "NewsArticle", "headline": "Sun \ud83d", "articleBody": "Half \ud83d."}'
    draft = from_page(page(f'<script type="application/ld+json">{said}</script>'), URL)
    assert (draft.headline, "\ud83d" in draft.body.text) == ("Sun \ufffd", False)


def test_a_canonical_that_names_the_site_only_is_not_believed() -> None:
    draft = from_page(page('<link rel="canonical" href="https://news.example/">'), URL)
    assert draft.link == "https://news.example/2024/cranes"


def test_broken_json_ld_is_passed_over() -> None:
    head = '<script type="application/ld+json">{"@type": "Article", oops</script>' + META
    assert from_page(page(head), URL).headline == "From Open Graph"


def test_bytes_in_the_page_s_own_encoding() -> None:
    text = page('<meta charset="windows-1252"><meta property="og:title" content="Río">')
    assert from_page(text.encode("cp1252"), URL).headline == "Río"


@pytest.mark.parametrize("html", ["", "<html></html>", "plain", "<b>" * 300_000])
def test_what_is_no_article_is_said(html: str) -> None:
    with pytest.raises(DocumentError):
        from_page(html, URL)

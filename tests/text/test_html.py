"""HTML and Markdown as rich text and pictures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.feeds.model import Image
from core.text import html, markdown
from core.text.model import Rich, Span, Style
from core.text.pictures import largest
from core.text.tools import normalise

BASE = "https://site.example/2026/05/report.html"
SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)


def read(source: str) -> Rich:
    return html.to_rich(source, BASE)[0]


def dressed(source: str) -> list[tuple[str, str, str]]:
    """(style, text, value) of every span."""
    rich = read(source)
    return [(s.style.value, rich.text[s.start : s.end], s.value) for s in rich.spans]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/><br/>three<br><br><br><br>four", "one\ntwo\n\nthree\n\nfour"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        (" a\n  b <b> c </b> d ", "a b c d"),
        ("<p>&nbsp;</p><p>x &amp; &#128293;</p><p> </p>", "x & 🔥"),
        ("<ul><li>a</li><li><p>b</p></li></ul>after", "• a\n• b\n\nafter"),
        ("<ol start=3><li>a<li>b<li value=9>c</ol>", "3. a\n4. b\n9. c"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "• a\n  • b\n• c"),
        ("<table><tr><th>k<th>v</tr><tr><td>1<td>2</table>", "k | v\n1 | 2"),
        ("<pre>  a\n\n    b\n</pre>end", "  a\n\n    b\n\nend"),
        ("a<hr>b", "a\n\n———\n\nb"),
        ("a<script>if (a<b) x()</script><style>p{}</style>b", "ab"),
        ("<p hidden>x</p><span style='display: none'>y</span>z", "z"),
        ("<figure><img src=a.png><figcaption>cap</figcaption></figure>t", "cap\n\nt"),
        ("<q>said</q>", "“said”"),
        ("a <!-- no --> b<?php x ?>", "a b"),
        ("2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
        ("plain", "plain"),
        ("", ""),
        ("<iframe src=https://v.example/1>No <b>frames</b></iframe>x", "v.example\nx"),
        ("<video><source src=/a.mp4><source src=/b.ogg>Too old</video>x", "site.example\nx"),
        ("<video controls><p>Too old</p></video>x", "x"),
        ("<details><summary>More</summary>inside</details>", "More\ninside"),
    ],
)
def test_text(source: str, text: str) -> None:
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "spans"),
    [
        ("<h2>T</h2>x", [("heading", "T", "2")]),
        ("<b>a</b><strong>b</strong>", [("bold", "ab", "")]),
        (
            "<i>a</i> <s>b</s> <u>c</u>",
            [("italic", "a", ""), ("strike", "b", ""), ("underline", "c", "")],
        ),
        ("<tg-spoiler>x</tg-spoiler>", [("spoiler", "x", "")]),
        ("<blockquote><p>a</p><p>b</p></blockquote>", [("quote", "a\n\nb", "")]),
        ("<code>x</code>", [("code", "x", "")]),
        ("<pre><code class='hljs language-c++'>x\n</code></pre>", [("pre", "x", "c++")]),
        ("<a href='/a?b=1'>x</a>", [("link", "x", "https://site.example/a?b=1")]),
        ("<a href='mailto:a@x.example'>x</a>", [("link", "x", "mailto:a@x.example")]),
        ("<a href='javascript:alert(1)'>x</a>", []),
        ("<a href='java&#10;script:alert(1)'>x</a>", []),
        ("<a href=' data:text/html,x'>x</a>", []),
        ("<a name=x>x</a>", []),
        ("<b style='font-weight:normal'>doc</b>", []),
        (
            "<span style='font-weight: 700; font-style:italic'>x</span>",
            [("bold", "x", ""), ("italic", "x", "")],
        ),
        ("<b><i>a</b>b</i>", [("bold", "a", ""), ("italic", "a", "")]),
        (
            "<iframe src='//video.example/1' title='A film'></iframe>",
            [("link", "A film", "https://video.example/1")],
        ),
    ],
)
def test_dress(source: str, spans: list[tuple[str, str, str]]) -> None:
    assert dressed(source) == spans


def test_pictures_are_collected_once_in_order_in_the_best_size() -> None:
    source = """
      <img src="small.jpg" srcset="a.jpg 320w, /b.jpg 1600w, c.jpg 800w" alt=" A
      view "><img data-src="//cdn.example/lazy.png" src="data:image/gif;base64,R0">
      <picture><source srcset="x.webp"><img src="x.jpg"></picture>
      <picture><source srcset="y.webp"><img alt="no source"></picture>
      <noscript><img src="no.jpg"></noscript><img src="x.jpg" alt="again">
      <img src="https://count.example/p.gif" width=1 height=1><img src="javascript:x"><img>
    """
    rich, images = html.to_rich(source, BASE)
    assert rich.text == ""
    assert images == (
        Image("https://site.example/b.jpg", "A view"),
        Image("https://cdn.example/lazy.png"),
        Image("https://site.example/2026/05/x.jpg"),
        Image("https://site.example/2026/05/y.webp"),
    )


def test_the_largest_candidate_of_a_source_set() -> None:
    assert largest("a.jpg, b.jpg 2x, c.jpg 1.5x") == "b.jpg"
    assert (
        largest("https://x.example/w_1,h_2/a.jpg 100w, b 50w") == "https://x.example/w_1,h_2/a.jpg"
    )
    assert largest("") == ""
    assert largest("," * 50_000) == ""


def test_without_a_base_relative_addresses_are_text() -> None:
    assert html.to_rich("<a href=/x>a</a><img src=y.png>") == (Rich("a"), ())


@pytest.mark.parametrize(
    "source",
    [
        "<b>" * 50_000 + "x",
        "<div><i>" * 50_000 + "x" + "</i></div>" * 50_000,
        "<ul><li>" * 20_000 + "x",
        "<blockquote>" * 50_000 + "x",
        "<a href=http://x.example/>" * 30_000 + "x",
        "<pre><code>" * 20_000 + "x",
        "<table><tr><td>" * 10_000 + "x",
        "<" * 300_000 + " x",
        "&" * 300_000 + "x",
        "<p " + "a=b " * 100_000 + ">x",
        "<!--" * 100_000 + "-->x",
        "x" * 1_000_000,
        "\x00\ud800x\ufffe",
        "</p>" * 100_000 + "x",
        "<p>x <b>y</b>" * 50_000,
    ],
    ids=lambda s: f"{s[:12]!r}",
)
def test_hostile_documents(source: str) -> None:
    rich, _ = html.to_rich(source, BASE)
    assert rich == normalise(rich)
    assert "x" in rich.text or source.startswith("<!--")


@SETTINGS
@given(
    st.lists(
        st.sampled_from(
            "<b> </b> <p> </p> <ul> <li> </ul> <pre> </pre> <code> </code> <blockquote> "
            "</blockquote> <br> <h1> </h1> <a%shref='/x'> </a> <td> <tg-spoiler> <script> "
            "</script> text x&amp; < > & &#x; <img%ssrc=a> <table> </table> <hr>".replace(
                "%s", "\t"
            ).split(" ")
        ),
        max_size=30,
    ),
    st.sampled_from(("", " ", "\n", "&nbsp;")),
)
def test_any_soup_gives_proper_rich_text(tags: list[str], between: str) -> None:
    rich, _ = html.to_rich(between.join(tags), BASE)
    assert rich == normalise(rich)
    assert rich.text == rich.text.strip() or any(s.style is Style.PRE for s in rich.spans)
    assert "\n\n\n" not in rich.text or any(s.style is Style.PRE for s in rich.spans)


def test_markdown() -> None:
    source = """# Title

Some **bold**, *slanted*, ~~gone~~ and `code` with a [link](/x).
Same paragraph.

> quoted

1. one
2. two

```py
x = 1
```

![A view](pic.png)
"""
    rich, images = markdown.to_rich(source, BASE)
    assert rich.text == (
        "Title\n\nSome bold, slanted, gone and code with a link. Same paragraph.\n\n"
        "quoted\n\n1. one\n2. two\n\nx = 1"
    )
    assert images == (Image("https://site.example/2026/05/pic.png", "A view"),)
    styles = [(s.style.value, rich.text[s.start : s.end], s.value) for s in rich.spans]
    assert styles == [
        ("heading", "Title", "1"),
        ("bold", "bold", ""),
        ("italic", "slanted", ""),
        ("strike", "gone", ""),
        ("code", "code", ""),
        ("link", "link", "https://site.example/x"),
        ("quote", "quoted", ""),
        ("pre", "x = 1", "py"),
    ]


def test_hostile_markdown() -> None:
    """What nests deeper than twenty levels may be left out."""
    for source in ("> " * 5_000 + "x", "[" * 20_000 + "x", "*" * 20_000 + "x", "- " * 3_000 + "x"):
        rich, _ = markdown.to_rich(source)
        assert rich == normalise(rich)


def test_spans_are_in_code_points() -> None:
    assert read("🔥 <b>x</b>").spans == (Span(2, 3, Style.BOLD),)

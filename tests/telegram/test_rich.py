"""Articles as rich messages, and what takes their place where Telegram refuses them."""

from __future__ import annotations

import html5lib
from hypothesis import given

from bots.telegram.render import render
from bots.telegram.rich import LIMIT, MOST_BLOCKS, article_html, blocks, inline
from core.ports import Target
from core.text.model import Rich, Span, Style, bold, join
from core.views import Button
from tests.telegram.house import article
from tests.text.strategies import riches

RICH = Target("-100111", "channel", "announce", style="rich")
PICTURE = 'https://paper.example/a.png?x=1&y="2"'


def words(html: str) -> str:
    """The text that a reader of the HTML finds."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return "".join(tree.itertext())


def test_an_article_has_heading_picture_blocks_and_footer() -> None:
    body = join(
        [
            Rich("Second").dressed(Style.HEADING, "2"),
            Rich("One ") + bold("bold") + " & <two>.",
            Rich("Said\nso").dressed(Style.QUOTE),
            Rich("a < b").dressed(Style.PRE, "c"),
        ],
        "\n\n",
    )
    view = article(head=Rich("Harbour deal\n1 May"), body=body, image=PICTURE)
    made = article_html(view, view.foot, picture=True)
    assert made == (
        '<img src="https://paper.example/a.png?x=1&amp;y=&quot;2&quot;"/>'
        "<h1>Harbour deal</h1><p>1 May</p>"
        "<h3>Second</h3><p>One <b>bold</b> &amp; &lt;two&gt;.</p>"
        "<blockquote>Said<br/>so</blockquote>"
        '<pre><code class="language-c">a &lt; b</code></pre>'
        "<footer>Comments are moderated.</footer>"
    )


@given(riches())
def test_no_word_is_lost_and_no_tag_is_torn(rich: Rich) -> None:
    plain = rich.text.replace("\0", "").replace("\r", " ")
    assert "".join(words(inline(Rich(plain))).split()) == "".join(plain.split())
    made = "".join(blocks(rich))
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parseFragment(made)
    torn = [e for e in parser.errors if "end-tag" in str(e[1]) or "expected-closing" in str(e[1])]
    assert not torn, (made, torn)


def test_an_address_cannot_end_its_link() -> None:
    odd = Rich("a", (Span(0, 1, Style.LINK, 'https://x.example/?q="><b>'),))
    assert inline(odd) == '<a href="https://x.example/?q=&quot;&gt;&lt;b&gt;">a</a>'


def test_the_smallest_headings_stay_headings() -> None:
    headings = join([Rich("a").dressed(Style.HEADING, level) for level in "156"], "\n\n")
    assert blocks(headings) == ["<h2>a</h2>", "<h6>a</h6>", "<h6>a</h6>"]


def test_nested_dress_closes_in_order() -> None:
    rich = Rich("abcd", (Span(0, 4, Style.BOLD), Span(1, 3, Style.LINK, "https://x.example/")))
    assert inline(rich) == '<b>a<a href="https://x.example/">bc</a>d</b>'


def test_a_very_long_article_is_cut_and_read_on() -> None:
    view = article(body=Rich("A sentence of some length. " * 3000))
    made = article_html(view, view.foot, picture=False)
    assert LIMIT - 200 < len(words(made)) <= LIMIT
    assert "<p>Read on</p><footer>" in made
    many = article(body=Rich("\n\n".join(f"Paragraph {n}." for n in range(900))))
    assert len(blocks(many.body)) <= MOST_BLOCKS - 20
    assert "Paragraph 899." in words("".join(blocks(many.body)))


def test_forms_go_from_the_richest_to_the_plainest() -> None:
    button = ((Button("Policy", "i1", door=True),),)
    (part,) = render(article(image="https://paper.example/a.png", buttons=button), RICH, "bot")
    forms = [form.payload for form in part.forms]
    assert ["rich_message" in form for form in forms] == [True, True, False, False]
    assert "<img" in forms[0]["rich_message"]["html"]
    assert "<img" not in forms[1]["rich_message"]["html"]
    assert forms[2]["link_preview_options"]["url"] == "https://paper.example/a.png"
    assert forms[3]["link_preview_options"] == {"is_disabled": True}
    assert all("reply_markup" in form for form in forms)
    assert [len(form.instead) for form in part.forms] == [3, 2, 1, 0]
    plain = Target("-100111", "channel", "announce")
    (part,) = render(article(), plain, "bot")
    assert part.instead == ()


def test_a_topic_keeps_its_name_in_every_form() -> None:
    topic = Target("-100888", "forum_group", "discuss", style="rich")
    (part,) = render(article(image="https://paper.example/a.png"), topic, "bot")
    assert {form.payload["name"] for form in part.forms} == {"Harbour deal"}

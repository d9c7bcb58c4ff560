"""Rich messages on the played Telegram."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bots.rehearsal.telegram import TelegramServer, Upload
from bots.rehearsal.telegram.pictures import jpeg
from bots.rehearsal.telegram.rich import media_urls
from bots.rehearsal.world import Switches
from tests.rehearsal.schemas_telegram import load
from tests.rehearsal.telegram_house import TOKEN, House, build
from tests.rehearsal.telegram_rules import fails
from tests.rehearsal.test_telegram_media import site


def sent(house: House, **rich: Any) -> list[dict[str, Any]]:
    """The blocks that a rich message shows."""
    answer = house.call("sendRichMessage", chat_id=house.group, rich_message=rich)
    schemas = load()
    if schemas is not None:
        body = {"ok": True, "result": answer}
        assert schemas.answer_problems("sendRichMessage", body) == []
    blocks: list[dict[str, Any]] = answer["rich_message"]["blocks"]
    return blocks


def paragraph(text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


def test_an_article_as_html() -> None:
    made = sent(
        build(),
        html=(
            "<h1>Harbour <i>deal</i></h1>\n<p>One  <b>bold</b> &amp; &eacute; &#233;<br/>two</p>"
            '<pre><code class="language-c">a &lt;\n  b</code></pre><hr/>'
            "<blockquote>Said<cite>Xi</cite></blockquote>loose words"
            '<p><a href="https://x.example/">here</a> and <a href="#n">there</a></p>'
            '<a name="n"></a><footer>Moderated</footer>'
        ),
    )
    bold, italic = {"type": "bold", "text": "bold"}, {"type": "italic", "text": "deal"}
    assert made == [
        {"type": "heading", "text": ["Harbour ", italic], "size": 1},
        paragraph(["One ", bold, " & &eacute; é\ntwo"]),
        {"type": "pre", "text": "a <\n  b", "language": "c"},
        {"type": "divider"},
        {"type": "blockquote", "blocks": [paragraph("Said")], "credit": "Xi"},
        paragraph("loose words"),
        paragraph(
            [
                {"type": "url", "text": "here", "url": "https://x.example/"},
                " and ",
                {"type": "anchor_link", "text": "there", "anchor_name": "n"},
            ]
        ),
        {"type": "anchor", "name": "n"},
        {"type": "footer", "text": "Moderated"},
    ]


def test_lists_tables_and_details() -> None:
    made = sent(
        build(),
        html=(
            '<ol start="3" type="a"><li>one</li><li value="9">two<ul><li>in</li></ul></li></ol>'
            '<ul><li><input type="checkbox" checked>done</li></ul>'
            "<table bordered><caption>T</caption><tr><th>H</th></tr>"
            '<tr><td colspan="2" align="center">v</td></tr></table>'
            "<details open><summary>S</summary><p>inside</p></details>"
            "<aside>Pulled<cite>By</cite></aside>"
        ),
    )
    ordered, boxes, table, details, pulled = made
    first, second = ordered["items"]
    assert (first["label"], first["value"], first["type"]) == ("3.", 3, "a")
    assert (second["value"], second["blocks"][1]["items"][0]["label"]) == (9, "•")
    assert boxes["items"][0]["is_checked"] is True
    assert table["cells"][0][0]["is_header"] is True
    assert table["cells"][1][0]["colspan"] == 2
    assert (table["caption"], table["is_bordered"]) == ("T", True)
    assert details["is_open"] is True
    assert pulled == {"type": "pullquote", "text": "Pulled", "credit": "By"}


def test_markdown_means_what_html_means() -> None:
    made = sent(
        build(),
        markdown="# Head\n\nWords **bold** ~~gone~~ <u>under</u>\n\n- a\n- b\n\n"
        "```py\nx\n```\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n> said",
    )
    assert [block["type"] for block in made] == [
        "heading",
        "paragraph",
        "list",
        "pre",
        "table",
        "blockquote",
    ]
    kinds = [part["type"] for part in made[1]["text"] if isinstance(part, dict)]
    assert kinds == ["bold", "strikethrough", "underline"]


def test_links_and_names_are_found_unless_they_shall_not() -> None:
    house = build()
    html = "<p>See https://x.example/a and @ana_reads or #deal</p>"
    (found,) = sent(house, html=html)
    kinds = [part["type"] for part in found["text"] if isinstance(part, dict)]
    assert kinds == ["url", "mention", "hashtag"]
    (left,) = sent(house, html=html, skip_entity_detection=True)
    assert left["text"] == "See https://x.example/a and @ana_reads or #deal"


@pytest.mark.parametrize(
    ("rich", "text"),
    [
        ({}, "exactly one"),
        ({"html": "<p>a</p>", "markdown": "a"}, "exactly one"),
        ({"html": "<div>a</div>"}, "unsupported start tag"),
        ({"html": "<p>a"}, "no end tag"),
        ({"html": "<b><i>a</b></i>"}, "unexpected end tag"),
        ({"html": '<p><img src="https://a.example/p.jpg"/></p>'}, "inside of a text"),
        ({"html": '<tg-time unix="x">a</tg-time>'}, "DATE_INVALID"),
        ({"html": "<p>" + "x" * 32_769 + "</p>"}, "too long"),
        ({"html": "<p>x</p>" * 501}, "too many blocks"),
        ({"html": "<ul>" + "<li>x</li>" * 250 + "</ul>"}, "too many blocks"),
        ({"html": "<blockquote>" * 16 + "x" + "</blockquote>" * 16}, "too deep"),
        ({"html": "<table><tr>" + "<td>x</td>" * 21 + "</tr></table>"}, "columns"),
        ({"html": "<p> </p>", "is_rtl": True}, ""),
        ({"html": '<img src="https://a.example/p.jpg"/>'}, "failed to get HTTP URL"),
    ],
)
def test_what_is_refused(rich: dict[str, Any], text: str) -> None:
    house = build()
    call = {"chat_id": house.group, "rich_message": rich}
    if text:
        assert text in fails(lambda: house.call("sendRichMessage", **call))
        assert house.side.messages(house.group)[-1].get("rich_message") is None


def test_the_limits_themselves_are_allowed() -> None:
    house = build()
    sent(house, html="<p>" + "x" * 32_768 + "</p>")
    sent(house, html="<p>x</p>" * 500)
    sent(house, html="<blockquote>" * 15 + "x" + "</blockquote>" * 15)
    sent(house, html="<table><tr>" + "<td>x</td>" * 20 + "</tr></table>")


def test_a_rich_post_is_forwarded_edited_and_becomes_a_text() -> None:
    house = build()
    post = house.call(
        "sendRichMessage", chat_id=house.channel, rich_message={"html": "<p>One</p>"}
    )["message_id"]
    (update,) = house.fresh()
    assert update["message"]["is_automatic_forward"] is True
    assert update["message"]["rich_message"]["blocks"] == [paragraph("One")]
    at = {"chat_id": house.channel, "message_id": post}
    house.call("editMessageText", **at, rich_message={"html": "<p>Two</p>"})
    (update,) = house.fresh()
    assert update["edited_message"]["rich_message"]["blocks"] == [paragraph("Two")]
    assert "not modified" in fails(
        lambda: house.call("editMessageText", **at, rich_message={"html": "<p>Two</p>"})
    )
    edited = house.call("editMessageText", **at, text="Three")
    assert edited["text"] == "Three"
    assert "rich_message" not in edited
    edited = house.call("editMessageText", **at, rich_message={"html": "<p>Four</p>"})
    assert "text" not in edited
    photo = house.call(
        "sendPhoto", chat_id=house.channel, photo=Upload("p.jpg", "image/jpeg", jpeg(9, 9))
    )
    at["message_id"] = photo["message_id"]
    assert "no text" in fails(lambda: house.call("editMessageText", **at, text="x"))


async def test_pictures_come_from_this_machine_and_an_old_server_knows_nothing() -> None:
    switches = Switches()
    house = build(switches=switches)
    server = TelegramServer(house.world, house.side)
    url = f"{await server.start()}/bot{TOKEN}"
    async with site() as pictures, aiohttp.ClientSession() as session:
        html = (
            f'<figure><img src="{pictures}/p.jpg" tg-spoiler/><figcaption>C</figcaption></figure>'
        )
        body = {"chat_id": house.group, "rich_message": {"html": html}}
        assert media_urls({"html": html}) == [("img", f"{pictures}/p.jpg")]
        markdown = f'![]({pictures}/p.jpg "C")'
        assert media_urls({"markdown": markdown}) == [("img", f"{pictures}/p.jpg")]
        async with session.post(f"{url}/sendRichMessage", json=body) as response:
            (block,) = (await response.json())["result"]["rich_message"]["blocks"]
        assert (block["type"], block["has_spoiler"]) == ("photo", True)
        assert (block["photo"][-1]["width"], block["caption"]) == (64, {"text": "C"})
        switches.rich_messages = False
        async with session.post(f"{url}/sendRichMessage", json=body) as response:
            assert response.status == 404
            assert (await response.json())["description"] == "Not Found"
        said = house.call("sendMessage", chat_id=house.group, text="x")["message_id"]
        body |= {"message_id": said}
        async with session.post(f"{url}/editMessageText", json=body) as response:
            assert "message text is empty" in (await response.json())["description"]
    await server.stop()
    house.world.close()

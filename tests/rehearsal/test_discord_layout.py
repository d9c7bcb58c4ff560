"""Layout components on the played Discord: their limits, their media, and the real client."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest
from discord import ui

from bots.rehearsal.discord import ApiError, File
from bots.rehearsal.telegram.pictures import jpeg
from tests.rehearsal.discord_house import TOKEN, House, house, town

V2 = 1 << 15
Json = dict[str, Any]


def text(words: str = "words") -> Json:
    return {"type": 10, "content": words}


def container(*inner: Json) -> Json:
    return {"type": 17, "components": list(inner)}


def gallery(*urls: str) -> Json:
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


def post(h: House, *components: Json, files: tuple[File, ...] = (), **more: Any) -> Json:
    body = {"flags": V2, "components": list(components), **more}
    path = f"/channels/{h.text}/messages"
    made: Json = h.side.call(TOKEN, "POST", path, json=body, files=files)
    return made


def errors(h: House, *components: Json, files: tuple[File, ...] = (), **more: Any) -> Json:
    """The tree of errors with which this layout is refused."""
    with pytest.raises(ApiError) as caught:
        post(h, *components, files=files, **more)
    assert caught.value.code == 50035, caught.value
    tree: Json = caught.value.extra["errors"]
    return tree


def code(node: Json, path: str) -> str:
    """The code of the first error at a dotted path."""
    for step in path.split("."):
        node = node[step]
    return str(node["_errors"][0]["code"])


def test_a_layout_holds_every_kind_and_its_media() -> None:
    with house() as h:
        button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
        thumb = {"type": 11, "media": {"url": "attachment://a.jpg"}, "spoiler": True}
        made = post(
            h,
            container(
                text("# Title"),
                {"type": 9, "components": [text()], "accessory": thumb},
                {"type": 9, "components": [text()], "accessory": button},
                gallery("attachment://a.jpg", "https://example.org/b.png"),
                {"type": 14, "spacing": 2},
                {"type": 13, "file": {"url": "attachment://n.pdf"}},
                {"type": 1, "components": [{**button, "custom_id": "two"}]},
            ),
            files=(File("files[0]", "a.jpg", jpeg(40, 30)), File("files[1]", "n.pdf", b"%PDF")),
        )
        _, section, _, pictures, line, file, _ = made["components"][0]["components"]
        media = section["accessory"]["media"]
        attached = made["attachments"][0]
        assert (media["width"], media["height"], media["url"]) == (40, 30, attached["url"])
        assert media["attachment_id"] == attached["id"]
        assert pictures["items"][1]["media"]["url"] == "https://example.org/b.png"
        assert pictures["items"][1]["description"] is None
        assert (file["name"], file["size"]) == ("n.pdf", 4)
        assert (line["spacing"], line["divider"]) == (2, True)
        assert h.side.person_presses(h.ana, made["id"], "go").doc["message_id"] == made["id"]


def test_forty_components_and_four_thousand_characters_are_the_most() -> None:
    with house() as h:
        post(h, container(*[text("x")] * 39))
        assert code(errors(h, container(*[text("x")] * 40)), "components")
        post(h, text("x" * 2000), container(text("y" * 2000)))
        tree = errors(h, text("x" * 2000), text("y" * 2001))
        assert code(tree, "components") == "COMPONENT_MAX_TOTAL_TEXT_SIZE_EXCEEDED"


def test_the_flag_stays_and_empties_the_rest() -> None:
    with house() as h:
        tree = errors(h, text(), content="x", embeds=[{"title": "t"}])
        assert code(tree, "content") == "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        assert set(tree) == {"content", "embeds"}
        made = post(h, text("one"))
        path = f"/channels/{h.text}/messages/{made['id']}"
        edited = h.call("PATCH", path, {"flags": 0, "components": [text("two")]})
        assert edited["flags"] & V2
        h.fails(50035, "PATCH", path, {"content": "words"})
        plain = h.send(h.text, "words")["id"]
        path = f"/channels/{h.text}/messages/{plain}"
        h.fails(50035, "PATCH", path, {"flags": V2, "components": [text()]})
        body = {"flags": V2, "components": [text()], "content": None}
        assert h.call("PATCH", path, body)["flags"] & V2
        h.fails(50035, "POST", f"/channels/{h.text}/messages", {"components": [text()]})
        h.fails(50006, "POST", f"/channels/{h.text}/messages", {"flags": V2, "components": []})


@pytest.mark.parametrize(
    ("component", "path"),
    [
        ({"type": 10, "content": ""}, "components.0.content"),
        ({"type": 9, "components": [text()]}, "components.0.accessory"),
        ({"type": 9, "components": [], "accessory": {"type": 2}}, "components.0.components"),
        ({"type": 9, "components": [text()], "accessory": text()}, "components.0.accessory.type"),
        (gallery(), "components.0.items"),
        (gallery(*["https://e.org/a.png"] * 11), "components.0.items"),
        (gallery("ftp://e.org/a"), "components.0.items.0.media.url"),
        (gallery("attachment://none.png"), "components.0.items.0.media.url"),
        ({"type": 13, "file": {"url": "https://e.org/a"}}, "components.0.file.url"),
        ({"type": 14, "spacing": 3}, "components.0.spacing"),
        (container(), "components.0.components"),
        (container(container(text())), "components.0.components.0.type"),
        ({**container(text()), "accent_color": 1 << 24}, "components.0.accent_color"),
        ({"type": 2, "style": 1, "label": "x", "custom_id": "x"}, "components.0.type"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(component: Json, path: str) -> None:
    with house() as h:
        assert code(errors(h, component), path)


class Layout(ui.LayoutView):
    """What a bot builds with discord.py."""

    def __init__(self) -> None:
        super().__init__()
        self.add_item(
            ui.Container(
                ui.TextDisplay("# Title"),
                ui.Section(ui.TextDisplay("words"), accessory=ui.Thumbnail("attachment://a.jpg")),
                ui.MediaGallery(discord.MediaGalleryItem("attachment://a.jpg", description="alt")),
                ui.Separator(),
                ui.File("attachment://n.pdf"),
                accent_color=0x123456,
            )
        )


async def test_the_real_client_sends_a_layout_with_files() -> None:
    async with town() as t:
        client = await t.client()
        channel = client.get_channel(int(t.house.text))
        assert isinstance(channel, discord.TextChannel)
        files = [
            discord.File(io.BytesIO(jpeg(40, 30)), "a.jpg"),
            discord.File(io.BytesIO(b"%PDF"), "n.pdf"),
        ]
        sent = await channel.send(view=Layout(), files=files)
        shown = await channel.fetch_message(sent.id)
        [box] = shown.components
        assert isinstance(box, discord.components.Container)
        kinds = [type(one).__name__ for one in box.children]
        assert kinds == [
            "TextDisplay",
            "SectionComponent",
            "MediaGalleryComponent",
            "SeparatorComponent",
            "FileComponent",
        ]

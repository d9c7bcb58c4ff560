"""From views to messages as Discord takes them. Pure: same view, same parts.

A part's payload holds the keys of Discord's message object (content, embeds, components, flags);
`username` for a webhook; `name` and `labels` for a forum post. Limits: Discord's documentation,
"Message" and "Component Reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bots.discord import container
from bots.discord.media import VOICE
from bots.discord.text import cost, to_discord
from core.ports import Target
from core.text.model import Rich, Style, bold, join
from core.text.split import cut, split
from core.text.tools import normalise
from core.views import (
    Answer,
    ArticleView,
    Button,
    CommentView,
    Field,
    Form,
    Media,
    NoticeView,
    Part,
    Rows,
    View,
)

Json = dict[str, Any]

CONTENT = 2000
LEAD = 110
"""Characters that the link takes with which a webhook's message says what it answers."""
FILES = 10
DESCRIPTION = 4096
ALL_EMBEDS = 6000
THREAD_NAME = 100
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
NO_MENTIONS: Json = {"parse": []}
WEBHOOK, RICH = "webhook", "rich"
_BLANK = "\u200b"
_HEAD, _FOOT = 2000, 800
_LABEL, _URL, _MODAL_TITLE, _INPUT, _NOTE = 80, 512, 45, 4000, 100
FILE_UPLOAD = 19
_STYLES = {"good": 3, "bad": 4}
_GREY, _LINK_STYLE = 2, 5
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ud800-\udfff]"
)
_RESERVED = re.compile(r"(?i)(dis)(cord)|(cly)(de)")


def render(view: View, target: Target) -> list[Part]:
    """The messages that show the view at the target; always at least one."""
    if isinstance(view, ArticleView):
        return [_article(view, target)]
    if isinstance(view, CommentView):
        return _comment(view, target.styled(WEBHOOK))
    return _notice(view)


def body_to_send(payload: Mapping[str, Any]) -> Json:
    """The request body of a new message, mentions switched off."""
    keys = ("content", "embeds", "components", "flags")
    return {**{k: payload[k] for k in keys if k in payload}, "allowed_mentions": NO_MENTIONS}


def body_to_edit(payload: Mapping[str, Any]) -> Json:
    """The request body of an edit: what the part does not hold is taken away."""
    layout = int(payload.get("flags") or 0) & container.COMPONENTS_V2
    empty: Json = {"content": None if layout else "", "embeds": [], "components": []}
    return {**empty, **body_to_send(payload)}


# Articles


def _article(view: ArticleView, target: Target) -> Part:
    payload, *instead = _article_forms(view, target)
    if target.kind != "forum":
        return Part("message", payload, instead=tuple(instead))
    post: Json = {"name": thread_name(view.title), "labels": list(view.labels)}
    return Part("post", payload | post, instead=tuple(form | post for form in instead))


def _article_forms(view: ArticleView, target: Target) -> list[Json]:
    """The article's payloads, the plainest last: in a container where the channel's style is
    rich, else in an embed; with the picture, then without it."""
    buttons = rows(view.buttons)
    pictures = [True, False] if _address(view.image, 2048) and not view.withdrawn else [False]
    forms = []
    if target.styled(RICH):
        forms += [container.article(view, buttons, picture=picture) for picture in pictures]
    return forms + [_embedded(view, buttons, picture) for picture in pictures]


def _embedded(view: ArticleView, buttons: list[Json], picture: bool) -> Json:
    embed: Json = {"description": _description(view)}
    if picture:
        embed["image"] = {"url": view.image}
    return {"embeds": [embed], "components": buttons}


def _description(view: ArticleView) -> str:
    head, _ = cut(view.head, _HEAD, cost)
    foot, _ = cut(view.foot, _FOOT, cost)
    if view.withdrawn:
        return _joined(head, cut(view.withdrawn, _HEAD // 2, cost)[0], foot)
    # A body that is clearly too long is not measured as a whole.
    whole = _rich(head, view.body, foot)
    if len(view.body) <= DESCRIPTION and cost(whole) <= DESCRIPTION:
        return to_discord(whole)
    return _shortened(head, view, foot)


def _shortened(head: Rich, view: ArticleView, foot: Rich) -> str:
    rest = _rich(head, view.read_on, foot)
    # 16: the blank lines around the body, and markup that closes at the cut.
    body, _ = cut(view.body, max(DESCRIPTION - cost(rest) - 16, 1), cost)
    return _joined(head, body, view.read_on, foot)


def _rich(*pieces: Rich) -> Rich:
    return normalise(join([p for p in pieces if p], "\n\n"))


def _joined(*pieces: Rich) -> str:
    return to_discord(_rich(*pieces))


def thread_name(title: str) -> str:
    """A thread's name: 1 to 100 characters on one line."""
    name = " ".join(_INVISIBLE.sub(" ", title).split())
    return name if len(name) <= THREAD_NAME else name[: THREAD_NAME - 1].rstrip() + "…"


def tags_for(labels: Iterable[str], channel: Mapping[str, Any]) -> list[str]:
    """The ids of a forum's tags that bear these labels, at most 5; one at all where the forum
    demands a tag and none fits."""
    available = list(channel.get("available_tags") or ())
    by_name = {str(t["name"]).strip().casefold(): str(t["id"]) for t in available}
    wanted = [label.strip().removeprefix("#").casefold() for label in labels]
    found = list(dict.fromkeys(by_name[name] for name in wanted if name in by_name))[:5]
    demanded = int(channel.get("flags") or 0) & (1 << 4)
    if not found and demanded and available:
        open_to_all = [t for t in available if not t.get("moderated")] or available
        found = [str(open_to_all[0]["id"])]
    return found


# Comments and notices


def _comment(view: CommentView, webhook: bool) -> list[Part]:
    extra: Json = {"flags": SUPPRESS_EMBEDS}
    if webhook:
        extra["username"] = username(view.name)
        head = Rich(" ".join(view.head.text.replace(view.name, "", 1).split()))
    else:
        head = view.head
    head = head if head.spans else head.dressed(Style.BOLD)
    quote = view.quote.dressed(Style.QUOTE)
    notes = view.notes if view.notes.spans else view.notes.dressed(Style.ITALIC)
    pieces = [p for p in (head, quote, view.text, notes) if p]
    limit = CONTENT - LEAD if webhook else CONTENT
    parts = _texts(normalise(join(pieces, "\n")), view.buttons, extra, limit)
    return _with_media(parts, view.media, extra, voices=not webhook)


def _notice(view: NoticeView) -> list[Part]:
    """A desk's card stays one message, so that its buttons stand below its own text: what is
    too long for the content goes into embeds, as far as those reach."""
    return _with_media(_notice_texts(view), view.media, {}, voices=False)


def _notice_texts(view: NoticeView) -> list[Part]:
    if cost(view.text) <= CONTENT:
        return _texts(view.text, view.buttons, {})
    pages = split(view.text, DESCRIPTION, cost)
    if sum(cost(page) for page in pages) > ALL_EMBEDS:
        return _texts(view.text, view.buttons, {}, again=view.again)
    embeds = [{"description": to_discord(page)} for page in pages]
    return [Part("message", {"embeds": embeds, "components": rows(view.buttons)})]


def _with_media(
    parts: list[Part], media: Sequence[Media], extra: Json, *, voices: bool
) -> list[Part]:
    """The files below the first message; a voice message is one of its own, without words, and
    not for a webhook."""
    apart = [m for m in media if voices and m.kind == "voice" and not m.spoiler]
    files = [m for m in media if m not in apart]
    made = list(parts)
    if files:
        made[0] = Part("message", parts[0].payload, media=tuple(files[:FILES]), form="media")
    for start in range(FILES, len(files), FILES):
        more = tuple(files[start : start + FILES])
        made.append(Part("message", {"content": "", **extra}, media=more, form="media"))
    voice: Json = {"content": "", "flags": VOICE}
    return made + [Part("message", voice, media=(m,), form="voice") for m in apart]


def _texts(
    text: Rich, buttons: Rows, extra: Json, limit: int = CONTENT, again: str = ""
) -> list[Part]:
    """The text in as many messages as it takes, the buttons under the last; each further one
    begins with `again`."""
    head = bold(f"{again} …") + "\n" if again else Rich()
    pieces = split(text, limit - cost(head), cost)
    parts = [head + piece if position else piece for position, piece in enumerate(pieces)]
    contents = [to_discord(part) for part in parts] or [_BLANK]
    payloads: list[Json] = [{"content": content, **extra} for content in contents]
    payloads[-1]["components"] = rows(buttons)
    return [Part("message", payload) for payload in payloads]


def username(name: str) -> str:
    """A name that Discord accepts for a webhook: 1 to 80 characters, nothing invisible, without
    its reserved words ("discord", "clyde") and without characters of mentions."""
    shown = _INVISIBLE.sub("", name)
    shown = re.sub(r"[@#:`]", " ", shown)
    shown = _RESERVED.sub(lambda m: "·".join(g for g in m.groups() if g), shown)
    shown = " ".join(shown.split())[:80].strip()
    return f"{shown}." if shown.casefold() in ("everyone", "here") else shown or "…"


# Buttons and forms


def rows(buttons: Rows) -> list[Json]:
    """Action rows: at most 5 rows of at most 5 buttons."""
    made: list[Json] = []
    for row in buttons:
        usable = [b for b in (_button(button) for button in row) if b is not None]
        for start in range(0, len(usable), 5):
            made.append({"type": 1, "components": usable[start : start + 5]})
    return made[:5]


def _button(button: Button) -> Json | None:
    label = " ".join(button.label.split())[:_LABEL] or "…"
    if button.action:
        style = _STYLES.get(button.tone, _GREY)
        return {"type": 2, "style": style, "label": label, "custom_id": button.action}
    if not _address(button.url, _URL):
        return None
    return {"type": 2, "style": _LINK_STYLE, "label": label, "url": button.url}


def _address(url: str, limit: int) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= limit


def modal(form: Form, token: str) -> Json:
    """A form as the data of a modal response; `token` becomes its custom_id."""
    return {
        "title": form.title[:_MODAL_TITLE] or "…",
        "custom_id": token,
        "components": [_label(field) for field in form.fields],
    }


def _label(field: Field) -> Json:
    note = {"description": field.note[:_NOTE]} if field.note else {}
    label = field.label[:_MODAL_TITLE]
    return {"type": 18, "label": label, **note, "component": _input(field)}


def _input(field: Field) -> Json:
    if field.files:
        low = 1 if field.required else 0
        most = min(field.files, FILES)
        limits = {"min_values": low, "max_values": most, "required": field.required}
        return {"type": FILE_UPLOAD, "custom_id": field.name, **limits}
    return {
        "type": 4,
        "custom_id": field.name,
        "style": 2 if field.long else 1,
        "max_length": min(max(field.limit, 1), _INPUT),
        "required": field.required,
        **({"value": field.value[:_INPUT]} if field.value else {}),
    }


def answers(answer: Answer) -> Sequence[Json]:
    """An answer as message bodies, the first of which carries as much as one message may."""
    text = answer.text or Rich(answer.alert)
    parts = _texts(text, (*answer.buttons, *answer.menu), {"flags": SUPPRESS_EMBEDS})
    return [body_to_send(part.payload) for part in parts]

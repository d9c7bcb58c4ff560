"""Articles that people hand in: a file with front matter, or the address of a page."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

# What reads files alone (YAML, Markdown) is imported where it reads, not when the program starts.
from core.events import readable
from core.feeds.assemble import language_tag, merged_images, tidy_labels
from core.feeds.digest import bare
from core.feeds.errors import DocumentError
from core.feeds.links import absolute, canonical
from core.feeds.model import Draft, Image
from core.feeds.page import from_page
from core.text import html
from core.text.model import Rich, Style
from core.text.tools import strip

__all__ = ["DocumentError", "from_file", "from_page"]

LONGEST_FRONT = 20_000
LONGEST_FILE = 2_000_000
"""Characters of the front matter and of the whole file."""

FIELDS = ("title", "deck", "byline", "date", "updated", "labels", "image", "link", "language", "id")
_OTHER_NAMES = {
    "headline": "title",
    "subtitle": "deck",
    "summary": "deck",
    "description": "deck",
    "author": "byline",
    "authors": "byline",
    "published": "date",
    "tags": "labels",
    "permalink": "link",
    "url": "link",
    "lang": "language",
}
_HALVES = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_FRONT = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HTML_START = re.compile(r"\s*(?:<!doctype html|<html|<article|<body|<p|<div|<h1)\b", re.IGNORECASE)


def from_file(name: str, text: str, zone: str = "UTC") -> Draft:
    """The article in a Markdown or HTML file.

    name: the file's, which tells HTML (.html, .htm) from Markdown; text: its content, opening
    with YAML front matter between two lines of "---": title, deck, byline, date, updated,
    labels, image (an address, or url and alt), link, language, id. Without a title the first
    heading is one. A date without a zone is meant in `zone` (an IANA name). Raises
    DocumentError that names the field and the fix.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_FILE:
        raise DocumentError("The file is longer than 2 million characters. Shorten it.")
    front, rest = _split(text)
    fields = _Fields(front, zone)
    link = fields.link()
    body, inside = _body(name, rest, link)
    title, body = _title(fields.line("title"), body)
    if not body:
        raise DocumentError("The file has no text below its front matter. Write the article there.")
    draft = Draft(
        key=fields.line("id") or _key(name, title),
        link=link,
        headline=title,
        deck=fields.line("deck"),
        byline=", ".join(fields.lines("byline")),
        body=body,
        images=merged_images([*fields.images(link), *inside]),
        labels=tidy_labels(tuple(fields.lines("labels"))),
        published=fields.moment("date"),
        updated=fields.moment("updated"),
        language=fields.language(),
    )
    return readable(draft)


def _split(text: str) -> tuple[dict[str, Any], str]:
    """The front matter's fields and the text below it."""
    if not text.lstrip("\n").startswith("---"):
        return {}, text
    found = _FRONT.match(text.lstrip("\n"))
    if found is None:
        raise DocumentError('The front matter does not end. Put a line "---" below its fields.')
    if len(found[1]) > LONGEST_FRONT:
        raise DocumentError("The front matter is too long. Did its closing line “---” get lost?")
    return _named(_yaml(found[1])), text.lstrip("\n")[found.end() :]


def _yaml(front: str) -> Mapping[Any, Any]:
    import yaml

    try:
        value = yaml.safe_load(_HALVES.sub(_joined, front))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise DocumentError(
            f"The front matter cannot be read{where}. Each line is “field: value”; put a value "
            "that holds a colon or begins with a sign in quotes."
        ) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DocumentError("The front matter holds no fields. Each line is “field: value”.")
    return value


def _joined(halves: re.Match[str]) -> str:
    """The character that JSON, in which many programs write quoted values, gives in two halves
    (RFC 8259, section 7); YAML would read each as one of its own."""
    return bytes.fromhex(halves[1] + halves[2]).decode("utf-16-be")


def _named(front: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields by our names. Unknown ones are let be, unless they look like a slip."""
    fields: dict[str, Any] = {}
    for written, value in front.items():
        name = str(written).strip().lower()
        field = _OTHER_NAMES.get(name, name)
        if field == "draft" and value is True:
            raise DocumentError("The file says “draft: true”. Take that line out to publish it.")
        if field not in FIELDS:
            _refuse_slip(name)
        elif value is not None:
            fields.setdefault(field, value)
    return fields


def _refuse_slip(name: str) -> None:
    near = difflib.get_close_matches(name[:40], [*FIELDS, *_OTHER_NAMES], n=1, cutoff=0.8)
    if near:
        raise DocumentError(f"Unknown field “{name[:40]}”. Did you mean “{near[0]}”?")


@dataclass(frozen=True, slots=True)
class _Fields:
    """The front matter, each field checked as it is asked for."""

    values: Mapping[str, Any]
    zone: str

    def line(self, name: str) -> str:
        value = self.values.get(name, "")
        if isinstance(value, list | dict | bool):
            raise DocumentError(f"“{name}” must be one line of text. Put it in quotes.")
        return " ".join(str(value).split())

    def lines(self, name: str) -> list[str]:
        """A list, or one line with commas."""
        value = self.values.get(name, [])
        if isinstance(value, dict):
            raise DocumentError(f"“{name}” must be a list, such as [one, two].")
        pieces = value if isinstance(value, list) else str(value).split(",")
        if any(isinstance(piece, list | dict) for piece in pieces):
            raise DocumentError(f"“{name}” must be a plain list, such as [one, two].")
        return [line for piece in pieces if (line := " ".join(str(piece).split()))]

    def link(self) -> str:
        written = self.line("link")
        link = canonical(written)
        if written and not link:
            raise DocumentError("“link” must be a full address beginning with https://.")
        return link

    def images(self, link: str) -> list[Image]:
        """image: an address, {url, alt}, or a list of either."""
        value = self.values.get("image", [])
        return [self._image(one, link) for one in (value if isinstance(value, list) else [value])]

    def _image(self, value: Any, link: str) -> Image:
        if isinstance(value, dict):
            written, alt = value.get("url") or value.get("src") or "", value.get("alt") or ""
        else:
            written, alt = value, ""
        url = absolute(str(written), link)
        if not url:
            raise DocumentError(
                "“image” must be a full address beginning with https://. With a description it "
                "is written as “image: {url: https://…, alt: …}”."
            )
        return Image(url, " ".join(str(alt).split()))

    def moment(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None or value == "":
            return None
        moment = self._moment(value)
        if moment is None:
            raise DocumentError(
                f"“{name}” cannot be read. Write it as 2024-05-31, or 2024-05-31 08:00."
            )
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.zone))
        return moment.astimezone(UTC).timestamp()

    @staticmethod
    def _moment(value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time())
        try:
            return datetime.fromisoformat(str(value).strip())
        except ValueError:
            return None

    def language(self) -> str:
        written = self.values.get("language", "")
        # YAML reads the code of Norwegian, `no`, as a falsehood.
        written = "no" if written is False else str(written)
        tag = language_tag(written)
        if written.strip() and not tag:
            raise DocumentError("“language” must be a code such as en or es.")
        return tag


def _body(name: str, rest: str, link: str) -> tuple[Rich, tuple[Image, ...]]:
    suffix = PurePath(name).suffix.lower()
    if suffix in (".html", ".htm") or (suffix not in (".md", ".markdown") and _is_html(rest)):
        return html.to_rich(rest, link)
    from core.text import markdown

    return markdown.to_rich(rest, link)


def _is_html(text: str) -> bool:
    return bool(_HTML_START.match(text))


def _title(title: str, body: Rich) -> tuple[str, Rich]:
    """The title, and the body without a first heading that is or repeats it."""
    end = _first_heading(body)
    heading = " ".join(body.text[:end].split())
    if heading and (not title or bare(heading) == bare(title)):
        return title or heading, strip(body.slice(end, len(body)))
    if not title:
        raise DocumentError(
            "The article has no title. Add “title: …” to the front matter, or begin the text with "
            "a heading (“# …”)."
        )
    return title, body


def _first_heading(body: Rich) -> int:
    """Where the heading ends that the body opens with, 0 where it opens otherwise."""
    ends = (s.end for s in body.spans if s.style is Style.HEADING and s.start == 0)
    return max(ends, default=0)


def _key(name: str, title: str) -> str:
    """The same file with the same title is the same article: handing it in again corrects it."""
    mark = hashlib.sha256(bare(title).encode("utf-8", "replace")).hexdigest()[:12]
    return f"file:{PurePath(name).name[:200]}:{mark}"

"""JSON-LD as pages embed it: the one object that is the article (https://schema.org/Article)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from core.feeds.links import canonical, comparable
from core.feeds.model import Image

LONGEST = 2_000_000
MOST_NODES = 2_000
DEEPEST = 12
"""Limits on one page's JSON-LD: characters, objects, nesting."""

_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BackgroundNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "LiveBlogPosting",
        "BlogPosting",
        "SocialMediaPosting",
        "Report",
        "ScholarlyArticle",
        "TechArticle",
    ]
)


@dataclass(frozen=True, slots=True)
class Article:
    """What JSON-LD says of the article, as written; "" and () for what it does not say."""

    headline: str = ""
    description: str = ""
    body: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    labels: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""


def article_in(scripts: Sequence[str], url: str) -> Article:
    """The article among the page's JSON-LD blocks: the one that names the page's address, else
    the first; an empty Article where there is none. Blocks that are no JSON are passed over."""
    nodes = [node for script in scripts[:50] for node in _nodes(_loaded(script))][:MOST_NODES]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    articles = [node for node in nodes if _types(node) & _TYPES and _is_full(node)]
    own = [node for node in articles if _names(node, url)]
    chosen = next(iter(own or articles), None)
    return _article(chosen, by_id) if chosen is not None else Article()


def _loaded(script: str) -> Any:
    text = script.strip().removeprefix("<!--").removesuffix("-->")
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    if len(text) > LONGEST:
        return None
    try:
        return json.loads(text.strip().strip("/*").strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every object, the outer ones first."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value[:MOST_NODES]:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            if isinstance(item, list | dict):
                yield from _nodes(item, depth + 1)


def _types(node: Mapping[str, Any]) -> set[str]:
    written = node.get("@type")
    types = written if isinstance(written, list) else [written]
    return {t.rpartition("/")[2] for t in types if isinstance(t, str)}


def _is_full(node: Mapping[str, Any]) -> bool:
    """Teasers of other articles rarely carry more than a headline and an address."""
    return any(node.get(name) for name in ("headline", "name", "articleBody"))


def _names(node: Mapping[str, Any], url: str) -> bool:
    page = node.get("mainEntityOfPage")
    page = page.get("@id") or page.get("url") if isinstance(page, dict) else page
    here = comparable(canonical(url))
    named = (page, node.get("url"), node.get("@id"))
    return any(isinstance(n, str) and comparable(canonical(n, url)) == here for n in named)


_ById = Mapping[str, Mapping[str, Any]]


def _article(node: Mapping[str, Any], by_id: _ById) -> Article:
    labels = _strings(node.get("keywords"), commas=True) or _strings(node.get("articleSection"))
    return Article(
        headline=_line(node.get("headline") or node.get("name")),
        description=_line(node.get("description")),
        body=_text(node.get("articleBody") or node.get("text")),
        url=_text(node.get("url")),
        authors=tuple(_names_of(node.get("author") or node.get("creator"), by_id)),
        images=tuple(_images(node.get("image") or node.get("thumbnailUrl"), by_id)),
        labels=tuple(labels),
        published=_text(node.get("datePublished") or node.get("dateCreated")),
        updated=_text(node.get("dateModified")),
        language=_language(node.get("inLanguage")),
    )


def _text(value: Any) -> str:
    """A text, or the value of a language-tagged one."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), "")
    return value.strip() if isinstance(value, str) else ""


def _line(value: Any) -> str:
    return " ".join(unescape(_text(value)).split())


def _strings(value: Any, commas: bool = False) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in (value.split(",") if commas else [value])]
    if isinstance(value, list):
        return [_line(item) for item in value[:100]]
    return []


def _resolved(value: Any, by_id: _ById) -> list[Any]:
    """A value as a list, with references to other objects of the page followed once."""
    items = value[:50] if isinstance(value, list) else [value]
    found: list[Any] = []
    for item in items:
        name = item.get("@id") if isinstance(item, dict) else None
        known = by_id.get(name) if isinstance(name, str) else None
        found.append({**known, **item} if known is not None else item)
    return found


def _names_of(value: Any, by_id: _ById) -> Iterator[str]:
    for item in _resolved(value, by_id):
        name = _line(item.get("name")) if isinstance(item, dict) else _line(item)
        if name:
            yield name


def _images(value: Any, by_id: _ById) -> Iterator[Image]:
    for item in _resolved(value, by_id):
        if isinstance(item, dict):
            url = _text(item.get("url")) or _text(item.get("contentUrl"))
            alt = _line(item.get("caption")) or _line(item.get("description"))
        else:
            url, alt = _text(item), ""
        if url:
            yield Image(url, alt)


def _language(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    return _text(value)

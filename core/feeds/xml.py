"""Text of a feed to a small, tidy tree: what both readers of XML feeds start from.

Entities, DTDs and anything beyond the limits never reach a parser. Only what makes an article
stays in the tree, so that no reader can be hung by what nobody reads.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from core.feeds.errors import FeedUnreadable
from core.feeds.links import absolute
from core.feeds.person import person
from core.feeds.repair import expand, legal, markup_weight, mend, past_prolog

Element = Any
"""An lxml element; the library has no types of its own."""

LONGEST = 32 * 1024 * 1024
MOST_TAGS = 500_000
MOST_ENTRIES = 1_000
MOST_CHILDREN = 200
"""Limits on a feed: characters, tags, entries, parts of one entry."""

ATOM = "http://www.w3.org/2005/Atom"
ATOM_03 = "http://purl.org/atom/ns#"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
ITUNES = "http://www.itunes.com/DTDs/PodCast-1.0.dtd"
MEDIA = "http://search.yahoo.com/mrss/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"

_CORE = frozenset(
    {
        "",
        ATOM.lower(),
        ATOM_03,
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/rss/1.0/modules/rss091#",
    }
)
_PREFIXES = {"dc": DC, "content": CONTENT, "media": MEDIA, "atom": ATOM, "rdf": RDF}
_ENTRY = frozenset({"item", "entry"})
_FEED_PARTS = frozenset({"title", "link", "language", "author", "tagline"})
_CORE_PARTS = frozenset(
    [
        "title",
        "link",
        "description",
        "summary",
        "content",
        "body",
        "guid",
        "id",
        "pubdate",
        "published",
        "issued",
        "updated",
        "modified",
        "created",
        "author",
        "category",
        "enclosure",
    ]
)
_OTHER_PARTS = {
    CONTENT: frozenset({"encoded"}),
    DC: frozenset({"creator", "date", "subject", "language"}),
    DCTERMS: frozenset({"issued", "modified", "created"}),
    MEDIA: frozenset({"content", "thumbnail", "group"}),
    ITUNES: frozenset({"author", "image"}),
    FEEDBURNER: frozenset({"origLink"}),
    XHTML: frozenset({"body"}),
}
_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_ROOT_TAG = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|RDF|channel)[\s>]", re.IGNORECASE)
_TEXT_LIMITS = {"title": 4_000, "guid": 4_000, "id": 4_000, "link": 4_096}
_SHORT = frozenset(
    [
        "author",
        "creator",
        "name",
        "email",
        "uri",
        "category",
        "subject",
        "pubdate",
        "published",
        "issued",
        "updated",
        "modified",
        "created",
        "date",
        "language",
        "origlink",
        "thumbnail",
    ]
)
_SHORTEST = 500


def tidy_tree(text: str) -> tuple[Element, str]:
    """The root of the feed's pruned tree, and what was wrong with the XML ("" for nothing).

    Raises FeedUnreadable where the text is no feed or beyond the limits.
    """
    if len(text) > LONGEST:
        raise FeedUnreadable("The feed is larger than 32 MB. Ask its publisher for a shorter one.")
    subset, rest = past_prolog(legal(text))
    rest = expand(_from_root(rest), subset)
    tags, attributes = markup_weight(rest)
    if max(tags, attributes) > MOST_TAGS:
        raise FeedUnreadable("The feed holds far more markup than a feed needs; it is not read.")
    root, problem = _parsed(rest)
    if _local(root) not in _ROOTS:
        raise FeedUnreadable(_NO_FEED)
    if problem:
        _adopt_prefixes(root)
        _drop_torn_entry(root, rest)
    _prune(root)
    return root, problem


def namespace(element: Element) -> str:
    """The namespace of an element, with the plain ones of RSS and Atom all as ""."""
    tag = element.tag
    space = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    if space.lower() in _CORE or "backend.userland.com/rss" in space.lower():
        return ""
    if space in ("http://search.yahoo.com/mrss", MEDIA):
        return MEDIA
    return space


def local(element: Element) -> str:
    """The name without namespace, as written; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def entries_of(root: Element) -> list[Element]:
    """The entries in the order of the document."""
    return [e for e in root.iter() if _local(e) in _ENTRY and not namespace(e)]


_NO_FEED = (
    "This address does not answer with a feed. Open the site, look for its RSS or Atom link, "
    "and give that address."
)


def _local(element: Element) -> str:
    return local(element).lower()


def _from_root(rest: str) -> str:
    """The document without whatever a broken server printed before it."""
    found = _ROOT_TAG.search(rest, 0, 200_000)
    if found is None or rest[:200].lower().lstrip().startswith("<html"):
        raise FeedUnreadable(_NO_FEED)
    return rest[found.start() :]


def _parser(recover: bool) -> Any:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parsed(text: str) -> tuple[Element, str]:
    try:
        return etree.fromstring(text.encode("utf-8"), _parser(recover=False)), ""
    except etree.XMLSyntaxError as error:
        said = str(error).partition(" (<string>")[0][:150]
        problem = f"The feed's XML is broken ({said}); it was read as well as it can be."
    try:
        root = etree.fromstring(mend(text).encode("utf-8"), _parser(recover=True))
    except etree.XMLSyntaxError as error:
        said = str(error).partition(" (<string>")[0][:150]
        raise FeedUnreadable(f"The feed's XML cannot be read: {said}.") from error
    if root is None:
        raise FeedUnreadable("The feed's XML cannot be read: it holds no element.")
    return root, problem


def _adopt_prefixes(root: Element) -> None:
    """Prefixes that were never declared get their usual namespace, or vanish."""
    for element in root.iter():
        name = local(element)
        if ":" in name and not element.tag.startswith("{"):
            prefix, _, bare = name.partition(":")
            space = _PREFIXES.get(prefix.lower())
            bare = re.sub(r"[^\w.-]", "_", bare) or "unknown"
            element.tag = f"{{{space}}}{bare}" if space else f"unknown_{bare}"
        for attribute in [a for a in element.attrib if ":" in a and not a.startswith("{")]:
            del element.attrib[attribute]


def _drop_torn_entry(root: Element, text: str) -> None:
    """A document that ends in the middle has a last entry that is only half there."""
    name = local(root)
    if f"{name}>" in text[-200:].replace(" ", ""):
        return
    entries = entries_of(root)
    if entries:
        entries[-1].getparent().remove(entries[-1])


def _prune(root: Element) -> None:
    for position, entry in enumerate(entries_of(root)):
        if position >= MOST_ENTRIES:
            entry.getparent().remove(entry)
        else:
            _prune_entry(entry)
    for holder in [root, *(child for child in root if _local(child) == "channel")]:
        for child in list(holder):
            if not _is_feed_part(child):
                holder.remove(child)
            elif _local(child) not in _ENTRY | {"channel"}:
                _limit(child)


def _is_feed_part(child: Element) -> bool:
    space, name = namespace(child), _local(child)
    if space == DC:
        return name == "language"
    return not space and (name in _FEED_PARTS or name in _ENTRY or name == "channel")


def _prune_entry(entry: Element) -> None:
    bodies = {"description", "summary", "content", "body", "encoded"}
    has_body = any(_local(c) in bodies and namespace(c) not in (MEDIA, DC) for c in entry)
    has_title = any(_local(c) == "title" and not namespace(c) for c in entry)
    if not has_body:
        _adopt(entry, "description", (MEDIA, DC, ITUNES))
    if not has_title:
        _adopt(entry, "title", (MEDIA, DC))
    kept = 0
    for child in list(entry):
        kept += _is_entry_part(child)
        if not _is_entry_part(child) or kept > MOST_CHILDREN:
            entry.remove(child)
        else:
            _limit(child)
            _tidy_media(child)
            _tidy_author(child)


def _tidy_author(child: Element) -> None:
    """Leaves the name of "mail@example.org (Name)": feedparser knows no long domain endings."""
    if local(child).lower() in ("author", "creator") and not len(child) and child.text:
        child.text = person(child.text)


def _adopt(entry: Element, name: str, spaces: tuple[str, ...]) -> None:
    """Lets a neighbouring vocabulary speak where the feed's own says nothing."""
    names = (name, "summary") if name == "description" else (name,)
    for element in entry.iter():
        if namespace(element) in spaces and _local(element) in names and not len(element):
            twin = etree.SubElement(entry, _core_name(entry, name))
            twin.text = element.text
            return


def _core_name(entry: Element, name: str) -> str:
    space = entry.tag.rpartition("}")[0]
    atom_name = "summary" if name == "description" and _local(entry) == "entry" else name
    return f"{space}}}{atom_name}" if space else atom_name


def _is_entry_part(child: Element) -> bool:
    space, name = namespace(child), local(child)
    if not space:
        return name.lower() in _CORE_PARTS and not (name == "link" and _leads_nowhere(child))
    return name in _OTHER_PARTS.get(space, ())


def _leads_nowhere(link: Element) -> bool:
    """Whether a link is empty or no web address, so that the next best one may serve."""
    written = link.get("href") or link.get("url") or link.get("uri") or link.text or ""
    return not absolute(written, "https://feed.invalid/")


def _limit(element: Element) -> None:
    """Cuts texts that are meant to be short; feedparser's patterns grow with their square."""
    if not _longest(local(element)):
        return
    for part in element.iter():
        limit = _longest(local(part)) or _SHORTEST
        if part.text and len(part.text) > limit:
            part.text = part.text[:limit]


def _longest(name: str) -> int:
    if name.lower() in _TEXT_LIMITS:
        return _TEXT_LIMITS[name.lower()]
    return _SHORTEST if name.lower() in _SHORT else 0


def _tidy_media(child: Element) -> None:
    """Keeps of Media RSS its pictures, with their description as an `alt` attribute."""
    if namespace(child) != MEDIA:
        return
    for part in list(child.iter()):
        if part is child:
            continue
        name, parent = local(part), part.getparent()
        if name == "description" and parent is not None and local(parent) == "content":
            parent.set("alt", (part.text or "")[:_SHORTEST])
        if name not in ("content", "thumbnail", "group") and parent is not None:
            parent.remove(part)

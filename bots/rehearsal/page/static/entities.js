// Telegram's rich text: a string with entities in UTF-16 units, as JavaScript counts too.

import { el, spoiler } from "./dom.js";
import { link } from "./links.js";

/** Nodes for a text with its entities. */
export function richText(app, text, entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(app, text, 0, text.length, sorted);
}

function span(app, text, start, end, entities) {
  const nodes = [];
  let at = start;
  while (entities.length) {
    const entity = entities[0];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    const inside = [];
    const after = [];
    for (const other of entities.slice(1)) {
      if (other.offset < to) inside.push(other);
      if (other.offset + other.length > to) after.push(other);
    }
    if (from > at) nodes.push(text.slice(at, from));
    if (to > from) {
      nodes.push(dress(app, entity, text.slice(from, to), span(app, text, from, to, inside)));
      at = BLOCKS.includes(entity.type) && text[to] === "\n" ? to + 1 : to;
    }
    entities = after;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

const BLOCKS = ["pre", "blockquote", "expandable_blockquote"];
const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

function dress(app, entity, raw, children) {
  if (PLAIN[entity.type]) return el(PLAIN[entity.type], {}, children);
  switch (entity.type) {
    case "spoiler": return spoiler(children, "tg-spoiler");
    case "pre": return el("pre", { data: { language: entity.language ?? "" } }, el("code", {}, children));
    case "blockquote":
    case "expandable_blockquote": return el("blockquote", {}, children);
    case "text_link": return link(app, entity.url, children);
    case "url": return link(app, raw, children);
    case "email": return link(app, `mailto:${raw}`, children);
    case "mention": return link(app, `https://t.me/${raw.slice(1)}`, children);
    case "hashtag":
    case "cashtag":
    case "bot_command":
    case "text_mention": return el("span", { class: "tg-accent" }, children);
    default: return el("span", {}, children);
  }
}

// What a Telegram message holds beside its text: pictures, files, polls, places, rich blocks.

import { el, spoiler } from "./dom.js";
import { link } from "./links.js";

const WORDS = { video_note: "video message", animation: "GIF", paid_media: "paid media" };
const FILES = ["video", "animation", "voice", "audio", "document", "video_note"];

/** The nodes that show a message's medium, an empty list where there is none. */
export function media(app, message) {
  const covered = message.has_media_spoiler;
  if (message.photo) return [cover(picture(message.photo.at(-1)), covered)];
  if (message.sticker) return [sticker(message.sticker)];
  const kind = FILES.find((name) => message[name]);
  if (kind) return [cover(file(kind, message[kind]), covered)];
  if (message.poll) return [poll(message.poll)];
  if (message.rich_message) return [el("div", { class: "tg-rich" }, blocks(app, message.rich_message.blocks))];
  const said = plain(message);
  return said ? [el("div", { class: "tg-media" }, said)] : [];
}

/** One line for a list of chats: what a message without words holds. */
export function mediaWord(message) {
  const names = ["photo", "sticker", ...FILES, "poll", "dice", "venue", "location", "contact", "story", "paid_media", "checklist"];
  const kind = names.find((name) => message[name]);
  if (message.rich_message) return words(message.rich_message.blocks);
  return kind ? WORDS[kind] ?? kind : "";
}

function address(fileId) {
  return `/api/telegram/file/${encodeURIComponent(fileId)}`;
}

function cover(node, covered) {
  return covered ? spoiler([node], "tg-covered") : node;
}

function picture(size) {
  const node = el("img", { class: "tg-photo", src: address(size.file_id), alt: "Photo", loading: "lazy", width: size.width, height: size.height });
  // Known before it loads, so that the list stays where its reader is.
  node.style.width = `${Math.round(Math.min(size.width, (320 * size.width) / size.height))}px`;
  return node;
}

function sticker(value) {
  if (value.is_animated || value.is_video) {
    return el("div", { class: "tg-media" }, `${value.emoji ?? ""} ${value.is_video ? "video" : "animated"} sticker`.trim());
  }
  return el("img", { class: "tg-sticker", src: address(value.file_id), alt: `Sticker ${value.emoji ?? ""}`.trim(), loading: "lazy" });
}

function file(kind, value) {
  const name = value.file_name ?? WORDS[kind] ?? kind;
  const about = [WORDS[kind] ?? kind, bytes(value.file_size), value.duration ? `${value.duration} s` : ""].filter(Boolean).join(" · ");
  return el("a", { class: "tg-file", href: address(value.file_id), download: value.file_name ?? "" }, el("strong", {}, name), el("span", {}, about));
}

function bytes(size) {
  if (!size) return "";
  if (size < 1024) return `${size} B`;
  return size < 1024 ** 2 ? `${Math.round(size / 1024)} KB` : `${(size / 1024 ** 2).toFixed(1)} MB`;
}

function poll(value) {
  return el("div", { class: "tg-poll" }, el("strong", {}, value.question), value.options.map((one) => el("span", {}, one.text)));
}

function plain(message) {
  if (message.dice) return `${message.dice.emoji} ${message.dice.value}`;
  if (message.venue) return `${message.venue.title}, ${message.venue.address}`;
  if (message.location) return `${message.location.latitude}, ${message.location.longitude}`;
  if (message.contact) return `${message.contact.first_name} · ${message.contact.phone_number}`;
  if (message.checklist) return [message.checklist.title, ...message.checklist.tasks.map((one) => `☐ ${one.text}`)].join("\n");
  if (message.story) return "Story";
  return message.paid_media ? `Paid media · ${message.paid_media.star_count} ★` : "";
}

// rich messages

const INLINE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", marked: "mark", subscript: "sub", superscript: "sup" };

function blocks(app, every) {
  return (every ?? []).map((block) => one(app, block));
}

function one(app, block) {
  switch (block.type) {
    case "heading": return el(`h${Math.min(6, block.size + 2)}`, {}, text(app, block.text));
    case "pre": return el("pre", { data: { language: block.language ?? "" } }, el("code", {}, text(app, block.text)));
    case "divider": return el("hr");
    case "footer": return el("p", { class: "tg-rich-footer" }, text(app, block.text));
    case "list": return el("ul", {}, block.items.map((item) => el("li", { data: { label: item.label } }, blocks(app, item.blocks))));
    case "blockquote": return el("blockquote", {}, blocks(app, block.blocks), credit(app, block));
    case "pullquote": return el("blockquote", {}, text(app, block.text), credit(app, block));
    case "details": return el("details", { open: Boolean(block.is_open) }, el("summary", {}, text(app, block.summary)), blocks(app, block.blocks));
    case "table": return el("table", {}, block.cells.map((row) => el("tr", {}, row.map((cell) => el(cell.is_header ? "th" : "td", { colspan: cell.colspan, rowspan: cell.rowspan }, text(app, cell.text))))));
    case "photo": return el("figure", {}, cover(picture(block.photo.at(-1)), block.has_spoiler), caption(app, block));
    case "collage":
    case "slideshow": return el("figure", {}, blocks(app, block.blocks), caption(app, block));
    case "anchor": return "";
    case "mathematical_expression": return el("code", {}, block.expression);
    case "paragraph": return el("p", {}, text(app, block.text));
    default: return el("div", { class: "tg-media" }, block.type.replace("_", " "));
  }
}

function credit(app, block) {
  return block.credit ? el("cite", {}, text(app, block.credit)) : "";
}

function caption(app, block) {
  return block.caption ? el("figcaption", {}, text(app, block.caption.text)) : "";
}

function text(app, value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((part) => text(app, part));
  if (INLINE[value.type]) return el(INLINE[value.type], {}, text(app, value.text));
  if (value.type === "spoiler") return spoiler(text(app, value.text), "tg-spoiler");
  if (value.type === "url") return link(app, value.url, text(app, value.text));
  return text(app, value.text ?? value.alternative_text ?? value.expression ?? "");
}

function words(value) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(words).join(" ");
  return words(value?.text ?? value?.blocks ?? value?.items ?? "");
}

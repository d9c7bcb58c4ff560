// What a Discord message carries besides words: files, stickers, polls, forwards, reactions.

import { el, icon } from "./dom.js";
import { link, pictureUrl } from "./links.js";
import { markdown } from "./markdown.js";

const IS_VOICE = 1 << 13;

/** Everything below the words of a message. flags: the message's. */
export function media(app, message) {
  const files = (message.attachments ?? []).filter((file) => !message.shownInside?.has(file.id));
  return [
    files.map((file) => attachment(app, file, Boolean(message.flags & IS_VOICE))),
    (message.sticker_items ?? []).map((one) => sticker(one)),
    message.poll ? poll(message.poll) : "",
    (message.message_snapshots ?? []).map((one) => forward(app, one.message)),
  ];
}

/** One file: a picture as it is, everything else as a chip that opens it. */
export function attachment(app, file, voice = false) {
  const url = pictureUrl(file.url);
  const picture = url && /^image\//.test(file.content_type ?? "");
  const alt = file.description ?? "";
  const node = picture
    ? el("figure", { class: "dc-figure" }, el("img", { class: "dc-picture", src: url, alt: alt || file.filename, loading: "lazy" }), alt ? el("figcaption", { title: alt }, "ALT") : "")
    : chip(app, file, voice, alt);
  return covered(node, file.filename.startsWith("SPOILER_"));
}

function chip(app, file, voice, alt) {
  const kind = voice ? "Voice message" : (file.content_type ?? "file").split(";")[0];
  const about = [kind, file.duration_secs ? clockOf(file.duration_secs) : "", sizeOf(file.size)].filter(Boolean).join(" · ");
  return el("div", { class: "dc-file" }, icon(voice ? "mic" : "attach"), el("span", {}, link(app, file.url, file.title ?? file.filename), el("small", {}, about), alt ? el("small", {}, alt) : ""));
}

/** Cover what is a spoiler until it is pressed. */
export function covered(node, spoiler) {
  if (!spoiler) return node;
  const cover = el("button", { type: "button", class: "dc-cover", "aria-label": "Spoiler, press to show", onclick: () => cover.replaceWith(node) }, "SPOILER");
  const box = el("div", { class: "dc-covered" }, cover);
  return box;
}

function sticker(one) {
  const url = one.format_type === 3 ? "" : pictureUrl(one.url ?? "");
  return url ? el("img", { class: "dc-sticker", src: url, alt: `Sticker: ${one.name}`, loading: "lazy" }) : el("div", { class: "dc-file" }, `Sticker: ${one.name}`);
}

function poll(data) {
  const counts = new Map(data.results.answer_counts.map((one) => [one.id, one.count]));
  const end = data.results.is_finalized ? "Final" : "Open";
  return el("div", { class: "dc-poll" }, el("strong", {}, data.question.text),
    data.answers.map((one) => el("div", { class: "dc-poll-answer" }, one.poll_media.text ?? "", el("small", {}, `${counts.get(one.answer_id) ?? 0}`))),
    el("small", {}, `${data.allow_multiselect ? "Several answers" : "One answer"} · ${end}`));
}

function forward(app, message) {
  return el("div", { class: "dc-forward" }, el("small", {}, icon("reply"), " Forwarded"),
    message.content ? el("div", { class: "dc-text" }, markdown(app, message.content)) : "", media(app, message));
}

/** The reactions below a message; toggle(name, mine) is called on a press. */
export function reactions(message, toggle) {
  if (!message.reactions?.length) return "";
  return el("div", { class: "dc-reactions" }, message.reactions.map((one) => {
    const name = one.emoji.id ? `${one.emoji.name}:${one.emoji.id}` : one.emoji.name;
    const shown = one.emoji.id ? `:${one.emoji.name}:` : one.emoji.name;
    return el("button", {
      type: "button", class: one.me ? "mine" : "", "aria-pressed": one.me ? "true" : "false", "aria-label": `${shown}, ${one.count}`,
      data: { focus: `react-${message.id}-${name}` }, onclick: () => toggle(name, one.me),
    }, shown, ` ${one.count}`);
  }));
}

/** The size of a file in words. */
export function sizeOf(bytes) {
  if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MB`;
  return bytes >= 1024 ? `${Math.round(bytes / 1024)} KB` : `${bytes} bytes`;
}

function clockOf(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The files that a layout shows by itself, so that they are not shown again below it. */
export function insideLayout(components, found = new Set()) {
  for (const one of components) {
    for (const held of [one.media, one.file, ...(one.items ?? []).map((item) => item.media)]) if (held?.attachment_id) found.add(held.attachment_id);
    insideLayout([...(one.components ?? []), ...(one.accessory ? [one.accessory] : [])], found);
  }
  return found;
}

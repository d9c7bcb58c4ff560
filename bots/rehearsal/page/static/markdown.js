// Discord's markdown, as its client reads it.

import { el, spoiler } from "./dom.js";
import { link } from "./links.js";

/** Nodes for a message's content, with its blocks. */
export function markdown(app, source) {
  return blocks(app, String(source ?? ""));
}

function blocks(app, source) {
  const nodes = [];
  let rest = source;
  while (rest) {
    const fence = /^```(?:([\w+-]*)\n)?([\s\S]*?)\n?```\n?/.exec(rest);
    if (fence && fence[2].trim()) {
      nodes.push(el("pre", { data: { language: fence[1] ?? "" } }, el("code", {}, fence[2])));
      rest = rest.slice(fence[0].length);
      continue;
    }
    const next = rest.slice(1).search(/```/);
    const until = next < 0 ? rest.length : next + 1;
    nodes.push(...lines(app, rest.slice(0, until)));
    rest = rest.slice(until);
  }
  return nodes;
}

function lines(app, source) {
  const all = source.split("\n");
  const nodes = [];
  let text = [];
  const flush = () => {
    if (text.length) nodes.push(...inline(app, text.join("\n")));
    text = [];
  };
  for (let at = 0; at < all.length; at += 1) {
    const block = blockAt(app, all, at);
    if (block) {
      flush();
      nodes.push(block.node);
      at = block.last;
    } else {
      text.push(all[at]);
      if (at + 1 < all.length && blockAt(app, all, at + 1)) text.push("");
    }
  }
  flush();
  return nodes;
}

function blockAt(app, all, at) {
  const line = all[at];
  if (line.startsWith(">>> ")) {
    const inside = [line.slice(4), ...all.slice(at + 1)].join("\n");
    return { node: el("blockquote", {}, blocks(app, inside)), last: all.length };
  }
  if (/^> /.test(line) || line === ">") return run(all, at, /^> ?/, (found) => el("blockquote", {}, inline(app, found.join("\n"))));
  const heading = /^(#{1,3}) +(.*\S.*)$/.exec(line);
  if (heading) return { node: el(`h${heading[1].length + 2}`, {}, inline(app, heading[2])), last: at };
  const small = /^-# +(.*\S.*)$/.exec(line);
  if (small) return { node: el("small", { class: "dc-subtext" }, inline(app, small[1])), last: at };
  if (/^\s{0,4}[-*] +\S/.test(line)) return run(all, at, /^\s{0,4}[-*] +/, (found) => el("ul", {}, found.map((one) => el("li", {}, inline(app, one)))));
  if (/^\d+\. +\S/.test(line)) return run(all, at, /^\d+\. +/, (found) => el("ol", {}, found.map((one) => el("li", {}, inline(app, one)))));
  return null;
}

function run(all, at, mark, make) {
  let last = at;
  while (last + 1 < all.length && mark.test(all[last + 1])) last += 1;
  return { node: make(all.slice(at, last + 1).map((one) => one.replace(mark, ""))), last };
}

const RULES = [
  [/^\\([^\p{L}\p{N}\s])/u, (app, found) => found[1]],
  [/^``([\s\S]+?)``(?!`)/, (app, found) => el("code", {}, found[1].trim())],
  [/^`([^`]+)`(?!`)/, (app, found) => el("code", {}, found[1].trim() || found[1])],
  [/^\[((?:\\.|[^\[\]\\]|\[[^\]]*\])+)\]\(\s*<?(https?:\/\/[^\s>)]+)>?(?:\s+["'][\s\S]*?["'])?\s*\)/, (app, found) => link(app, found[2], inline(app, found[1]))],
  [/^<(https?:\/\/[^\s<>]+)>/, (app, found) => link(app, found[1], found[1])],
  [/^https?:\/\/[^\s<]+[^\s<.,:;"'\])*_~|]/, (app, found) => link(app, found[0], found[0])],
  [/^<@!?(\d+)>/, (app, found) => mention(`@${app.state.discord.users[found[1]] ?? "unknown-user"}`)],
  [/^<@&(\d+)>/, () => mention("@role")],
  [/^<#(\d+)>/, (app, found) => channelMention(app, found[1])],
  [/^<t:(-?\d+)(?::[tTdDfFRsS])?>/, (app, found) => el("span", { class: "dc-time" }, new Date(found[1] * 1000).toLocaleString())],
  [/^<a?:(\w+):\d+>/, (app, found) => `:${found[1]}:`],
  [/^@(everyone|here)\b/, (app, found) => el("span", { class: "dc-mention" }, found[0])],
  [/^\*\*\*((?:\\[\s\S]|[^\\])+?)\*\*\*(?!\*)/, (app, found) => el("strong", {}, el("em", {}, inline(app, found[1])))],
  [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, (app, found) => el("strong", {}, inline(app, found[1]))],
  [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, (app, found) => el("u", {}, inline(app, found[1]))],
  [/^\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/, (app, found) => el("em", {}, inline(app, found[1]))],
  [/^_((?:__|\\[\s\S]|[^\\_])+?)_\b/, (app, found) => el("em", {}, inline(app, found[1]))],
  [/^~~((?:\\[\s\S]|[^\\])+?)~~(?!~)/, (app, found) => el("s", {}, inline(app, found[1]))],
  [/^\|\|((?:\\[\s\S]|[^\\])+?)\|\|/, (app, found) => spoiler(inline(app, found[1]), "dc-spoiler")],
];

/** A message's content without its marks, for previews of one line. */
export function bare(source) {
  return String(source ?? "")
    .replace(/\[((?:\\.|[^\]\\])*)\]\(<?https?:[^)]*\)/g, "$1")
    .replace(/^(?:#{1,3}|-#|>{1,3}) +/gm, "")
    .replace(/(^|[^\\*])\*{1,3}|~~|\|\||__|`+/g, "$1")
    .replace(/\\([^\p{L}\p{N}\s])/gu, "$1");
}

/** Nodes for text without blocks. */
export function inline(app, source) {
  const nodes = [];
  let plain = "";
  let rest = source;
  let before = "";
  while (rest) {
    const hit = firstRule(rest, before);
    if (hit) {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(hit.make(app, hit.found));
      before = hit.found[0].at(-1);
      rest = rest.slice(hit.found[0].length);
    } else {
      const letter = String.fromCodePoint(rest.codePointAt(0));
      plain += letter;
      before = letter;
      rest = rest.slice(letter.length);
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function firstRule(rest, before) {
  if (!/[\\`[<h@*_~|]/.test(rest[0])) return null;
  for (const [pattern, make] of RULES) {
    if (rest[0] === "_" && rest[1] !== "_" && /[\p{L}\p{N}]/u.test(before)) continue;
    const found = pattern.exec(rest);
    if (found) return { found, make };
  }
  return null;
}

function mention(text) {
  return el("span", { class: "dc-mention" }, text);
}

function channelMention(app, id) {
  const { channels, guild } = app.state.discord;
  const places = channels.flatMap((channel) => [channel, ...channel.threads]);
  const name = places.find((one) => one.id === id)?.name;
  if (!name) return mention("#unknown");
  return link(app, `https://discord.com/channels/${guild.id}/${id}`, `#${name}`, { class: "dc-mention" });
}

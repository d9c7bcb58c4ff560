// Links: which of them the page follows itself.

import { el } from "./dom.js";

/** A link that the page handles; only web addresses and Telegram's own become links. */
export function link(app, url, children, extra = {}) {
  const safe = safeUrl(url);
  if (!safe) return el("span", {}, children);
  return el("a", {
    href: safe, target: "_blank", rel: "noopener noreferrer",
    onclick: (event) => { event.preventDefault(); event.stopPropagation(); follow(app, safe); },
    ...extra,
  }, children);
}

/** The address, completed, where it is one that may be followed; else "". */
export function safeUrl(url) {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `http://${url}`;
  try {
    const parsed = new URL(full);
    return ["http:", "https:", "tg:", "mailto:"].includes(parsed.protocol) ? parsed.href : "";
  } catch {
    return "";
  }
}

const SITE = /^\/(articles|images)\//;

/** The path of an address of this very server, else "". It has several names, and what was
 * published at an earlier start may name another port. */
export function ownPath(url) {
  try {
    const parsed = new URL(url, location.href);
    const local = ["127.0.0.1", "localhost", "[::1]"].includes(parsed.hostname);
    return local && (parsed.port === location.port || SITE.test(parsed.pathname)) ? parsed.pathname + parsed.search : "";
  } catch {
    return "";
  }
}

/** The address of a picture that may be shown: one of this machine's, else "". */
export function pictureUrl(url) {
  const own = ownPath(url);
  if (own) return own;
  return /^http:\/\/(127\.0\.0\.1|localhost):\d+\//.test(url) ? url : "";
}

/** Follow a link: inside the page where it leads to one of its places, else in a new tab. */
export function follow(app, url) {
  const parsed = new URL(url, location.href);
  if (telegramLink(app, parsed) || discordLink(app, parsed)) return;
  window.open(ownPath(url) || parsed.href, "_blank", "noopener,noreferrer");
}

function telegramLink(app, url) {
  if (url.protocol === "tg:") {
    const domain = url.searchParams.get("domain") ?? "";
    return startBot(app, domain, url.searchParams.get("start"));
  }
  if (!["t.me", "telegram.me"].includes(url.hostname)) return false;
  const parts = url.pathname.split("/").filter(Boolean);
  if (parts.length === 1) {
    return startBot(app, parts[0], url.searchParams.get("start")) || openChat(app, parts[0], url);
  }
  return openMessage(app, parts, url.searchParams);
}

function startBot(app, name, payload) {
  if (name.toLowerCase() !== app.state.telegram.bot.username.toLowerCase()) return false;
  app.view.tg = { name: "private" };
  if (payload !== null) app.act("telegram", { do: "start", payload });
  app.render();
  app.reveal("telegram");
  return true;
}

function openChat(app, name) {
  const { channel, group } = app.state.telegram;
  const found = [["channel", channel], ["group", group]].find(([, chat]) => chat.username && chat.username.toLowerCase() === name.toLowerCase());
  if (!found) return false;
  app.view.tg = { name: found[0] };
  app.render();
  return true;
}

function openMessage(app, parts, query) {
  const { channel, group } = app.state.telegram;
  const [place, number] = parts[0] === "c" ? [Number(`-100${parts[1]}`), Number(parts[2])] : [parts[0].toLowerCase(), Number(parts[1])];
  const is = (chat) => place === chat.id || (chat.username && place === chat.username.toLowerCase());
  const posts = channel.posts;
  let post = null;
  if (is(channel)) post = posts.find((one) => one.post.message_id === number);
  if (is(group)) {
    const root = Number(query.get("thread") ?? 0);
    post = posts.find((one) => one.root && [root, number].includes(one.root.message_id))
      ?? posts.find((one) => one.comments.some((comment) => comment.message_id === number));
  }
  if (!post) return false;
  const comment = is(channel) ? Number(query.get("comment") ?? 0) : number;
  app.openArticle("tg", { name: "thread", post: post.post.message_id }, comment ? `g${comment}` : "");
  return true;
}

function discordLink(app, url) {
  if (!/(^|\.)discord(app)?\.com$/.test(url.hostname)) return false;
  const [word, guild, place, message] = url.pathname.split("/").filter(Boolean);
  if (word !== "channels" || guild !== app.state.discord.guild.id) return false;
  for (const channel of app.state.discord.channels) {
    const thread = channel.threads.find((one) => one.id === place);
    if (thread || channel.id === place) {
      app.openArticle("dc", { channel: channel.id, thread: thread?.id ?? "" }, message ? `m${message}` : "");
      return true;
    }
  }
  return false;
}

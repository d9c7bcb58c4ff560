// The right column: Discord, with its channels, forum posts, the open thread and the writing line.

import { colorOf, el, icon, iconButton, initials, openMenu, replaceIfChanged, snippet } from "./dom.js";
import { componentTree, embed } from "./components.js";
import { bare, markdown } from "./markdown.js";
import { insideLayout, media, reactions } from "./discord_media.js";
import { pictureUrl } from "./links.js";
import { Composer } from "./composer.js";

const TONES = ["#5865f2", "#23a55a", "#f0b232", "#f23f43", "#9b84ee", "#00a8fc", "#eb459e", "#e67e22"];
const TOGETHER = 7 * 60 * 1000;
const REACTIONS = ["👍", "❤️", "😮"];

/** The column's place in the page. */
export class DiscordColumn {
  constructor(app, root) {
    this.app = app;
    this.dismissed = new Set();
    this.composer = new Composer({
      name: "Discord",
      send: (text, mode, files) => this.send(text, mode, files),
      upload: (file) => this.app.upload(file),
      many: true,
      suggest: (text) => this.suggest(text),
    });
    this.side = el("nav", { class: "dc-side", "aria-label": "Discord channels" });
    this.head = el("div", { class: "dc-head" });
    this.list = el("div", { class: "dc-list", role: "log", "aria-label": "Discord messages", tabindex: 0 });
    const main = el("div", { class: "dc-main" }, this.head, this.list, this.composer.node);
    root.replaceChildren(this.side, main);
    this.shown = "";
  }

  get discord() { return this.app.state.discord; }
  get view() { return this.app.view.dc; }

  channel() {
    return this.discord.channels.find((one) => one.id === this.view.channel);
  }

  thread() {
    return this.channel()?.threads.find((one) => one.id === this.view.thread);
  }

  /** The id under which messages of the view are written. */
  place() {
    return this.view.channel === "direct" ? "direct" : this.thread()?.id ?? this.view.channel;
  }

  render() {
    if (this.view.channel !== "direct" && !this.channel()) this.app.view.dc = { channel: this.discord.channels[0]?.id ?? "direct", thread: "" };
    if (this.view.thread && !this.thread()) this.app.view.dc = { ...this.view, thread: "" };
    this.renderSide();
    this.renderHead();
    this.app.fill(this, this.items(), JSON.stringify(this.view));
    this.renderComposer();
  }

  // channels

  renderSide() {
    const rows = this.discord.channels.map((one) => ({ id: one.id, name: one.name, icon: one.desk ? "lock" : one.kind === "forum" ? "forum" : "hash", threads: one.threads.filter((thread) => !thread.archived).slice(-6).reverse().map((thread) => ({ id: thread.id, name: thread.name })) }));
    const { guild, bot } = this.discord;
    replaceIfChanged(this.side, JSON.stringify([rows, this.view, guild.name]), () => [
      el("h2", { class: "dc-guild", title: guild.name }, guild.name),
      rows.map((row) => [
        this.sideRow(row.icon, row.name, { channel: row.id, thread: "" }),
        row.threads.map((thread) => this.sideRow("", thread.name, { channel: row.id, thread: thread.id })),
      ]),
      el("h3", { class: "dc-direct" }, "Direct messages"),
      this.sideRow("bot", bot.name, { channel: "direct", thread: "" }),
    ]);
  }

  sideRow(symbol, name, view) {
    const here = view.channel === this.view.channel && view.thread === this.view.thread;
    return el("button", {
      type: "button", class: view.thread ? "dc-side-thread" : "dc-side-channel", title: name, "aria-current": here ? "page" : null,
      onclick: () => (view.thread ? this.app.openArticle("dc", view) : this.go(view)),
    }, symbol ? icon(symbol) : "", el("span", {}, name));
  }

  go(view) {
    this.app.view.dc = view;
    this.app.render();
  }

  renderHead() {
    const thread = this.thread();
    const channel = this.channel();
    const title = thread?.name ?? channel?.name ?? this.discord.bot.name;
    const marks = [thread?.locked && "locked", thread?.archived && "archived", thread?.slow && `slow mode ${thread.slow} s`].filter(Boolean);
    const symbol = channel?.desk ? "lock" : channel?.kind === "forum" ? "forum" : channel ? "hash" : "bot";
    replaceIfChanged(this.head, JSON.stringify([this.view, title, marks, channel?.topic]), () => [
      thread ? iconButton("back", `Back to ${channel.name}`, () => this.go({ channel: channel.id, thread: "" })) : icon(symbol),
      el("h2", { title }, title),
      marks.map((mark) => el("span", { class: "dc-mark" }, mark)),
      !thread && channel?.topic ? el("span", { class: "dc-topic" }, channel.topic) : "",
    ]);
  }

  renderComposer() {
    const thread = this.thread();
    const where = thread ?? this.channel();
    const forum = !thread && this.channel()?.kind === "forum";
    const name = thread ? thread.name : this.channel() ? `#${this.channel().name}` : `@${this.discord.bot.name}`;
    const closed = forum ? "Open a post to write in it" : !this.writable ? this.closedNote() : "";
    this.composer.node.classList.toggle("commands-only", Boolean(closed) && !forum);
    const hint = closed && !forum ? "Only commands, such as /help," : `Message ${snippet(name, 34)}`;
    this.composer.at(JSON.stringify(this.view), `${hint} as ${this.discord.person.name}`, closed);
    if (closed && !forum) this.composer.row.hidden = false;
  }

  /** Whether this person writes in what is shown; the direct chat is open to everybody. */
  get writable() {
    return (this.thread() ?? this.channel())?.writable !== false;
  }

  closedNote() {
    if (this.thread()?.locked) return "This post is locked: nobody comments any more.";
    return this.app.state.way === "door"
      ? "Press Comment under the article, or Reply on a comment."
      : "You do not have permission to send messages here. Buttons, menus and commands still work.";
  }

  // messages

  items() {
    const thread = this.thread();
    const channel = this.channel();
    if (!thread && channel?.kind === "forum") return this.posts(channel);
    const every = (thread ?? channel ?? this.discord.direct).messages;
    const messages = every.filter((one) => !this.dismissed.has(one.id));
    if (!messages.length) return [{ key: "empty", sig: "", make: () => el("p", { class: "dc-empty" }, "Nothing here yet.") }];
    return messages.map((message, at) => this.item(message, messages[at - 1], channel));
  }

  posts(channel) {
    const posts = [...channel.threads].reverse();
    if (!posts.length) return [{ key: "empty", sig: "", make: () => el("p", { class: "dc-empty" }, "Articles appear here as posts of the forum.") }];
    return posts.map((post) => ({ key: `p${post.id}`, sig: JSON.stringify([unsigned(post), channel.tags]), make: () => this.card(channel, post) }));
  }

  card(channel, post) {
    const first = post.messages.find((one) => !(one.flags & 64));
    const shown = first?.embeds[0];
    const url = pictureUrl(shown?.image?.url ?? shown?.thumbnail?.url ?? firstPicture(first?.components ?? []));
    const text = first?.content || shown?.description || "";
    const count = post.messages.filter((one) => !(one.flags & 64)).length - 1;
    return el("button", {
      type: "button", class: "dc-card", data: { focus: `card-${post.id}` },
      onclick: () => this.app.openArticle("dc", { channel: channel.id, thread: post.id }),
    }, el("span", { class: "dc-card-text" },
      el("span", { class: "dc-tags" }, post.tags.map((tag) => el("span", { class: "dc-tag" }, channel.tags[tag] ?? tag))),
      el("strong", {}, post.name),
      el("span", { class: "dc-card-body" }, el("b", {}, `${first ? this.nameOf(first.author) : ""}: `), snippet(bare(text), 110)),
      el("span", { class: "dc-card-foot" }, icon("comments"), ` ${Math.max(0, count)} · ${this.app.clock(Date.parse(post.created) / 1000)}`, post.locked ? " · locked" : "")),
    url ? el("img", { src: url, alt: "", loading: "lazy" }) : "");
  }

  nameOf(author) {
    return author.global_name ?? author.username;
  }

  item(message, before, channel) {
    const close = before && before.author.id === message.author.id && before.author.username === message.author.username
      && message.type === 0 && before.type !== 18 && !(message.flags & 64) && !(before.flags & 64)
      && Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER;
    const sig = JSON.stringify([unsigned(message), Boolean(close), this.app.busyAt(`dc:${message.id}`), this.discord.menus.map((one) => one.name), this.discord.person.key, this.writable]);
    return { key: `m${message.id}`, sig, make: () => this.message(message, close, channel) };
  }

  message(message, close) {
    if (message.type === 4 || message.type === 6 || message.type === 18) return this.system(message);
    const shown = message.type === 21 ? message.referenced_message ?? message : message;
    const name = this.nameOf(shown.author);
    const time = this.app.clock(Date.parse(shown.timestamp) / 1000);
    const hidden = Boolean(shown.flags & 64);
    const head = close ? el("span", { class: "dc-small-time" }, time) : el("div", { class: "dc-name" }, nameNode(name, shown.author.id), shown.author.bot ? el("span", { class: "dc-app" }, "APP") : "", el("time", {}, time));
    const node = el("article", {
      class: `dc-message${close ? " close" : ""}${hidden ? " hidden-message" : ""}`, data: { message: message.id },
      "aria-label": `${name}: ${snippet(shown.content, 60)}`,
      oncontextmenu: (event) => { event.preventDefault(); this.menu(message, node, { x: event.clientX, y: event.clientY }); },
    }, this.above(message), close ? "" : avatar(name, shown.author.id), el("div", { class: "dc-body" }, head, this.content(shown, message),
      hidden ? el("div", { class: "dc-only" }, icon("eye"), "Only you can see this • ", el("button", { type: "button", onclick: () => this.dismiss(message.id) }, "Dismiss message")) : ""),
    this.tools(message));
    return node;
  }

  system(message) {
    const name = this.nameOf(message.author);
    const text = { 4: `changed the channel name: ${message.content}`, 6: "pinned a message to this channel.", 18: `started a thread: ${message.content}` }[message.type];
    return el("p", { class: "dc-system" }, el("strong", {}, name), ` ${text}`);
  }

  above(message) {
    const by = message.interaction_metadata ?? message.interaction;
    if (message.type === 19) {
      const parent = message.referenced_message;
      const text = parent ? snippet(bare(parent.content || parent.embeds?.[0]?.title), 80) : "Original message was deleted";
      return el("button", { type: "button", class: "dc-reference", onclick: () => parent && this.app.flash(this.list, `m${parent.id}`) }, el("span", { class: "dc-hook", "aria-hidden": true }), parent ? el("strong", {}, `@${this.nameOf(parent.author)} `) : "", el("span", {}, text));
    }
    if (by && (message.type === 20 || message.type === 23)) {
      const user = by.user ? this.nameOf(by.user) : this.discord.users[by.user_id] ?? "";
      return el("div", { class: "dc-reference" }, el("span", { class: "dc-hook", "aria-hidden": true }), el("strong", {}, user), ` used ${by.name ? `/${by.name}` : "a command"}`);
    }
    return "";
  }

  content(shown, message) {
    if (shown.flags & 128) return el("div", { class: "dc-thinking" }, `${this.nameOf(shown.author)} is thinking…`);
    const edited = shown.edited_timestamp ? el("span", { class: "dc-edited" }, " (edited)") : "";
    const busy = (id) => this.app.isBusy(`dc:${message.id}`, id);
    return [
      shown.content ? el("div", { class: "dc-text" }, markdown(this.app, shown.content), edited) : edited,
      media(this.app, { ...shown, shownInside: insideLayout(shown.components ?? []) }),
      shown.embeds.map((one) => embed(this.app, one)),
      componentTree(this.app, shown.components ?? [], busy, (part, values) => this.press(message, part, values)),
      reactions(shown, (name, mine) => this.react(message, name, mine)),
    ];
  }

  react(message, name, mine) {
    return this.act({ do: mine ? "unreact" : "react", message: message.id, emoji: name });
  }

  dismiss(id) {
    this.dismissed.add(id);
    this.app.render();
  }

  tools(message) {
    if (message.flags & 64) return "";
    const focus = (name) => ({ data: { focus: `${name}-${message.id}` } });
    return el("div", { class: "dc-tools" },
      this.writable ? iconButton("reply", "Reply", () => this.reply(message), focus("reply")) : "",
      message.editable ? iconButton("edit", "Edit", () => this.edit(message), focus("edit")) : "",
      iconButton("more", "More", (event) => this.menu(message, event.currentTarget), { ...focus("more"), "aria-haspopup": "menu" }));
  }

  reply(message) {
    this.composer.reply({ id: message.id, name: this.nameOf(message.author), text: bare(message.content || message.embeds[0]?.title) });
  }

  edit(message) {
    this.composer.edit({ id: message.id, text: message.content });
  }

  menu(message, anchor, point) {
    const entries = [];
    if (this.writable) entries.push({ label: "Reply", icon: "reply", run: () => this.reply(message) });
    if (message.editable) entries.push({ label: "Edit Message", icon: "edit", run: () => this.edit(message) });
    for (const name of REACTIONS) {
      const mine = message.reactions?.some((one) => one.emoji.name === name && one.me);
      entries.push({ label: `${mine ? "Take back" : "React"} ${name}`, run: () => this.react(message, name, mine) });
    }
    entries.push({ label: "Copy Text", run: () => navigator.clipboard?.writeText(message.content) });
    const { guild } = this.discord;
    entries.push({ label: "Copy Message Link", icon: "link", run: () => navigator.clipboard?.writeText(`https://discord.com/channels/${guild.id}/${message.channel_id}/${message.id}`) });
    if (this.discord.menus.length) {
      entries.push({ heading: "Apps" });
      for (const one of this.discord.menus) entries.push({ label: one.name, icon: "bot", run: () => this.act({ do: "menu", name: one.name, message: message.id }, `dc:${message.id}|${one.name}`) });
    }
    if (message.deletable) entries.push({ label: "Delete Message", icon: "close", danger: true, run: () => this.act({ do: "delete", message: message.id }) });
    openMenu(entries, anchor, point, "dc-menu");
  }

  // acting

  act(body, busy = "") {
    return this.app.act("discord", body, busy);
  }

  press(message, part, values) {
    return this.act({ do: "press", message: message.id, button: part.custom_id, values }, `dc:${message.id}|${part.custom_id}`);
  }

  async send(text, mode, files) {
    if (mode.kind === "edit") return this.act({ do: "edit", message: mode.id, text });
    this.app.stickToEnd(this);
    const command = /^\/([\w-]+)/.exec(text);
    const channel = this.place() === "direct" ? this.discord.direct.id : this.place();
    if (command && !files.length && this.discord.commands.some((one) => one.name === command[1])) return this.act({ do: "command", channel, text });
    const body = { do: "write", channel: this.place(), text, files };
    if (mode.kind === "reply") body.reply_to = mode.id;
    return this.act(body);
  }

  suggest(text) {
    const typed = /^\/([\w-]*)(\s?)/.exec(text);
    if (!typed) return [];
    if (!typed[2]) {
      return this.discord.commands.filter((one) => one.name.startsWith(typed[1])).slice(0, 8).map((one) => ({ insert: `/${one.name} `, label: `/${one.name}`, note: one.description }));
    }
    const command = this.discord.commands.find((one) => one.name === typed[1]);
    const free = (command?.options ?? []).filter((one) => !text.includes(`${one.name}:`));
    return free.map((one) => ({ insert: `${text.trimEnd()} ${one.name}:`, label: `${one.name}${one.required ? " (required)" : ""}`, note: one.description }));
  }
}

/** The same without the signatures of its addresses, which are new at every look. */
function unsigned(value) {
  return JSON.parse(JSON.stringify(value, (key, one) => (["url", "proxy_url"].includes(key) && typeof one === "string" ? one.split("?ex=")[0] : one)));
}

function firstPicture(components) {
  for (const one of components) {
    const found = one.items?.[0]?.media?.url ?? one.media?.url ?? firstPicture([...(one.components ?? []), ...(one.accessory ? [one.accessory] : [])]);
    if (found) return found;
  }
  return "";
}

function avatar(name, id) {
  const node = el("span", { class: "avatar", "aria-hidden": true }, initials(name));
  node.style.background = colorOf(id, TONES);
  return node;
}

function nameNode(name, id) {
  const node = el("strong", {}, name);
  node.style.color = colorOf(id, ["#f2f3f5", "#c9cdfb", "#a7e3c0", "#f7d78c", "#f5b7b9", "#d6c9f7", "#9fd9f6"]);
  return node;
}

// The left column: Telegram, with its list of chats, the open chat and the writing line.

import { colorOf, el, icon, iconButton, initials, openMenu, replaceIfChanged, snippet } from "./dom.js";
import { richText } from "./entities.js";
import { link, ownPath, pictureUrl } from "./links.js";
import { Composer } from "./composer.js";
import { media, mediaWord } from "./media.js";

const NAMES = ["#c03d33", "#4fad2d", "#b3760f", "#168acd", "#8544d6", "#cd4073", "#2996ad", "#ce671b"];

/** The column's place in the page. */
export class TelegramColumn {
  constructor(app, root) {
    this.app = app;
    this.composer = new Composer({
      name: "Telegram",
      send: (text, mode, files) => this.send(text, mode, files),
      suggest: (text) => this.suggest(text),
      upload: (file) => this.app.upload(file),
    });
    this.chats = el("nav", { class: "tg-chats", "aria-label": "Telegram chats" });
    this.head = el("div", { class: "tg-head" });
    this.list = el("div", { class: "tg-list", role: "log", "aria-label": "Telegram messages", tabindex: 0 });
    const main = el("div", { class: "tg-main" }, this.head, this.list, this.composer.node);
    root.replaceChildren(this.chats, main);
    this.shown = "";
  }

  get telegram() { return this.app.state.telegram; }
  get view() { return this.app.view.tg; }

  post() {
    return this.telegram.channel.posts.find((one) => one.post.message_id === this.view.post);
  }

  /** Whether this person writes in what is shown. */
  get writable() {
    const { view, telegram } = this;
    return (view.name === "thread" ? telegram.group : telegram[view.name]).writable !== false;
  }

  /** The chat of the view in the words of /api/act: "channel", "group", "desk", "private". */
  chat() {
    return this.view.name === "thread" ? "group" : this.view.name;
  }

  render() {
    if (this.view.name === "desk" && !this.telegram.desk) this.app.view.tg = { name: "channel" };
    if (this.view.name === "thread" && !this.post()?.root) this.app.view.tg = { name: "channel" };
    this.renderChats();
    this.renderHead();
    this.app.fill(this, this.items(), JSON.stringify(this.view));
    this.renderComposer();
  }

  // the list of chats

  renderChats() {
    const { channel, group, desk, private: direct } = this.telegram;
    const rows = [
      { name: "channel", title: channel.title, sub: `${channel.posts.length} posts`, tone: "#3390ec" },
      { name: "group", title: group.title, sub: this.last(group.messages), tone: "#4fad2d" },
      desk && { name: "desk", title: desk.title, sub: this.last(desk.messages), tone: "#8544d6" },
      { name: "private", title: direct.title, sub: this.last(direct.messages) || "bot", tone: "#ce671b", icon: "bot" },
    ].filter(Boolean);
    const current = this.view.name === "thread" ? "channel" : this.view.name;
    replaceIfChanged(this.chats, JSON.stringify([rows, current]), () => rows.map((row) => el("button", {
      type: "button", class: "tg-chat", "aria-current": row.name === current ? "page" : null,
      data: { chat: row.name }, title: row.title,
      onclick: () => { this.app.view.tg = { name: row.name }; this.app.render(); },
    }, avatar(row.title, row.tone, row.icon), el("span", { class: "tg-chat-text" }, el("strong", {}, row.title), el("span", {}, row.sub)))));
  }

  last(messages) {
    const message = messages.at(-1);
    return message ? snippet(message.text ?? message.caption ?? (mediaWord(message) || service(message)), 40) : "";
  }

  renderHead() {
    const view = this.view;
    const chat = view.name === "thread" ? this.telegram.channel : this.telegram[view.name];
    const count = view.name === "thread" ? theirs(this.post().comments) : 0;
    const title = view.name === "thread" ? `${count} ${count === 1 ? "comment" : "comments"}` : chat.title;
    const sub = { channel: "channel", group: "discussion group", desk: "group of the moderators", private: "bot", thread: chat.title }[view.name];
    replaceIfChanged(this.head, JSON.stringify([view, title, sub]), () => [
      view.name === "thread" ? iconButton("back", "Back to the channel", () => { this.app.view.tg = { name: "channel" }; this.app.render(); }) : "",
      el("div", { class: "tg-head-text" }, el("h2", {}, title), el("span", {}, sub)),
    ]);
  }

  renderComposer() {
    const view = this.view;
    if (view.name === "private" && !this.telegram.private.started) {
      this.composer.at("private", "Message", el("button", { type: "button", class: "tg-start", onclick: () => this.act({ do: "start", payload: "" }) }, "START"));
      return;
    }
    const door = this.app.state.way === "door" ? "Press Comment under the article, or Reply on a comment" : "You are not allowed to write here";
    const closed = view.name === "channel" ? "Only administrators write in the channel" : door;
    const hint = view.name === "thread" ? "Leave a comment" : view.name === "channel" ? "Broadcast" : "Message";
    this.composer.at(JSON.stringify(view), `${hint} as ${this.telegram.person.name}`, this.writable ? "" : closed);
  }

  // messages

  items() {
    const view = this.view;
    if (view.name === "channel") {
      const items = this.telegram.channel.posts.map((one) => this.postItem(one));
      return items.length ? items : [empty("Articles appear here as posts of the channel.")];
    }
    if (view.name === "thread") {
      const { root, comments } = this.post();
      const start = comments.length ? "Discussion started" : "No comments yet";
      return [
        this.item(root, { root: root.message_id }),
        { key: "start", sig: start, make: () => el("p", { class: "tg-pill" }, start) },
        ...comments.map((message) => this.item(message, { root: root.message_id })),
      ];
    }
    const messages = this.telegram[view.name].messages;
    if (messages.length) return messages.map((message) => this.item(message, {}));
    return [empty(view.name === "private" ? `Press START to talk to ${this.telegram.bot.name}.` : "No messages yet.")];
  }

  postItem({ post, root, comments }) {
    const extra = { root: root?.message_id ?? 0, count: theirs(comments), last: comments.slice(-3).map((one) => one.from?.first_name ?? "") };
    return {
      key: `c${post.message_id}`,
      sig: this.sig(post, extra),
      make: () => {
        const node = this.message(post, { channel: true });
        if (extra.root) node.querySelector(".tg-bubble").append(this.commentBar(post, extra));
        return node;
      },
    };
  }

  commentBar(post, { count, last }) {
    const faces = last.map((name) => avatar(name, colorOf(name, NAMES)));
    return el("button", {
      type: "button", class: "tg-comments", data: { focus: `comments-${post.message_id}` },
      onclick: () => this.app.openArticle("tg", { name: "thread", post: post.message_id }),
    }, faces.length ? el("span", { class: "tg-faces" }, faces) : icon("comments"),
    count ? `${count} ${count === 1 ? "comment" : "comments"}` : "Leave a comment", el("span", { class: "tg-chevron", "aria-hidden": true }, "›"));
  }

  item(message, context) {
    const key = message.ephemeral_message_id ? `e${message.ephemeral_message_id}` : `g${message.message_id}`;
    return { key, sig: this.sig(message, context), make: () => this.message(message, context) };
  }

  sig(message, extra) {
    return JSON.stringify([message, extra, this.app.busyAt(`${message.chat.id}:${message.message_id}`), this.app.articleSig(), this.view]);
  }

  message(message, context) {
    const said = service(message);
    if (said) return el("p", { class: "tg-pill" }, said);
    const sender = message.sender_chat ?? message.from ?? message.chat;
    const name = sender.title ?? [sender.first_name, sender.last_name].filter(Boolean).join(" ");
    const post = message.chat.type === "channel" || message.is_automatic_forward;
    const out = message.mine;
    const bubble = el("div", { class: "tg-bubble" },
      out && message.chat.type !== "private" ? "" : this.nameLine(message, name, sender),
      this.quote(message, context),
      this.content(message));
    const node = el("article", {
      class: `tg-message${out ? " out" : ""}${post ? " post" : ""}`, data: { message: message.message_id },
      "aria-label": `${name}: ${snippet(message.text ?? message.caption ?? "", 60)}`,
      oncontextmenu: (event) => { event.preventDefault(); this.menu(message, node, { x: event.clientX, y: event.clientY }); },
    }, out || message.chat.type === "private" || context.channel ? "" : avatar(name, colorOf(sender.id, NAMES), sender.is_bot ? "bot" : ""),
    el("div", { class: "tg-body" }, bubble, this.keyboard(message)),
    iconButton("more", "Message actions", (event) => this.menu(message, event.currentTarget), { class: "icon-button tg-more", data: { focus: `more-${message.message_id}` }, "aria-haspopup": "menu" }));
    return node;
  }

  nameLine(message, name, sender) {
    if (message.chat.type === "private") return "";
    const admin = message.ephemeral_message_id ? "only you see this" : sender.is_bot ? "bot" : message.is_automatic_forward ? "channel" : "";
    return el("div", { class: "tg-name", data: { tone: colorOf(sender.id, [0, 1, 2, 3, 4, 5, 6, 7]) } }, name, admin ? el("span", { class: "tg-tag" }, admin) : "");
  }

  quote(message, context) {
    const parent = message.reply_to_message;
    if (!parent || parent.message_id === context.root) return "";
    const from = parent.sender_chat?.title ?? parent.from?.first_name ?? "";
    const text = parent.text ?? parent.caption ?? (mediaWord(parent) || service(parent));
    return el("button", {
      type: "button", class: "tg-quote", onclick: () => this.app.flash(this.list, `g${parent.message_id}`),
    }, el("strong", {}, from), el("span", {}, snippet(message.quote?.text ?? text, 80)));
  }

  content(message) {
    const shown = media(this.app, message);
    const rich = richText(this.app, message.text ?? message.caption ?? "", message.entities ?? message.caption_entities ?? []);
    const meta = el("span", { class: "tg-meta" }, message.author_signature ?? "", message.edit_date ? " edited " : " ", this.app.clock(message.date));
    const preview = this.preview(message);
    const above = message.link_preview_options?.show_above_text;
    const below = preview && !above;
    const text = el("div", { class: "tg-text" }, rich, below ? "" : meta);
    const under = message.show_caption_above_media;
    return [under ? "" : shown, above ? preview : "", text, under ? shown : "", below ? [preview, meta] : ""];
  }

  preview(message) {
    const options = message.link_preview_options ?? {};
    const first = (message.entities ?? []).find((one) => one.type === "url" || one.type === "text_link");
    const url = options.url ?? first?.url ?? (first ? (message.text ?? "").slice(first.offset, first.offset + first.length) : "");
    if (options.is_disabled || !url) return "";
    if (/\.(png|jpe?g|gif|webp)(\?|$)/i.test(url) && pictureUrl(url)) {
      return el("img", { class: "tg-picture", src: pictureUrl(url), alt: this.app.altOf(url), loading: "lazy" });
    }
    const article = this.app.articleAt(ownPath(url));
    if (!article) return "";
    const picture = el("img", { class: options.prefer_small_media ? "tg-thumb" : "tg-picture", src: article.image, alt: article.alt, loading: "lazy" });
    return el("div", { class: "tg-preview" }, el("strong", {}, this.app.state.publication.name), link(this.app, url, article.headline, { class: "tg-preview-title" }), el("span", {}, article.deck), picture);
  }

  keyboard(message) {
    const rows = message.reply_markup?.inline_keyboard ?? [];
    if (!rows.length) return "";
    const place = `${message.chat.id}:${message.message_id}`;
    return el("div", { class: "tg-keyboard" }, rows.map((row) => el("div", { class: "tg-keys" }, row.map((key) => el("button", {
      type: "button", class: this.app.isBusy(place, key.callback_data) ? "busy" : "",
      data: { focus: `key-${key.callback_data ?? key.text}` },
      onclick: () => this.press(message, key, place),
    }, key.text, key.url ? icon("link") : "")))));
  }

  press(message, key, place) {
    if (key.url) link(this.app, key.url, "").click();
    else if (key.copy_text) navigator.clipboard?.writeText(key.copy_text.text);
    else this.act({ do: "press", chat: this.chatOf(message), message: message.message_id, button: key.callback_data ?? key.text }, `${place}|${key.callback_data}`);
  }

  chatOf(message) {
    const { channel, group, desk } = this.telegram;
    const known = { [channel.id]: "channel", [group.id]: "group", [desk?.id]: "desk" };
    return known[message.chat.id] ?? "private";
  }

  menu(message, anchor, point) {
    const sender = message.sender_chat?.title ?? message.from?.first_name ?? this.telegram.channel.title;
    const entries = [];
    if (message.chat.type !== "channel" && this.writable && !message.ephemeral_message_id) entries.push({ label: "Reply", icon: "reply", run: () => this.composer.reply({ id: message.message_id, name: sender, text: message.text ?? message.caption ?? "" }) });
    if (message.editable && message.text !== undefined) entries.push({ label: "Edit", icon: "edit", run: () => this.composer.edit({ id: message.message_id, text: message.text, chat: this.chatOf(message) }) });
    entries.push({ label: "Copy text", run: () => navigator.clipboard?.writeText(message.text ?? message.caption ?? "") });
    if (message.deletable) entries.push({ label: "Delete", icon: "close", danger: true, run: () => this.act({ do: "delete", chat: this.chatOf(message), message: message.message_id }) });
    openMenu(entries, anchor, point, "tg-menu");
  }

  // writing

  act(body, busy = "") {
    return this.app.act("telegram", body, busy);
  }

  async send(text, mode, [file]) {
    if (mode.kind === "edit") return this.act({ do: "edit", chat: mode.chat, message: mode.id, text });
    const body = { do: "write", chat: this.chat(), text };
    if (file) Object.assign(body, { file: file.file, name: file.name, mime: file.type });
    if (mode.kind === "reply") body.reply_to = mode.id;
    else if (this.view.name === "thread") body.under = this.post().root.message_id;
    this.app.stickToEnd(this);
    return this.act(body);
  }

  suggest(text) {
    const found = /^\/(\w*)$/.exec(text);
    if (!found) return [];
    const suffix = this.view.name === "private" ? "" : `@${this.telegram.bot.username}`;
    return this.telegram.commands.filter((one) => one.command.startsWith(found[1])).slice(0, 8).map((one) => ({
      insert: `/${one.command}${suffix} `, label: `/${one.command}`, note: one.description,
    }));
  }
}

function avatar(name, tone, symbol = "") {
  const node = el("span", { class: "avatar", "aria-hidden": true }, symbol ? icon(symbol) : initials(name));
  node.style.background = tone;
  return node;
}

function empty(text) {
  return { key: "empty", sig: text, make: () => el("p", { class: "tg-pill" }, text) };
}

/** How many comments everybody sees. */
function theirs(comments) {
  return comments.filter((one) => !one.ephemeral_message_id).length;
}

/** What a service message says, "" for an ordinary one. */
function service(message) {
  const names = (users) => users.map((user) => user.first_name).join(", ");
  if (message.pinned_message) return "A message was pinned";
  if (message.new_chat_members) return `${names(message.new_chat_members)} joined the group`;
  if (message.left_chat_member) return `${names([message.left_chat_member])} left the group`;
  if (message.supergroup_chat_created || message.group_chat_created) return "The group was created";
  if (message.channel_chat_created) return "The channel was created";
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return "The group was upgraded";
  if (message.forum_topic_created) return `Topic: ${message.forum_topic_created.name}`;
  return "";
}

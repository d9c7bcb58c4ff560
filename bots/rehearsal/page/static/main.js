// The page: who one is, what is shown, what was pressed; and the live connection.

import { alertDialog, el, openMenu, reconcile, toast } from "./dom.js";
import { openModal } from "./components.js";
import { follow, ownPath } from "./links.js";
import { TelegramColumn } from "./telegram.js";
import { DiscordColumn } from "./discord.js";

const REMEMBERED = "commonthread-rehearsal";
const PATIENCE = 20_000;

class App {
  constructor() {
    const kept = remembered();
    this.state = null;
    this.who = kept.who ?? { telegram: "", discord: "" };
    this.view = kept.view ?? { tg: { name: "channel" }, dc: { channel: "", thread: "" } };
    this.fresh = !kept.view;
    this.pending = new Map();
    this.written = new Set();
    this.sticky = new Set();
    this.places = new Map();
    this.flashing = { tg: "", dc: "" };
    this.telegram = new TelegramColumn(this, document.getElementById("telegram"));
    this.discord = new DiscordColumn(this, document.getElementById("discord"));
    this.refreshing = null;
    this.again = false;
  }

  // the state

  async start() {
    const first = await fetch("/api/people");
    const people = await first.json();
    for (const platform of ["telegram", "discord"]) {
      const known = people.find((one) => one.key === this.who[platform] && one.platform === platform);
      this.who[platform] = (known ?? people.find((one) => one.platform === platform && one.role === "reader")).key;
    }
    this.bindBar(people);
    await this.refresh();
    this.listen();
  }

  listen() {
    const live = document.getElementById("live");
    const say = (text, kind) => { live.textContent = text; live.title = `${text}: this page follows both platforms`; live.dataset.kind = kind; };
    const source = new EventSource("/api/live");
    source.onopen = () => say("live", "on");
    source.onerror = () => say("reconnecting", "off");
    source.onmessage = () => this.refresh();
  }

  /** Fetch the state and draw it; calls that come meanwhile lead to one more. */
  refresh() {
    if (this.refreshing) {
      this.again = true;
      return this.refreshing;
    }
    this.refreshing = this.load().finally(() => {
      this.refreshing = null;
      if (this.again) { this.again = false; this.refresh(); }
    });
    return this.refreshing;
  }

  async load() {
    const query = new URLSearchParams({ as: this.who.telegram, beside: this.who.discord });
    try {
      const answer = await fetch(`/api/state?${query}`);
      if (!answer.ok) throw new Error(await answer.text());
      const state = await answer.json();
      if (state.as !== this.who.telegram || state.beside !== this.who.discord) { this.again = true; return; }
      this.state = state;
    } catch {
      return;
    }
    if (this.fresh) this.openNewest();
    this.settle();
    this.tellTaken();
    this.render();
  }

  /** Say why words that a reader wrote into a thread are gone: nothing in the apps does. */
  tellTaken() {
    const { telegram, discord } = this.state;
    const comments = telegram.channel.posts.flatMap((one) => one.comments);
    const there = new Set([...telegram.group.messages, ...comments].map((one) => `telegram ${one.message_id}`));
    for (const channel of discord.channels) {
      for (const one of channel.threads.flatMap((thread) => thread.messages)) there.add(`discord ${one.id}`);
    }
    for (const key of this.written) {
      if (there.has(key)) continue;
      this.written.delete(key);
      toast("The bot took these words away: a moderator reads them first. Become a moderator and open the desk to decide.");
    }
  }

  /** Watch what a reader wrote into a thread. */
  watchWritten(platform, body, message) {
    const inThread = platform === "telegram" ? body.chat === "group" : body.channel !== "direct";
    const reader = this.state[platform].person.role === "reader";
    if (body.do === "write" && message && inThread && reader) this.written.add(`${platform} ${message}`);
    if (body.do === "delete") this.written.delete(`${platform} ${body.message}`);
  }

  openNewest() {
    const posts = this.state.telegram.channel.posts.filter((one) => one.root);
    const newest = posts.at(-1);
    if (!newest && !this.state.discord.channels.some((one) => one.threads.length)) return;
    this.fresh = false;
    if (newest) this.openArticle("tg", { name: "thread", post: newest.post.message_id });
  }

  render() {
    if (!this.state) return;
    this.telegram.render();
    this.discord.render();
    this.renderBar();
    remember({ who: this.who, view: this.view });
  }

  // what people do

  /** Hand a file to the rehearsal: the name that /api/act takes it by, "" where it is refused. */
  async upload(file) {
    try {
      const answer = await fetch("/api/file", { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
      const result = await answer.json();
      if (answer.ok) return result.file;
      toast(result.error, "bad");
    } catch {
      toast("The file could not be handed over.", "bad");
    }
    return "";
  }

  /** Do something as the person of a column; true where the platform took it. */
  async act(platform, body, busy = "") {
    const person = this.who[platform];
    let answer;
    try {
      answer = await fetch("/api/act", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as: person, ...body }),
      });
    } catch {
      toast("The rehearsal does not answer. Is it still running?", "bad");
      return false;
    }
    const result = await answer.json().catch(() => ({ error: `HTTP ${answer.status}` }));
    if (!answer.ok) {
      toast(result.error ?? `HTTP ${answer.status}`, "bad");
      return false;
    }
    if (result.url) follow(this, result.url);
    this.watchWritten(platform, body, result.message);
    if (result.trace) this.wait(result.trace, platform, person, busy);
    await this.refresh();
    return true;
  }

  wait(trace, platform, person, busy) {
    this.pending.set(trace, { platform, person, busy, since: performance.now() });
    clearInterval(this.watch);
    this.watch = setInterval(() => (this.pending.size ? this.refresh() : clearInterval(this.watch)), 800);
  }

  /** Look at what became of presses, commands and modals. */
  settle() {
    for (const [trace, one] of this.pending) {
      const found = this.state.traces[trace];
      if (this.who[one.platform] !== one.person || performance.now() - one.since > PATIENCE) this.pending.delete(trace);
      else if (found && this.settled(found, one, trace)) this.pending.delete(trace);
    }
  }

  settled(found, { platform, person }, trace) {
    if (platform === "telegram") {
      if (!found.answered) return false;
      if (found.url) follow(this, found.url);
      if (found.text && found.alert) alertDialog(found.text);
      else if (found.text) toast(found.text, "tg-toast");
      return true;
    }
    if (found.failed) toast("This interaction failed", "bad");
    if (found.modal) this.openModal(found.modal, person, trace);
    return found.failed || found.answered;
  }

  openModal(modal, person, trace) {
    openModal(this, modal, (values) => {
      if (this.who.discord !== person) return false;
      return this.act("discord", { do: "submit", trace, values });
    });
  }

  isBusy(place, button) {
    return [...this.pending.values()].some((one) => one.busy === `${place}|${button}`);
  }

  busyAt(place) {
    return [...this.pending.values()].map((one) => one.busy).filter((busy) => busy.startsWith(`${place}|`));
  }

  // what is shown

  /** Show these items in a column's list, and keep the reader's place in it. */
  fill(column, items, place) {
    const { list } = column;
    const moved = column.shown !== place;
    if (moved && column.shown) this.places.set(column.shown, list.scrollTop);
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    if (moved) list.replaceChildren();
    reconcile(list, items);
    if (moved) this.enter(list, place);
    else if ((atEnd && column.shown) || this.sticky.has(column)) list.scrollTop = list.scrollHeight;
    if (!moved) this.sticky.delete(column);
    column.shown = place;
    const side = column === this.telegram ? "tg" : "dc";
    if (this.flashing[side]) {
      const key = this.flashing[side];
      this.flashing[side] = "";
      this.flash(list, key);
    }
  }

  /** Where one left a place, else a thread from its beginning and a talk at its end. */
  enter(list, place) {
    const kept = this.places.get(place);
    const { name, thread } = JSON.parse(place);
    if (kept !== undefined) list.scrollTop = kept;
    else if (name === "channel") list.lastElementChild?.scrollIntoView({ block: "start" });
    else list.scrollTop = name === "thread" || thread ? 0 : list.scrollHeight;
  }

  /** The next drawing scrolls to the end: one has just written something. */
  stickToEnd(column) {
    this.sticky.add(column);
  }

  flash(list, key) {
    const node = [...list.children].find((one) => one.dataset.key === key);
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.remove("flash");
    requestAnimationFrame(() => node.classList.add("flash"));
  }

  reveal(name) {
    document.getElementById(name).scrollIntoView({ block: "nearest" });
  }

  /** Open an article's thread on one side ("tg", "dc") and, where it is found, on the other. */
  openArticle(side, view, flash = "") {
    this.view[side] = view;
    this.flashing[side] = flash;
    const other = side === "tg" ? this.sameOnDiscord(view) : this.sameOnTelegram(view);
    if (other) this.view[side === "tg" ? "dc" : "tg"] = other;
    this.render();
  }

  sameOnDiscord(view) {
    const post = this.state.telegram.channel.posts.find((one) => one.post.message_id === view.post)?.post;
    const text = plain(post?.text ?? post?.caption);
    for (const channel of this.state.discord.channels) {
      const thread = channel.threads.find((one) => text && text.includes(plain(one.name).slice(0, 60)));
      if (thread) return { channel: channel.id, thread: thread.id };
    }
    return null;
  }

  sameOnTelegram(view) {
    const channel = this.state.discord.channels.find((one) => one.id === view.channel);
    const name = plain(channel?.threads.find((one) => one.id === view.thread)?.name).slice(0, 60);
    const post = this.state.telegram.channel.posts.find((one) => one.root && name && plain(one.post.text ?? one.post.caption).includes(name));
    return post ? { name: "thread", post: post.post.message_id } : null;
  }

  /** A time of day in the publication's zone, as comments name it: 5:44. */
  clock(seconds) {
    const moment = new Date(seconds * 1000);
    const options = { timeZone: this.state.publication.zone, hour: "numeric", minute: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat("en-GB", options).format(moment).replace(/^0(\d:)/, "$1");
  }

  articleAt(path) {
    return this.state.publication.articles.find((one) => path === `/articles/${one.slug}`);
  }

  articleSig() {
    return this.state.publication.articles.map((one) => one.state).join();
  }

  altOf(url) {
    const path = ownPath(url) || url;
    return this.state.publication.articles.find((one) => one.image === path)?.alt ?? "";
  }

  // the bar

  bindBar(people) {
    for (const platform of ["telegram", "discord"]) {
      const select = document.getElementById(`who-${platform}`);
      for (const role of ["reader", "moderator"]) {
        const group = el("optgroup", { label: role === "reader" ? "Readers" : "Moderators" });
        for (const one of people) if (one.platform === platform && one.role === role) group.append(el("option", { value: one.key }, one.name));
        select.append(group);
      }
      select.addEventListener("change", () => this.become({ [platform]: select.value }));
    }
    const both = (role) => () => this.become(Object.fromEntries(["telegram", "discord"].map((platform) => [platform, people.find((one) => one.platform === platform && one.role === role).key])));
    document.getElementById("as-readers").addEventListener("click", both("reader"));
    document.getElementById("as-moderators").addEventListener("click", both("moderator"));
    document.getElementById("newsroom").addEventListener("click", (event) => this.newsroom(event.currentTarget));
  }

  become(who) {
    this.who = { ...this.who, ...who };
    this.pending.clear();
    this.telegram.composer.reset(false);
    this.discord.composer.reset(false);
    this.refresh();
  }

  renderBar() {
    const roles = new Set();
    for (const platform of ["telegram", "discord"]) {
      document.getElementById(`who-${platform}`).value = this.who[platform];
      roles.add(this.state[platform].person.role);
    }
    for (const role of ["reader", "moderator"]) {
      document.getElementById(`as-${role}s`).setAttribute("aria-pressed", String(roles.size === 1 && roles.has(role)));
    }
    const mode = document.getElementById("mode");
    const door = this.state.way === "door";
    mode.textContent = door ? "rehearsal · anonymous" : "rehearsal";
    mode.title = door
      ? "Readers comment through the bot, under a pseudonym. Without --door they write in the threads."
      : "Readers write in the threads, under their names. With --door they comment through the bot, anonymously.";
    document.title = `${this.state.publication.name} · Commonthread rehearsal`;
  }

  async withdraw({ slug, headline }) {
    if (await this.act("telegram", { do: "withdraw", slug })) toast(`“${headline}” left the site. The bots look three times before they say so.`);
  }

  async putBack({ slug, headline }) {
    if (await this.act("telegram", { do: "publish", slug })) toast(`“${headline}” is on the site again. Where the bots have said that it was withdrawn, the desk takes that back with /undo.`);
  }

  newsroom(anchor) {
    const act = (name, slug) => () => this.act("telegram", { do: name, slug });
    const entries = [];
    const seen = this.state.publication.articles.filter((one) => one.state === "published" || one.state === "corrected");
    for (const one of this.state.publication.articles) {
      entries.push({ heading: one.headline });
      if (one.state !== "waiting" && one.state !== "withdrawn") entries.push({ label: "Read on the site", icon: "link", run: () => window.open(`/articles/${one.slug}`, "_blank", "noopener") });
      if (one.state === "waiting") entries.push({ label: "Publish in the feed", run: act("publish", one.slug) });
      if (one.state === "withdrawn") entries.push({ label: "Put back", run: () => this.putBack(one) });
      if (one.state === "published" && one.correctable) entries.push({ label: "Correct a figure", icon: "edit", run: act("correct", one.slug) });
      // The oldest one only looks as if it had fallen off the feed's end, which means nothing.
      if (seen.includes(one) && one !== seen.at(-1)) entries.push({ label: "Withdraw", icon: "close", danger: true, run: () => this.withdraw(one) });
    }
    openMenu(entries, anchor, null, "bar-menu");
  }
}

function plain(text) {
  return String(text ?? "").replace(/[^\p{L}\p{N}]+/gu, " ").trim().toLowerCase();
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}");
  } catch {
    return {};
  }
}

function remember(value) {
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify(value));
  } catch {
    // Without storage the page only forgets who one was.
  }
}

new App().start();

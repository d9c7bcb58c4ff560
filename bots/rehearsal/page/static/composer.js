// The writing line at the foot of a column, with its reply, edit and suggestion bars.

import { append, el, iconButton, snippet } from "./dom.js";

/**
 * A composer. It keeps its own text while the column around it is drawn again.
 * options: name (for labels), send(text, mode) -> Promise<bool>, suggest(text) -> [{insert, label, note}].
 */
export class Composer {
  constructor({ name, send, suggest }) {
    this.send = send;
    this.suggest = suggest ?? (() => []);
    this.mode = { kind: "write" };
    this.place = "";
    this.drafts = new Map();
    this.bar = el("div", { class: "composer-bar", hidden: true });
    this.list = el("div", { class: "suggestions", role: "listbox", "aria-label": `${name}: commands`, hidden: true });
    this.area = el("textarea", {
      rows: 1, "aria-label": `Write on ${name}`, oninput: () => this.grow(),
      onkeydown: (event) => this.key(event), onblur: () => setTimeout(() => { this.list.hidden = true; }, 150),
    });
    this.button = iconButton("send", `Send on ${name}`, () => this.submit(), { class: "icon-button send" });
    this.note = el("p", { class: "composer-note", hidden: true });
    this.row = el("div", { class: "composer-row" }, this.area, this.button);
    this.node = el("div", { class: "composer" }, this.list, this.bar, this.row, this.note);
  }

  /** Say where it writes. closed: why nobody can write here, "" where they can. */
  at(place, placeholder, closed = "") {
    if (place !== this.place) {
      this.drafts.set(this.place, this.area.value);
      this.place = place;
      this.area.value = this.drafts.get(place) ?? "";
      this.reset(false);
    }
    const changed = this.area.placeholder !== placeholder || this.row.hidden;
    this.area.placeholder = placeholder;
    this.row.hidden = Boolean(closed) && this.mode.kind !== "edit";
    this.note.hidden = !this.row.hidden;
    this.note.replaceChildren();
    append(this.note, [closed]);
    if (changed) this.grow();
  }

  /** Begin a reply to a message: {id, name, text}. */
  reply(target) {
    this.mode = { kind: "reply", ...target };
    this.showBar(`Reply to ${target.name}`, target.text);
    this.area.focus();
  }

  /** Begin to edit an own message: {id, text}. */
  edit(target) {
    this.mode = { kind: "edit", ...target };
    this.showBar("Edit message", target.text);
    this.row.hidden = false;
    this.note.hidden = true;
    this.area.value = target.text;
    this.grow();
    this.area.focus();
  }

  showBar(title, text) {
    this.bar.hidden = false;
    this.bar.replaceChildren(
      el("div", { class: "composer-bar-text" }, el("strong", {}, title), el("span", {}, snippet(text, 70))),
      iconButton("close", "Cancel", () => this.reset(this.mode.kind === "edit")),
    );
  }

  reset(clear = true) {
    this.mode = { kind: "write" };
    this.bar.hidden = true;
    this.list.hidden = true;
    if (clear) this.area.value = "";
    this.grow();
  }

  grow() {
    this.area.style.height = "auto";
    if (this.area.offsetParent) this.area.style.height = `${Math.min(this.area.scrollHeight, 130)}px`;
    this.offer();
  }

  offer() {
    const found = document.activeElement === this.area ? this.suggest(this.area.value) : [];
    this.list.hidden = !found.length;
    this.list.replaceChildren(...found.map((one) => el("button", {
      type: "button", role: "option", tabindex: -1, onclick: () => this.take(one),
    }, el("strong", {}, one.label), el("span", {}, one.note ?? ""))));
  }

  take(one) {
    this.area.value = one.insert;
    this.area.focus();
    this.grow();
  }

  key(event) {
    if (event.key === "Tab" && !this.list.hidden && !event.shiftKey) {
      event.preventDefault();
      this.list.querySelector("button")?.click();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") {
      this.reset(this.mode.kind === "edit");
    }
  }

  async submit() {
    const text = this.area.value;
    if (!text.trim()) return;
    const mode = this.mode;
    this.area.value = "";
    this.grow();
    if (await this.send(text, mode)) {
      if (this.mode === mode) this.reset(false);
    } else if (!this.area.value) {
      this.area.value = text;
      this.grow();
    }
  }
}

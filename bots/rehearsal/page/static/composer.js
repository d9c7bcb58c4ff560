// The writing line at the foot of a column, with its reply, edit and suggestion bars.

import { append, el, iconButton, snippet } from "./dom.js";

/**
 * A composer. It keeps its own text while the column around it is drawn again.
 * options: name (for labels), send(text, mode, files) -> Promise<bool>, suggest(text) -> [{insert, label, note}],
 * upload(file) -> Promise<name or ""> where a file can be attached, many: whether several can, each described.
 * `files` are [{file, name, type, description, spoiler}].
 */
export class Composer {
  constructor({ name, send, suggest, upload, many = false }) {
    this.send = send;
    this.suggest = suggest ?? (() => []);
    this.upload = upload;
    this.many = many;
    this.files = [];
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
    this.chosen = el("ul", { class: "composer-files", "aria-label": `${name}: attached files`, hidden: true });
    this.picker = el("input", { type: "file", multiple: many, hidden: true, "aria-label": `${many ? "Files" : "File"} for ${name}`, onchange: () => this.choose() });
    const clip = upload ? [iconButton("attach", `Attach a file on ${name}`, () => this.picker.click(), { class: "icon-button attach" }), this.picker] : "";
    this.row = el("div", { class: "composer-row" }, clip, this.area, this.button);
    this.node = el("div", { class: "composer" }, this.list, this.bar, this.chosen, this.row, this.note);
  }

  /** Say where it writes. closed: why nobody can write here, "" where they can. */
  at(place, placeholder, closed = "") {
    if (place !== this.place) {
      this.drafts.set(this.place, { text: this.area.value, files: this.files });
      const { text, files } = this.drafts.get(place) ?? { text: "", files: [] };
      this.place = place;
      this.area.value = text;
      this.show(files);
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

  /** Hand over what was chosen and list it above the line; it stays with the place it was chosen for. */
  async choose() {
    const picked = [...this.picker.files];
    const { place } = this;
    this.picker.value = "";
    for (const one of picked) {
      const file = await this.upload(one);
      const made = { file, name: one.name, type: one.type, description: "", spoiler: false };
      if (file) this.change(place, (files) => [...(this.many ? files : []), made]);
    }
    if (place === this.place) this.area.focus();
  }

  /** Change the files of what is being written at a place, which may be another one than is shown by now. */
  change(place, made) {
    const draft = place === this.place ? this : this.drafts.get(place);
    if (draft === this) this.show(made(this.files));
    else draft.files = made(draft.files);
  }

  show(files) {
    this.files = files;
    this.chosen.hidden = !files.length;
    this.chosen.replaceChildren(...files.map((one) => el("li", {}, el("span", { title: one.name }, one.name),
      this.many ? this.details(one) : "",
      iconButton("close", `Remove ${one.name}`, () => this.show(this.files.filter((kept) => kept !== one))))));
  }

  details(one) {
    return [
      el("input", { type: "text", placeholder: "Description", "aria-label": `Description of ${one.name}`, value: one.description, maxlength: 1024, oninput: (event) => { one.description = event.target.value; } }),
      el("label", {}, el("input", { type: "checkbox", checked: one.spoiler, onchange: (event) => { one.spoiler = event.target.checked; } }), "Spoiler"),
    ];
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
    const { mode, place } = this;
    const files = mode.kind === "edit" ? [] : this.files;
    if (!text.trim() && !files.length) return;
    this.area.value = "";
    this.grow();
    if (await this.send(text, mode, files)) {
      if (this.mode === mode) this.reset(false);
      this.change(place, (kept) => kept.filter((one) => !files.includes(one)));
    } else if (!this.area.value) {
      this.area.value = text;
      this.grow();
    }
  }
}

// What hangs below a Discord message: embeds, buttons, menus, layout components; and modals.

import { append, el, icon, show } from "./dom.js";
import { link, pictureUrl } from "./links.js";
import { attachment, covered } from "./discord_media.js";
import { inline, markdown } from "./markdown.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/** One embed. */
export function embed(app, data) {
  const picture = (source, kind) => {
    const url = source && pictureUrl(source.url);
    return url ? el("img", { class: kind, src: url, alt: source.description ?? app.altOf(url), loading: "lazy" }) : "";
  };
  const title = data.title ? el("div", { class: "dc-embed-title" }, data.url ? link(app, data.url, inline(app, data.title)) : inline(app, data.title)) : "";
  const foot = [data.footer?.text, data.timestamp ? app.clock(Date.parse(data.timestamp) / 1000) : ""].filter(Boolean).join(" • ");
  const node = el("div", { class: "dc-embed" },
    picture(data.thumbnail, "dc-embed-thumb"),
    data.author ? el("div", { class: "dc-embed-author" }, data.author.url ? link(app, data.author.url, data.author.name) : data.author.name) : "",
    title,
    data.description ? el("div", { class: "dc-embed-text" }, markdown(app, data.description)) : "",
    data.fields?.length ? el("div", { class: "dc-embed-fields" }, data.fields.map((field) => el("div", { class: field.inline ? "inline" : "" }, el("strong", {}, inline(app, field.name)), el("div", {}, markdown(app, field.value))))) : "",
    picture(data.image, "dc-embed-image"),
    foot ? el("div", { class: "dc-embed-foot" }, foot) : "");
  if (Number.isInteger(data.color)) node.style.borderLeftColor = `#${data.color.toString(16).padStart(6, "0")}`;
  return node;
}

/** The components of a message; press(component, values) is called on use. */
export function componentTree(app, components, busy, press) {
  return components.map((one) => component(app, one, busy, press));
}

function component(app, data, busy, press) {
  const inside = () => componentTree(app, data.components ?? [], busy, press);
  switch (data.type) {
    case 1: return el("div", { class: "dc-row" }, inside());
    case 2: return button(app, data, busy, press);
    case 3: return select(data, press);
    case 9: return el("div", { class: "dc-section" }, el("div", {}, inside()), data.accessory ? component(app, data.accessory, busy, press) : "");
    case 10: return el("div", { class: "dc-text" }, markdown(app, data.content));
    case 11: return gallery(app, [data]);
    case 12: return gallery(app, data.items ?? []);
    case 13: return file(app, data);
    case 14: return el("hr", { class: data.divider === false ? "dc-gap" : "" });
    case 17: return covered(container(data, inside()), data.spoiler);
    default: return "";
  }
}

function container(data, children) {
  const node = el("div", { class: "dc-container" }, children);
  if (Number.isInteger(data.accent_color)) node.style.borderLeftColor = `#${data.accent_color.toString(16).padStart(6, "0")}`;
  return node;
}

function gallery(app, items) {
  return el("div", { class: "dc-gallery" }, items.map((item) => {
    const url = pictureUrl(item.media?.url ?? "");
    return url ? covered(el("img", { src: url, alt: item.description ?? app.altOf(url), loading: "lazy" }), item.spoiler) : "";
  }));
}

function file(app, data) {
  const shown = { ...data.file, filename: data.name ?? "file", size: data.size ?? 0, content_type: "" };
  return covered(attachment(app, shown), data.spoiler);
}

function button(app, data, busy, press) {
  const label = [data.emoji?.name && !data.emoji.id ? `${data.emoji.name} ` : "", data.label ?? ""];
  const extra = data.url ? icon("link") : "";
  return el("button", {
    type: "button", class: `dc-button ${STYLES[data.style] ?? "secondary"}${busy(data.custom_id) ? " busy" : ""}`,
    disabled: data.disabled, data: { focus: `button-${data.custom_id ?? data.url}` },
    onclick: () => (data.url ? link(app, data.url, "").click() : press(data, [])),
  }, label, extra);
}

function select(data, press) {
  const options = (data.options ?? []).map((one) => el("option", { value: one.value, selected: one.default }, one.description ? `${one.label} — ${one.description}` : one.label));
  const many = (data.max_values ?? 1) > 1;
  const node = el("select", {
    class: "dc-select", multiple: many, disabled: data.disabled, "aria-label": data.placeholder ?? "Choose",
    data: { focus: `select-${data.custom_id}` },
    onchange: () => { if (!many) press(data, [node.value]); },
  }, many ? options : [el("option", { value: "", disabled: true, selected: !(data.options ?? []).some((one) => one.default) }, data.placeholder ?? "Make a selection"), ...options]);
  if (!many) return node;
  const send = () => press(data, [...node.selectedOptions].map((one) => one.value));
  return el("div", { class: "dc-many" }, node, el("button", { type: "button", class: "dc-button primary", onclick: send }, "Choose"));
}

/** Open a modal; submit(values) -> Promise<bool> closes it where it answers true. Files go to app.upload. */
export function openModal(app, modal, submit) {
  const error = el("p", { class: "dc-error", role: "alert" });
  const form = el("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const values = await valuesOf(app, form);
      if (values && (await submit(values))) dialog.close();
      else error.textContent = "This could not be sent. See the note below.";
    },
  }, (modal.components ?? []).map((part) => modalPart(app, part)), error,
  el("div", { class: "dc-modal-foot" },
    el("button", { type: "button", class: "dc-button secondary", onclick: () => dialog.close() }, "Cancel"),
    el("button", { type: "submit", class: "dc-button primary" }, "Submit")));
  const dialog = el("dialog", { class: "dc-modal", "aria-label": modal.title }, el("h2", {}, modal.title), form);
  show(dialog);
  form.querySelector("textarea, input, select")?.focus();
}

function modalPart(app, part) {
  if (part.type === 10) return el("div", { class: "dc-text" }, markdown(app, part.content));
  const inner = part.type === 18 ? part.component : part.components[0];
  const required = inner.required !== false;
  const label = el("span", { class: "dc-label" }, part.label ?? inner.label ?? "", required ? el("b", { "aria-hidden": true }, " *") : "");
  return el("label", { class: "dc-field" }, label, part.description ? el("small", {}, part.description) : "", field(inner, required));
}

function field(inner, required) {
  const data = { id: inner.custom_id };
  if (inner.type === 3) {
    const many = (inner.max_values ?? 1) > 1;
    return el("select", { name: inner.custom_id, required, multiple: many, data },
      many ? "" : el("option", { value: "" }, inner.placeholder ?? ""),
      (inner.options ?? []).map((one) => el("option", { value: one.value, selected: one.default }, one.label)));
  }
  if (inner.type === 19) return el("input", { type: "file", name: inner.custom_id, multiple: (inner.max_values ?? 1) > 1, required, data });
  const shared = { name: inner.custom_id, required, data, placeholder: inner.placeholder, maxlength: inner.max_length ?? 4000, minlength: inner.min_length };
  if (inner.style === 2) return append(el("textarea", { rows: 6, ...shared }), [inner.value ?? ""]);
  return el("input", { type: "text", value: inner.value, ...shared });
}

/** What was filled in, by field; null where a file was refused. */
async function valuesOf(app, form) {
  const values = {};
  for (const one of form.querySelectorAll("[data-id]")) {
    if (one.type === "file") values[one.dataset.id] = await handedOver(app, one.files);
    else values[one.dataset.id] = one.tagName === "SELECT" ? [...one.selectedOptions].map((option) => option.value).filter(Boolean) : one.value;
  }
  return Object.values(values).includes(null) ? null : values;
}

async function handedOver(app, files) {
  const made = [];
  for (const one of files) {
    const file = await app.upload(one);
    if (!file) return null;
    made.push({ file, name: one.name, type: one.type });
  }
  return made;
}

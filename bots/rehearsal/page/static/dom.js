// Small helpers over the DOM. Text always enters through text nodes, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const signatures = new WeakMap();

/** An element. props: attributes; `class`, `data` (an object) and `on…` handlers are understood. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  append(node, children);
  return node;
}

/** Append children: nodes, strings, nested lists; empty values are left out. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** An icon from the sprite in index.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A round button with an icon and a spoken name. */
export function iconButton(name, label, onclick, extra = {}) {
  return el("button", { type: "button", class: "icon-button", title: label, "aria-label": label, onclick, ...extra }, icon(name));
}

/**
 * Make a container show exactly `items` ({key, sig, make}): what did not change keeps its node,
 * so focus, opened spoilers and the place in the scroll stay.
 */
export function reconcile(container, items) {
  const known = new Map([...container.children].map((node) => [node.dataset.key, node]));
  const focused = document.activeElement;
  let place = container.firstElementChild;
  for (const { key, sig, make } of items) {
    let node = known.get(key);
    known.delete(key);
    if (!node || signatures.get(node) !== sig) {
      const fresh = make();
      fresh.dataset.key = key;
      signatures.set(fresh, sig);
      if (node) {
        if (place === node) place = fresh;
        node.replaceWith(fresh);
        refocus(fresh, node, focused);
      }
      node = fresh;
    }
    if (node === place) place = place.nextElementSibling;
    else container.insertBefore(node, place);
  }
  for (const node of known.values()) node.remove();
}

function refocus(fresh, old, focused) {
  const name = focused && old.contains(focused) ? focused.dataset.focus : "";
  if (!name) return;
  [...fresh.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === name)?.focus();
}

/** Replace everything in a container, unless its signature says that nothing changed. */
export function replaceIfChanged(container, sig, make) {
  if (signatures.get(container) === sig) return;
  signatures.set(container, sig);
  container.replaceChildren();
  append(container, [make()]);
}

/** A note at the lower edge that goes by itself. */
export function toast(text, kind = "") {
  const note = el("div", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

/** A dialog with one text and a button, as Telegram shows an alert. */
export function alertDialog(text) {
  const dialog = el("dialog", { class: "alert" },
    el("p", {}, text),
    el("form", { method: "dialog" }, el("button", { class: "primary", autofocus: true }, "OK")));
  show(dialog);
}

/** Show a dialog and forget it once it is closed. */
export function show(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

/** A menu next to `anchor` or at a point. entries: {label, run, icon, danger, heading}. */
export function openMenu(entries, anchor, point, theme = "") {
  closeMenu();
  const menu = el("div", { class: `menu ${theme}`, role: "menu" });
  for (const entry of entries) {
    if (entry.heading) {
      menu.append(el("div", { class: "menu-heading" }, entry.heading));
      continue;
    }
    menu.append(el("button", {
      type: "button", role: "menuitem", class: entry.danger ? "danger" : "", disabled: entry.disabled,
      onclick: () => { closeMenu(); entry.run(); },
    }, entry.label, entry.icon ? icon(entry.icon) : ""));
  }
  menu.addEventListener("keydown", (event) => moveInMenu(menu, event));
  document.getElementById("menus").append(menu);
  placeMenu(menu, anchor, point);
  menu.returnTo = anchor;
  menu.querySelector("button:not([disabled])")?.focus();
  setTimeout(() => document.addEventListener("pointerdown", outside), 0);
}

function placeMenu(menu, anchor, point) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = point ? point.x : box.right - width;
  const top = point ? point.y : box.bottom + 4;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

function outside(event) {
  if (!event.target.closest?.(".menu")) closeMenu();
}

/** Close the open menu, if any. */
export function closeMenu() {
  document.removeEventListener("pointerdown", outside);
  document.querySelectorAll("#menus .menu").forEach((menu) => menu.remove());
}

function moveInMenu(menu, event) {
  const buttons = [...menu.querySelectorAll("button:not([disabled])")];
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    buttons[(to + buttons.length) % buttons.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    const back = menu.returnTo;
    closeMenu();
    back?.focus?.();
  }
}

/** A color for a name, the same every time. */
export function colorOf(id, palette) {
  let sum = 7;
  for (const letter of String(id)) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return palette[sum % palette.length];
}

/** The first letters of a name, for an avatar. */
export function initials(name) {
  const words = String(name).replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "·";
}

/** Cut a text to its first `length` characters, on one line. */
export function snippet(text, length = 90) {
  const flat = String(text ?? "").replace(/\s+/g, " ").trim();
  const letters = [...flat];
  return letters.length > length ? `${letters.slice(0, length).join("")}…` : flat;
}

/** Spoilers: hidden until pressed, by pointer or keyboard. */
export function spoiler(children, theme) {
  const open = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (node.classList.contains("open")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("open");
    node.removeAttribute("role");
  };
  const node = el("span", {
    class: `spoiler ${theme}`, tabindex: 0, role: "button", "aria-label": "Spoiler, press to show",
    onclick: open, onkeydown: open,
  }, el("span", {}, children));
  return node;
}

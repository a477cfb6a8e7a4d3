// A JSON document as a tree that opens. What is large is drawn when it is opened, and in portions.

import { LongNumber } from "./api.js";
import { h } from "./dom.js";

const PORTION = 200;
// How deep a document is open at first.
const OPEN_DEPTH = 2;

export function jsonView(value) { return h("div", { class: "json" }, node(value, null, 0)); }

/** How much is in a list or an object: `[12]`, `{3}`; nothing of other values. */
export function sizeOf(value) {
  if (value === null || typeof value !== "object" || value instanceof LongNumber) return "";
  return Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).length}}`;
}

// A longer text is shown to its end when that is asked for.
const LONG = 2_000;

function text(value) {
  const shown = h("span", { class: "string" }, JSON.stringify(value.slice(0, LONG)));
  if (value.length <= LONG) return shown;
  const more = h("button", { type: "button", onclick: () => {
    shown.textContent = JSON.stringify(value);
    more.remove();
  } }, `Show all ${value.length} characters`);
  return [shown, " ", more];
}

function node(value, key, depth) {
  const name = key === null ? null : [h("span", { class: "key" }, key), ": "];
  if (value === null || typeof value !== "object" || value instanceof LongNumber) {
    return h("div", { class: "leaf" }, name, typeof value === "string" ? text(value) : h("span", { class: "other" }, String(value)));
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return h("div", { class: "leaf" }, name, isList ? "[]" : "{}");
  const details = h("details", {}, h("summary", {}, name, h("span", { class: "muted" }, sizeOf(value))));
  details.addEventListener("toggle", fill);
  if (depth < OPEN_DEPTH && entries.length <= PORTION) {
    details.open = true;
    fill();
  }
  return details;

  function fill() {
    if (!details.open || details.children.length > 1) return;
    portion(0);
  }

  function portion(start) {
    details.append(...entries.slice(start, start + PORTION).map(([name, inner]) => node(inner, name, depth + 1)));
    const left = entries.length - start - PORTION;
    if (left <= 0) return;
    const more = h("button", { type: "button" }, `Show ${Math.min(left, PORTION)} more of ${left}`);
    more.addEventListener("click", () => {
      more.remove();
      portion(start + PORTION);
    });
    details.append(more);
  }
}

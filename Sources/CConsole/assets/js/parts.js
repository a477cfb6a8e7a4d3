// What several views show alike.

import { announce, h } from "./dom.js";
import { GLYPHS, ago, instant } from "./format.js";

export function statusBadge(status) {
  const title = status === "ABANDONED" ? "RUNNING, and its heartbeats have stopped" : null;
  return h("span", { class: `status ${status.toLowerCase()}`, "data-glyph": GLYPHS[status] ?? "", title }, status);
}

/** A time as it is read here; the exact one, in UTC, is its title. */
export function time(text, { relative = false } = {}) {
  if (!text) return "–";
  return h("time", { datetime: text, title: relative ? `${instant(text)} (${text})` : text },
    relative ? ago(text) : instant(text));
}

export function executionHref(id) { return `#/executions/${encodeURIComponent(id)}`; }

/** Links to executions by the ends of their ids, which is where they differ. */
export function samples(ids) {
  if (!ids?.length) return null;
  return h("span", { class: "samples" }, "Examples:",
    ids.map((id) => h("a", { href: executionHref(id), class: "mono", title: id, "aria-label": `Execution ${id}` }, `…${id.slice(-8)}`)));
}

export function slowMark(title) { return h("span", { class: "slow", title }, "slower than usual"); }

/** A button that copies a text; nothing where the browser lets no page copy. */
export function copyButton(title, text) {
  if (!navigator.clipboard) return null;
  const button = h("button", { type: "button", class: "copy", "aria-label": `Copy: ${title}`, onclick: async () => {
    try {
      await navigator.clipboard.writeText(text());
      announce(`${title} was copied`);
      button.textContent = "Copied";
    } catch {
      announce(`The browser does not let ${title} be copied`);
    }
  } }, "Copy");
  return button;
}

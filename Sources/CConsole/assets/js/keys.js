// The keyboard. A view says what its keys do; typing in a field is left alone.

import { h } from "./dom.js";
import { prefer, preference } from "./preferences.js";

const everywhere = {
  "?": ["Show the shortcuts", showHelp],
  "g e": ["Go to the executions", () => { location.hash = "#/executions"; }],
  "g d": ["Go to the dashboard", () => { location.hash = "#/dashboard"; }],
};
let ofView = {};
let pending = "";

/** Takes a view's keys in place of those of the view before: `{ j: ["Next row", body] }`. */
export function setKeys(keys) { ofView = keys; }

// Who speaks to the machine, or rests a hand on its keys, types letters that are meant for nothing here.
function areOn() { return preference("keys") !== "off"; }

export function listen() {
  document.addEventListener("keydown", (event) => {
    // Some keyboards have brackets behind AltGr, which counts as Ctrl and Alt.
    const isChord = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
    if (isChord || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!areOn()) return;
    const keys = { ...everywhere, ...ofView };
    const typed = pending ? `${pending} ${event.key}` : event.key;
    pending = "";
    if (keys[typed]) {
      event.preventDefault();
      keys[typed][1]();
    } else if (Object.keys(keys).some((key) => key.startsWith(`${event.key} `))) {
      pending = event.key;
    }
  });
}

export function showHelp() {
  const keys = { ...everywhere, ...ofView };
  const dialog = h("dialog", { "aria-label": "Keyboard shortcuts", onclose: () => dialog.remove() },
    h("h2", {}, "Keyboard shortcuts"),
    h("dl", { class: "shortcuts" }, Object.entries(keys).map(([key, [text]]) => [
      h("dt", {}, key.split(" ").map((one) => [h("kbd", {}, one), " "])), h("dd", {}, text),
    ])),
    h("p", {}, h("label", { class: "check" },
      h("input", { type: "checkbox", checked: areOn(), onchange: (event) => prefer("keys", event.target.checked ? "on" : "off") }),
      "Shortcuts of single keys")),
    h("form", { method: "dialog" }, h("button", { autofocus: true }, "Close")));
  document.body.append(dialog);
  dialog.showModal();
}

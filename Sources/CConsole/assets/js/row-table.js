// The rows of the list. One that is as it was stays the element that it is: with its focus, and under the
// pointer.

import { h } from "./dom.js";
import { duration, statusOf } from "./format.js";
import { executionHref, slowMark, statusBadge, time } from "./parts.js";
import { elapsed, slowness } from "./usual.js";

// Names that are no longer than this fit.
const UNCUT = 30;
const TITLES = ["Workflow", "Status", "Type", "Created"];

export class RowTable {
  element;
  #body = h("tbody", {});
  #empty;
  // By the executions' ids: the elements, and what they show.
  #rows = new Map();

  /** @param {string} nothing What is said where there are none. */
  constructor(nothing) {
    this.#empty = h("tr", {}, h("td", { colspan: 6, class: "empty" }, nothing));
    this.element = h("table", { class: "list", id: "executions" },
      h("thead", {}, h("tr", {}, TITLES.map((title) => h("th", { scope: "col" }, title)),
        h("th", { scope: "col", class: "number" }, "Duration"), h("th", { scope: "col" }, "Execution"))),
      this.#body);
  }

  /** @param {Set<string>} changed The ids of those that are to be noticed. */
  draw(executions, usual, changed = new Set()) {
    const rows = new Map();
    for (const execution of executions) {
      const slow = slowness(execution, usual);
      const runs = elapsed(execution);
      const took = runs === null ? duration(execution.durationSeconds) : `${duration(runs)} so far`;
      const shows = [execution.version, statusOf(execution), took, slow].join("\n");
      const before = this.#rows.get(execution.id);
      rows.set(execution.id, before?.shows === shows ? before : { shows, element: row(execution, took, slow) });
    }
    const focused = document.activeElement?.closest?.("tr")?.dataset.id;
    const elements = executions.length === 0 ? [this.#empty] : [...rows.values()].map((one) => one.element);
    for (const one of [...this.#body.children]) if (!elements.includes(one)) one.remove();
    elements.forEach((element, index) => {
      if (this.#body.children[index] !== element) this.#body.insertBefore(element, this.#body.children[index] ?? null);
    });
    for (const id of changed) rows.get(id)?.element.classList.add("changed");
    this.#rows = rows;
    if (focused && document.activeElement === document.body) this.focus(focused);
  }

  focus(id) { this.#rows.get(id)?.element.querySelector("a").focus(); }

  /** Moves the focus by so many rows. */
  move(step) {
    const links = [...this.#body.querySelectorAll("tr[data-id] a")];
    const now = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, now + step))]?.focus();
  }
}

/** A name that may not be shown to its end. */
function cutOff(name) { return name.length > UNCUT ? name : null; }

function row(execution, took, slow) {
  return h("tr", { "data-id": execution.id, onclick: open },
    h("td", { class: "name" }, h("a", { href: executionHref(execution.id), title: cutOff(execution.workflowId) }, h("bdi", {}, execution.workflowId))),
    h("td", {}, statusBadge(statusOf(execution))),
    h("td", { class: "type" }, h("bdi", { title: cutOff(execution.workflowType) }, execution.workflowType)),
    h("td", { class: "when" }, time(execution.createdAt)),
    h("td", { class: "number" }, slow ? [slowMark(slow), " "] : null, took),
    h("td", { class: "id mono muted", title: execution.id }, `…${execution.id.slice(-12)}`));
}

function open(event) {
  if (!event.target.closest("a") && !getSelection().toString()) location.hash = executionHref(event.currentTarget.dataset.id);
}

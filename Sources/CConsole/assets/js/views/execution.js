// One execution: what it was given and made, its tasks, its error, and those around it.

import * as api from "../api.js";
import * as keys from "../keys.js";
import { neighbours } from "../charts/neighbours.js";
import { tasksOf, timeline } from "../charts/timeline.js";
import { announce, h } from "../dom.js";
import { count, duration, percent, statusOf } from "../format.js";
import { jsonView } from "../json-view.js";
import { watch } from "../live.js";
import { around } from "../neighbourhood.js";
import { executionHref, slowMark, statusBadge, time } from "../parts.js";
import { link } from "../router.js";
import { elapsed } from "../usual.js";

// Fewer executions make no usual.
const LEAST_SUPPORT = 20;
// Under so many percent that ran longer, it is unusual that it still runs.
const UNUSUAL_PERCENT = 10;

export async function execution(main, id, signal) {
  const path = `/v1/executions/${encodeURIComponent(id)}`;
  let { execution: shown } = await api.get(path, {}, signal);
  // What comes later has its place from the start, so that nothing that is read moves or closes.
  const slots = { mark: h("span", {}), note: h("div", {}), usual: h("dd", {}, "–"), around: h("div", {}) };

  function draw() {
    const open = new Set([...main.querySelectorAll("details.document[open]")].map((one) => one.id));
    main.replaceChildren(...page(shown, slots, open).filter((part) => part !== null));
  }

  async function estimate() {
    const { estimate } = await api.get(`${path}:estimate`, {}, signal);
    const slow = slowness(shown, estimate);
    slots.mark.replaceChildren(slow ? slowMark(slow) : "");
    slots.note.replaceChildren(slow ? h("p", { class: "note" }, slow) : "");
    slots.usual.replaceChildren(usual(estimate) ?? "–");
  }

  async function lookAround() {
    const others = await around(shown, signal);
    slots.around.replaceChildren(...aroundIt(shown, others));
    setKeys(others);
  }

  draw();
  main.focus({ preventScroll: true });
  setKeys([]);
  // The page is of use without either.
  estimate().catch(() => {});
  lookAround().catch(() => {});
  watch({ userId: shown.userId, workflowId: shown.workflowId, createdAfter: shown.createdAt }, signal, {
    changed: (changes) => { if (changes.some((one) => one.executionId === shown.id)) readAgain().catch(() => {}); },
    begun: () => readAgain().catch(() => {}),
  });

  async function readAgain() {
    const { execution: now } = await api.get(path, {}, signal);
    if (now.version === shown.version) return;
    shown = now;
    announce(`The execution is ${statusOf(shown)}`);
    draw();
    await estimate();
  }

  function setKeys(others) {
    const at = others.findIndex((one) => one.id === shown.id);
    const to = (other) => () => { if (other) location.hash = executionHref(other.id); };
    keys.setKeys({
      "[": ["The execution of the workflow before this one", to(others[at - 1])],
      "]": ["The execution of the workflow after this one", to(others[at + 1])],
      u: ["Back to the list", () => history.back()],
    });
  }
}

function page(shown, slots, open) {
  const tasks = tasksOf(shown.taskResults);
  return [
    h("div", { class: "head" },
      h("h1", {}, shown.workflowId), statusBadge(statusOf(shown)), slots.mark,
      h("span", { class: "actions" },
        h("a", { class: "button", href: link("/executions", { user: shown.userId === api.claims().user ? "" : shown.userId, workflow: shown.workflowId }) }, "All of this workflow"))),
    slots.note,
    h("section", { class: "card", "aria-label": "Facts" }, facts(shown, slots.usual)),
    shown.errorMessage ? h("section", { class: "card" }, h("h2", {}, "Error"),
      h("pre", { class: "message", tabindex: 0, role: "region", "aria-label": "Error message" }, shown.errorMessage)) : null,
    tasks ? h("section", { class: "card" }, h("h2", {}, "Tasks"), timeline(tasks)) : null,
    h("section", { class: "card" }, h("h2", {}, "Around it"), slots.around),
    h("section", { class: "card" }, h("h2", {}, "Documents"), [
      ["Input", "inputData"], ["Output", "outputData"], ["Task results", "taskResults"], ["Metadata", "executionMetadata"],
    ].map(([title, field]) => documentPart(title, field, shown, open))),
  ];
}

function facts(shown, usual) {
  const runs = elapsed(shown);
  const entries = [
    ["Type", shown.workflowType],
    ["Created", time(shown.createdAt)], ["Began", time(shown.startTime)], ["Ended", time(shown.endTime)],
    ["Duration", runs === null ? duration(shown.durationSeconds) : `${duration(runs)} so far`],
    ["Usual", usual], ["User", shown.userId], ["Version", String(shown.version ?? 0)],
    ["Last change", time(shown.updatedAt)], ["Id", h("code", {}, shown.id)],
  ];
  return h("dl", { class: "facts" }, entries.map(([name, value]) => h("div", { class: ["Usual", "Id"].includes(name) ? "long" : null },
    h("dt", {}, name), value === usual ? usual : h("dd", {}, value))));
}

function usual(estimate) {
  if (!estimate || Number(estimate.durationSupport ?? 0) < LEAST_SUPPORT) return null;
  const conditions = estimate.conditions?.length > 0 ? `: ${estimate.conditions.join(", ")}` : "";
  return `${duration(estimate.p50DurationSeconds)}, at most ${duration(estimate.p90DurationSeconds)} in 9 of 10 `
    + `(${count(estimate.durationSupport)} executions${conditions})`;
}

function slowness(shown, estimate) {
  if (!estimate || Number(estimate.durationSupport ?? 0) < LEAST_SUPPORT) return null;
  const longer = estimate.running?.longerPercent;
  if (longer !== undefined && longer < UNUSUAL_PERCENT) {
    return `It has been running for ${duration(estimate.running.elapsedSeconds)}; ${percent(longer)} of those like it took longer.`;
  }
  if (shown.durationSeconds === undefined || !(shown.durationSeconds > estimate.p90DurationSeconds)) return null;
  return `It took ${duration(shown.durationSeconds)}; 9 of 10 executions like it take at most ${duration(estimate.p90DurationSeconds)}.`;
}

function aroundIt(shown, others) {
  const at = others.findIndex((one) => one.id === shown.id);
  const step = (other, text) => other
    ? h("a", { class: "button", href: executionHref(other.id) }, text)
    : h("span", { class: "muted" }, text.includes("←") ? "It is the first." : "It is the last.");
  return [
    h("p", { class: "muted" }, `The executions of ${shown.workflowId} before and after, by how long they took.`),
    h("figure", { class: "chart scroll" }, neighbours(others, shown.id)),
    h("div", { class: "pager" }, step(others[at - 1], "← Before"), step(others[at + 1], "After →")),
  ];
}

function documentPart(title, field, shown, open) {
  const value = shown[field];
  const details = h("details", { class: "document", id: `document-${field}`, open: open.has(`document-${field}`) || (open.size === 0 && field === "inputData") },
    h("summary", {}, title, h("span", { class: "muted" }, value === undefined ? " – none" : "")));
  if (value === undefined) return details;
  const copy = h("button", { type: "button", "aria-label": `Copy: ${title}`, onclick: async () => {
    await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
    announce(`${title} was copied`);
    copy.textContent = "Copied";
  } }, "Copy");
  const fill = () => {
    if (details.open && details.children.length === 1) {
      details.append(navigator.clipboard ? h("div", { class: "actions" }, copy) : "", jsonView(value));
    }
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

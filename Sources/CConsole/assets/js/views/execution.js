// One execution: what it was given and made, its tasks, its error, and those around it.

import * as api from "../api.js";
import * as keys from "../keys.js";
import { neighbours } from "../charts/neighbours.js";
import { tasksOf, timeline } from "../charts/timeline.js";
import { documents } from "../documents.js";
import { announce, failure, h } from "../dom.js";
import { ZONE, count, duration, statusOf } from "../format.js";
import { Contact, watch } from "../live.js";
import { last } from "../memory.js";
import { around, momentOf } from "../neighbourhood.js";
import { copyButton, executionHref, slowMark, statusBadge, time } from "../parts.js";
import { link } from "../router.js";
import { Sections } from "../sections.js";
import { LEAST, elapsed, slowness, usualDurations } from "../usual.js";

// A message of so many lines is begun with the one that tells most.
const LONG_MESSAGE = 8;
// How often one that runs is looked at, whose time no change tells.
const TICK_MS = 10_000;

export async function execution(main, id, signal) {
  const path = `/v1/executions/${encodeURIComponent(id)}`;
  let { execution: shown } = await api.getExact(path, {}, signal);
  let isDeleted = false;
  last.opened = shown.id;
  // What comes later has its place from the start, so that nothing that is read moves or closes.
  const contact = new Contact();
  const slots = { contact: contact.element, mark: h("span", {}), note: h("div", {}), usual: h("dd", {}, "–"), around: h("div", {}) };
  const sections = new Sections(main);
  document.title = `${shown.workflowId} · workflow-history`;

  function draw() { sections.draw(parts(shown, slots)); }

  /** Marks it as the list would, and says what those that are most like it have taken. */
  async function compare() {
    const user = shown.userId === api.claims().user ? "" : shown.userId;
    const [types, { estimate }] = await Promise.all([
      usualDurations(user, signal), api.get(`${path}:estimate`, {}, signal),
    ]);
    const slow = slowness(shown, types);
    slots.mark.replaceChildren(slow ? slowMark(slow) : "");
    if (!isDeleted) slots.note.replaceChildren(slow ? h("p", { class: "note" }, slow) : "");
    slots.usual.replaceChildren(usual(estimate) ?? "–");
  }

  async function lookAround() {
    try {
      const found = await around(shown, signal);
      slots.around.replaceChildren(...aroundIt(shown, found));
      setKeys(found.executions);
    } catch (error) {
      if (!signal.aborted) slots.around.replaceChildren(failure(error, lookAround));
    }
  }

  async function readAgain() {
    let now;
    try {
      ({ execution: now } = await api.getExact(path, {}, signal, api.STRONG));
    } catch (error) {
      if (error.status !== 404) throw error;
      isDeleted = true;
      slots.note.replaceChildren(h("p", { class: "note" }, "It was deleted."));
      return;
    }
    const isSame = now.version === shown.version && now.abandoned === shown.abandoned;
    if (now.version < shown.version || isSame) return;
    if (statusOf(now) !== statusOf(shown)) announce(`The execution is ${statusOf(now)}`);
    shown = now;
    draw();
    compare().catch(() => {});
  }

  function tick(number) {
    if (signal.aborted) return;
    if (shown.status === "WORKFLOW_STATUS_RUNNING" && !document.hidden) {
      draw();
      if (number % 3 === 0) {
        readAgain().catch(() => {});
        compare().catch(() => {});
      }
    }
    setTimeout(tick, TICK_MS, number + 1);
  }

  function setKeys(executions) {
    const at = executions.findIndex((one) => one.id === shown.id);
    const to = (other) => () => { if (other) location.hash = executionHref(other.id); };
    keys.setKeys({
      "[": ["The execution of the workflow before this one", to(executions[at - 1])],
      "]": ["The execution of the workflow after this one", to(executions[at + 1])],
      u: ["Back to the list", () => { location.hash = last.list; }],
    });
  }

  draw();
  main.focus({ preventScroll: true });
  setKeys([]);
  // The page is of use without either.
  compare().catch(() => {});
  lookAround();
  setTimeout(tick, TICK_MS, 1);
  // Not by its workflow, which a deletion does not tell.
  watch({ userId: shown.userId, ...momentOf(shown) }, signal, {
    changed: (changes) => {
      const isNews = ({ executionId, execution, version }) => executionId === shown.id && (!execution || version > shown.version);
      if (changes.some(isNews)) return readAgain();
    },
    begun: readAgain,
    tell: (state) => contact.tell(state),
  });
}

const WIDE_FACTS = { Id: "long", Usual: "whole" };

/** The parts of the page: each with what it shows, by which it is known whether it has changed. */
function parts(shown, slots) {
  const tasks = tasksOf(shown.taskResults);
  const runs = elapsed(shown);
  const took = runs === null ? duration(shown.durationSeconds) : `${duration(runs)} so far`;
  return [
    ["head", [statusOf(shown)], () => head(shown, slots)],
    ["contact", [], () => slots.contact],
    ["note", [], () => slots.note],
    ["facts", [shown.version, took], () => h("section", { class: "card", "aria-label": "Facts" }, facts(shown, took, slots.usual))],
    shown.errorMessage ? ["error", [shown.errorMessage], () => errorCard(shown.errorMessage)] : null,
    tasks ? ["tasks", [JSON.stringify(shown.taskResults), shown.errorMessage],
      () => h("section", { class: "card" }, h("h2", {}, "Tasks"), timeline(tasks, shown.errorMessage))] : null,
    ["around", [], () => h("section", { class: "card" }, h("h2", {}, "Around it"), slots.around)],
    ...documents(shown),
  ];
}

function head(shown, slots) {
  const user = shown.userId === api.claims().user ? "" : shown.userId;
  return h("div", { class: "head" },
    h("h1", {}, h("bdi", {}, shown.workflowId)), statusBadge(statusOf(shown)), slots.mark,
    h("span", { class: "actions" },
      h("a", { class: "button", href: link("/executions", { user, workflow: shown.workflowId }) }, "All of this workflow")));
}

function errorCard(message) {
  const gist = gistOf(message);
  return h("section", { class: "card" },
    h("div", { class: "title" }, h("h2", {}, "Error"), copyButton("Error", () => message)),
    gist ? h("p", { class: "gist" }, gist) : null,
    h("pre", { class: "message", tabindex: 0, role: "region", "aria-label": "Error message" }, message));
}

/** The line of a longer message that says what happened: Python's tracebacks end with it, others begin. */
function gistOf(message) {
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  return lines.length < LONG_MESSAGE ? null : lines.at(lines[0].startsWith("Traceback (most recent") ? -1 : 0);
}

function facts(shown, took, usual) {
  const entries = [
    ["Type", h("bdi", {}, shown.workflowType)],
    ["Created", time(shown.createdAt)], ["Began", time(shown.startTime)], ["Ended", time(shown.endTime)],
    ["Duration", took], ["User", h("bdi", {}, shown.userId)], ["Version", String(shown.version ?? 0)],
    ["Last change", time(shown.updatedAt)], ["Id", [h("code", {}, shown.id), " ", copyButton("Id", () => shown.id)]],
    ["Usual", usual],
  ];
  return [
    h("dl", { class: "facts" }, entries.map(([name, value]) => h("div", { class: WIDE_FACTS[name] },
      h("dt", {}, name), value === usual ? usual : h("dd", {}, value)))),
    h("p", { class: "muted" }, `Times are those of ${ZONE}.`),
  ];
}

function usual(estimate) {
  if (!estimate || Number(estimate.durationSupport ?? 0) < LEAST) return null;
  const conditions = estimate.conditions?.length > 0 ? `: ${estimate.conditions.join(", ")}` : "";
  return `${duration(estimate.p50DurationSeconds)}, at most ${duration(estimate.p90DurationSeconds)} in 9 of 10 `
    + `(${count(estimate.durationSupport)} executions${conditions})`;
}

function aroundIt(shown, { executions, isEnd, isKnown }) {
  const at = executions.findIndex((one) => one.id === shown.id);
  const step = (other, text, nothing) => other
    ? h("a", { class: "button", href: executionHref(other.id) }, text) : h("span", { class: "muted" }, nothing);
  if (executions.length === 1 && isEnd) return [h("p", { class: "muted" }, "The workflow has no other execution.")];
  const longest = Math.max(...executions.map((one) => one.durationSeconds ?? 0));
  return [
    h("p", { class: "muted" }, `The executions of the workflow before and after, by how long they took: ${duration(longest)} at most.`),
    h("figure", { class: "chart scroll" }, neighbours(executions, shown.id)),
    h("div", { class: "pager" }, step(executions[at - 1], "← Before", "It is the first."),
      step(executions[at + 1], "After →", isEnd || isKnown ? "It is the last." : "Those after it were not found.")),
  ];
}

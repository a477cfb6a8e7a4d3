// The list: filters, pages, and what changes while one looks.

import * as api from "../api.js";
import * as keys from "../keys.js";
import { announce, failure, h } from "../dom.js";
import { addressOf, filterForm, filtersOf, listParameters, watchParameters } from "../filters.js";
import { bare, count, duration, statusOf } from "../format.js";
import { watch } from "../live.js";
import { executionHref, slowMark, statusBadge, time } from "../parts.js";
import { go } from "../router.js";
import { elapsed, slowness, usualDurations } from "../usual.js";

const PAGE_SIZE = 50;
// Rows are drawn anew at most so often, however many changes come.
const REDRAW_MS = 200;
// And counted anew.
const RECOUNT_MS = 5_000;
// Whether the list follows what happens; it is so until the reader says otherwise.
let follows = true;
// The tokens of the pages before the one that is shown, for each set of filters.
const trails = new Map();

export async function executions(main, parameters, signal) {
  const filters = filtersOf(parameters);
  const pageToken = parameters.get("page") ?? "";
  const trail = trails.get(JSON.stringify(filters)) ?? [];
  trails.set(JSON.stringify(filters), trail);
  const at = pageToken ? trail.indexOf(pageToken) : -1;

  const body = h("tbody", {});
  const said = h("div", {});
  const totals = h("p", { class: "muted", id: "range" });
  const previous = h("button", { type: "button", disabled: !pageToken, onclick: toPrevious }, "← Newer");
  const next = h("button", { type: "button", disabled: true, onclick: toNext }, "Older →");
  const live = h("button", { type: "button", class: "live", "aria-pressed": String(follows), onclick: toggle }, "Live");
  const isNarrow = matchMedia("(max-width: 44rem)").matches;
  const filtered = Object.values(filters).some((value) => value.length > 0);

  main.replaceChildren(
    h("div", { class: "head" }, h("h1", {}, "Executions"), live),
    h("details", { class: "card filter-box", open: !isNarrow || filtered },
      h("summary", {}, "Filters"), filterForm(filters)),
    said,
    h("section", { class: "card", "aria-label": "Executions" },
      h("table", { class: "list", id: "executions" },
        h("thead", {}, h("tr", {}, ["Workflow", "Status", "Type", "Created"].map((title) => h("th", { scope: "col" }, title)),
          h("th", { scope: "col", class: "number" }, "Duration"), h("th", { scope: "col" }, "Execution"))),
        body),
      h("div", { class: "pager" }, totals, h("div", { class: "actions" }, previous, next))));

  let rows = [];
  let usual = null;
  let nextToken = "";
  // How many there are on all pages, once that is known.
  let total;
  const changedIDs = new Set();

  function row(execution) {
    const slow = slowness(execution, usual);
    const runs = elapsed(execution);
    return h("tr", { class: changedIDs.has(execution.id) ? "changed" : null, "data-id": execution.id, onclick: open },
      h("td", { class: "name" }, h("a", { href: executionHref(execution.id) }, execution.workflowId)),
      h("td", {}, statusBadge(statusOf(execution))),
      h("td", {}, execution.workflowType),
      h("td", { class: "when" }, time(execution.createdAt)),
      h("td", { class: "number" }, slow ? [slowMark(slow), " "] : null,
        runs === null ? duration(execution.durationSeconds) : `${duration(runs)} so far`),
      h("td", { class: "id mono muted", title: execution.id }, `…${execution.id.slice(-12)}`));
  }

  function open(event) {
    if (!event.target.closest("a") && !getSelection().toString()) location.hash = executionHref(event.currentTarget.dataset.id);
  }

  function draw() {
    const focused = document.activeElement?.closest("tr")?.dataset.id;
    body.replaceChildren(...rows.map(row));
    if (rows.length === 0) {
      body.append(h("tr", {}, h("td", { colspan: 6, class: "empty" },
        filtered ? "No execution meets these filters." : "Nothing was saved yet.")));
    }
    if (focused) body.querySelector(`tr[data-id="${focused}"] a`)?.focus();
    changedIDs.clear();
  }

  function drawRange() {
    const first = (at + 1) * PAGE_SIZE + 1;
    const shown = rows.length === 0 ? "0" : `${count(first)}–${count(first + rows.length - 1)}`;
    // Whoever came by a link to a page does not see how many are before it.
    const range = pageToken && at < 0 ? `${rows.length} executions` : shown;
    totals.textContent = total === undefined ? range : `${range} of ${count(total)}`;
  }

  /** Counts them all, for which no row waits. */
  async function readTotal() {
    const answer = await api.get("/v1/executions",
      { ...listParameters(filters), pageSize: 1, includeTotal: "true" }, signal).catch(() => null);
    if (!answer || signal.aborted) return;
    total = answer.total ?? 0;
    drawRange();
  }

  function toNext() {
    if (!nextToken) return;
    trail.length = at + 1;
    trail.push(nextToken);
    go("/executions", { ...addressOf(filters), page: nextToken });
  }

  function toPrevious() {
    if (pageToken) go("/executions", { ...addressOf(filters), page: at > 0 ? trail[at - 1] : "" });
  }

  async function read() {
    const answer = await api.get("/v1/executions",
      { ...listParameters(filters), pageSize: PAGE_SIZE, pageToken }, signal);
    rows = answer.executions ?? [];
    nextToken = answer.nextPageToken ?? "";
    next.disabled = !nextToken;
    draw();
    drawRange();
    readTotal();
  }

  // MARK: Live

  let following = new AbortController();
  let redraw = null;
  let recount = null;
  let isOverfull = false;

  function meets(execution) {
    return (filters.statuses.length === 0 || filters.statuses.includes(bare(execution.status, "WORKFLOW_STATUS_")))
      && (!filters.abandoned || execution.abandoned === true);
  }

  function changed(changes) {
    for (const change of changes) {
      const index = rows.findIndex((one) => one.id === change.executionId);
      const execution = change.execution;
      if (!execution || !meets(execution)) {
        if (index >= 0) rows.splice(index, 1);
        continue;
      }
      if (index >= 0) rows[index] = execution;
      else if (!pageToken) {
        const before = rows.findIndex((one) => one.id < execution.id);
        rows.splice(before < 0 ? rows.length : before, 0, execution);
        // A page has its size; what leaves it is on the next, to which there may be no token yet.
        isOverfull ||= rows.length > PAGE_SIZE && !nextToken;
        rows.length = Math.min(rows.length, PAGE_SIZE);
      } else continue;
      changedIDs.add(execution.id);
    }
    redraw ??= setTimeout(() => {
      redraw = null;
      if (signal.aborted) return;
      announce(`${changedIDs.size} executions changed`);
      draw();
      drawRange();
      if (isOverfull) {
        isOverfull = false;
        read().catch(() => {});
      } else {
        recount ??= setTimeout(() => {
          recount = null;
          if (!signal.aborted) readTotal();
        }, RECOUNT_MS);
      }
    }, REDRAW_MS);
  }

  function follow() {
    following = new AbortController();
    const either = AbortSignal.any([signal, following.signal]);
    watch(watchParameters(filters), either, {
      changed,
      tell: (state) => { live.textContent = state === "live" ? "Live" : "Live (connecting)"; },
      begun: () => read().catch(() => {}),
    });
  }

  function toggle() {
    follows = !follows;
    live.setAttribute("aria-pressed", String(follows));
    if (follows) {
      follow();
    } else {
      following.abort();
      live.textContent = "Live";
    }
  }

  // MARK: The keyboard

  function move(step) {
    const links = [...body.querySelectorAll("tr[data-id] a")];
    const now = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, now + step))]?.focus();
  }

  keys.setKeys({
    j: ["Next execution", () => move(1)],
    k: ["Execution before", () => move(-1)],
    Enter: ["Open the execution", () => document.activeElement?.closest("tr a")?.click()],
    n: ["Older page", toNext],
    p: ["Newer page", toPrevious],
    "/": ["Filter", () => { main.querySelector("details").open = true; main.querySelector("#first-filter").focus(); }],
    l: ["Follow what happens, or stop", toggle],
  });

  try {
    await read();
  } catch (error) {
    if (signal.aborted) return;
    said.replaceChildren(failure(error));
    return;
  }
  if (follows) follow();
  // The rows need not wait for what is usual.
  usual = await usualDurations(filters.user, signal).catch(() => null);
  if (usual?.size > 0 && !signal.aborted) draw();
}

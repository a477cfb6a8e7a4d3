// The list: filters, pages, and what changes while one looks.

import * as api from "../api.js";
import * as keys from "../keys.js";
import { announce, failure, h } from "../dom.js";
import { addressOf, filterForm, filtersOf, listParameters, misunderstood, watchParameters } from "../filters.js";
import { bare, count } from "../format.js";
import { Contact, watch } from "../live.js";
import { last, trailOf } from "../memory.js";
import { Page } from "../page.js";
import { RowTable } from "../row-table.js";
import { go, link, reload } from "../router.js";
import { usualDurations } from "../usual.js";

const PAGE_SIZE = 50;
// However many changes come, rows are drawn anew at most so often, and it is said less often.
const REDRAW_MS = 200;
const ANNOUNCE_MS = 5_000;
// How often the server is asked again for what no change tells: totals, and who is abandoned.
const RECOUNT_MS = 5_000;
const TICK_MS = 10_000;
const TICKS_TO_READ = 6;
const LABELS = { live: "Live", waiting: "Live (connecting)", refused: "Live (not allowed)" };
// Whether the list follows what happens; it is so until the reader says otherwise.
let follows = true;

export async function executions(main, parameters, signal) {
  const filters = filtersOf(parameters);
  const pageToken = parameters.get("page") ?? "";
  const trail = trailOf(filters);
  if (pageToken && !trail.tokens.includes(pageToken)) Object.assign(trail, { tokens: [pageToken], isLinked: true });
  if (!pageToken) trail.isLinked = false;
  const at = pageToken ? trail.tokens.indexOf(pageToken) : -1;
  last.list = location.hash || "#/executions";

  const page = new Page(PAGE_SIZE, !pageToken, meets);
  const rows = new RowTable(Object.values(filters).some((value) => value.length > 0)
    ? "No execution meets these filters." : "Nothing was saved yet.");
  const said = h("div", {});
  const leftOut = misunderstood(parameters);
  const contact = new Contact();
  const range = h("p", { class: "muted", id: "range" });
  const newer = h("button", { type: "button", id: "newer", disabled: !pageToken, onclick: toNewer }, "← Newer");
  const older = h("button", { type: "button", id: "older", disabled: true, onclick: toOlder }, "Older →");
  const live = h("button", { type: "button", class: "live", id: "live", "aria-pressed": String(follows), onclick: toggle },
    follows ? LABELS.waiting : LABELS.live);
  const isNarrow = matchMedia("(max-width: 44rem)").matches;
  const isFiltered = Object.values(filters).some((value) => value.length > 0);

  main.replaceChildren(
    h("div", { class: "head" }, h("h1", {}, "Executions"), live),
    h("details", { class: "card filter-box", open: !isNarrow || isFiltered },
      h("summary", { id: "filters" }, "Filters"), filterForm(filters)),
    h("div", {}, leftOut.length > 0 ? h("p", { class: "note" }, `Not understood, and left out: ${leftOut.join(", ")}`) : null),
    said, contact.element,
    h("section", { class: "card", "aria-label": "Executions" }, rows.element,
      h("div", { class: "pager" }, range, h("div", { class: "actions" }, newer, older))));

  function meets(execution) {
    return filters.statuses.length === 0 || filters.statuses.includes(bare(execution.status, "WORKFLOW_STATUS_"));
  }

  // MARK: Reading

  let usual = null;
  let total;
  // How often they were asked to be counted, and which of those times has been answered.
  let counts = 0;
  let counted = 0;
  // What is told while a read is under way may be newer than its answer.
  let meanwhile = [];
  // The read that was asked for last: what another answers is older.
  let newest;

  /**
   * Reads the page and shows it, where that is still wanted. Who waits for a read that another has overtaken waits
   * for that one.
   *
   * @returns {Promise<string>} The token of the next page.
   */
  function read(fields, isWanted = () => true) {
    meanwhile = [];
    const isOvertaken = () => mine !== newest;
    const mine = api.get("/v1/executions", { ...listParameters(filters), pageSize: PAGE_SIZE, pageToken }, signal, fields)
      .then((answer) => {
        if (isOvertaken()) return newest;
        if (isWanted()) show(answer);
        return answer.nextPageToken ?? "";
      }, (error) => {
        if (isOvertaken()) return newest;
        throw error;
      });
    newest = mine;
    return mine;
  }

  function show(answer) {
    page.read(answer);
    for (const change of meanwhile) page.take(change);
    draw();
  }

  /** Reads what changes have made old, for as long as they are followed: what is held does not move. */
  function readAgain() {
    const { signal: held } = following;
    return read(api.STRONG, () => !held.aborted);
  }

  /** Counts them all, for which no row waits. */
  async function readTotal() {
    const mine = (counts += 1);
    const answer = await api.get("/v1/executions",
      { ...listParameters(filters), pageSize: 1, includeTotal: "true" }, signal).catch(() => null);
    if (!answer || signal.aborted || mine < counted) return;
    const isFirst = total === undefined;
    counted = mine;
    total = answer.total ?? 0;
    drawRange();
    if (isFirst) announce(`Executions ${range.textContent}`);
  }

  function draw(changed) {
    rows.draw(page.executions, usual, changed);
    older.disabled = !page.nextToken && !page.isStale;
    drawRange();
  }

  function drawRange() {
    const first = (at + 1) * PAGE_SIZE + 1;
    const { length } = page.executions;
    // Whoever came by a link to a page does not see how many are before it.
    const shown = trail.isLinked ? `${length} executions` : length === 0 ? "0" : `${count(first)}–${count(first + length - 1)}`;
    range.textContent = total === undefined ? shown : `${shown} of ${count(total)}`;
  }

  async function toOlder() {
    let next = page.nextToken;
    try {
      // New ones have pushed others over the page's end since its token was made.
      if (page.isStale) next = await read(api.STRONG);
    } catch (error) {
      if (!signal.aborted) said.replaceChildren(failure(error, toOlder));
      return;
    }
    if (!next || signal.aborted) return;
    trail.tokens.length = at + 1;
    trail.tokens.push(next);
    go("/executions", { ...addressOf(filters), page: next });
  }

  function toNewer() {
    if (pageToken) go("/executions", { ...addressOf(filters), page: at > 0 ? trail.tokens[at - 1] : "" });
  }

  // MARK: Live

  let following = new AbortController();
  // What is to be done once changes are told; nothing is watched before the page has been read.
  let begun = null;
  const timers = {};
  let changedIDs = new Set();
  let told = 0;

  /** Does something once, some time after it was asked for first. */
  function soon(name, milliseconds, body) {
    timers[name] ??= setTimeout(() => {
      timers[name] = null;
      if (!signal.aborted) body();
    }, milliseconds);
  }

  /** Once, where a page is shown and soon is followed. */
  function countSoon() { soon("total", REDRAW_MS, readTotal); }

  function changed(all) {
    // Of what was deleted the workflow is not known.
    const changes = filters.workflow === "" ? all
      : all.filter(({ execution }) => !execution || execution.workflowId === filters.workflow);
    if (changes.length === 0) return;
    meanwhile.push(...changes);
    // Whether one is abandoned, no change tells.
    if (filters.abandoned) return soon("read", REDRAW_MS, () => readAgain().catch(() => {}));
    const outcomes = changes.map((change) => {
      const outcome = page.take(change);
      if (outcome === "changed") changedIDs.add(change.executionId);
      return outcome;
    });
    soon("total", RECOUNT_MS, readTotal);
    if (page.hasRoom) soon("read", REDRAW_MS, () => readAgain().catch(() => {}));
    const effects = outcomes.filter((outcome) => outcome !== null).length;
    if (effects === 0) return;
    told += effects;
    soon("draw", REDRAW_MS, () => {
      draw(changedIDs);
      changedIDs = new Set();
    });
    soon("announce", ANNOUNCE_MS, () => {
      announce(`${count(told)} changes of the list`);
      told = 0;
    });
  }

  function follow() {
    if (!follows || !begun) return;
    following = new AbortController();
    watch(watchParameters(filters), AbortSignal.any([signal, following.signal]), { changed, tell, begun });
  }

  function tell(state) {
    live.textContent = LABELS[state];
    live.dataset.state = state;
    contact.tell(state);
  }

  function toggle() {
    follows = !follows;
    live.setAttribute("aria-pressed", String(follows));
    if (follows) return follow();
    following.abort();
    contact.end();
    // What was told already is shown at once, and nothing after it.
    clearTimeout(timers.read);
    clearTimeout(timers.draw);
    if (timers.draw) draw(changedIDs);
    changedIDs = new Set();
    timers.read = timers.draw = null;
    delete live.dataset.state;
    live.textContent = LABELS.live;
  }

  /** What runs takes longer all the time, and may have been abandoned. */
  function tick(number) {
    if (signal.aborted) return;
    if (follows && !document.hidden && page.executions.some((one) => one.status === "WORKFLOW_STATUS_RUNNING")) {
      if (number % TICKS_TO_READ === 0) readAgain().catch(() => {});
      else draw();
    }
    setTimeout(tick, TICK_MS, number + 1);
  }

  keys.setKeys({
    j: ["Next execution", () => rows.move(1)],
    k: ["Execution before", () => rows.move(-1)],
    n: ["Older page", toOlder],
    p: ["Newer page", toNewer],
    "/": ["Filter", () => { main.querySelector("details").open = true; main.querySelector("#first-filter").focus(); }],
    l: ["Follow what happens, or stop", toggle],
  });

  try {
    await read();
  } catch (error) {
    if (signal.aborted) return;
    // A page is for who was led to it: who was sent a link to it begins at the first.
    const isOthers = error.violations?.some((one) => one.field === "page_token");
    if (isOthers) return location.replace(link("/executions", addressOf(filters)));
    said.replaceChildren(failure(error, reload));
    // Who follows what happens need not ask again once the server is there.
    if (error.status === 0) begun = reload;
    follow();
    return;
  }
  if (last.opened) rows.focus(last.opened);
  last.opened = null;
  countSoon();
  begun = () => {
    countSoon();
    return readAgain();
  };
  follow();
  setTimeout(tick, TICK_MS, 1);
  markSlow();

  /** The rows need not wait for what is usual. */
  async function markSlow() {
    usual = await usualDurations(filters.user, signal).catch(() => null);
    if (usual?.size > 0 && !signal.aborted) draw();
  }
}

// The executions of the same workflow before and after one.

import * as api from "./api.js";

const EACH_SIDE = 10;
const MOST_TRIES = 8;

/** Up to ten on each side and the one itself, oldest first. */
export async function around(execution, signal) {
  const filters = { userId: execution.userId, workflowId: execution.workflowId };
  const { executions: before = [] } = await api.get("/v1/executions",
    { ...filters, createdBefore: execution.createdAt, pageSize: EACH_SIDE }, signal);
  const after = await later(execution, before, filters, signal);
  return [...before.toReversed(), execution, ...after.toReversed()];
}

/**
 * Those that come next, newest first. Pages go from the newest back, so a stretch of time is looked for that
 * has some, and few enough to see its oldest: at first one as long as as many took before.
 */
async function later(execution, before, filters, signal) {
  const start = Date.parse(execution.createdAt);
  const passed = before.length > 0 ? start - Date.parse(before.at(-1).createdAt) : 0;
  let stretch = Math.max(passed, 60_000);
  let longest = Infinity;
  let found = [];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const end = start + stretch;
    const page = await api.get("/v1/executions", {
      ...filters, createdAfter: execution.createdAt,
      createdBefore: end > Date.now() ? "" : new Date(end).toISOString(), pageSize: 100,
    }, signal);
    const others = (page.executions ?? []).filter((one) => one.id > execution.id);
    if (!page.nextPageToken) found = others;
    if (page.nextPageToken) {
      longest = stretch;
      stretch /= 8;
    } else if (others.length >= EACH_SIDE || end > Date.now() || stretch * 4 >= longest) {
      break;
    } else {
      stretch *= 4;
    }
  }
  return found.slice(-EACH_SIDE);
}

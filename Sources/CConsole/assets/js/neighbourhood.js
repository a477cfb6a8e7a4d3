// The executions of the same workflow before and after one.

import * as api from "./api.js";

const EACH_SIDE = 10;
const PAGE_SIZE = 100;
const MOST_TRIES = 8;

/** The bounds of the millisecond that it was created in, which others may share. */
export function momentOf({ createdAt }) {
  return { createdAfter: createdAt, createdBefore: new Date(Date.parse(createdAt) + 1).toISOString() };
}

/** Up to ten on each side and the one itself, oldest first; `isEnd` is whether nothing comes after them. */
export async function around(execution, signal) {
  const filters = { userId: execution.userId, workflowId: execution.workflowId };
  const [before, after] = await Promise.all([
    earlier(execution, filters, signal),
    later(execution, filters, signal),
  ]);
  return {
    executions: [...before.toReversed(), execution, ...after.found.slice(-EACH_SIDE).toReversed()],
    isEnd: after.isKnown && after.found.length <= EACH_SIDE,
    isKnown: after.isKnown || after.found.length > 0,
  };
}

/** Those that came last before it, newest first. Many may be of the same millisecond, before it and after. */
async function earlier(execution, filters, signal) {
  const { createdBefore } = momentOf(execution);
  const found = [];
  let pageToken = "";
  for (let tries = 0; tries < MOST_TRIES && found.length < EACH_SIDE; tries += 1) {
    const answer = await api.get("/v1/executions", { ...filters, createdBefore, pageSize: PAGE_SIZE, pageToken }, signal);
    found.push(...(answer.executions ?? []).filter((one) => one.id < execution.id));
    pageToken = answer.nextPageToken;
    if (!pageToken) break;
  }
  return found.slice(0, EACH_SIDE);
}

/**
 * Those that come next, newest first. Pages go from the newest back, so that where there are many a stretch of
 * time is looked for that has some, and few enough to see its oldest.
 */
async function later(execution, filters, signal) {
  const start = Date.parse(execution.createdAt);
  const upTo = async (end) => {
    const answer = await api.get("/v1/executions",
      { ...filters, createdAfter: execution.createdAt, createdBefore: end, pageSize: PAGE_SIZE }, signal);
    return { found: (answer.executions ?? []).filter((one) => one.id > execution.id), isWhole: !answer.nextPageToken };
  };
  const all = await upTo("");
  if (all.isWhole) return { found: all.found, isKnown: true };
  let [shortest, longest] = [0, Date.now() - start];
  let best = [];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    // By orders of magnitude, as executions come in bursts.
    const stretch = Math.sqrt(Math.max(shortest, 1) * longest);
    const part = await upTo(new Date(start + stretch).toISOString());
    if (part.isWhole && part.found.length > best.length) best = part.found;
    if (best.length >= EACH_SIDE) break;
    if (part.isWhole) shortest = stretch;
    else longest = stretch;
  }
  return { found: best, isKnown: false };
}

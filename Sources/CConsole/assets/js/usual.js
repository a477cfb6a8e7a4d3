// How long executions usually take, by type: what "slower than usual" is measured by.

import * as api from "./api.js";
import { duration } from "./format.js";

// Fewer executions make no usual.
export const LEAST = 20;
const KEPT_MS = 60_000;
const NOTHING = { key: null, at: 0, types: null };
// Percentiles are within 1% of what they are, so what is within that of one is not over it.
const TOLERANCE = 1.02;
let known = NOTHING;

/** Forgets what is usual for who has signed out. */
export function forget() { known = NOTHING; }

/** The 95th percentiles of a user's types over the last 30 days, by type. Asked once a minute. */
export async function usualDurations(user, signal) {
  const key = user ?? "";
  if (known.key !== key || Date.now() - known.at > KEPT_MS) {
    const { statistics } = await api.get("/v1/statistics", { userId: user, days: 30 }, signal);
    const types = new Map((statistics.byType ?? [])
      .filter((type) => Number(type.totalExecutions) >= LEAST && type.p95DurationSeconds !== undefined)
      .map((type) => [type.workflowType, type.p95DurationSeconds]));
    known = { key, at: Date.now(), types };
  }
  return known.types;
}

/** Why an execution is slower than usual; null where it is not, or nothing is usual. */
export function slowness(execution, types) {
  const usual = types?.get(execution.workflowType);
  const took = execution.durationSeconds ?? elapsed(execution);
  if (usual === undefined || took === null || took <= usual * TOLERANCE) return null;
  return `${duration(took)}: 95 of 100 executions of ${execution.workflowType} take at most ${duration(usual)}`;
}

/** How long a running execution has been running, in seconds; null for others. */
export function elapsed(execution) {
  if (execution.status !== "WORKFLOW_STATUS_RUNNING" || !execution.startTime) return null;
  return Math.max(0, (Date.now() - Date.parse(execution.startTime)) / 1000);
}

// A watch that goes on where it broke off.

import * as api from "./api.js";

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/**
 * Calls `changed` with each list of changes, until `signal` says otherwise.
 *
 * @param {(state: "live" | "waiting") => void} tell How it stands.
 * @param {() => void} begun Called when changes are told from now on: what was read before may be old.
 */
export async function watch(parameters, signal, { changed, tell = () => {}, begun }) {
  let resumeToken = "";
  let wait = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const answer of api.stream("/v1/executions:watch", { ...parameters, resumeToken }, signal)) {
        tell("live");
        wait = FIRST_PAUSE_MS;
        if (!resumeToken) begun();
        resumeToken = answer.resumeToken ?? resumeToken;
        if (answer.changes?.length > 0) changed(answer.changes);
      }
    } catch (error) {
      if (signal.aborted || error.status === 401 || error.status === 403) return;
      // The log of changes is not kept for so long.
      if (error.status === 400) resumeToken = "";
    }
    if (signal.aborted) return;
    tell("waiting");
    // Not all at once after a server has stopped.
    await pause(wait * (0.5 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LAST_PAUSE_MS);
  }
}

// A watch that goes on where it broke off.

import * as api from "./api.js";

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
// A server sends a token every 30 seconds, so that who hears nothing for longer has lost it.
const SILENCE_MS = 75_000;

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** The answers of one connection, which ends where it is silent for too long. */
async function* answers(parameters, signal) {
  const silence = new AbortController();
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    wait();
    for await (const answer of api.stream("/v1/executions:watch", parameters, AbortSignal.any([signal, silence.signal]))) {
      wait();
      yield answer;
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls `changed` with each list of changes, until `signal` says otherwise.
 *
 * @param {(state: "live" | "waiting" | "refused") => void} tell How it stands.
 * @param {() => void} begun Called when changes are told from now on: what was read before may be old.
 */
export async function watch(parameters, signal, { changed, tell = () => {}, begun }) {
  let resumeToken = "";
  let wait = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    tell("waiting");
    const stream = answers({ ...parameters, resumeToken }, signal);
    for (;;) {
      let next;
      try {
        next = await stream.next();
      } catch (error) {
        if (signal.aborted || error.status === 401) return;
        if (error.status === 403) return tell("refused");
        // The log of changes is not kept for so long.
        if (error.status === 400) resumeToken = "";
        break;
      }
      if (next.done || signal.aborted) break;
      tell("live");
      wait = FIRST_PAUSE_MS;
      const isFirst = !resumeToken;
      resumeToken = next.value.resumeToken ?? resumeToken;
      if (isFirst) begun();
      if (next.value.changes?.length > 0) changed(next.value.changes);
    }
    if (signal.aborted) return;
    tell("waiting");
    // Not all at once after a server has stopped.
    await pause(wait * (0.5 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LAST_PAUSE_MS);
  }
}

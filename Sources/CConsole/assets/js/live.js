// A watch that goes on where it broke off.

import * as api from "./api.js";
import { h } from "./dom.js";
import { instant } from "./format.js";

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
// A server sends a token every 30 seconds, so that who hears nothing for longer has lost it.
const SILENCE_MS = 75_000;
// A stop that is shorter is no news.
const STALE_MS = 3_000;

/** Waits so long, or until the page is seen again. */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = () => {
      ended.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { signal: ended.signal });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) end(); }, { signal: ended.signal });
  });
}

/**
 * The answers of one connection, which ends where it is silent for too long, or the page is not seen: over
 * HTTP/1.1 a browser has six connections for all of its pages.
 */
async function* answers(parameters, signal) {
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ending.abort(), SILENCE_MS);
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) ending.abort(); }, { signal: ended });
  try {
    wait();
    for await (const answer of api.stream("/v1/executions:watch", parameters, ended)) {
      wait();
      yield answer;
    }
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}

/**
 * Calls `changed` with each list of changes, until `signal` says otherwise. Where that fails, they are told again.
 *
 * @param {(state: "live" | "waiting" | "refused") => void} tell How it stands.
 * @param {() => Promise<void> | void} begun Called when changes are told from now on: what was read before may be
 *   old. It is live once that is done, and the watch begins again where it fails.
 */
export async function watch(parameters, signal, { changed, tell = () => {}, begun }) {
  let resumeToken = "";
  let wait = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    tell("waiting");
    while (document.hidden && !signal.aborted) await pause(LAST_PAUSE_MS, signal);
    if (signal.aborted) return;
    const stream = answers({ ...parameters, resumeToken }, signal);
    for (let isFirst = true; ; isFirst = false) {
      try {
        const { value, done } = await stream.next();
        if (!done && !resumeToken) await begun();
        if (done || signal.aborted) break;
        tell("live");
        if (value.changes?.length > 0) await changed(value.changes);
        resumeToken = value.resumeToken ?? resumeToken;
        // What ends as soon as it has begun is not begun again at once.
        if (!isFirst) wait = FIRST_PAUSE_MS;
      } catch (error) {
        if (signal.aborted || error.status === 401) return;
        if (error.status === 403) return tell("refused");
        // The log of changes is not kept for so long.
        if (error.status === 400) resumeToken = "";
        stream.return();
        break;
      }
    }
    if (signal.aborted) return;
    tell("waiting");
    // Not all at once after a server has stopped.
    await pause(wait * (0.5 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LAST_PAUSE_MS);
  }
}

/** Says since when the server has not been heard, once that is news: what is shown may be old. */
export class Contact {
  element = h("div", { role: "status" });
  #heard = null;
  #timer = null;

  /** Takes what {@link watch} tells. */
  tell(state) {
    if (state === "waiting") {
      this.#timer ??= setTimeout(() => this.#say(), STALE_MS);
      return;
    }
    this.end();
    this.#heard = new Date();
  }

  /** Says nothing more, until it is told something. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.element.replaceChildren();
  }

  #say() {
    this.#timer = null;
    if (!this.#heard || document.hidden) return;
    this.element.replaceChildren(h("p", { class: "note" },
      `The server has not been heard since ${instant(this.#heard)}: what is shown may be old. It is tried again and again.`));
  }
}

// Puts the views where the address bar says, for who is signed in.

import * as api from "./api.js";
import * as keys from "./keys.js";
import * as theme from "./theme.js";
import { announce, failure, h } from "./dom.js";
import * as memory from "./memory.js";
import * as usual from "./usual.js";
import { place, reload } from "./router.js";
import { signIn } from "./views/signin.js";
import { executions } from "./views/executions.js";
import { execution } from "./views/execution.js";
import { dashboard } from "./views/dashboard.js";

const main = document.getElementById("main");
const bar = document.getElementById("bar");
let leaving = new AbortController();
let expiry;
// The longest that a timer takes.
const LONGEST_MS = 2 ** 31 - 1;
const AGAIN_MS = 30_000;
// What comes sooner than this needs no sign that it is awaited.
const BUSY_MS = 300;
let busy;
// The view that those who listen were told of last.
let told;

function viewFor({ path, parameters }) {
  const encoded = path.match(/^\/executions\/(.+)$/)?.[1];
  const id = encoded && decodeURIComponent(encoded);
  if (id) return { title: "Execution", nav: "#/executions", show: (signal) => execution(main, id, signal) };
  if (path === "/dashboard") return { title: "Dashboard", nav: "#/dashboard", show: (signal) => dashboard(main, parameters, signal) };
  return { title: "Executions", nav: "#/executions", show: (signal) => executions(main, parameters, signal) };
}

async function show() {
  leave();
  leaving = new AbortController();
  const { signal } = leaving;
  keys.setKeys({});
  bar.hidden = !api.isSignedIn();
  if (!api.isSignedIn()) {
    told = undefined;
    return signIn(main, enter);
  }
  let view;
  try {
    view = viewFor(place());
  } catch {
    // No address of ours: a percent that encodes nothing.
    return location.replace("#/executions");
  }
  document.title = `${view.title} · workflow-history`;
  for (const one of bar.querySelectorAll("nav a")) {
    if (one.getAttribute("href") === view.nav) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  document.getElementById("who").textContent = api.claims().user;
  const focus = focusKept();
  busy = setTimeout(() => main.setAttribute("aria-busy", "true"), BUSY_MS);
  try {
    const shown = view.show(signal);
    focus();
    await shown;
    if (signal.aborted) return;
    // What can be done there may have been unknown until now.
    focus();
    if (document.activeElement === document.body) main.focus({ preventScroll: true });
    if (told !== view.title) announce(told = view.title);
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    main.replaceChildren(h("div", { class: "head" }, h("h1", {}, view.title)), failure(error, reload),
      h("p", {}, h("a", { href: memory.last.list }, "Back to the list")));
  } finally {
    if (!signal.aborted) beIdle();
  }
}

/** Ends what the view that is shown has under way. */
function leave() {
  leaving.abort();
  beIdle();
}

function beIdle() {
  clearTimeout(busy);
  main.removeAttribute("aria-busy");
}

/** Remembers which control has the focus, and returns what gives it to its like in the next view. */
function focusKept() {
  const { id, name, value, tagName, type } = document.activeElement ?? {};
  return () => {
    if (document.activeElement !== document.body) return;
    const same = [...main.querySelectorAll("[id], [name]")].find((one) => id ? one.id === id
      : name && one.name === name && one.tagName === tagName && (type !== "checkbox" || one.value === value));
    same?.focus();
  };
}

/** Shows what was asked for, until the token ends: what it let one see is not left on the screen. */
function enter() {
  const { expires } = api.claims();
  if (expires) awaitEnd(expires * 1000 - Date.now());
  return show();
}

/** Asks the server when the token should have ended, whose clock may differ: its refusal signs out. */
function awaitEnd(milliseconds) {
  const mine = setTimeout(async () => {
    await api.get("/v1/executions", { pageSize: 1 }).catch(() => {});
    if (mine === expiry) awaitEnd(AGAIN_MS);
  }, Math.min(Math.max(milliseconds, 0), LONGEST_MS));
  expiry = mine;
}

function signOut(reason) {
  clearTimeout(expiry);
  expiry = undefined;
  api.setToken(null);
  usual.forget();
  memory.forget(reason === undefined);
  leave();
  bar.hidden = true;
  keys.setKeys({});
  told = undefined;
  signIn(main, enter, reason);
}

api.onRefusedToken((error) => { if (api.isSignedIn()) signOut(error); });
document.getElementById("signout").addEventListener("click", () => signOut());
document.getElementById("help").addEventListener("click", keys.showHelp);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => {
  show();
  scrollTo(0, 0);
});
theme.start();
keys.listen();
show();

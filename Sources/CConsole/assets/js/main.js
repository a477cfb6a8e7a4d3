// Puts the views where the address bar says, for who is signed in.

import * as api from "./api.js";
import * as keys from "./keys.js";
import * as theme from "./theme.js";
import { failure } from "./dom.js";
import { place } from "./router.js";
import { signIn } from "./views/signin.js";
import { executions } from "./views/executions.js";
import { execution } from "./views/execution.js";
import { dashboard } from "./views/dashboard.js";

const main = document.getElementById("main");
const bar = document.getElementById("bar");
// Ends what the view that is shown has under way.
let leaving = new AbortController();
let expiry;
// The longest that a timer takes.
const LONGEST_MS = 2 ** 31 - 1;

function viewFor({ path, parameters }) {
  const id = path.match(/^\/executions\/(.+)$/)?.[1];
  if (id) return { title: "Execution", nav: "#/executions", show: (signal) => execution(main, decodeURIComponent(id), signal) };
  if (path === "/dashboard") return { title: "Dashboard", nav: "#/dashboard", show: (signal) => dashboard(main, parameters, signal) };
  return { title: "Executions", nav: "#/executions", show: (signal) => executions(main, parameters, signal) };
}

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  keys.setKeys({});
  bar.hidden = !api.isSignedIn();
  if (!api.isSignedIn()) return signIn(main, enter);
  const view = viewFor(place());
  document.title = `${view.title} · workflow-history`;
  for (const one of bar.querySelectorAll("nav a")) {
    if (one.getAttribute("href") === view.nav) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  document.getElementById("who").textContent = api.claims().user;
  try {
    await view.show(signal);
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    main.replaceChildren(failure(error));
  }
}

/** Shows what was asked for, until the token ends: what it let one see is not left on the screen. */
function enter() {
  const { expires } = api.claims();
  if (expires) {
    const left = Math.min(expires * 1000 - Date.now(), LONGEST_MS);
    expiry = setTimeout(() => signOut(new Error("The token has expired.")), left);
  }
  return show();
}

function signOut(reason) {
  clearTimeout(expiry);
  api.setToken(null);
  leaving.abort();
  bar.hidden = true;
  keys.setKeys({});
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

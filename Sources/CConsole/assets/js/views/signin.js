// Signing in by a token.

import * as api from "../api.js";
import { failure, h } from "../dom.js";

/** Asks for a token, and calls `done` once the server takes it. */
export function signIn(main, done, reason) {
  document.title = "Sign in · workflow-history";
  const field = h("input", {
    id: "token", type: "password", autocomplete: "one-time-code", spellcheck: "false", required: true,
    "aria-describedby": "token-note",
  });
  const said = h("div", {}, reason ? failure(reason) : null);
  const button = h("button", { class: "main" }, "Sign in");
  const form = h("form", { onsubmit: submit },
    h("label", { for: "token" }, "Access token"), field,
    h("p", { id: "token-note", class: "muted" },
      "A JWT, as callers of the API send it: from whoever issues yours, or ", h("code", {}, "workflow-history token"),
      ". It is kept in this page's memory alone: reloading signs you out."),
    button);

  async function submit(event) {
    event.preventDefault();
    said.replaceChildren();
    // Whoever copies a whole header means the token in it.
    const token = field.value.trim().replace(/^(authorization:\s*)?bearer\s+/i, "");
    if (!/^[\w.~+/=-]+$/.test(token)) {
      said.replaceChildren(failure(new Error("That is no token: it has characters that no token has.")));
      return;
    }
    button.disabled = true;
    api.setToken(token);
    try {
      await api.get("/v1/executions", { pageSize: 1 });
      done();
    } catch (error) {
      // A refusal of the token itself has brought up this form anew, with its reason.
      if (error.status !== 401) {
        api.setToken(null);
        said.replaceChildren(failure(error));
      }
    } finally {
      button.disabled = false;
    }
  }

  main.replaceChildren(h("section", { class: "card signin" },
    h("h1", {}, "workflow-history"), h("p", { class: "muted" }, "What your pipelines ran."), said, form));
  field.focus();
}

// The filters of the list: a form, the address bar, and the parameters of calls say the same.

import * as api from "./api.js";
import { h } from "./dom.js";
import { STATUSES, ZONE } from "./format.js";
import { go } from "./router.js";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The instant that a date and time means, in the reader's zone where it tells none; nothing where it is none. */
function instantOf(text) {
  const at = DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? "" : new Date(at).toISOString().replace(".000Z", "Z");
}

/** An instant as a field has it: in the reader's zone, which it does not tell. */
function localOf(instant) {
  if (!instant) return "";
  const at = new Date(instant);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What the address bar filters by. */
export function filtersOf(parameters) {
  return {
    user: parameters.get("user") ?? "",
    workflow: parameters.get("workflow") ?? "",
    type: parameters.get("type") ?? "",
    statuses: parameters.getAll("status").filter((one) => STATUSES.includes(one)),
    // A link shows the same wherever it is opened.
    after: instantOf(parameters.get("after")),
    before: instantOf(parameters.get("before")),
    abandoned: parameters.get("abandoned") ?? "",
  };
}

const NAMES = ["user", "workflow", "type", "status", "after", "before", "abandoned", "page"];

/** What the address bar says that is no filter, as it says it: a list without it shows more than was meant. */
export function misunderstood(parameters) {
  const isUnderstood = (name, value) => NAMES.includes(name)
    && (name !== "status" || STATUSES.includes(value))
    && (!["after", "before"].includes(name) || value === "" || instantOf(value) !== "");
  return [...parameters].filter(([name, value]) => !isUnderstood(name, value)).map(([name, value]) => `${name}=${value}`);
}

/** The same for the address bar. */
export function addressOf({ statuses, ...filters }) { return { ...filters, status: statuses }; }

/** The same for a call that lists. */
export function listParameters(filters) {
  return {
    userId: filters.user, workflowId: filters.workflow, workflowType: filters.type,
    statuses: filters.statuses.map((one) => `WORKFLOW_STATUS_${one}`),
    createdAfter: filters.after, createdBefore: filters.before,
    abandonedOnly: filters.abandoned ? "true" : "",
  };
}

/**
 * The same for a call that watches, so that what leaves the list is told: by status nothing is left out, and a
 * deletion does not tell the workflow.
 */
export function watchParameters(filters) {
  const { workflowId, statuses, abandonedOnly, ...parameters } = listParameters(filters);
  return parameters;
}

/** The form. What is chosen at once goes to the address bar at once; what is typed, by Enter. */
export function filterForm(filters) {
  const field = (label, name, attributes = {}) => h("label", {}, label,
    h("input", { name, value: filters[name], autocomplete: "off", spellcheck: "false", ...attributes }));
  const mayReadOthers = api.claims().scopes.includes("history:any");
  const form = h("form", { class: "filters", onsubmit: apply, onchange: applyChoice },
    field("Workflow", "workflow", { id: "first-filter", maxlength: 255 }),
    field("Type", "type", { maxlength: 255 }),
    mayReadOthers ? field("User", "user", { maxlength: 255, placeholder: api.claims().user }) : null,
    field("Created from", "after", { type: "datetime-local", step: 1, value: localOf(filters.after) }),
    field("Created before", "before", { type: "datetime-local", step: 1, value: localOf(filters.before) }),
    h("div", { class: "actions" },
      h("button", { class: "main" }, "Filter"),
      h("button", { type: "button", onclick: () => go("/executions") }, "Clear"),
      h("span", { class: "muted" }, `Times are those of ${ZONE}.`)),
    h("fieldset", {}, h("legend", {}, "Status"),
      STATUSES.map((one) => h("label", {},
        h("input", { type: "checkbox", name: "status", value: one, checked: filters.statuses.includes(one) }), one)),
      h("label", {}, h("input", { type: "checkbox", name: "abandoned", value: "1", checked: filters.abandoned !== "" }), "Abandoned only")));
  const shown = new FormData(form);

  function apply(event) {
    event?.preventDefault();
    const data = new FormData(form);
    const chosen = Object.fromEntries(["user", "workflow", "type", "after", "before", "abandoned"]
      .map((name) => [name, (data.get(name) ?? "").trim()]));
    // A field has no part of a second, nor which of the two it is of an hour that comes twice.
    for (const name of ["after", "before"]) {
      chosen[name] = data.get(name) === shown.get(name) ? filters[name] : instantOf(chosen[name]);
    }
    go("/executions", { ...chosen, status: data.getAll("status") });
  }

  function applyChoice(event) { if (event.target.type === "checkbox") apply(); }

  return form;
}

// The filters of the list: a form, the address bar, and the parameters of calls say the same.

import * as api from "./api.js";
import { h } from "./dom.js";
import { STATUSES } from "./format.js";
import { go } from "./router.js";

const ZONE_FREE = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What the address bar filters by. */
export function filtersOf(parameters) {
  return {
    user: parameters.get("user") ?? "",
    workflow: parameters.get("workflow") ?? "",
    type: parameters.get("type") ?? "",
    statuses: parameters.getAll("status").filter((one) => STATUSES.includes(one)),
    after: parameters.get("after") ?? "",
    before: parameters.get("before") ?? "",
    abandoned: parameters.get("abandoned") ?? "",
  };
}

/** The same for the address bar. */
export function addressOf({ statuses, ...filters }) { return { ...filters, status: statuses }; }

function instantOf(local) { return ZONE_FREE.test(local) ? new Date(local).toISOString() : undefined; }

/** The same for a call that lists. */
export function listParameters(filters) {
  return {
    userId: filters.user, workflowId: filters.workflow, workflowType: filters.type,
    statuses: filters.statuses.map((one) => `WORKFLOW_STATUS_${one}`),
    createdAfter: instantOf(filters.after), createdBefore: instantOf(filters.before),
    abandonedOnly: filters.abandoned ? "true" : "",
  };
}

/** The same for a call that watches: by status nothing is left out, so that what leaves the list is told. */
export function watchParameters(filters) {
  const { statuses, abandonedOnly, ...parameters } = listParameters(filters);
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
    field("Created from", "after", { type: "datetime-local", step: 1 }),
    field("Created before", "before", { type: "datetime-local", step: 1 }),
    h("fieldset", {}, h("legend", {}, "Status"),
      STATUSES.map((one) => h("label", {},
        h("input", { type: "checkbox", name: "status", value: one, checked: filters.statuses.includes(one) }), one)),
      h("label", {}, h("input", { type: "checkbox", name: "abandoned", value: "1", checked: filters.abandoned !== "" }), "Abandoned only")),
    h("div", { class: "actions" },
      h("button", { class: "main" }, "Filter"),
      h("button", { type: "button", onclick: () => go("/executions") }, "Clear")));

  function apply(event) {
    event?.preventDefault();
    const data = new FormData(form);
    const chosen = Object.fromEntries(["user", "workflow", "type", "after", "before", "abandoned"]
      .map((name) => [name, (data.get(name) ?? "").trim()]));
    go("/executions", { ...chosen, status: data.getAll("status") });
  }

  function applyChoice(event) { if (event.target.type === "checkbox") apply(); }

  return form;
}

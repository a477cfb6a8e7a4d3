// What the service has found: tips, errors that belong together, and learned patterns.

import { h, table } from "../dom.js";
import { bare, count, percent } from "../format.js";
import { samples, time } from "../parts.js";

const SEVERITIES = ["TIP_SEVERITY_CRITICAL", "TIP_SEVERITY_WARNING", "TIP_SEVERITY_INFO"];
const TREND = { NEW: "✱ new", RISING: "↑ rising", STEADY: "→ steady", FALLING: "↓ falling" };

export function findings(tips) {
  const rank = ({ severity }) => SEVERITIES.indexOf(severity);
  return h("ul", { class: "findings" }, tips.toSorted((one, other) => rank(one) - rank(other)).map((tip) => {
    const severity = bare(tip.severity, "TIP_SEVERITY_");
    return h("li", { class: severity.toLowerCase() },
      h("span", { class: "severity" }, severity), " ", tip.text, samples(tip.sampleExecutionIds));
  }));
}

export function errorGroups(groups) {
  if (groups.length === 0) return h("p", { class: "empty" }, "No execution ended with an error.");
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Errors" }, table([
    { title: "Error", cell: (group) => [h("code", {}, group.fingerprint), associations(group), samples(group.sampleExecutionIds)] },
    { title: "Executions", number: true, cell: (group) => count(group.frequency) },
    { title: "Share", number: true, cell: (group) => percent(group.share ?? 0) },
    { title: "Trend", cell: (group) => trend(bare(group.trend, "ERROR_TREND_")) },
    { title: "First", cell: (group) => time(group.firstSeen, { relative: true }) },
    { title: "Last", cell: (group) => time(group.lastSeen, { relative: true }) },
  ], groups, { class: "stack" }));
}

function trend(name) { return h("span", { class: `trend-${name.toLowerCase()}` }, TREND[name] ?? name); }

function associations(group) {
  return (group.inputAssociations ?? []).map((one) => h("div", { class: "muted" },
    "With ", h("code", {}, `${one.field} = ${one.value}`),
    `: ${percent(one.errorRate ?? 0)} end so, ${percent(one.baselineErrorRate ?? 0)} of the others.`));
}

export function patterns(learned) {
  if (learned.length === 0) return h("p", { class: "empty" }, "Nothing was learned yet. Patterns come from weeks that are over.");
  return h("ul", { class: "findings" }, learned.map((pattern) => h("li", {},
    h("span", { class: "severity muted" }, bare(pattern.kind, "PATTERN_KIND_").replaceAll("_", " ")), " ",
    pattern.description ?? pattern.patternId,
    h("span", { class: "muted" }, ` (${count(pattern.support)} executions, q ${Number(pattern.qValue ?? 0).toPrecision(2)}${pattern.validated ? ", held in later ones" : ""})`),
    samples(pattern.sampleExecutionIds))));
}

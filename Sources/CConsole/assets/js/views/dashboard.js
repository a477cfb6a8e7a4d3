// How a user's executions have done over some days.

import * as api from "../api.js";
import * as keys from "../keys.js";
import { bars } from "../charts/bars.js";
import { columns } from "../charts/columns.js";
import { lines } from "../charts/lines.js";
import { failure, h, table } from "../dom.js";
import { ZONE, count, duration, instant, percent } from "../format.js";
import { findings, errorGroups, patterns } from "./findings.js";
import { go, link, reload } from "../router.js";

const WINDOWS = [1, 7, 30, 90, 365];
const DAY_MS = 86_400_000;

export async function dashboard(main, parameters, signal) {
  const days = WINDOWS.includes(Number(parameters.get("days"))) ? Number(parameters.get("days")) : 30;
  const chosen = { days, type: parameters.get("type") ?? "", user: parameters.get("user") ?? "" };
  const body = h("div", {}, h("p", { class: "muted", role: "status" }, "Reading…"));
  main.replaceChildren(h("div", { class: "head" }, h("h1", {}, "Dashboard"), controls(chosen)), body);
  keys.setKeys({ r: ["Read the figures anew", reload] });
  try {
    await read(body, chosen, signal);
  } catch (error) {
    if (!signal.aborted) body.replaceChildren(failure(error, reload));
  }
}

async function read(body, chosen, signal) {
  const { days } = chosen;
  const asked = { userId: chosen.user, workflowType: chosen.type };
  const [{ statistics }, { metrics }, learned] = await Promise.all([
    api.get("/v1/statistics", { ...asked, days }, signal),
    api.get("/v1/metrics", { ...asked, days }, signal),
    // The figures are of use without what was learned.
    api.get("/v1/patterns", { ...asked, pageSize: 10 }, signal).catch((error) => ({ error })),
  ]);
  if (signal.aborted) return;
  body.replaceChildren(
    tiles(statistics, chosen),
    Number(statistics.totalExecutions ?? 0) === 0
      ? h("p", { class: "card empty" }, "No execution was created in this time.")
      : h("div", { class: "grid" }, charts(metrics, statistics, chosen.days), tables(metrics, statistics, learned, chosen)));
}

function controls(chosen) {
  const change = (values) => go("/dashboard", { ...chosen, ...values });
  const mayReadOthers = api.claims().scopes.includes("history:any");
  const field = (name, label) => h("label", {}, label, " ",
    h("input", { value: chosen[name], maxlength: 255, autocomplete: "off", spellcheck: "false", placeholder: name === "user" ? api.claims().user : "all", onchange: (event) => change({ [name]: event.target.value.trim() }) }));
  return h("form", { class: "window", onsubmit: (event) => event.preventDefault() },
    h("label", {}, "Time ", h("select", { onchange: (event) => change({ days: event.target.value }) },
      WINDOWS.map((days) => h("option", { value: days, selected: days === chosen.days }, days === 1 ? "the last day" : `the last ${days} days`)))),
    field("type", "Type"), mayReadOthers ? field("user", "User") : null,
    h("span", {}, `As of ${instant(new Date()).slice(11)}, ${ZONE}. Days are UTC's. `), h("button", { type: "button", id: "refresh", onclick: reload }, "Refresh"));
}

function tiles(statistics, chosen) {
  const tile = (label, value, style = "", href = null) => h(href ? "a" : "div", { class: "tile", href },
    h("div", { class: "label" }, label), h("div", { class: `value ${style}` }, value));
  const total = Number(statistics.totalExecutions ?? 0);
  const failed = Number(statistics.failedExecutions ?? 0);
  const running = Number(statistics.runningExecutions ?? 0);
  // Those that are counted, as a list.
  const listed = (number, status) => number > 0 ? link("/executions", {
    user: chosen.user, type: chosen.type, after: instantBefore(chosen.days), status,
  }) : null;
  return h("section", { class: "tiles", "aria-label": "Totals" },
    tile("Executions", count(total)),
    tile("Success rate", total > 0 ? percent(statistics.successRate ?? 0) : "–"),
    tile("Failed", count(failed), failed > 0 ? "bad" : "", listed(failed, "FAILED")),
    tile("Running", count(running), "", listed(running, "RUNNING")),
    tile("p50", duration(statistics.p50DurationSeconds)),
    tile("p95", duration(statistics.p95DurationSeconds)),
    tile("p99", duration(statistics.p99DurationSeconds)));
}

function instantBefore(days) { return new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+/, ""); }

function card(title, ...content) { return h("section", { class: "card" }, h("h2", {}, title), content); }

function charts(metrics, statistics, days) {
  const daily = everyDay(metrics.daily ?? [], days);
  const number = (name) => (day) => Number(day[name] ?? 0);
  const classes = metrics.executionTimeDistribution ?? [];
  return [
    card("Executions a day", columns(daily, [
      { name: "completed", style: "fill-ok", of: number("completedExecutions") },
      { name: "failed", style: "fill-fault", of: number("failedExecutions") },
      { name: "others", style: "fill-rest", of: (day) => number("totalExecutions")(day) - number("completedExecutions")(day) - number("failedExecutions")(day) },
    ], {
      label: (day) => day.date + (day.isPart ? " (a part of it)" : ""), shortLabel: (day) => day.date.slice(5),
      isPart: (day) => day.isPart, title: "Day (UTC)",
      summary: `Executions a day, ${count(statistics.totalExecutions)} altogether; the first day and the last are not whole`,
    }), h("p", { class: "muted" }, "Days that are pale are not whole.")),
    card("Success rate", lines(daily, [
      { name: "success rate", style: "a", of: (day) => day.totalExecutions ? day.successRate ?? 0 : undefined },
    ], { format: percent, low: 100, most: 100, summary: `Success rate by day, ${percent(statistics.successRate ?? 0)} altogether` })),
    card("Duration", lines(daily, [
      { name: "p50", style: "a", of: (day) => day.p50DurationSeconds },
      { name: "p95", style: "b", of: (day) => day.p95DurationSeconds },
      { name: "p99", style: "c", of: (day) => day.p99DurationSeconds },
    ], {
      format: duration, isLogarithmic: true,
      summary: `Percentiles of the duration by day; altogether p50 ${duration(metrics.p50DurationSeconds)}, p95 ${duration(metrics.p95DurationSeconds)}, p99 ${duration(metrics.p99DurationSeconds)}`,
    })),
    card("How durations are spread", columns(everyBucket(metrics.durationHistogram ?? []), [
      { name: "executions", style: "fill-a", of: (bucket) => bucket.executions },
    ], {
      label: (bucket) => bucket.upperSeconds > 0 ? `${duration(bucket.lowerSeconds)} to ${duration(bucket.upperSeconds)}` : "0 s",
      shortLabel: (bucket) => duration(bucket.lowerSeconds), title: "Duration",
      summary: "Executions by how long they took, in steps that double",
    })),
    card("Speed classes", bars(classes.map((one) => ({
      name: one.category.replace("_", " "), value: Number(one.executions ?? 0),
      style: ["slow", "very_slow"].includes(one.category) ? "fill-fault" : "fill-ok",
      text: Number(one.executions ?? 0) === 0 ? "0" : `${count(one.executions)}, mean ${duration(one.averageDurationSeconds)}`,
    })), { title: "Class", summary: "Executions by speed class" })),
  ];
}

/**
 * The days of the time that is looked at, those without executions too: that nothing ran is news. Of the first and
 * the last it has a part.
 */
function everyDay(daily, days) {
  const known = new Map(daily.map((day) => [day.date, day]));
  const dateOf = (at) => new Date(at).toISOString().slice(0, 10);
  // The server's clock may differ.
  const dates = [...known.keys(), dateOf(Date.now() - days * DAY_MS), dateOf(Date.now())].sort();
  const all = [];
  for (let at = Date.parse(dates[0]); at <= Date.parse(dates.at(-1)); at += DAY_MS) {
    const date = dateOf(at);
    all.push({ ...known.get(date), date, isPart: date === dates[0] || date === dates.at(-1) });
  }
  return all;
}

/** The buckets from the shortest to the longest, those between without executions too. */
function everyBucket(histogram) {
  const all = [];
  for (const bucket of histogram) {
    const one = { lowerSeconds: bucket.lowerSeconds ?? 0, upperSeconds: bucket.upperSeconds ?? 0, executions: Number(bucket.executions) };
    while (all.at(-1)?.lowerSeconds > 0 && all.at(-1).upperSeconds < one.lowerSeconds) {
      const lowerSeconds = all.at(-1).upperSeconds;
      all.push({ lowerSeconds, upperSeconds: lowerSeconds * 2, executions: 0 });
    }
    all.push(one);
  }
  return all;
}

function tables(metrics, statistics, learned, chosen) {
  const types = statistics.byType ?? [];
  const tasks = metrics.slowestTasks ?? [];
  return [
    card("What to do", findings(metrics.optimizationTips ?? [])),
    h("section", { class: "card wide" }, h("h2", {}, "Errors"), errorGroups(metrics.errorPatterns ?? [])),
    types.length > 1 || chosen.type ? h("section", { class: "card wide" }, h("h2", {}, "Types"),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Types" }, table([
        { title: "Type", cell: (type) => h("a", { href: link("/dashboard", { ...chosen, type: type.workflowType }) }, type.workflowType) },
        { title: "Executions", number: true, cell: (type) => count(type.totalExecutions) },
        { title: "Success", number: true, cell: (type) => percent(type.successRate ?? 0) },
        { title: "p50", number: true, cell: (type) => duration(type.p50DurationSeconds) },
        { title: "p95", number: true, cell: (type) => duration(type.p95DurationSeconds) },
        { title: "p99", number: true, cell: (type) => duration(type.p99DurationSeconds) },
      ], types.slice(0, 50), { class: "stack" }))) : null,
    tasks.length > 0 ? h("section", { class: "card wide" }, h("h2", {}, "Slowest tasks"),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Slowest tasks" }, table([
        { title: "Task", cell: (task) => task.taskName },
        { title: "Runs", number: true, cell: (task) => count(task.runs) },
        { title: "Failed", number: true, cell: (task) => count(task.failedRuns) },
        { title: "Average", number: true, cell: (task) => duration(task.averageDurationSeconds) },
        { title: "Of all time", number: true, cell: (task) => percent(task.timeShare ?? 0) },
      ], tasks, { class: "stack" }))) : null,
    h("section", { class: "card wide" }, h("h2", {}, "Learned patterns"), learned.error ? failure(learned.error, reload) : patterns(learned.patterns ?? [])),
  ];
}

// The tasks of an execution over time.

import { h, svg } from "../dom.js";
import { count, duration } from "../format.js";
import { chartWidth, timeTicks } from "./axes.js";
import { figure } from "./figure.js";

const ROW = 26;
const TOP = 24;
// As the service has it, of an execution.
const MOST_SECONDS = 1e9;
// More than a few are drawn when that is asked for, and more than the most are told in the documents alone.
const FEW = 40;
const MOST = 500;
// The errors that are told below the drawing, and how much of each.
const ERRORS = 5;
const ERROR_LENGTH = 500;
// Beside the bars, on the right.
const FIGURE = 84;
// A task that tells no status, and no error, went well.
const WENT_WELL = /^($|OK$|DONE$|COMPLETE|SUCCE)/;

/**
 * The tasks of `taskResults`, as far as they are told by its convention; null where none is.
 *
 * Tasks that say when they began lie there; where any does not, they are laid one after another.
 */
export function tasksOf(taskResults) {
  if (!Array.isArray(taskResults)) return null;
  const tasks = taskResults.filter((task) => task !== null && typeof task === "object" && !Array.isArray(task))
    .map((task) => ({
      name: String(task.task_name ?? task.name ?? "(no name)"),
      status: String(task.status ?? "").toUpperCase(),
      seconds: lengthOf(task),
      begun: instantOf(task.start_time ?? task.started_at),
      error: isNoError(task.error) ? null : typeof task.error === "string" ? task.error : JSON.stringify(task.error),
    }));
  if (!taskResults.some((task) => task?.task_name !== undefined || task?.name !== undefined)) return null;
  const areTimed = tasks.every((task) => task.begun !== null);
  const origin = areTimed ? tasks.reduce((least, task) => Math.min(least, task.begun), Infinity) : 0;
  let end = 0;
  for (const task of tasks) {
    task.start = areTimed ? task.begun - origin : end;
    task.hasFailed = task.status === "FAILED" || task.error !== null;
    end = Math.max(end, task.start + (task.seconds ?? 0));
  }
  return { tasks, areTimed, seconds: end };
}

/** What the service too takes for no error. */
function isNoError(error) {
  return !error || (typeof error === "object" && Object.keys(error).length === 0);
}

function instantOf(text) {
  const instant = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? null : instant / 1000;
}

function lengthOf(task) {
  let told = task.duration_seconds ?? task.duration;
  // One of more digits than others have.
  if (told instanceof Number) told = Number(told);
  if (typeof told === "number" && told >= 0 && told <= MOST_SECONDS) return told;
  const [start, end] = [instantOf(task.start_time ?? task.started_at), instantOf(task.end_time ?? task.ended_at ?? task.finished_at)];
  return start !== null && end !== null && end >= start ? end - start : null;
}

/** @param {string} known The error that is told already. */
export function timeline(all, known) {
  const { tasks, areTimed, seconds } = all;
  const failed = tasks.filter((task) => task.hasFailed);
  const order = areTimed ? "" : ", laid one after another, as they do not tell when they began";
  const number = tasks.length === 1 ? "1 task" : `${count(tasks.length)} tasks`;
  const summary = `${number}, ${duration(seconds)} altogether${failed.length > 0 ? `, ${count(failed.length)} failed` : ""}${order}`;
  const drawing = h("div", {});
  const show = (shown, which) => drawing.replaceChildren(drawn(all, shown, `${summary}${which}`));
  let more = null;
  if (tasks.length > FEW) {
    const most = Math.min(tasks.length, MOST);
    more = [`. Shown are the ${FEW} that failed or took longest. `, h("button", { type: "button", onclick: () => {
      show(tasks.slice(0, MOST), most < tasks.length ? `; the first ${count(most)} of them` : "");
      said.replaceChildren(summary);
    } }, most < tasks.length ? `Show the first ${count(most)}` : "Show all")];
    show(telling(tasks), `; the ${FEW} that failed or took longest`);
  } else {
    show(tasks, "");
  }
  const said = h("p", { class: "muted" }, summary, more);
  return h("div", {}, said, drawing, errors(failed.filter(({ error }) => error !== null && error !== known)));
}

/** Those that say most of how it went, in their order. */
function telling(tasks) {
  const chosen = tasks.toSorted((one, other) => other.hasFailed - one.hasFailed || (other.seconds ?? 0) - (one.seconds ?? 0));
  const most = new Set(chosen.slice(0, FEW));
  return tasks.filter((task) => most.has(task));
}

function errors(failed) {
  if (failed.length === 0) return null;
  return h("ul", { class: "findings" }, failed.slice(0, ERRORS).map(({ name, error }) => h("li", { class: "critical" },
    h("strong", {}, name), " ", h("code", {}, shortened(error, ERROR_LENGTH)))));
}

function drawn({ areTimed, seconds }, tasks, summary) {
  // Two cards wide where there is room.
  const isNarrow = chartWidth() < 400;
  const width = chartWidth() * (isNarrow ? 1 : 2);
  const label = isNarrow ? 92 : 190;
  const height = TOP + tasks.length * ROW + 4;
  const marks = timeTicks(seconds || 1, isNarrow ? 3 : 7);
  const x = (value) => label + (value / (seconds || 1)) * (width - label - FIGURE);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}` },
    marks.map((mark) => svg("g", {},
      svg("line", { class: "gridline", x1: x(mark), x2: x(mark), y1: TOP - 6, y2: height }),
      svg("text", { x: x(mark), y: TOP - 10, "text-anchor": "middle" }, duration(mark)))),
    tasks.map((task, index) => {
      const top = TOP + index * ROW;
      const length = Math.max(x(task.start + (task.seconds ?? 0)) - x(task.start), 2);
      return svg("g", {}, svg("title", {}, `${task.name}: ${task.status ? `${task.status}, ` : ""}${duration(task.seconds ?? undefined)}${task.error ? `, ${task.error}` : ""}`),
        svg("text", { class: "bar-label", x: label - 8, y: top + 17, "text-anchor": "end" }, shortened(task.name, isNarrow ? 13 : 28)),
        svg("rect", {
          class: styleOf(task),
          x: x(task.start), y: top + 4, width: length, height: ROW - 8, rx: 3,
        }),
        svg("text", { class: "bar-label", x: x(task.start) + length + 6, y: top + 17 },
          `${task.hasFailed ? "✕ " : ""}${duration(task.seconds ?? undefined)}`));
    }));
  return figure(drawing, summary, [], [
    { title: "Task", cell: (task) => task.name },
    { title: "Status", cell: (task) => task.status || "–" },
    { title: areTimed ? "Began after" : "After", number: true, cell: (task) => duration(task.start) },
    { title: "Duration", number: true, cell: (task) => duration(task.seconds ?? undefined) },
    { title: "Error", cell: (task) => task.error ?? "" },
  ], tasks);
}

function styleOf({ hasFailed, status }) {
  if (hasFailed) return "fill-fault";
  if (status.includes("RUN")) return "fill-a";
  return WENT_WELL.test(status) ? "fill-ok" : "fill-rest";
}

function shortened(name, most) { return name.length > most ? `${name.slice(0, most - 1)}…` : name; }

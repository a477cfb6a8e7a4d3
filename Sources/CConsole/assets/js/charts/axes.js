// Scales and axes that the charts share.

import { svg } from "../dom.js";

const narrow = matchMedia("(max-width: 44rem)");

export const MARGIN = { top: 12, right: 14, bottom: 24, left: 52 };

/** How wide drawings are: about as many pixels as they get, so that text keeps its size. */
export function chartWidth() { return narrow.matches ? 340 : 620; }

/** From values to places: straight, or by their logarithms. */
export function scale([low, high], [start, end], isLogarithmic = false) {
  const by = isLogarithmic ? Math.log : (value) => value;
  const size = by(high) - by(low) || 1;
  return (value) => start + ((by(value) - by(low)) / size) * (end - start);
}

/** Round numbers, some `count` of them, from the last that is not over `low` to the first that is not under `high`. */
export function ticks(high, { low = 0, count = 4 } = {}) {
  if (high <= low) return [low, low + 1];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  const values = [Math.floor(low / step) * step];
  while (values.at(-1) < high - step * 1e-9) values.push(values.at(-1) + step);
  return values;
}

// Steps of time that people count in, in seconds, from one to a day.
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** Round times from 0 to the last that is not over `seconds`, at most some `count` of them. */
export function timeTicks(seconds, count) {
  const step = TIME_STEPS.find((one) => one >= seconds / count);
  if (seconds > count && step) return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  const unit = step ? 1 : 86_400;
  return ticks(seconds / unit, { count }).map((value) => value * unit).filter((value) => value <= seconds);
}

// Durations that people count in, in seconds.
const ROUND_DURATIONS = [
  1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400, 70 * 86400, 1e8, 1e9, 1e10,
];

/** Round durations from the last that is not over `low` to the first that is not under `high`. */
export function durationTicks(low, high) {
  const first = Math.max(0, ROUND_DURATIONS.findLastIndex((one) => one <= low));
  const last = ROUND_DURATIONS.findIndex((one) => one >= high);
  return ROUND_DURATIONS.slice(first, Math.max(last, first + 1) + 1);
}

/** Lines across the chart with what they stand for. */
export function horizontals(values, y, format, width) {
  return values.map((value) => svg("g", {},
    svg("line", { class: "gridline", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
    svg("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value))));
}

/** Some of the labels below the chart, as many as there is room for. */
export function labelsBelow(labels, x, bottom, width) {
  const step = Math.max(1, Math.ceil(labels.length / (width / 85)));
  return labels.map((label, index) => index % step === 0
    ? svg("text", { x: x(index), y: bottom + 16, "text-anchor": "middle" }, label) : null);
}

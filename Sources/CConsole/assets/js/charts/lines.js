// Figures over days, as lines. A day without a figure is a gap.

import { svg } from "../dom.js";
import { MARGIN, chartWidth, durationTicks, horizontals, labelsBelow, scale, ticks } from "./axes.js";
import { figure, tooltip } from "./figure.js";

const HEIGHT = 210;

/**
 * A chart of lines.
 *
 * @param {{date: string}[]} days
 * @param {{name: string, style: string, of: (day: object) => number | undefined}[]} series
 * @param {boolean} isLogarithmic For durations, whose ends lie far apart.
 * @param {number} low Where the axis begins at the latest.
 * @param {number} most The axis' end, where it has one.
 */
export function lines(days, series, { format, summary, isLogarithmic = false, low = 0, most }) {
  const width = chartWidth();
  const values = days.flatMap((day) => series.map(({ of }) => of(day))).filter((value) => value !== undefined);
  const least = Math.min(...values.filter((value) => value > 0 || !isLogarithmic), Infinity);
  const high = most ?? Math.max(...values, 0);
  const logarithmic = isLogarithmic && high > 0;
  const marks = logarithmic ? durationTicks(least, high) : ticks(high, { low: Math.max(0, Math.min(low, least - (high - least) / 4, high - 1)) });
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scale([0, Math.max(days.length - 1, 1)], [MARGIN.left, width - MARGIN.right]);
  const place = scale([marks[0], marks.at(-1)], [bottom, MARGIN.top], logarithmic);
  const y = (value) => place(logarithmic ? Math.max(value, marks[0]) : value);

  const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}` },
    horizontals(marks, y, format, width), labelsBelow(days.map((day) => day.date.slice(5)), x, bottom, width),
    series.map(({ style, of }) => [
      svg("path", { class: `line ${style}`, d: path(days.map(of), x, y) }),
      days.length < 32 ? days.map((day, index) => of(day) === undefined ? null
        : svg("circle", { class: style, cx: x(index), cy: y(of(day)), r: 2.5 })) : null,
    ]));
  tooltip(drawing, width, MARGIN.top, bottom, (at) => {
    const index = Math.round(((at - MARGIN.left) / (width - MARGIN.left - MARGIN.right)) * Math.max(days.length - 1, 1));
    const day = days[Math.min(Math.max(index, 0), days.length - 1)];
    if (!day) return null;
    return {
      x: x(days.indexOf(day)),
      lines: [day.date, ...series.map(({ name, of }) => `${name}: ${of(day) === undefined ? "–" : format(of(day))}`)],
    };
  });
  return figure(drawing, summary, series.length > 1 ? series : [],
    [{ title: "Day (UTC)", cell: (day) => day.date },
      ...series.map(({ name, of }) => ({ title: name, number: true, cell: (day) => of(day) === undefined ? "–" : format(of(day)) }))],
    days.toReversed());
}

function path(values, x, y) {
  let isDrawing = false;
  return values.map((value, index) => {
    if (value === undefined) {
      isDrawing = false;
      return "";
    }
    // A day between days without figures is a dot.
    const step = `${isDrawing ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}${isDrawing ? "" : "h0"}`;
    isDrawing = true;
    return step;
  }).join("");
}

// Counts as columns, of parts that stand on each other.

import { svg } from "../dom.js";
import { count } from "../format.js";
import { MARGIN, chartWidth, horizontals, labelsBelow, scale, ticks } from "./axes.js";
import { figure, tooltip } from "./figure.js";

const HEIGHT = 210;

/**
 * A chart of columns.
 *
 * @param {{name: string, style: string, of: (row: object) => number}[]} parts From the bottom up.
 * @param {(row: object) => string} label What a column stands for.
 * @param {(row: object) => boolean} isPart Whether it stands for less than the others do, and is paler.
 */
export function columns(rows, parts, { label, shortLabel = label, isPart = () => false, title, summary }) {
  const width = chartWidth();
  const total = (row) => parts.reduce((sum, { of }) => sum + of(row), 0);
  const marks = ticks(Math.max(...rows.map(total), 0)).filter(Number.isInteger);
  const bottom = HEIGHT - MARGIN.bottom;
  const y = scale([0, marks.at(-1)], [bottom, MARGIN.top]);
  const step = (width - MARGIN.left - MARGIN.right) / Math.max(rows.length, 1);
  const left = (index) => MARGIN.left + index * step;
  const gap = Math.min(3, step * 0.2);

  const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}` },
    horizontals(marks, y, count, width),
    rows.map((row, index) => {
      let below = 0;
      return parts.map(({ style, of }) => {
        const height = bottom - y(of(row));
        below += height;
        return height > 0 ? svg("rect", {
          class: isPart(row) ? `${style} part` : style,
          x: left(index) + gap / 2, width: Math.min(step - gap, 46), y: bottom - below, height,
        }) : null;
      });
    }),
    svg("line", { class: "axis", x1: MARGIN.left, x2: width - MARGIN.right, y1: bottom, y2: bottom }),
    labelsBelow(rows.map(shortLabel), (index) => left(index) + Math.min(step - gap, 46) / 2, bottom, width));
  tooltip(drawing, width, MARGIN.top, bottom, (at) => {
    const index = Math.floor((at - MARGIN.left) / step);
    const row = rows[index];
    if (!row) return null;
    return {
      x: left(index) + Math.min(step, 46) / 2,
      lines: [label(row), ...parts.map(({ name, of }) => `${name}: ${count(of(row))}`)],
    };
  });
  return figure(drawing, summary, parts.length > 1 ? parts : [],
    [{ title, cell: label }, ...parts.map(({ name, of }) => ({ title: name, number: true, cell: (row) => count(of(row)) }))],
    rows);
}

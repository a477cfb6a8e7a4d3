// A few amounts side by side, as bars with their names and figures.

import { svg } from "../dom.js";
import { chartWidth } from "./axes.js";
import { figure } from "./figure.js";

const ROW = 34;
const LABEL = 76;
const FIGURE = 165;

/** @param {{name: string, value: number, text: string, style?: string}[]} rows */
export function bars(rows, { title, summary }) {
  const most = Math.max(...rows.map((row) => row.value), 1e-9);
  const width = chartWidth();
  const room = width - LABEL - FIGURE;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${rows.length * ROW}` }, rows.map((row, index) => {
    const middle = index * ROW + ROW / 2;
    const length = (row.value / most) * room;
    return svg("g", {},
      svg("text", { class: "bar-label", x: LABEL - 8, y: middle + 4, "text-anchor": "end" }, row.name),
      svg("rect", { class: row.style ?? "fill-a", x: LABEL, y: middle - 9, width: Math.max(length, row.value > 0 ? 2 : 0), height: 18, rx: 2 }),
      svg("text", { class: "bar-label", x: LABEL + length + 8, y: middle + 4 }, row.text));
  }));
  return figure(drawing, summary, [],
    [{ title, cell: (row) => row.name }, { title: "Figures", cell: (row) => row.text }], rows);
}

// What stands around a chart: its legend, what the pointer is at, and the same figures as a table.

import { h, svg, table } from "../dom.js";

/**
 * A chart with its figures.
 *
 * @param {string} summary What the chart shows, for who does not see it.
 * @param {{name: string, style: string}[]} legend Its series; none where it has one.
 * @param {{title: string, number?: boolean, cell: (row: object) => string}[]} columns Of the table.
 */
export function figure(drawing, summary, legend, columns, rows) {
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", summary);
  return h("div", {},
    legend.length > 0 ? h("ul", { class: "legend" }, legend.map(({ name, style }) => h("li", {}, sign(style), name))) : null,
    h("figure", { class: "chart" }, drawing),
    h("details", { class: "figures" }, h("summary", {}, "As a table"),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": summary }, table(columns, rows))));
}

function sign(style) {
  const drawing = style.startsWith("fill-")
    ? svg("rect", { class: style, width: 12, height: 10, x: 7 })
    : svg("line", { class: `line ${style}`, x1: 0, x2: 26, y1: 5, y2: 5 });
  return svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true", class: "chart" }, drawing);
}

/**
 * Shows what is at the pointer.
 *
 * @param {(x: number) => {x: number, lines: string[]} | null} at What is nearest, in the drawing's coordinates.
 */
export function tooltip(drawing, width, top, bottom, at) {
  const cursor = svg("line", { class: "cursor", y1: top, y2: bottom, visibility: "hidden" });
  drawing.append(cursor);
  const box = h("div", { class: "tooltip", hidden: true });
  drawing.addEventListener("pointermove", (event) => {
    const bounds = drawing.getBoundingClientRect();
    const found = at(((event.clientX - bounds.left) / bounds.width) * width);
    if (!found) return hide();
    if (!box.isConnected) drawing.parentElement.append(box);
    cursor.setAttribute("x1", found.x);
    cursor.setAttribute("x2", found.x);
    cursor.setAttribute("visibility", "visible");
    box.hidden = false;
    box.replaceChildren(...found.lines.map((line) => h("div", {}, line)));
    const left = (found.x / width) * bounds.width;
    box.style.left = `${Math.min(Math.max(left - box.offsetWidth / 2, 0), bounds.width - box.offsetWidth)}px`;
    box.style.bottom = `${bounds.height + 4}px`;
  });
  drawing.addEventListener("pointerleave", hide);

  function hide() {
    box.hidden = true;
    cursor.setAttribute("visibility", "hidden");
  }
}

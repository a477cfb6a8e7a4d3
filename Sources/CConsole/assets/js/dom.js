// Elements, made of names, attributes and children. Text is always text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

function make(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** An element of HTML: `h("a", { href: "#" }, "text", child)`. Attributes `on...` are listeners. */
export function h(name, attributes = {}, ...children) {
  return make(document.createElement(name), attributes, children);
}

/** An element of SVG. */
export function svg(name, attributes = {}, ...children) {
  return make(document.createElementNS(SVG, name), attributes, children);
}

/** Tells those who listen and do not look. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

// What is asked for is refused for good: who asks again hears the same.
const FOR_GOOD = [400, 403];

/** What went wrong, with the fields that are to blame, and a way to try again where that may help. */
export function failure(error, again) {
  const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return h("div", { class: "error", role: "alert" }, message,
    again && !FOR_GOOD.includes(error.status) ? [" ", h("button", { type: "button", onclick: again }, "Try again")] : null,
    error.violations?.length > 0
      ? h("ul", {}, error.violations.map((one) => h("li", {}, h("code", {}, one.field), ` ${one.description}`)))
      : null);
}

/** A table, whose cells know their column's title where there is no room for a head: columns are `{ title, number, cell(row) }`. */
export function table(columns, rows, attributes = {}) {
  const kind = (column) => ({ class: column.number ? "number" : null });
  return h("table", attributes,
    h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", ...kind(column) }, column.title)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column) => h("td", { ...kind(column), "data-title": column.title }, column.cell(row)))))));
}

// The documents of an execution, as parts of its page.

import { announce, h } from "./dom.js";
import { jsonView } from "./json-view.js";

const DOCUMENTS = [
  ["Input", "inputData"], ["Output", "outputData"], ["Task results", "taskResults"], ["Metadata", "executionMetadata"],
];

/** Whether each is open is the reader's to say, and stays so when it changes. */
export function documents(execution) {
  return DOCUMENTS.map(([title, field]) => [field, [execution[field] ?? null], () => {
    const before = document.getElementById(`document-${field}`);
    return part(title, field, execution[field], before?.open ?? field === "inputData");
  }]);
}

function part(title, field, value, isOpen) {
  const details = h("details", { class: "card document", id: `document-${field}`, open: isOpen },
    h("summary", {}, title, h("span", { class: "muted" }, value === undefined ? " – none" : "")));
  if (value === undefined) return details;
  const fill = () => {
    if (!details.open || details.children.length > 1) return;
    details.append(navigator.clipboard ? h("div", { class: "actions" }, copyButton(title, value)) : "", jsonView(value));
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

function copyButton(title, value) {
  const button = h("button", { type: "button", "aria-label": `Copy: ${title}`, onclick: async () => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
      announce(`${title} was copied`);
      button.textContent = "Copied";
    } catch {
      announce(`The browser does not let ${title} be copied`);
    }
  } }, "Copy");
  return button;
}

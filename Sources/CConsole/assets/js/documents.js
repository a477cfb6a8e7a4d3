// The documents of an execution, as parts of its page.

import { h } from "./dom.js";
import { jsonView, sizeOf } from "./json-view.js";
import { copyButton } from "./parts.js";

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
    h("summary", {}, title, " ", h("span", { class: "muted" }, value === undefined ? "– none" : sizeOf(value))));
  if (value === undefined) return details;
  const fill = () => {
    if (!details.open || details.children.length > 1) return;
    details.append(copyButton(title, () => JSON.stringify(value, null, 2)) ?? "", jsonView(value));
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

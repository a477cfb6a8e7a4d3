// The executions of one workflow around one of them: how long each took, and how it ended.

import { svg } from "../dom.js";
import { duration, instant, statusOf } from "../format.js";
import { executionHref } from "../parts.js";
import { scale } from "./axes.js";

const HEIGHT = 96;
const STEP = 28;
const STYLES = { COMPLETED: "fill-ok", FAILED: "fill-fault" };

/** @param {object[]} executions Oldest first. */
export function neighbours(executions, currentID) {
  const most = Math.max(...executions.map((one) => one.durationSeconds ?? 0), 1e-9);
  const y = scale([0, most], [HEIGHT - 4, 8]);
  return svg("svg", { viewBox: `0 0 ${Math.max(executions.length * STEP, 640)} ${HEIGHT}`, class: "neighbours" },
    executions.map((one, index) => {
      const text = `${instant(one.createdAt)}, ${statusOf(one)}, ${duration(one.durationSeconds)}`;
      const isHere = one.id === currentID;
      const top = Math.min(y(one.durationSeconds ?? 0), HEIGHT - 7);
      return svg("a", { href: executionHref(one.id), "aria-label": isHere ? `This one: ${text}` : text, "aria-current": isHere ? "true" : null },
        svg("title", {}, text),
        svg("rect", { x: index * STEP, y: 0, width: STEP, height: HEIGHT, fill: "transparent" }),
        svg("rect", {
          class: `${STYLES[statusOf(one)] ?? "fill-rest"}${isHere ? " here" : ""}`,
          x: index * STEP + 4, y: top, width: STEP - 8, height: HEIGHT - 4 - top, rx: 2,
        }));
    }));
}

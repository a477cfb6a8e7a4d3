// Figures and times as people read them.

const numbers = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-CA", {
  year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** 64-bit integers come as text. */
export function count(value) { return numbers.format(Number(value ?? 0)); }

/** With two decimals at most, as the API has them: 99.99 is not 100. */
export function percent(value) { return `${Number(Number(value ?? 0).toFixed(2))}%`; }

/** Three digits that matter: `850 ms`, `4.21 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(seconds) {
  if (seconds === undefined || seconds === null) return "–";
  if (seconds < 0.001) return seconds === 0 ? "0 s" : `${(seconds * 1e6).toPrecision(3)} µs`;
  if (seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 59.95) return `${Number(seconds.toPrecision(3))} s`;
  const parts = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const at = parts.findIndex(([, size]) => Math.round(seconds) >= size);
  const [unit, size] = parts[at];
  const [nextUnit, nextSize] = parts[at + 1];
  const whole = Math.round(seconds / nextSize);
  const [first, rest] = [Math.floor(whole / (size / nextSize)), whole % (size / nextSize)];
  return rest > 0 ? `${numbers.format(first)} ${unit} ${rest} ${nextUnit}` : `${numbers.format(first)} ${unit}`;
}

/** The reader's time zone. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** In the reader's time zone: `2026-03-01 14:02:11`. */
export function instant(text) { return clock.format(new Date(text)).replace(",", ""); }

/** `just now`, `4 min ago`, `3 d ago`. */
export function ago(text, now = Date.now()) {
  const seconds = Math.max(0, (now - Date.parse(text)) / 1000);
  if (seconds < 5) return "just now";
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    if (seconds >= size) return `${numbers.format(Math.floor(seconds / size))} ${unit} ago`;
  }
}

/** `COMPLETED` of `WORKFLOW_STATUS_COMPLETED`, and likewise for other enums. */
export function bare(name, prefix) { return (name ?? "").replace(prefix, ""); }

export const STATUSES = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "PAUSED"];
export const GLYPHS = { PENDING: "…", RUNNING: "▶", COMPLETED: "✓", FAILED: "✕", PAUSED: "‖", ABANDONED: "?" };

/** The status of an execution; one whose heartbeats have stopped is ABANDONED. */
export function statusOf(execution) {
  return execution.abandoned ? "ABANDONED" : bare(execution.status, "WORKFLOW_STATUS_");
}

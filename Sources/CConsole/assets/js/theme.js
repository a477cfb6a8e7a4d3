// Light, dark, or as the system has it.

import { prefer, preference } from "./preferences.js";

const NEXT = { system: "light", light: "dark", dark: "system" };
const GLYPH = { system: "◐", light: "☀", dark: "☾" };
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  const choice = preference("theme");
  return choice in NEXT ? choice : "system";
}

function apply() {
  const theme = chosen();
  document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  const button = document.getElementById("theme");
  button.textContent = GLYPH[theme];
  button.setAttribute("aria-label", `Theme: ${theme === "system" ? "as the system" : theme}`);
  button.title = button.getAttribute("aria-label");
}

export function start() {
  apply();
  dark.addEventListener("change", apply);
  document.getElementById("theme").addEventListener("click", () => {
    prefer("theme", NEXT[chosen()]);
    apply();
  });
}

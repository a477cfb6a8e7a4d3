// Light, dark, or as the system has it. The choice is no secret, and outlives the page.

const NEXT = { system: "light", light: "dark", dark: "system" };
const GLYPH = { system: "◐", light: "☀", dark: "☾" };
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen() { return localStorage.getItem("theme") ?? "system"; }

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
    localStorage.setItem("theme", NEXT[chosen()]);
    apply();
  });
}

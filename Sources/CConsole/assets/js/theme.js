// Light, dark, or as the system has it. The choice is no secret, and outlives the page.

const NEXT = { system: "light", light: "dark", dark: "system" };
const GLYPH = { system: "◐", light: "☀", dark: "☾" };
const dark = matchMedia("(prefers-color-scheme: dark)");

// Where the browser keeps nothing for pages, it stays for as long as this one.
let choice = "system";

function chosen() {
  try {
    choice = localStorage.getItem("theme") ?? choice;
  } catch {}
  return choice in NEXT ? choice : "system";
}

function choose(theme) {
  choice = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {}
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
    choose(NEXT[chosen()]);
    apply();
  });
}

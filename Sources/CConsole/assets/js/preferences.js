// What a reader has chosen for good. It is no secret, and outlives the page; the token is never among it.

// Where the browser keeps nothing for pages, a choice stays for as long as this one.
const here = new Map();

export function preference(name) {
  try {
    return localStorage.getItem(name) ?? here.get(name);
  } catch {
    return here.get(name);
  }
}

export function prefer(name, value) {
  here.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {}
}

// The way through the views, for as long as one is signed in: what "Newer" and "back" lead to.

// The tokens of the pages up to the one that is shown, for each set of filters.
let trails = new Map();

/** The trail of a set of filters: its tokens, and whether it began at a page that was linked to. */
export function trailOf(filters) {
  const key = JSON.stringify(filters);
  if (!trails.has(key)) trails.set(key, { tokens: [], isLinked: false });
  return trails.get(key);
}

/** Where the list was left, and the execution that was opened last. */
export const last = { list: "#/executions", opened: null };

/** @param {boolean} isLeft Whether whoever was signed in has left, and not only their token ended. */
export function forget(isLeft) {
  trails = new Map();
  last.list = "#/executions";
  last.opened = null;
  // A token of a page is for the one who was given it, and what somebody looked for is nobody else's.
  if (isLeft || location.hash.includes("page=")) history.replaceState(null, "", "#/executions");
}

// Which view is shown: `#/path?name=value`, so that every view and filter has a link.

/** The place that the address bar says. */
export function place() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  return { path: path || "/executions", parameters: new URLSearchParams(query) };
}

/** The link to a place. */
export function link(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one) query.append(name, one);
    }
  }
  return query.size > 0 ? `#${path}?${query}` : `#${path}`;
}

export function go(path, parameters) { location.hash = link(path, parameters); }

/** Shows the place anew. */
export function reload() { dispatchEvent(new HashChangeEvent("hashchange")); }

// Calls of the JSON API. The token lives here, in memory, and is gone with the page.

let token = null;
let whenRefused = () => {};

/** What the API answers where it does not answer what was asked. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP's status; 0 where no answer came.
   * @param {{message?: string, details?: object[]}} body A google.rpc.Status.
   */
  constructor(status, body) {
    super(body.message || `the server answered ${status}`);
    this.status = status;
    this.violations = (body.details ?? []).flatMap((detail) => detail.fieldViolations ?? []);
    const retry = (body.details ?? []).find((detail) => detail.retryDelay);
    this.retryAfter = retry ? Number.parseFloat(retry.retryDelay) : null;
  }
}

export function setToken(value) { token = value; }
export function isSignedIn() { return token !== null; }
/** Calls `body` when the token is refused: it has expired, or was revoked. */
export function onRefusedToken(body) { whenRefused = body; }

/** What the token says of its bearer. The server verifies it; this is for show alone. */
export function claims() {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const payload = JSON.parse(new TextDecoder().decode(bytes));
    const scopes = Array.isArray(payload.scope) ? payload.scope : (payload.scope ?? "").split(" ");
    return { user: String(payload.user_id ?? payload.sub ?? ""), scopes, expires: payload.exp };
  } catch {
    return { user: "", scopes: [], expires: undefined };
  }
}

/** `path?name=value`, without what is empty; a list names its parameter for each value. */
export function target(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "" && one !== false) query.append(name, one);
    }
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function request(path, parameters, signal, accept, fields = {}) {
  let answer;
  const sent = token;
  try {
    answer = await fetch(target(path, parameters), {
      headers: { authorization: `Bearer ${token}`, accept, ...fields },
      signal,
      cache: "no-store",
      // The client certificate that the connection may need is one of the credentials; there are no cookies.
      credentials: "same-origin",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { message: "The server can't be reached." });
  }
  if (answer.ok) return answer;
  const error = new ApiError(answer.status, await answer.json().catch(() => ({})));
  // Who has signed in since has another.
  if (answer.status === 401 && sent === token) whenRefused(error);
  throw error;
}

/** What a read says that a watch has led to: a replica may not have the change yet. */
export const STRONG = { "history-consistency": "strong" };

/** The answer of a call that reads. */
export async function get(path, parameters, signal, fields) {
  return (await request(path, parameters, signal, "application/json", fields)).json();
}

/** What ends a stream that has begun, whose head has said 200. */
function failureOf(status) {
  const isRefused = status.code === 16;
  const error = new ApiError(isRefused ? 401 : 0, status);
  if (isRefused) whenRefused(error);
  return error;
}

/** A number of a document with more digits than a JavaScript number has. */
export class LongNumber extends Number {
  constructor(source) {
    super(source);
    this.source = source;
  }

  toString() { return this.source; }

  toJSON() { return JSON.rawJSON?.(this.source) ?? Number(this); }
}

/** As {@link get}, with long numbers as they were sent, where the browser tells how. */
export async function getExact(path, parameters, signal, fields) {
  const text = await (await request(path, parameters, signal, "application/json", fields)).text();
  return JSON.parse(text, (_, value, context) => {
    const isLong = typeof value === "number" && context?.source?.replace(/e.*$/i, "").replace(/\D/g, "").length > 15;
    return isLong && String(value) !== context.source ? new LongNumber(context.source) : value;
  });
}

/** The answers of a call that goes on, as they come. */
export async function* stream(path, parameters, signal) {
  const answer = await request(path, parameters, signal, "application/x-ndjson");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const message = JSON.parse(line);
        if (message.error) throw failureOf(message.error);
        yield message;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

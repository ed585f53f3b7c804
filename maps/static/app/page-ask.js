/* Questions to the service; what it refuses comes back as a Problem with its detail and repair. */
import { data } from "./page-dom.js";
import { headers } from "./page-token.js";

export class Problem extends Error {
  constructor(status, told, retry) {
    super(told.title || String(status));
    this.status = status;
    this.told = told;
    this.retry = retry;
  }
}

function withLanguage(path) {
  return path + (path.includes("?") ? "&" : "?") + "lang=" + data.language;
}

export async function refusal(answer) {
  let told = {};
  try { told = await answer.json(); } catch (fault) { told = { title: answer.status + " " + answer.statusText }; }
  const wait = Number(answer.headers.get("Retry-After"));
  return new Problem(answer.status, told, wait > 0 ? wait : null);
}

// The answer as JSON. A later question with the same name ends an earlier one, which then never answers.
const under = new Map();

export async function ask(name, path, body, method) {
  if (under.has(name)) under.get(name).abort();
  const stop = new AbortController();
  under.set(name, stop);
  const options = { method: method || (body ? "POST" : "GET"), signal: stop.signal, headers: Object.assign({ Accept: "application/json" }, headers()), credentials: "same-origin" };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(withLanguage(path), options);
    if (!answer.ok) throw await refusal(answer);
    return answer.status === 204 ? null : await answer.json();
  } catch (fault) {
    if (fault.name === "AbortError") return new Promise(() => {});
    if (fault instanceof Problem) throw fault;
    throw new Problem(0, {}, null);
  } finally {
    if (under.get(name) === stop) under.delete(name);
  }
}

export function drop(name) {
  if (under.has(name)) under.get(name).abort();
}

export const query = (pairs) => pairs
  .filter((pair) => pair[1] !== null && pair[1] !== undefined && pair[1] !== "")
  .map((pair) => encodeURIComponent(pair[0]) + "=" + encodeURIComponent(pair[1])).join("&");

/* The token of a planner or operator: it lives as long as the browser's tab, and goes out in a header alone. */
const KEY = "kaimen-token";

export const token = () => window.sessionStorage.getItem(KEY);
export const forget = () => window.sessionStorage.removeItem(KEY);
export const keep = (text) => { if (text) window.sessionStorage.setItem(KEY, text); else forget(); };

const bearing = (text) => (text ? { Authorization: "Bearer " + text } : {});

// What every request to the service carries; nothing without a token.
export const headers = () => bearing(token());

// Whether a token opens what only planners and operators see: null, or the problem that the service tells.
export async function refused(text, language) {
  const answer = await fetch("/tiles/substations.json?lang=" + language, { headers: bearing(text), cache: "no-store" });
  return answer.ok ? null : answer.json();
}

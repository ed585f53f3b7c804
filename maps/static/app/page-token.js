/* The token of a planner or operator: it lives as long as the browser's tab. */
const KEY = "kaimen-token";

export const token = () => window.sessionStorage.getItem(KEY);
export const keep = (text) => { if (text) window.sessionStorage.setItem(KEY, text); else window.sessionStorage.removeItem(KEY); };
export const headers = () => (token() ? { Authorization: "Bearer " + token() } : {});

// The map's scripts share what they have through one name.
if (window.L && window.L.kaimen) Object.assign(window.L.kaimen.page, { token, keep, headers });

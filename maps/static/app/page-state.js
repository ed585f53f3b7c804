/* The whole state of the page, as it stands in its address: share it, go back, go forward. */
import { query } from "./page-ask.js";

const TEXTS = ["parcel", "at", "pf", "on", "supplies", "jurisdiction", "k", "asset", "shape", "run"];

export const state = { facts: {} };

export function read() {
  const given = new URLSearchParams(window.location.search);
  TEXTS.forEach((name) => { state[name] = given.get(name) || ""; });
  state.unit = given.has("load_kw") ? "kw" : "kva";
  state.load = given.get("load_" + state.unit) || "";
  state.option = Number(given.get("option")) || 1;
  state.view = given.get("view") === "zones" ? "zones" : "map";
  state.facts = {};
  given.getAll("fact").forEach((each) => {
    const at = each.indexOf("=");
    if (at > 0) state.facts[each.slice(0, at)] = each.slice(at + 1);
  });
  const place = (given.get("c") || "").split(",").map(Number);
  state.centre = place.length === 3 && place.every(Number.isFinite) ? place : null;
}

const load = () => [["load_" + state.unit, state.load], ["pf", state.load ? state.pf : ""]];
const facts = () => Object.keys(state.facts).map((name) => ["fact", name + "=" + state.facts[name]]);
const asked = () => [...load(), ["on", state.on], ["k", state.k], ["supplies", state.supplies], ["jurisdiction", state.jurisdiction], ...facts()];

// What the interface is asked, as a query or as the body of a drawn place.
export const question = () => query(asked());

export function body(geometry) {
  const made = { geometry };
  asked().forEach(([name, value]) => {
    if (value === "" || name === "fact") return;
    made[name] = ["on", "jurisdiction"].includes(name) ? value : Number(value);
  });
  const given = {};
  Object.keys(state.facts).forEach((name) => {
    const value = state.facts[name];
    given[name] = value === "true" ? true : value === "false" ? false : value;
  });
  if (Object.keys(given).length) made.facts = given;
  return made;
}

export function address(language) {
  const pairs = [["view", state.view === "zones" ? "zones" : ""], ["run", state.run], ["parcel", state.parcel], ["at", state.at], ["shape", state.shape], ...asked(),
    ["option", state.option > 1 ? state.option : ""], ["asset", state.asset],
    ["c", state.centre ? state.centre.join(",") : ""], ["lang", language || new URLSearchParams(window.location.search).get("lang")]];
  const told = query(pairs);
  return told ? "?" + told : window.location.pathname;
}

let told = "";

// A new question is a step back and forward; a moved map or a typed letter is not.
export function write(push) {
  const next = address();
  if (push && next !== told) window.history.pushState(null, "", next);
  else window.history.replaceState(null, "", next);
  told = next;
}

const numbers = (text) => text.split(",").map(Number);

export function geometry() {
  if (state.at) return { type: "Point", coordinates: numbers(state.at) };
  if (!state.shape) return null;
  const ring = state.shape.split(";").map(numbers);
  return { type: "Polygon", coordinates: [ring.concat([ring[0]])] };
}

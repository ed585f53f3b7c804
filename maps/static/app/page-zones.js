/* The zone map as a mode: the classes that a stored screening found, for one load or for the parcels' own. */
import { data, figure, fill, find, make, need, say, style, tell } from "./page-dom.js";

const { runs } = data;

// A screening that the address names stands in the list for the newest one of its load.
const named = new URLSearchParams(window.location.search).get("run");
export const kept = (run) => (named && runs[run] && runs[run].run === named ? named : "");

// The stored screening whose load is nearest to one, by ratio; where none is given the one that is named, or
// that of the parcels' own loads.
export function runOf(load, run) {
  if (load === null && run) return Math.max(0, runs.findIndex((each) => each.run === run));
  const far = (run) => (run.load_kva === null ? (load === null ? -1 : Infinity) : load === null ? run.load_kva : Math.abs(Math.log(run.load_kva / load)));
  return runs.reduce((best, run, i) => (far(run) < far(runs[best]) ? i : best), 0);
}

export const loadOf = (run) => (runs[run] && runs[run].load_kva !== null ? runs[run].load_kva : null);
export const loadWords = (run) => (loadOf(run) === null ? say("legend.own") : figure(loadOf(run)) + " kVA");

// Thresholds of the local policy below the slider.
export function thresholds() {
  fill(find("thresholds"), ...data.thresholds.map((each) => make("li", {}, make("b", {}, each.name + " "), each.said.join(" · "))));
  find("thresholds-box").hidden = !data.thresholds.length;
}

export function counts(run) {
  const told = runs[run], body = make("tbody");
  if (!told) { fill(find("counts")); return; }
  Object.keys(style.classes).forEach((kind) => {
    const mark = make("span.key");
    mark.style.background = style.classes[kind].fill;
    mark.style.borderColor = style.classes[kind].ink;
    body.append(make("tr", {}, make("th", { scope: "row" }, mark, say("class." + kind)),
      make("td.n", {}, figure(told.parcels[kind] || 0)), make("td.n", {}, figure(told.area_ha[kind] || 0, 1))));
  });
  fill(find("counts"), make("caption", {}, say("zones.counts") + " · " + loadWords(run) + " · " + told.on),
    make("thead", {}, make("tr", {}, make("td"), make("th.n", { scope: "col" }, say("zones.count")), make("th.n", { scope: "col" }, say("zones.area")))), body);
  if (document.body.dataset.view === "zones") need("export").then(({ links }) => links(body, told), () => tell(say("state.offline"), "wrong"));
}

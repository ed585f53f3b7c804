/* The zone map as a mode: classes of the parcels in view for one load, counted. */
import { ask, query } from "./page-ask.js";
import { data, figure, fill, find, make, say, style } from "./page-dom.js";
import { map, repaint, shown } from "./page-map.js";

const STEPS = [10, 20, 50, 100, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000, 10000, 16000, 20000, 40000];

export const loadOf = (step) => (step > 0 ? STEPS[step - 1] : null);
export const stepOf = (load) => (load ? 1 + STEPS.reduce((best, each, i) => (Math.abs(Math.log(each / load)) < Math.abs(Math.log(STEPS[best] / load)) ? i : best), 0) : 0);
export const steps = STEPS.length;

function counted(parcels) {
  const rows = make("tbody");
  Object.keys(style.classes).forEach((kind) => {
    const own = parcels.filter((each) => each.class === kind);
    const area = own.reduce((sum, each) => sum + (each.area_ha || 0), 0);
    const mark = make("span.key");
    mark.style.background = style.classes[kind].fill;
    mark.style.borderColor = style.classes[kind].ink;
    rows.append(make("tr", {}, make("th", { scope: "row" }, mark, say("class." + kind)), make("td.n", {}, figure(own.length)), make("td.n", {}, figure(area, 1))));
  });
  return rows;
}

// Thresholds of the local policy as marks below the slider.
export function thresholds() {
  const told = data.thresholds.map((each) => make("li", {}, make("b", {}, each.name + " "), each.said.join(" · ")));
  fill(find("thresholds"), ...told);
  find("thresholds-box").hidden = !told.length;
}

export async function zones(load) {
  const box = map.getBounds();
  const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((each) => each.toFixed(5)).join(",");
  const told = await ask("zones", "/api/v1/zones?" + query([["load_kva", load], ["bbox", bbox]]));
  const parcels = Array.isArray(told.parcels) ? told.parcels : told.parcels.features.map((each) => Object.assign({ id: each.id }, each.properties));
  shown.classes = new Map(parcels.map((each) => [each.id || each.parcel_id, each.class]));
  repaint();
  fill(find("counts"), make("caption", {}, say("zones.counts") + " · " + say("zones.in_view")),
    make("thead", {}, make("tr", {}, make("td"), make("th.n", { scope: "col" }, say("zones.count")), make("th.n", { scope: "col" }, say("zones.area")))), counted(parcels));
  return { total: parcels.length, more: Boolean(told.more) };
}

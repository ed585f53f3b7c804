/* Files of a screening, in the tier of who asks: links that are fetched, as a link itself carries no token. */
import { data, make, say, tell } from "./page-dom.js";
import { headers } from "./page-token.js";

const FORMATS = [
  ["html", "HTML"], ["pdf", "PDF"], ["png", "PNG"], ["svg", "SVG"], ["csv", "CSV"],
  ["gpkg", "GeoPackage"], ["parquet", "GeoParquet"], ["geojson", "GeoJSON"],
];

// Fetched and then saved: a link carries no token, and would leave the page for a refusal.
async function fetched(event) {
  event.preventDefault();
  const link = event.target;
  tell(say("zones.making"), "busy");
  try {
    const answer = await fetch(link.href, { headers: headers(), credentials: "same-origin" });
    if (!answer.ok) { tell((await answer.json()).detail, "wrong"); return; }
    make("a", { href: URL.createObjectURL(await answer.blob()), download: link.dataset.name }).click();
    tell("");
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    tell(say("state.offline"), "wrong");
  }
}

// What leads to all files of a screening of a day.
export function files(run, on) {
  return [say("zones.files"), ...FORMATS.flatMap(([format, name]) => {
    const href = "/api/v1/zones/export?format=" + format + "&run=" + encodeURIComponent(run) + "&lang=" + data.language;
    return [" ", make("a", { href, onclick: fetched, "data-name": "kaimen-zones-" + on + "." + format }, name)];
  })];
}

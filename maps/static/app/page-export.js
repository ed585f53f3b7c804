/* Files of the screening that is shown: what is published of it, or with a token the whole. */
import { data, make, offer, say, tell } from "./page-dom.js";
import { headers, token } from "./page-token.js";

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

// Below the counts of a screening, unless those of another one stand there by now.
function links(body, run) {
  if (!body.isConnected) return;
  const open = run.published || token();
  const node = make("td", { colspan: 3 }, say(open ? "zones.files" : "zones.closed"));
  body.parentNode.append(make("tfoot", {}, make("tr", {}, node)));
  if (!open) return;
  FORMATS.forEach(([format, name]) => {
    const href = "/api/v1/zones/export?format=" + format + "&run=" + encodeURIComponent(run.run) + "&lang=" + data.language;
    node.append(" ", make("a", { href, onclick: fetched, "data-name": "kaimen-zones-" + run.on + "." + format }, name));
  });
}

offer("export", { links });

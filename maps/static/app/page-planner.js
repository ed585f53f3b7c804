/* The view of planners: opened by a token in a dialog, said on every screen, left by a button. */
import { ask } from "./page-ask.js";
import { data, find, say } from "./page-dom.js";
import { layer, map } from "./page-map.js";
import { forget, headers, keep, refused, token } from "./page-token.js";

const LAYERS = ["base", "parcels", "feeders", "substations"];
const paint = window.L.kaimen.page;
const again = () => window.location.reload(); // the whole question stands in the address

export function leave() {
  forget();
  again();
}

// The dialog that takes a token and keeps it only once the service has taken it too.
export function offerView() {
  const box = find("token-box"), field = find("token"), fault = find("token-fault");
  find("planner").hidden = Boolean(token()) || !data.public;
  find("planner").addEventListener("click", () => { fault.textContent = field.value = ""; box.showModal(); });
  find("token-cancel").addEventListener("click", () => box.close());
  find("planner-leave").addEventListener("click", leave);
  find("token-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = field.value.trim();
    fault.textContent = say("state.loading");
    try {
      const told = await refused(given, data.language);
      if (!told) { keep(given); again(); return; }
      fault.textContent = told.status === 401 ? say("state.token_refused") : told.detail || told.title;
    } catch (away) {
      fault.textContent = say("state.offline");
    }
    field.select();
  });
}

// Says on the screen that figures and places are not the public's.
function said() {
  document.body.dataset.tier = "planner";
  find("planner-band").hidden = false;
  find("planner-leave").hidden = !token(); // without one a proxy has shown it
  find("legend-station").textContent = say("legend.station_exact");
  const cells = () => { find("cells").hidden = map.getZoom() >= paint.far; };
  map.on("zoomend", cells);
  cells();
}

// What a token opens is drawn from tiles of its own; from afar the published cells stay.
export async function openView() {
  if (token()) {
    const told = [], parcels = data.tiles.find((set) => set.view);
    for (const name of LAYERS) {
      const each = await ask("tiles " + name, "/tiles/" + name + ".json"), url = each.tiles[0].replace(window.location.origin, "");
      told.push(name === "parcels" ? Object.assign({}, parcels, { url }) : { url, from: each.minzoom });
    }
    paint.replace(told.concat(data.tiles.filter((set) => set.to)), headers);
    layer.redraw();
  }
  if (token() || !data.public) said();
}

/* The page: what is asked, by whom it is answered, and how both stand in the address. */
import { Problem, ask, drop, query, refusal } from "./page-ask.js";
import { data, fill, find, figure, kva, make, need, repairs, say, tell, verdictWords } from "./page-dom.js";
import { centre, drawRoutes, drawing, finish, goTo, layer, listen, look, map, outline, repaint, shown, startDrawing, stopDrawing, undo, whole } from "./page-map.js";
import { leave, offerView, openView } from "./page-planner.js";
import { clearSearch, listenToSearch, search } from "./page-search.js";
import { address, body, geometry, question, read, state, write } from "./page-state.js";
import { forget, headers, token } from "./page-token.js";
import { counts, kept, loadOf, loadWords, runOf, thresholds } from "./page-zones.js";

let answer = null, site = {}, slow = 0, view = null;
const FACTS = data.facts;
const narrow = window.matchMedia("(max-width: 760px)");

// --- words that stay on screen ---
function trouble(fault, again) {
  if (!(fault instanceof Problem) && !(fault instanceof TypeError)) throw fault;
  const told = fault.told || {}, offline = !fault.status;
  const box = make("div.problem", { role: "alert" },
    make("h2", {}, offline ? say("state.offline") : told.title || say("state.failed")),
    make("p", {}, offline ? say("state.offline.more") : told.detail || ""));
  repairs(box, told);
  if (again && (offline || fault.status >= 429)) {
    const button = make("button", { type: "button", onclick: again }, say("state.retry"));
    box.append(button);
    if (fault.retry) wait(button, Math.ceil(fault.retry));
  }
  if (fault.status === 401 && token()) {
    forget();
    box.append(make("button", { type: "button", onclick: leave }, say("state.public_view")));
  }
  if (told.request_id) box.append(make("p.small", {}, say("state.request", told.request_id)));
  tell("");
  fill(find("answer"), box);
  if (narrow.matches) find("panel").scrollTop = box.offsetTop - 40;
}

function wait(button, seconds) {
  button.disabled = seconds > 0;
  button.textContent = seconds > 0 ? say("state.retry_in", seconds) : say("state.retry");
  if (seconds > 0) setTimeout(() => wait(button, seconds - 1), 1000);
}

function looking() {
  tell(say("state.loading"), "busy");
  clearTimeout(slow);
  slow = setTimeout(() => { if (find("status").className === "busy") tell(say("state.still"), "busy"); }, 4000);
}

// --- the load, as typed ---
function typed() {
  const given = find("load").value.trim(), value = Number(given);
  const good = given === "" || (value > 0 && value <= 1000000);
  find("load").setCustomValidity(good ? "" : say("ask.bad_load"));
  return good && given !== "" ? value : null;
}

function recolour() {
  const value = typed(), factor = Number(find("pf").value) || data.power_factor;
  shown.load = value === null ? null : state.unit === "kw" ? value / factor : value;
  const words = value === null ? say("legend.no_load") : figure(value) + (state.unit === "kw" ? " kW" : " kVA");
  find("legend-title").textContent = state.view === "zones"
    ? say("legend.zones", loadWords(shown.run)) : say("legend.title", words);
  // Without a load the colours tell whether anything is open at all.
  find("line-meets").lastChild.textContent = say(value === null ? "legend.some" : "legend.meets");
  find("line-not").lastChild.textContent = say(value === null ? "legend.nothing" : "legend.not");
  find("line-part").hidden = value === null;
  repaint();
}

// --- form and state ---
function toForm() {
  find("load").value = state.load;
  find("unit").value = state.unit;
  ["on", "pf", "supplies", "jurisdiction"].forEach((name) => { find(name).value = state[name]; });
  FACTS.forEach((name) => { find("fact-" + name).value = state.facts[name] || ""; });
  const more = ["on", "pf", "supplies", "jurisdiction"].filter((name) => state[name]).length + Object.keys(state.facts).length;
  find("more-count").textContent = more ? " (" + more + ")" : "";
  document.body.dataset.view = state.view;
  shown.view = state.view;
  shown.chosen = state.asset || null;
  ["map", "zones"].forEach((view) => {
    find("nav-" + view).setAttribute("aria-current", state.view === view ? "page" : "false");
  });
  find("place").textContent = state.parcel || (state.at ? say("draw.point") + " " + state.at : state.shape ? say("draw.name") : "");
  recolour();
  chooseRun();
  recolour();
}

function fromForm() {
  state.load = find("load").value.trim();
  state.unit = find("unit").value;
  ["on", "pf", "supplies", "jurisdiction"].forEach((name) => { state[name] = find(name).value; });
  state.facts = {};
  FACTS.forEach((name) => { if (find("fact-" + name).value) state.facts[name] = find("fact-" + name).value; });
}

function remember(push) {
  write(push);
  find("language").setAttribute("href", address(data.other));
}

// --- the question ---
const asking = () => Boolean(state.parcel || state.at || state.shape);

async function run(fly) {
  if (!asking()) { clean(); return; }
  const drawn = geometry();
  if (drawn && !state.load) {
    outline(drawn);
    tell(say("ask.no_load"), "wrong");
    find("load").focus();
    return;
  }
  looking();
  const id = encodeURIComponent(state.parcel);
  try {
    if (drawn) {
      site = { geometry: drawn, drawn: state.at ? "draw.point" : "draw.name" };
      if (fly) look(outline(drawn)); else outline(drawn);
      const told = ask("connection", "/api/v1/connection", body(drawn));
      [view, answer] = await Promise.all([need("answer"), told]);
    } else {
      const first = ask("parcel", "/api/v1/parcels/" + id).then((found) => {
        site = found;
        const bounds = outline(found.geometry);
        if (fly) look(bounds);
      });
      const told = question();
      const second = ask("connection", "/api/v1/parcels/" + id + "/connection" + (told ? "?" + told : ""));
      [view, answer] = await Promise.all([need("answer"), second, first]);
    }
    show(fly);
  } catch (fault) {
    answer = null;
    drawRoutes([], 0);
    trouble(fault, () => run(fly));
  }
}

function actions() {
  const told = question(), box = make("p.actions", {});
  const link = (key, href, more) => make("a.button", Object.assign({ href }, more), say(key));
  const id = encodeURIComponent(state.parcel), and = told ? "&" + told : "", drawn = geometry();
  const end = "connection/notice.pdf?option=" + state.option + "&lang=" + data.language;
  const path = drawn ? "/api/v1/" + end : "/api/v1/parcels/" + id + "/" + end + and;
  if (drawn || token()) box.append(make("button", { type: "button", onclick: () => fetched(path, drawn && body(drawn)) }, say("answer.notice")));
  else box.append(link("answer.notice", path, { target: "_blank", rel: "noopener" }), link("answer.page", "/parcel/" + id + "?lang=" + data.language + and));
  box.append(make("button", { type: "button", onclick: share }, say("answer.share")));
  if (answer.options.length > 1) box.append(make("button", { type: "button", "aria-controls": "compare", onclick: () => compare(true) }, say("answer.compare")));
  return box;
}

// A notice that no link can ask for: of a place that was drawn, or with a token.
async function fetched(path, asked) {
  looking();
  const given = { method: asked ? "POST" : "GET", headers: headers() };
  if (asked) {
    given.body = JSON.stringify(asked);
    given.headers["Content-Type"] = "application/json";
  }
  try {
    const got = await fetch(path, given);
    if (!got.ok) throw await refusal(got);
    const href = URL.createObjectURL(await got.blob());
    make("a", { href, download: "notice.pdf" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
    tell(say("answer.saved"), "good");
  } catch (fault) {
    trouble(fault, () => fetched(path, asked));
  }
}

function share() {
  const done = () => tell(say("answer.shared"), "good"), byHand = () => tell(say("answer.share_by_hand"), "good");
  if (navigator.clipboard) navigator.clipboard.writeText(window.location.href).then(done, byHand); else byHand();
}

// Closes the comparison; the focus goes back to what opened it.
const compared = () => { compare(false); find("answer").querySelector("[aria-controls=compare]").focus(); };

function compare(on) {
  find("compare").hidden = !on;
  if (!on) return;
  view.compareView(answer, compared);
  find("compare").querySelector("button").focus();
}

function show(fly) {
  state.option = Math.min(Math.max(1, state.option), Math.max(1, answer.options.length));
  compare(false);
  fill(find("answer"), view.answerView(answer, site, { chosen: state.option, choose, actions: actions() }));
  document.body.classList.add("answered");
  tell(say("state.answered", verdictWords(answer), answer.options.length), "good");
  const bounds = drawRoutes(answer.options, state.option - 1);
  const own = outline(site.geometry);
  if (fly && bounds && own) look(bounds.extend(own), true);
  find("skip-answer").hidden = false;
  if (narrow.matches) find("panel").scrollTop = find("status").offsetTop - 40;
}

function choose(rank) {
  state.option = rank;
  remember(false);
  const buttons = find("answer").querySelectorAll("button.card");
  buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i + 1 === rank)));
  fill(find("option"), view.optionView(answer.options[rank - 1], answer));
  find("answer").querySelectorAll(".actions").forEach((old) => old.parentNode.replaceChild(actions(), old));
  look(drawRoutes(answer.options, rank - 1).extend(outline(site.geometry)), true);
}

function clean() {
  drop("connection");
  drop("parcel");
  answer = null;
  site = {};
  outline(null);
  drawRoutes([], 0);
  compare(false);
  document.body.classList.remove("answered");
  find("skip-answer").hidden = true;
  fill(find("answer"), make("p.hint", {}, state.view === "zones" && !data.runs.length ? say("zones.none") : say("ask.hint")));
  tell("");
}

function askFor(place, fly) {
  fromForm();
  state.parcel = state.at = state.shape = state.asset = "";
  Object.assign(state, place);
  state.option = 1;
  toForm();
  remember(true);
  run(fly);
}

// All that was asked is taken back, as it stands in form and address; view and place of the map stay.
function clear() {
  if (drawing()) stopDrawing();
  clearSearch();
  find("ask").reset();
  state.k = state.run = "";
  askFor({}, false);
  tell(say("ask.cleared"));
}

async function pick(latlng) {
  const lon = latlng.lng.toFixed(6), lat = latlng.lat.toFixed(6);
  looking();
  try {
    const { parcel } = await ask("place", "/api/v1/places?" + query([["lon", lon], ["lat", lat]]));
    if (parcel) { askFor({ parcel: parcel.id }, false); return; }
    const button = make("button", { type: "button", onclick: () => askFor({ at: lon + "," + lat }, false) }, say("state.ask_point"));
    clean();
    outline({ type: "Point", coordinates: [Number(lon), Number(lat)] });
    tell(say("state.nothing_here"));
    fill(find("answer"), make("p", {}, button));
  } catch (fault) {
    trouble(fault, () => pick(latlng));
  }
}

// --- what was found by its name ---
function found(each) {
  if (each.kind === "parcel") { askFor({ parcel: each.id }, true); return; }
  if (each.lon === null) return;
  goTo(each.lon, each.lat, each.kind === "place" ? 17 : 15);
  if (each.kind === "place") { pick(map.getCenter()); return; }
  state.asset = each.id;
  remember(true);
  showAsset(each.id);
}

async function showAsset(id) {
  shown.chosen = id;
  repaint();
  looking();
  try {
    const row = await ask("asset", "/api/v1/capacity/" + encodeURIComponent(id));
    tell(row.name || row.words.level, "good");
    fill(find("answer"), make("div.verdict", {}, make("p.small", {}, [row.asset_id, row.words.level, row.substation === row.asset_id ? null : row.substation].filter(Boolean).join(" · ")),
      make("h2", { tabindex: "-1", id: "verdict" }, row.name || row.words.level), make("p", {}, make("b", {}, kva(row.open_capacity_kva))), ...row.explanation.map((text) => make("p.small", {}, text))));
  } catch (fault) {
    trouble(fault, () => showAsset(id));
  }
}

// --- zone map ---
// The screening that is shown follows the load; the slider moves among those that are stored.
function chooseRun() {
  const before = shown.run;
  shown.run = runOf(shown.load, state.run);
  state.run = kept(shown.run);
  find("step").value = shown.run;
  find("step").setAttribute("aria-valuetext", loadWords(shown.run));
  if (before !== shown.run && state.view === "zones") layer.redraw();
  counts(shown.run);
}

function setView(view) {
  fromForm();
  state.view = view;
  recolour();
  toForm();
  remember(true);
  compare(false);
  layer.redraw();
  if (asking()) run(false); else clean();
}

// --- begin ---
function restore() {
  read();
  if (drawing()) stopDrawing();
  toForm();
  const placed = Boolean(state.centre); // moving the map sets it
  if (placed) map.setView([state.centre[0], state.centre[1]], state.centre[2], { animate: false });
  else whole();
  layer.addTo(map);
  remember(false);
  if (asking()) run(!placed);
  else if (state.asset) showAsset(state.asset);
  else clean();
}

const on = (id, event, run_) => find(id).addEventListener(event, run_);

async function begin() {
  listen({
    pick,
    moved() { state.centre = centre(); remember(false); },
    slow() { tell(say("map.slow"), "wrong"); },
  });
  on("ask", "submit", (event) => {
    event.preventDefault();
    const words = find("search").value.trim();
    if (words && words !== state.parcel && !geometry()) { search(true); return; }
    askFor({ parcel: state.parcel, at: state.at, shape: state.shape }, false);
  });
  listenToSearch(found, trouble);
  on("load", "input", () => { recolour(); if (state.view === "zones") { state.run = ""; chooseRun(); recolour(); } });
  on("unit", "change", () => { state.unit = find("unit").value; recolour(); });
  on("pf", "input", recolour);
  on("step", "input", () => {
    find("load").value = loadOf(Number(find("step").value)) || "";
    find("unit").value = state.unit = "kva";
    state.run = kept(Number(find("step").value));
    recolour();
    chooseRun();
    recolour();
  });
  on("step", "change", () => { fromForm(); remember(false); });
  on("compare", "keydown", (event) => { if (event.key === "Escape") compared(); });
  on("draw", "click", () => startDrawing((ring) => askFor({ shape: ring }, false)));
  on("draw-finish", "click", finish);
  on("draw-undo", "click", undo);
  on("draw-cancel", "click", stopDrawing);
  on("clear", "click", clear);
  on("whole", "click", whole);
  on("sheet", "click", () => {
    const tall = document.body.classList.toggle("tall");
    find("sheet").setAttribute("aria-expanded", String(tall));
  });
  ["map", "zones"].forEach((view) => on("nav-" + view, "click", (event) => { event.preventDefault(); setView(view); }));
  window.addEventListener("popstate", restore);
  window.addEventListener("offline", () => tell(say("state.offline"), "wrong"));
  window.addEventListener("online", () => { tell(""); layer.redraw(); });
  if (narrow.matches) find("legend").open = false;
  thresholds();
  offerView();
  try { await openView(); } catch (fault) { trouble(fault, () => window.location.reload()); return; }
  restore();
}

begin();

/* The map as people use it: keyboard and mouse, the chosen parcel and routes, drawing, substations. */
import { data, find, make, numbered, say, style } from "./page-dom.js";

export const map = window.map_grid;
export const layer = window.canvas_layer_grid_0;
export const shown = window.L.kaimen.page.shown;
const L = window.L;
const marks = L.layerGroup().addTo(map), routes = L.layerGroup().addTo(map), sketch = L.layerGroup().addTo(map);
const still = { animate: false }, PARCELS_FROM = 14;

// Tiles are drawn anew once a frame, and only where what they show has changed.
const looks = () => [shown.load, shown.view, shown.run, shown.chosen].join();
let repainting = 0, painted = looks();
export function repaint() {
  if (repainting || looks() === painted) return;
  repainting = requestAnimationFrame(() => { repainting = 0; painted = looks(); layer.repaint(); });
}

// Shows a place clear of a phone's sheet; clear of the legend too where that costs no zoom.
function fit(bounds, maxZoom) {
  const options = { animate: false, maxZoom, paddingTopLeft: [8, 8], paddingBottomRight: [8, 8] };
  if (window.matchMedia("(max-width: 760px)").matches) {
    options.paddingBottomRight = [8, Math.min(find("panel").offsetHeight - 24, map.getSize().y * 0.6)];
  } else {
    const beside = [find("legend").offsetWidth + 24, 8];
    const zoom = (padding) => Math.min(maxZoom, map.getBoundsZoom(bounds, false, [8 + padding[0], 16]));
    if (zoom(beside) === zoom([8, 8])) options.paddingBottomRight = beside;
  }
  map.fitBounds(bounds, options);
}

export function whole() {
  const [west, south, east, north] = data.bounds;
  fit(L.latLngBounds([[south, west], [north, east]]), 17);
}

export function centre() {
  const at = map.getCenter();
  return [at.lat.toFixed(5), at.lng.toFixed(5), map.getZoom()];
}

const flip = (line) => line.map(([lon, lat]) => [lat, lon]);

export function outline(geometry) {
  marks.clearLayers();
  if (!geometry) return null;
  const look = { color: "#1d1d28", weight: 3, fillColor: style.colours.route, fillOpacity: 0.22, interactive: false, className: "chosen-parcel" };
  const shape = geometry.type === "Point"
    ? L.circleMarker([geometry.coordinates[1], geometry.coordinates[0]], Object.assign({}, look, { radius: 8 }))
    : L.polygon(geometry.type === "Polygon" ? geometry.coordinates.map(flip) : geometry.coordinates.map((part) => part.map(flip)), look);
  shape.addTo(marks);
  return shape.getBounds ? shape.getBounds() : L.latLngBounds([shape.getLatLng()]);
}

// The place along a line after a share of its length: [lat, lon].
function along(line, share) {
  const steps = line.slice(1).map((to, i) => map.distance(line[i], to));
  let left = share * steps.reduce((sum, each) => sum + each, 0);
  for (let i = 0; i < steps.length; i++) {
    if (left <= steps[i]) {
      const t = steps[i] ? left / steps[i] : 0;
      return [line[i][0] + t * (line[i + 1][0] - line[i][0]), line[i][1] + t * (line[i + 1][1] - line[i][1])];
    }
    left -= steps[i];
  }
  return line[line.length - 1];
}

const disc = (text, name) => L.divIcon({ html: make("span", {}, text), className: "disc " + name, iconSize: [20, 20] });

function one(route, colour, dash, name) {
  const line = flip(route.geometry.coordinates);
  if (line.length < 2) return L.latLngBounds(line);
  L.polyline(line, { color: "#fff", weight: 8, opacity: 0.95, interactive: false }).addTo(routes);
  L.polyline(line, { color: colour, weight: 4.5, dashArray: dash, interactive: false, className: "route" }).addTo(routes);
  L.circleMarker(line[line.length - 1], { radius: 6, color: "#fff", weight: 2, fillColor: colour, fillOpacity: 1, interactive: false }).addTo(routes);
  const numbers = numbered(route.pieces), total = route.pieces.reduce((sum, each) => sum + each.length_m, 0) || 1;
  let gone = 0, last = 0;
  route.pieces.forEach((piece, i) => {
    const middle = gone + piece.length_m / 2;
    gone += piece.length_m;
    if (!numbers[i] || numbers[i] === last) return;
    last = numbers[i];
    const own = piece.geometry && piece.geometry.coordinates.length > 1 ? along(flip(piece.geometry.coordinates), 0.5) : along(line, middle / total);
    L.marker(own, { icon: disc(String(numbers[i]), name), interactive: false, keyboard: false }).addTo(routes);
  });
  return L.latLngBounds(line);
}

// Numbers that would cover an earlier one wait until the map is nearer.
function thin() {
  const taken = [];
  routes.eachLayer((mark) => {
    if (!mark.getElement || !mark.getElement() || !mark.getElement().classList.contains("disc")) return;
    const own = map.latLngToLayerPoint(mark.getLatLng());
    const covered = taken.some((other) => other.distanceTo(own) < 18);
    mark.getElement().hidden = covered;
    if (!covered) taken.push(own);
  });
}

// The chosen option's route with its crossings; the others faint below it.
export function drawRoutes(options, chosen) {
  routes.clearLayers();
  let bounds = null;
  options.forEach((option, i) => {
    if (i !== chosen) L.polyline(flip(option.route.geometry.coordinates), { color: "#5d4a55", weight: 2.5, opacity: 0.75, dashArray: "2 5", interactive: false }).addTo(routes);
  });
  const option = options[chosen];
  if (option) {
    if (option.second) bounds = one(option.second.route, "#6b4fa0", "10 4", "second");
    const first = one(option.route, style.colours.route, null, "crossing");
    bounds = bounds ? bounds.extend(first) : first;
  }
  thin();
  shown.chosen = option ? option.asset_id : null;
  repaint();
  return bounds;
}

export function look(bounds, near) {
  if (!bounds || !bounds.isValid()) return;
  fit(bounds.pad(near ? 0.35 : 0.6), 17);
}

export function goTo(lon, lat, zoom) { map.setView([lat, lon], Math.max(zoom || 16, map.getZoom()), still); }

// --- drawing a parcel ---
let corners = null, ended = null;

const crossing = (a, b, c, d) => {
  const side = (p, q, r) => Math.sign((q.lng - p.lng) * (r.lat - p.lat) - (q.lat - p.lat) * (r.lng - p.lng));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
};

function tangled() {
  const edges = corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]]);
  return edges.some((one_, i) => edges.some((other, j) => j > i + 1 && crossing(one_[0], one_[1], other[0], other[1])));
}

function redraw() {
  sketch.clearLayers();
  if (!corners) return;
  if (corners.length > 1) L.polygon(corners, { color: style.colours.route, weight: 3, dashArray: "6 4", fillOpacity: 0.15, interactive: false }).addTo(sketch);
  corners.forEach((corner) => L.circleMarker(corner, { radius: 5, color: "#fff", weight: 2, fillColor: style.colours.route, fillOpacity: 1, interactive: false }).addTo(sketch));
  const bad = corners.length > 3 && tangled();
  find("draw-count").textContent = bad ? say("draw.crosses") : say("draw.corners", corners.length);
  find("draw-finish").disabled = corners.length < 3 || bad;
}

export const drawing = () => corners !== null;

export function startDrawing(done) {
  corners = [];
  ended = done;
  find("draw-bar").hidden = false;
  map.doubleClickZoom.disable();
  map.getContainer().classList.add("drawing");
  map.getContainer().focus();
  redraw();
}

export function stopDrawing() {
  corners = null;
  find("draw-bar").hidden = true;
  map.doubleClickZoom.enable();
  map.getContainer().classList.remove("drawing");
  redraw();
}

export function undo() { corners.pop(); redraw(); }

export function finish() {
  if (!corners || corners.length < 3 || tangled()) return;
  const ring = corners.map((corner) => corner.lng.toFixed(6) + "," + corner.lat.toFixed(6)).join(";");
  stopDrawing();
  ended(ring);
}

export function addCorner(at) {
  const point = map.latLngToContainerPoint(at);
  const near = (corner) => corner && map.latLngToContainerPoint(corner).distanceTo(point) < 10;
  if (corners.length > 2 && near(corners[0])) { finish(); return; }
  if (near(corners[corners.length - 1])) return; // the second click of a double click
  corners.push(at);
  redraw();
}

export function listen({ pick, moved, slow }) {
  const box = map.getContainer();
  box.setAttribute("aria-label", say("map.label"));
  box.setAttribute("role", "application");
  shown.failed = slow;
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom_in"), zoomOutTitle: say("map.zoom_out") }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 130 }).addTo(map);
  map.on("click", (event) => (corners ? addCorner(event.latlng) : pick(event.latlng)));
  map.on("dblclick", () => { if (corners) finish(); });
  map.on("moveend", moved);
  map.on("zoomend", thin);
  // Tiles below this zoom sum the parcels of a square up.
  const squares = () => { find("squares").hidden = map.getZoom() >= PARCELS_FROM; };
  map.on("zoomend", squares);
  squares();
  // Leaflet focuses the map on a click; the cross-hair is for those who use the keyboard.
  box.addEventListener("pointerdown", () => box.classList.add("by-mouse"), true);
  box.addEventListener("keydown", (event) => {
    box.classList.remove("by-mouse");
    if (event.target !== box) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (corners) addCorner(map.getCenter()); else pick(map.getCenter());
    } else if (corners && event.key === "Escape") stopDrawing();
    else if (corners && (event.key === "Backspace" || event.key === "Delete")) undo();
  });
}

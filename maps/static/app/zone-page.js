/* The standalone zone map: search, legend, language, and what a parcel can have. Names are only ever text. */
(function () {
  "use strict";
  const map = window.map_zone, layer = window.canvas_layer_zone_0;
  const { zone } = L.kaimen;
  const data = zone.data(), style = zone.style();
  const find = (id) => document.getElementById(id);
  const parcels = data.layers.parcels;
  const columns = {};
  if (parcels) Object.keys(parcels.columns).forEach((key) => { columns[key] = zone.column(parcels.columns[key]); });
  const MOST = 12;
  const OWN_FIELDS = [["load_kva", "kVA"], ["load_source"], ["jurisdiction"]];
  const FIELDS = [
    ["asset_name"], ["level"], ["open_capacity_kva", "kVA"],
    ["bottleneck_level"], ["length_m", "m"], ["crossing_m", "m"], ["crossing_count"],
    ["city_road_crossing_m", "m"], ["excavation_m", "m"], ["green_m", "m"], ["along_main_road_m", "m"],
    ["along_infrastructure_m", "m"], ["procedure"], ["limit_working_days", "unit.working_days"],
  ];
  const NONE_IS_SILENT = [
    "crossing_m", "city_road_crossing_m", "excavation_m", "green_m", "along_main_road_m", "along_infrastructure_m",
  ];
  let language = document.documentElement.dataset.language;
  let chosen = -1;
  let outline = null;
  let message = null;

  function say(key) {
    const found = data.words[language][key];
    let text = found === undefined ? key : found;
    for (let i = 1; i < arguments.length; i++) {
      const given = arguments[i];
      text = text.replace("{" + (i - 1) + "}", () => given); // a function: a $ in a value means nothing
    }
    return text;
  }

  function make(tag, attributes) {
    const node = document.createElement(tag);
    Object.keys(attributes || {}).forEach((key) => { node.setAttribute(key, attributes[key]); });
    for (let i = 2; i < arguments.length; i++) {
      if (arguments[i] !== null) node.append(arguments[i]);
    }
    return node;
  }

  const figure = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : String(value));
  const known = (field, value) => {
    const spoken = data.words[language][(field === "bottleneck_level" ? "level" : field) + "." + value];
    return spoken === undefined ? figure(value) : spoken;
  };
  const value = (field, row) => (columns[field] ? columns[field](row) : null);

  function told(field, unit, row) {
    let given = value(field, row);
    if (field === "asset_name" && given === null) given = value("asset_id", row);
    if (given === null || given === undefined || (given === 0 && NONE_IS_SILENT.includes(field))) return null;
    const bound = field === "open_capacity_kva" && columns.upper_bound(row) ? say("at_most", known(field, given))
      : known(field, given);
    return bound + (unit ? " " + (unit.includes(".") ? say(unit) : unit) : "");
  }

  function optionList(row) {
    const { fields, words, rows } = parcels.columns.options;
    if (!rows[row].length) return null;
    const list = make("ol", { class: "options" });
    rows[row].forEach((option) => {
      const of = {};
      fields.forEach((field, i) => { of[field] = Array.isArray(option[i]) ? words[option[i][0]] : option[i]; });
      const facts = [
        of.open_capacity_kva === null ? null : known("open_capacity_kva", of.open_capacity_kva) + " kVA",
        of.length_m === null ? null : figure(of.length_m) + " m",
        of.crossing_count === null ? null : say("field.crossing_count") + " " + figure(of.crossing_count),
        of.procedure === null ? null : known("procedure", of.procedure),
        of.limit_working_days === null ? null : figure(of.limit_working_days) + " " + say("unit.working_days"),
      ].filter((fact) => fact !== null);
      list.append(make("li", {}, make("strong", {}, of.asset_name || of.asset_id || "?"),
        make("span", {}, facts.join(" · "))));
    });
    return list;
  }

  function failedWords(row) {
    const pair = columns.failed(row);
    return pair ? pair[language === "zh" ? 0 : 1] : null;
  }

  function factList(fields) {
    const rows = make("dl", { class: "facts" });
    fields.forEach(([field, unit]) => {
      const text = told(field, unit, chosen);
      if (text !== null) rows.append(make("dt", {}, say("field." + field)), make("dd", {}, text));
    });
    return rows;
  }

  function card() {
    const box = find("parcel");
    box.replaceChildren();
    if (chosen < 0) {
      box.append(make("p", { class: "hint" }, say(message || (parcels ? "hint" : "empty"))));
      return;
    }
    const kind = columns.class(chosen), name = columns.name(chosen), failed = failedWords(chosen);
    const head = make("div", { class: "card", "data-class": kind, tabindex: "-1" },
      make("p", { class: "small" }, [columns.id(chosen), name].filter(Boolean).join(" · ")),
      make("h2", {}, make("span", { class: "badge" }, say("class." + kind))),
      make("p", { class: "small" }, say("class." + kind + ".meaning")));
    head.style.borderLeftColor = style.classes[kind].ink;
    head.querySelector(".badge").style.background = style.classes[kind].badge;
    box.append(head);
    if (failed) {
      box.append(make("p", { class: "failed" }, make("span", {}, say("failed")), make("strong", {}, failed)));
    }
    box.append(factList(OWN_FIELDS));
    const best = factList(FIELDS);
    if (best.children.length) box.append(make("h3", {}, say("best")), best);
    if (!parcels.columns.options) return; // the public sees the class and the best option's measures
    const list = optionList(chosen);
    box.append(make("h3", {}, say("options")), list || make("p", { class: "small" }, say("options.none")));
  }

  function why() {
    const counts = new Map();
    if (parcels) {
      parcels.columns.failed.codes.forEach((code) => {
        if (code >= 0) counts.set(code, (counts.get(code) || 0) + 1);
      });
    }
    const body = find("why");
    body.replaceChildren();
    Array.from(counts).sort((a, b) => b[1] - a[1]).forEach(([code, count]) => {
      const words = parcels.columns.failed.words[code][language === "zh" ? 0 : 1];
      body.append(make("tr", {}, make("td", {}, words), make("td", { class: "n" }, figure(count))));
    });
    if (!counts.size) body.append(make("tr", {}, make("td", {}, say("why.empty"))));
  }

  const lonLat = (x, y) => map.unproject([x / Math.pow(2, data.bits - 8), y / Math.pow(2, data.bits - 8)], 0);

  function ringsOf(block, f) {
    const rings = [];
    for (let r = block.features[f]; r < block.features[f + 1]; r++) {
      const ring = [];
      for (let p = block.parts[r]; p < block.parts[r + 1]; p++) ring.push(lonLat(block.xy[2 * p], block.xy[2 * p + 1]));
      if (ring.length) rings.push(ring);
    }
    return rings;
  }

  function choose(row, fly, note) {
    chosen = row;
    message = note || null;
    if (outline) outline.remove();
    outline = null;
    if (row >= 0) {
      const rings = ringsOf(layer._source.blocks.parcels, row);
      if (rings.length) {
        outline = L.polygon(rings, {
          color: style.colours.route, weight: 3.5, fill: false, interactive: false, className: "chosen",
        }).addTo(map);
        if (fly) map.fitBounds(outline.getBounds().pad(3), { maxZoom: 16, animate: false });
      }
      document.body.classList.add("with-parcel");
    }
    card();
  }

  function pickAt(latlng) {
    const found = layer.pick("parcels", latlng);
    const seen = found && !zone.hidden.has("class." + found.class) && !zone.hidden.has("parcels");
    choose(seen ? found.row : -1, false, seen ? null : "nothing");
  }

  const plain = (text) => String(text).normalize("NFKC").trim().toLowerCase();

  function search(event) {
    event.preventDefault();
    const wanted = plain(find("search").value), box = find("results");
    box.replaceChildren();
    if (!wanted || !parcels) return;
    const ids = parcels.columns.id, names = parcels.columns.name, found = [];
    let exact = -1;
    ids.forEach((id, row) => {
      const own = plain(id);
      if (own === wanted) exact = row;
      else if (own.includes(wanted) || plain(names[row]).includes(wanted)) found.push(row);
    });
    if (exact >= 0) { choose(exact, true); return; }
    if (found.length === 1) { choose(found[0], true); return; }
    box.append(make("p", { class: "small" }, !found.length ? say("search.none")
      : found.length > MOST ? say("search.many", figure(found.length), MOST) : say("found", figure(found.length))));
    found.slice(0, MOST).forEach((row) => {
      const button = make("button", { type: "button" }, [ids[row], names[row]].filter(Boolean).join(" · "));
      button.addEventListener("click", () => choose(row, true));
      box.append(button);
    });
  }

  const zoomControl = L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);

  function speak() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = say("heading.title");
    document.querySelectorAll("[data-words]").forEach((node) => {
      const arguments_ = node.dataset.values ? node.dataset.values.split("|") : [];
      node.textContent = say.apply(null, [node.dataset.words].concat(arguments_));
    });
    find("language").lang = say("language.of");
    find("map_zone").setAttribute("aria-label", say("map.label"));
    [["in", "zoom.in"], ["out", "zoom.out"]].forEach(([which, key]) => {
      const button = zoomControl.getContainer().querySelector(".leaflet-control-zoom-" + which);
      button.title = say(key);
      button.setAttribute("aria-label", say(key));
    });
    card();
    why();
  }

  const narrow = window.matchMedia("(max-width: 760px)");
  const boundsOf = ([west, south, east, north]) => L.latLngBounds([[south, west], [north, east]]);

  // All data beside the legend, on the side of it that shows them largest; a phone has no room beside it.
  function whole() {
    if (narrow.matches) find("legend").open = false;
    const box = map.getContainer().getBoundingClientRect(), over = find("legend").getBoundingClientRect();
    const bounds = boundsOf(data.fit), gap = 12;
    const one = map.project(bounds.getNorthWest(), 0), other = map.project(bounds.getSouthEast(), 0);
    const sides = [
      [over.right - box.left, 0, 0, 0], [0, over.bottom - box.top, 0, 0],
      [0, 0, box.right - over.left, 0], [0, 0, 0, box.bottom - over.top],
    ].map((side) => side.map((each) => each + gap));
    const scale = ([left, top, right, bottom]) => Math.min(
      (box.width - left - right) / (other.x - one.x), (box.height - top - bottom) / (other.y - one.y));
    const most = sides.reduce((best, each) => (scale(each) > scale(best) ? each : best));
    const [left, top, right, bottom] = scale(most) > 0 ? most : [gap, gap, gap, gap];
    map.setMaxBounds(null); // it would move the view back below the legend
    map.fitBounds(bounds, { animate: false, paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] });
    map.setMaxBounds(boundsOf(data.bounds).pad(0.6).extend(map.getBounds()));
  }

  document.querySelectorAll("input[data-layer]").forEach((box) => {
    box.addEventListener("change", () => {
      if (box.checked) zone.hidden.delete(box.dataset.layer);
      else zone.hidden.add(box.dataset.layer);
      layer.repaint();
    });
  });
  find("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; speak(); });
  find("find").addEventListener("submit", search);
  find("whole").addEventListener("click", whole);
  find("close").addEventListener("click", () => {
    document.body.classList.remove("with-parcel");
    choose(-1, false);
    map.getContainer().focus();
  });
  map.on("click", (event) => pickAt(event.latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer()) pickAt(map.getCenter());
  });
  map.getContainer().setAttribute("role", "application");
  whole();
  speak();
})();

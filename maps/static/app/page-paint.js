/* How the service's map is drawn: land, streets, feeders by the typed load, parcels by class.
 *
 * L.kaimen.page.shown is what the page's modules change before they repaint: { load, view, run, chosen }.
 */
(function () {
  "use strict";
  const EXTENT = 4096;
  const SIZE = 512;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const shown = { load: null, view: "map", run: 0, chosen: null };
  const PART = 0.5;
  const POINT = 1;
  const AREA = 3;
  const EDGE = 256; // how far beyond a tile's edge a sign may lie and still reach into it
  const FAR = 12; // zooms below this one show the whole of a city

  // One tile of what several tile sets hold; a set that is away leaves its layers out.
  function together(sets) {
    return {
      tile(coords, done, failed) {
        const wanted = sets().filter((set) => coords.z - 1 >= set.from && coords.z - 1 <= set.to);
        const layers = {};
        let left = wanted.length, faults = 0;
        const end = () => {
          left -= 1;
          if (left > 0) return;
          if (faults && faults === wanted.length) failed(new Error("no tile"));
          else { cells(layers); done({ layers, scale: SIZE / EXTENT, x: 0, y: 0 }); }
        };
        if (!left) { left = 1; end(); return null; }
        const stops = wanted.map((set) => set.source.tile(
          coords,
          (tile) => { Object.assign(layers, tile.layers); end(); },
          () => { faults += 1; if (shown.failed) shown.failed(); end(); },
        ));
        return { abort() { stops.forEach((stop) => { if (stop) stop.abort(); }); } };
      },
    };
  }

  // The public sees feeders by the cell they lie in: one feature a cell, with the best figure of its feeders.
  // From afar tiles of what is published tell that by themselves.
  function cells(layers) {
    const far = layers.capacity;
    if (far) {
      const props = far.block.props.map((p) => ({ cell: true, ids: [], level: p.level, open_kva: p.open_capacity_kva }));
      layers.feeders = { block: Object.assign({}, far.block, { props }), list: far.list.filter((f) => props[f].level === "feeder") };
      return;
    }
    const found = layers.feeders;
    if (!found || found.block.kind !== AREA) return;
    const { block } = found, held = new Map();
    found.list.forEach((f) => {
      const key = Array.from(block.boxes.subarray(4 * f, 4 * f + 4)).join();
      held.set(key, (held.get(key) || []).concat([f]));
    });
    const open = (p) => (p.open_kva === undefined || p.open_kva === null ? -1 : p.open_kva);
    const props = block.props.slice(), list = [];
    held.forEach((own) => {
      own.sort((a, b) => open(block.props[b]) - open(block.props[a]));
      props[own[0]] = Object.assign({}, block.props[own[0]], {
        cell: true, ids: own.map((f) => block.props[f].id), name: own.map((f) => block.props[f].name).join(" · "),
      });
      list.push(own[0]);
    });
    layers.feeders = { block: Object.assign({}, block, { props }), list };
  }

  // Substations as they are published: one point in the middle of each one's cell, at every zoom.
  function published(url) {
    const read_ = (each) => {
      const ring = each.geometry.coordinates[0].slice(0, -1), told = each.properties;
      const mean = (k) => ring.reduce((sum, place) => sum + place[k], 0) / ring.length;
      const at = L.CRS.EPSG3857.latLngToPoint({ lat: mean(1), lng: mean(0) }, 0);
      return { x: at.x / 256, y: at.y / 256, props: { id: told.asset_id, name: told.name, voltage_kv: told.voltage_kv, open_kva: told.open_capacity_kva } };
    };
    let asked = null; // by all tiles at once, before the first of them
    const all = () => {
      if (!asked) {
        asked = fetch(url).then((answer) => {
          if (!answer.ok) throw new Error("substations " + answer.status);
          return answer.json();
        }).then((told) => told.features.filter((each) => each.geometry).map(read_));
        asked.catch(() => { asked = null; });
      }
      return asked;
    };
    all();
    return {
      tile(coords, done, failed) {
        const across = Math.pow(2, coords.z - 1), on = (share, k) => Math.round((share * across - k) * EXTENT);
        all().then((list) => {
          const near = list.map((each) => [on(each.x, coords.x), on(each.y, coords.y), each.props])
            .filter(([x, y]) => x > -EDGE && y > -EDGE && x < EXTENT + EDGE && y < EXTENT + EDGE);
          done({ layers: { substations: L.kaimen.points(near) } });
        }).catch(failed);
        return null;
      },
    };
  }

  let sets = [];
  // Tiles carry a token once it has been found good: a wrong one, sent with each, would shut its owner out.
  const made = (set, bearer) => ({
    from: set.from || 0, to: set.to === undefined || set.to === null ? Infinity : set.to, view: set.view,
    source: set.url.includes("{z}") ? L.kaimen.tiles(set.url, 256, bearer) : published(set.url),
  });
  const replace = (tiles, bearer) => { sets = tiles.map((set) => made(set, bearer)); };

  function source() {
    const { tiles, runs } = read("page-data");
    const screened = runs.map((run) => run.tiles.map((set) => made(set)));
    replace(tiles);
    return together(() => sets.filter((set) => !set.view || set.view === shown.view)
      .concat(shown.view === "zones" && screened[shown.run] ? screened[shown.run] : []));
  }

  // What a feeder's open capacity means for the typed load.
  function verdict(open) {
    if (open === null || open === undefined) return "none";
    if (shown.load === null) return open > 0 ? "meets" : "not";
    return open >= shown.load ? "meets" : open >= PART * shown.load ? "part" : "not";
  }

  const dashes = (text) => (text ? text.split(" ").map(Number) : []);

  function look() {
    const style = read("map-style"), { classes, roads, colours, load, land } = style;
    const memo = new Map();
    const once = (key, make) => {
      if (!memo.has(key)) memo.set(key, make());
      return memo.get(key);
    };
    const scaled = (zoom) => Math.min(4.5, Math.max(0.55, Math.pow(2, (zoom - 14) * 0.6)));
    const zones = () => shown.view === "zones";

    function parcel(p, zoom) {
      const kind = p.class;
      if (zones() && classes[kind]) {
        return once("class" + kind + zoom, () => {
          const c = classes[kind];
          return {
            fill: c.fill, hatch: c.hatch, hatchPx: c.hatch_px, ink: c.ink, stroke: c.ink,
            width: zoom < 13 ? 0.4 : zoom < 15 ? 0.8 : 1.4, dash: zoom < 14 ? [] : dashes(c.dash),
          };
        });
      }
      if (p.count) return null;
      const use = (p.land_use || "").charAt(0);
      return once("land" + use + zoom, () => ({
        fill: land[use] || land.other, stroke: "#d3c8b2", width: zoom < 15 ? 0.5 : 0.9,
      }));
    }

    function road(casing) {
      return (p, zoom) => {
        const r = roads[p.class] || roads.local;
        if (zoom < r.from_zoom) return null;
        return once("road" + p.class + casing + zoom, () => ({
          stroke: casing ? r.casing : r.colour, width: r.width_px * scaled(zoom) + (casing ? 1.2 : 0),
        }));
      };
    }

    function feeder(halo) {
      return (p, zoom) => {
        const kind = verdict(p.open_kva), own = p.cell ? p.ids.includes(shown.chosen) : p.id === shown.chosen, faint = zones();
        if (p.cell && (halo || faint)) return null;
        return once("feeder" + kind + own + halo + faint + Boolean(p.cell) + zoom, () => {
          const c = load[kind], width = (zoom < 13 ? 1.4 : 2.4) + (own ? 1.4 : 0);
          if (p.cell && zoom < FAR) return { fill: c.ink, alpha: 0.3, stroke: c.ink, width: 0.9, dash: dashes(c.dash) };
          if (p.cell) return { fill: c.ink, alpha: own ? 0.3 : 0.16, stroke: c.ink, width: own ? 3.5 : 1.8, dash: dashes(c.dash) };
          if (halo) return { stroke: own ? "#1d1d28" : "#fff", width: width + 2.6, strokeAlpha: own ? 0.9 : 0.8 };
          return { stroke: c.ink, width: faint ? width * 0.6 : width, dash: dashes(c.dash), strokeAlpha: faint ? 0.55 : 1 };
        });
      };
    }

    const flat = (layer, fill) => {
      const painted = { fill, stroke: fill, width: 0.6 };
      return { layer, style: () => painted };
    };
    const zone = (p) => zones() && classes[p.class] && once("zone" + p.class + p.reach_m, () => ({
      fill: classes[p.class].colour, alpha: 0.2, stroke: classes[p.class].ink, width: 1.2, strokeAlpha: 0.7,
    }));
    const dot = (zoom) => (zoom < 10 ? 2.5 : zoom < FAR ? 4 : 6);
    const station = (p, zoom) => once("station" + (p.voltage_kv >= style.square_from_kv) + dot(zoom), () => ({
      fill: colours.shade, stroke: "#fff", width: 1.8, radius: dot(zoom), square: p.voltage_kv >= style.square_from_kv,
    }));
    const rail = { stroke: colours.railway, width: 2 };

    return {
      paint: [
        flat("green", colours.green), { layer: "zones", style: zone }, { layer: "parcels", style: parcel },
        flat("water", colours.water), { layer: "roads", style: road(true) }, { layer: "roads", style: road(false) },
        { layer: "railways", style: () => rail },
        { layer: "feeders", style: feeder(true) }, { layer: "feeders", style: feeder(false) },
        { layer: "substations", style: station },
      ],
      labels: [
        { layer: "substations", size: 12.5, weight: 700, colour: "#1d1d28", dy: 16, text: (p) => p.name,
          dot, rank: (p) => (p.voltage_kv || 0) * 1e6 + (p.open_kva || 0) },
        { layer: "feeders", size: 12, weight: 700, colour: "#1d1d28", halo: "rgba(255,255,255,.95)",
          text: (p, zoom) => (zoom >= (p.cell ? 14 : 15) && !zones() ? p.name : null) },
        { layer: "roads", size: 12, colour: "#6b6250", halo: "rgba(255,255,255,.92)",
          text: (p, zoom) => (zoom >= Math.max(13, (roads[p.class] || roads.local).from_zoom + 2) ? p.name : null) },
        { layer: "water", size: 12, colour: "#3f7b98", halo: "#e6f1f6", text: (p, zoom) => (zoom >= 12 ? p.name : null) },
        { layer: "green", size: 12, colour: "#4c7434", halo: "#eef5e6", text: (p, zoom) => (zoom >= 15 ? p.name : null) },
        { layer: "parcels", size: 11, colour: "#4a463c", halo: "rgba(255,255,255,.85)",
          text: (p, zoom) => (zoom >= 17 && p.id ? p.id : null) },
      ],
    };
  }

  L.kaimen = Object.assign(L.kaimen || {}, { page: { look, source, shown, verdict, replace, far: FAR } });
})();

/* How a zone map is drawn, from the style table in the page: L.kaimen.zone.look() and L.kaimen.zone.data(). */
(function () {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const hidden = new Set(); // layers and classes switched off: "roads", "class.filing"
  let table = null;
  let content = null;

  const style = () => table || (table = read("map-style"));

  // One column as a function of the row: texts by number, figures as they are.
  function column(given) {
    if (!given) return () => null;
    if (given.codes) return (i) => (given.codes[i] < 0 ? null : given.words[given.codes[i]]);
    return (i) => given[i];
  }

  function props(name, layer) {
    const columns = Object.keys(layer.columns).filter((key) => name !== "parcels" || key === "class")
      .map((key) => [key, column(layer.columns[key])]);
    return layer.parts.map((_, row) => {
      const made = { row };
      columns.forEach((pair) => { made[pair[0]] = pair[1](row); });
      return made;
    });
  }

  function data() {
    if (!content) content = Object.assign(read("zone-data"), { props });
    return content;
  }

  const dashes = (text) => (text ? text.split(" ").map(Number) : []);

  function look() {
    const { classes, statuses, roads, colours } = style();
    const memo = new Map();
    const once = (key, make) => {
      if (!memo.has(key)) memo.set(key, make());
      return memo.get(key);
    };
    const on = (name) => !hidden.has(name);
    const ids = data().layers.parcels ? data().layers.parcels.columns.id : [];
    const wash = style().wash;
    const zones = data().layers.zones;
    const nearest = zones ? Math.min.apply(null, zones.columns.reach_m) : 0;
    const scaled = (zoom) => Math.min(4.5, Math.max(0.55, Math.pow(2, (zoom - 14) * 0.6)));

    function zone(p) {
      const near = p.reach_m === nearest, c = classes[p.class];
      return on("zones") && once("zone" + p.class + near, () => ({
        fill: c.colour, alpha: near ? wash.near : wash.far, stroke: c.ink, width: 1.2, strokeAlpha: 0.75,
        dash: near ? [] : dashes(wash.dash),
      }));
    }

    function parcel(p, zoom) {
      if (!on("parcels") || !on("class." + p.class)) return null;
      return once("parcel" + p.class + zoom, () => {
        const c = classes[p.class];
        return {
          fill: c.fill, hatch: c.hatch, hatchPx: c.hatch_px, ink: c.ink,
          stroke: zoom < 12 && ids.length > 20000 ? null : c.ink, // specks have no edges
          width: zoom < 13 ? 0.5 : zoom < 15 ? 0.9 : 1.5, dash: zoom < 14 ? [] : dashes(c.dash),
        };
      });
    }

    function road(casing) {
      return (p, zoom) => {
        const r = roads[p.class];
        if (!on("roads") || zoom < r.from_zoom) return null;
        return once("road" + p.class + p.below + casing + zoom, () => ({
          stroke: casing ? r.casing : r.colour, width: r.width_px * scaled(zoom) + (casing ? 1.2 : 0),
          dash: casing && p.below ? [3, 2] : [],
        }));
      };
    }

    function feeder(halo) {
      return (p, zoom) => on("feeders") && once("feeder" + p.status + p.voltage_kv + halo + zoom, () => {
        const c = statuses[p.status], volts = p.voltage_kv || 0;
        const width = style().feeder_widths_px.find((pair) => volts >= pair[0])[1] * (zoom < 13 ? 0.7 : 1.1);
        if (halo) return { stroke: "#fff", width: width + 2.2, strokeAlpha: 0.85 };
        return { stroke: c ? c.ink : colours.shade, width, dash: c ? dashes(c.dash) : [] };
      });
    }

    function station(p, zoom) {
      const square = p.voltage_kv >= style().square_from_kv;
      return on("substations") && once("station" + square + zoom, () => ({
        fill: colours.shade, stroke: "#fff", width: 1.6, square, radius: (zoom < 12 ? 3.5 : 5.5) + (square ? 0.5 : 0),
      }));
    }

    const flat = (name, fill) => {
      const painted = { fill, stroke: fill, width: 0.6 };
      return { layer: name, style: () => (on(name) ? painted : null) };
    };
    const rail = [
      { stroke: colours.railway, width: 2.4 }, { stroke: "#fff", width: 1.3, dash: [7, 7] },
    ].map((painted) => ({ layer: "railways", style: () => (on("railways") ? painted : null) }));
    const named = (name, from, more) => Object.assign({
      layer: name, text: (p, zoom) => (on("names") && on(name) && zoom >= from ? p.name : null),
    }, more);

    return {
      paint: [
        { layer: "zones", style: zone }, flat("green", colours.green), flat("water", colours.water),
        { layer: "parcels", style: parcel }, { layer: "roads", style: road(true) },
        { layer: "roads", style: road(false) }, rail[0], rail[1],
        { layer: "feeders", style: feeder(true) }, { layer: "feeders", style: feeder(false) },
        { layer: "substations", style: station },
      ],
      labels: [
        {
          layer: "substations", size: 12.5, weight: 700, colour: "#1d1d28", dy: 15,
          text: (p, zoom) => (on("names") && on("substations") &&
            (zoom >= 12 || (zoom >= 10 && p.voltage_kv >= style().square_from_kv)) ? p.name : null),
        },
        named("water", 11, { size: 12, colour: "#3f7b98", halo: "#e6f1f6" }),
        named("green", 13, { size: 12, colour: "#4c7434", halo: "#eef5e6" }),
        {
          layer: "roads", size: 12, colour: "#6b6250", halo: "rgba(255,255,255,.92)",
          text: (p, zoom) => (on("names") && on("roads") &&
            zoom >= Math.max(12, roads[p.class].from_zoom + 2) ? p.name : null),
        },
        {
          layer: "parcels", size: 11, colour: "#23232b", halo: "rgba(255,255,255,.95)",
          text: (p, zoom) => (on("names") && on("parcels") && on("class." + p.class) && zoom >= 16 ? ids[p.row] : null),
        },
      ],
    };
  }

  L.kaimen = Object.assign(L.kaimen || {}, { zone: { look, data, column, hidden, style } });
})();

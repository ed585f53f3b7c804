/* Where the canvas layer's features come from: the page itself, or vector tiles of an own server.
 *
 * A source answers tile(coords, done, failed) with { layers: { name: { block, list } }, scale, x, y }: a block's
 * coordinates times scale less x and y are pixels of that tile, list names the features to draw. A block holds
 * flat coordinates (xy), where each part starts (parts) and where each feature starts (features).
 */
(function () {
  "use strict";
  const SIZE = 512;
  const POINT = 1;
  const AREA = 3;

  function sums(lengths) {
    const starts = new Uint32Array(lengths.length + 1);
    for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i] + lengths[i];
    return starts;
  }

  function boxesOf(block) {
    const boxes = new Float64Array(4 * (block.features.length - 1));
    for (let f = 0; f + 1 < block.features.length; f++) {
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      const last = block.parts[block.features[f + 1]];
      for (let p = block.parts[block.features[f]]; p < last; p++) {
        const x = block.xy[2 * p], y = block.xy[2 * p + 1];
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < north) north = y;
        if (y > south) south = y;
      }
      boxes.set([west, north, east, south], 4 * f);
    }
    return boxes;
  }

  // Data that stands in the page: steps become coordinates once, boxes find what a tile shows.
  function inline(data) {
    const blocks = {};
    Object.keys(data.layers).forEach((name) => {
      const layer = data.layers[name];
      const xy = new Int32Array(layer.steps.length);
      let x = 0, y = 0;
      for (let i = 0; i < xy.length; i += 2) {
        xy[i] = x += layer.steps[i];
        xy[i + 1] = y += layer.steps[i + 1];
      }
      const block = { kind: layer.kind, xy, parts: sums(layer.lengths), features: sums(layer.parts) };
      block.props = data.props ? data.props(name, layer) : layer.parts.map(() => ({}));
      block.boxes = boxesOf(block);
      blocks[name] = block;
    });
    return {
      blocks,
      tile(coords, done) {
        const units = Math.pow(2, data.bits - 8 - coords.z); // world units a pixel
        const x = coords.x * SIZE * units, y = coords.y * SIZE * units;
        const reach = SIZE * units, edge = 24 * units;
        const found = {};
        Object.keys(blocks).forEach((name) => {
          const b = blocks[name].boxes, list = [];
          for (let f = 0, i = 0; i < b.length; f++, i += 4) {
            if (b[i] <= x + reach + edge && b[i + 2] >= x - edge && b[i + 1] <= y + reach + edge &&
                b[i + 3] >= y - edge) list.push(f);
          }
          if (list.length) found[name] = { block: blocks[name], list };
        });
        done({ layers: found, scale: 1 / units, x: x / units, y: y / units });
        return null;
      },
    };
  }

  function decode(bytes) {
    const tile = new window.VectorTiles.VectorTile(new window.VectorTiles.Pbf(bytes));
    const layers = {};
    let extent = 4096;
    Object.keys(tile.layers).forEach((name) => {
      const layer = tile.layers[name];
      const xy = [], lengths = [], parts = [], props = [];
      let kind = POINT;
      extent = layer.extent;
      for (let f = 0; f < layer.length; f++) {
        const feature = layer.feature(f);
        const rings = feature.loadGeometry();
        kind = feature.type;
        parts.push(rings.length);
        props.push(feature.properties);
        rings.forEach((ring) => {
          const points = kind === AREA ? ring.slice(0, -1) : ring;
          lengths.push(points.length);
          points.forEach((point) => xy.push(point.x, point.y));
        });
      }
      const block = { kind, xy: Int32Array.from(xy), parts: sums(lengths), features: sums(parts), props };
      block.boxes = boxesOf(block);
      layers[name] = { block, list: props.map((_, f) => f) };
    });
    return { layers, scale: SIZE / extent, x: 0, y: 0 };
  }

  // Points of a tile, each [x, y, properties], as a layer of that tile.
  function points(list) {
    const ones = list.map(() => 1), xy = new Int32Array(2 * list.length);
    list.forEach((each, i) => { xy[2 * i] = each[0]; xy[2 * i + 1] = each[1]; });
    const block = { kind: POINT, xy, parts: sums(ones), features: sums(ones), props: list.map((each) => each[2]) };
    block.boxes = boxesOf(block);
    return { block, list: ones.map((_, f) => f) };
  }

  // Vector tiles of an own server: {z} is the zoom of a 512 px tile, decoded tiles are kept;
  // headers() gives what each request carries.
  function tiles(template, most, headers) {
    const kept = new Map();
    return {
      tile(coords, done, failed) {
        const url = L.Util.template(template, { z: coords.z - 1, x: coords.x, y: coords.y });
        if (kept.has(url)) { done(kept.get(url)); return null; }
        const stop = new AbortController();
        fetch(url, { signal: stop.signal, credentials: "same-origin", headers: headers ? headers() : {} })
          .then((answer) => {
            if (answer.status === 204) return new ArrayBuffer(0);
            if (!answer.ok) throw new Error("tile " + answer.status);
            return answer.arrayBuffer();
          })
          .then((bytes) => {
            const tile = decode(new Uint8Array(bytes));
            kept.set(url, tile);
            if (kept.size > (most || 256)) kept.delete(kept.keys().next().value);
            done(tile);
          })
          .catch((fault) => { if (fault.name !== "AbortError") failed(fault); });
        return stop;
      },
    };
  }

  L.kaimen = Object.assign(L.kaimen || {}, { inline, points, tiles, decode });
})();

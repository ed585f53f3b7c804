/* A canvas layer for Leaflet: tiles of 512 px drawn in batches by style, and one canvas for all labels.
 *
 * L.kaimen.canvas(source, { paint, labels, visible })
 *   source   L.kaimen.inline(data) or L.kaimen.tiles(urlTemplate)
 *   paint    [{ layer, style(props, zoom, index) }], drawn in this order; a style function returns one of a few
 *            style objects (or null): features with the same object are drawn as one path
 *            { fill, alpha, hatch, hatchPx, ink, stroke, width, dash, strokeAlpha, radius, square }
 *   labels   [{ layer, text(props, zoom), size, weight, colour, halo, dy }], see canvas-labels.js; a rule for points
 *            may have dot(zoom), half the size of their signs, which names keep clear of, and rank(props): the
 *            higher has the place, in and around the view alike, so that names stay as the map moves
 */
(function () {
  "use strict";
  const SIZE = 512;
  const POINT = 1;
  const AREA = 3;
  const SPECK = 1.5; // an area smaller than this many pixels is drawn as a square of that size
  const hatches = new Map();

  function hatchOf(context, style, ratio) {
    const key = [style.hatch, style.ink, style.hatchPx, ratio].join("|");
    if (!hatches.has(key)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8 * ratio;
      const pen = tile.getContext("2d");
      pen.scale(ratio, ratio);
      pen.strokeStyle = style.ink;
      pen.lineWidth = style.hatchPx;
      pen.stroke(new Path2D(style.hatch));
      hatches.set(key, tile);
    }
    const pattern = context.createPattern(hatches.get(key), "repeat");
    if (pattern.setTransform && ratio !== 1) pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    return pattern;
  }

  function trace(path, tile, block, f, style) {
    const { xy, parts, features } = block;
    const { scale, x: left, y: top } = tile;
    if (block.kind === AREA) {
      const b = block.boxes, i = 4 * f;
      if (b[i + 2] - b[i] < SPECK / scale && b[i + 3] - b[i + 1] < SPECK / scale) {
        if (b[i] <= b[i + 2]) path.rect(b[i] * scale - left, b[i + 1] * scale - top, SPECK, SPECK);
        return;
      }
    }
    for (let r = features[f]; r < features[f + 1]; r++) {
      const start = parts[r], end = parts[r + 1];
      let x = xy[2 * start] * scale - left, y = xy[2 * start + 1] * scale - top;
      if (block.kind === POINT) {
        const half = style.radius || 4;
        if (style.square) path.rect(x - half, y - half, 2 * half, 2 * half);
        else { path.moveTo(x + half, y); path.arc(x, y, half, 0, 2 * Math.PI); }
        continue;
      }
      path.moveTo(x, y);
      for (let p = start + 1; p < end; p++) {
        const nx = xy[2 * p] * scale - left, ny = xy[2 * p + 1] * scale - top;
        if (p + 1 < end && Math.abs(nx - x) < 0.6 && Math.abs(ny - y) < 0.6) continue;
        path.lineTo(x = nx, y = ny);
      }
      if (block.kind === AREA) path.closePath();
    }
  }

  function brush(context, path, style, ratio) {
    context.globalAlpha = style.alpha === undefined ? 1 : style.alpha;
    if (style.fill) { context.fillStyle = style.fill; context.fill(path); }
    if (style.hatch) { context.fillStyle = hatchOf(context, style, ratio); context.fill(path); }
    if (style.stroke) {
      context.globalAlpha = style.strokeAlpha === undefined ? 1 : style.strokeAlpha;
      context.strokeStyle = style.stroke;
      context.lineWidth = style.width || 1;
      context.setLineDash(style.dash || []);
      context.stroke(path);
    }
    context.globalAlpha = 1;
  }

  function draw(canvas, tile, paint, zoom, ratio) {
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, SIZE, SIZE);
    context.lineJoin = "round";
    context.lineCap = "butt";
    paint.forEach((pass) => {
      const shown = tile.layers[pass.layer];
      if (!shown) return;
      const batches = new Map();
      shown.list.forEach((f) => {
        const style = pass.style(shown.block.props[f], zoom, f);
        if (!style) return;
        if (!batches.has(style)) batches.set(style, new Path2D());
        trace(batches.get(style), tile, shown.block, f, style);
      });
      batches.forEach((path, style) => brush(context, path, style, ratio));
    });
  }

  function inFeature(block, f, x, y) {
    let inside = false;
    for (let r = block.features[f]; r < block.features[f + 1]; r++) {
      const start = block.parts[r], end = block.parts[r + 1];
      for (let p = start, q = end - 1; p < end; q = p++) {
        const px = block.xy[2 * p], py = block.xy[2 * p + 1];
        const qx = block.xy[2 * q], qy = block.xy[2 * q + 1];
        if (py > y !== qy > y && x < ((qx - px) * (y - py)) / (qy - py) + px) inside = !inside;
      }
    }
    return inside;
  }

  const Canvas = L.GridLayer.extend({
    options: { tileSize: SIZE, updateWhenZooming: false, keepBuffer: 1, paint: [], labels: [] },

    initialize(source, options) {
      L.GridLayer.prototype.initialize.call(this, options);
      this._source = source;
      this._ratio = Math.min(window.devicePixelRatio || 1, 2);
    },

    onAdd(map) {
      L.GridLayer.prototype.onAdd.call(this, map);
      this._words = L.DomUtil.create("canvas", "kaimen-labels leaflet-zoom-hide", map.getPanes().tooltipPane);
      this._words.setAttribute("aria-hidden", "true");
      map.on("moveend resize viewreset", this._write, this);
      this.on("load", this._write, this);
      this.on("tileunload", (event) => { if (event.tile.stop) event.tile.stop.abort(); });
      this._write();
    },

    onRemove(map) {
      map.off("moveend resize viewreset", this._write, this);
      this.off("load", this._write, this);
      L.DomUtil.remove(this._words);
      L.GridLayer.prototype.onRemove.call(this, map);
    },

    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SIZE * this._ratio;
      canvas.setAttribute("role", "presentation");
      canvas.coords = coords;
      const ready = (tile) => {
        canvas.data = tile;
        draw(canvas, tile, this.options.paint, coords.z, this._ratio);
        setTimeout(() => done(null, canvas), 0);
      };
      canvas.stop = this._source.tile(coords, ready, (fault) => done(fault, canvas));
      return canvas;
    },

    // Draw anew what is there, with new styles, without a request.
    repaint(paint) {
      if (paint) this.options.paint = paint;
      this._shown().forEach((canvas) => draw(canvas, canvas.data, this.options.paint, canvas.coords.z, this._ratio));
      this._write();
    },

    // The topmost feature of a layer at a place: its properties, or null.
    pick(layer, latlng) {
      const zoom = this._map.getZoom();
      const point = this._map.project(latlng, zoom);
      const canvas = this._shown().find((each) => each.coords.z === zoom &&
        each.coords.x === Math.floor(point.x / SIZE) && each.coords.y === Math.floor(point.y / SIZE));
      const shown = canvas && canvas.data.layers[layer];
      if (!shown) return null;
      const { block, list } = shown, tile = canvas.data;
      const x = (point.x - canvas.coords.x * SIZE + tile.x) / tile.scale;
      const y = (point.y - canvas.coords.y * SIZE + tile.y) / tile.scale;
      for (let i = list.length - 1; i >= 0; i--) {
        const f = list[i], b = block.boxes;
        if (x >= b[4 * f] && x <= b[4 * f + 2] && y >= b[4 * f + 1] && y <= b[4 * f + 3] &&
            inFeature(block, f, x, y)) return block.props[f];
      }
      return null;
    },

    _shown() {
      return Object.keys(this._tiles || {}).map((key) => this._tiles[key])
        .filter((tile) => tile.current && tile.el.data).map((tile) => tile.el);
    },

    _write() {
      const map = this._map;
      if (!map || !this._words) return;
      const size = map.getSize(), ratio = this._ratio, canvas = this._words;
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const placed = L.kaimen.placer(context, size);
      this.options.labels.forEach((rule) => this._labelled(rule, placed));
    },

    _labelled(rule, placed) {
      const zoom = this._map.getZoom(), corner = this._map.getPixelBounds().min, done = new Map(), ranked = [];
      this._shown().forEach((canvas) => {
        const tile = canvas.data, shown = tile.layers[rule.layer];
        if (!shown || canvas.coords.z !== zoom) return;
        const left = canvas.coords.x * SIZE - corner.x, top = canvas.coords.y * SIZE - corner.y;
        const { block, list } = shown;
        if (!done.has(block)) done.set(block, new Set()); // data of the page: one block for all tiles
        const written = done.get(block);
        list.forEach((f) => {
          const text = rule.text(block.props[f], zoom);
          if (!(text || rule.dot) || written.has(f)) return;
          const lines = [];
          for (let r = block.features[f]; r < block.features[f + 1]; r++) {
            const points = [];
            for (let p = block.parts[r]; p < block.parts[r + 1]; p++) {
              points.push([block.xy[2 * p] * tile.scale - tile.x + left, block.xy[2 * p + 1] * tile.scale - tile.y + top]);
            }
            lines.push(points);
          }
          if (block.kind === POINT) {
            const [x, y] = lines[0][0];
            if (x < left || y < top || x >= left + SIZE || y >= top + SIZE) return; // another tile has it too
          }
          written.add(f);
          if (rule.rank) ranked.push({ text, at: lines[0][0], rank: rule.rank(block.props[f]) });
          else lines.forEach((points) => placed(rule, text, points, block.kind));
        });
      });
      ranked.sort((a, b) => b.rank - a.rank || ((a.text || "") < (b.text || "") ? -1 : 1));
      if (rule.dot) ranked.forEach(({ at }) => placed.keep(at[0], at[1], rule.dot(zoom) + 1));
      ranked.forEach(({ text, at }) => { if (text) placed(rule, text, [at], POINT); });
    },
  });

  L.kaimen = Object.assign(L.kaimen || {}, { canvas: (source, options) => new Canvas(source, options) });
})();

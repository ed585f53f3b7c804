/* Places the words of a view on one canvas: along lines, in areas, beside points; the first come has the place.
 *
 * L.kaimen.placer(context, size) gives place(rule, text, points, kind), points in pixels of the view; rule is
 * { size, weight, colour, halo, dy, rank }: letter height, font weight, colours, pixels below a point; what has a
 * rank takes its place outside the view too. place.keep(x, y, half) keeps a square free.
 */
(function () {
  "use strict";
  const FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif";
  const APART = 260;
  const AREA = 3;
  const LINE = 2;

  function placer(context, size) {
    const taken = [], written = new Map();
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";

    const inView = (x, y) => x >= 0 && y >= 0 && x <= size.x && y <= size.y;

    // A turned text is covered by small squares, so that slanted names do not block whole rectangles.
    function squares(x, y, width, height, angle) {
      const half = height / 2 + 2, count = Math.max(1, Math.ceil(width / height)), found = [];
      for (let i = 0; i < count; i++) {
        const along = ((i + 0.5) / count - 0.5) * width;
        const cx = x + along * Math.cos(angle), cy = y + along * Math.sin(angle);
        found.push([cx - half, cy - half, cx + half, cy + half]);
      }
      return found;
    }

    function write(rule, text, x, y, angle) {
      const width = context.measureText(text).width + 4;
      const own = squares(x, y, width, rule.size, angle);
      const whole = own.every((box) => inView(box[0], box[1]) && inView(box[2], box[3]));
      if (!whole && !rule.rank) return false;
      const near = written.get(text) || [];
      if (near.some((other) => Math.hypot(other[0] - x, other[1] - y) < APART)) return false;
      if (own.some((a) => taken.some((b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1]))) {
        return false;
      }
      own.forEach((box) => taken.push(box));
      written.set(text, near.concat([[x, y]]));
      if (!whole) return true;
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.lineWidth = 3;
      context.strokeStyle = rule.halo || "#fff";
      context.strokeText(text, 0, 0);
      context.fillStyle = rule.colour;
      context.fillText(text, 0, 0);
      context.restore();
      return true;
    }

    // The stretch of a line that the view shows, tried from its middle outwards, where it is straight enough.
    function along(rule, text, points) {
      const need = context.measureText(text).width * 1.15;
      let run = [], length = 0, best = [], most = 0;
      const close = () => { if (length > most) { best = run; most = length; } run = []; length = 0; };
      points.forEach((point) => {
        if (!inView(point[0], point[1]) && !run.length) return;
        if (run.length) length += Math.hypot(point[0] - run[run.length - 1][0], point[1] - run[run.length - 1][1]);
        run.push(point);
        if (!inView(point[0], point[1])) close();
      });
      close();
      if (most < need) return;
      const at = (wanted) => {
        let gone = 0;
        for (let i = 1; i < best.length; i++) {
          const [ax, ay] = best[i - 1], [bx, by] = best[i], step = Math.hypot(bx - ax, by - ay);
          if (gone + step >= wanted) {
            const t = step ? (wanted - gone) / step : 0;
            return [ax + (bx - ax) * t, ay + (by - ay) * t];
          }
          gone += step;
        }
        return best[best.length - 1];
      };
      [0.5, 0.35, 0.65, 0.2, 0.8].some((share) => {
        const middle = share * most, [ax, ay] = at(middle - need / 2), [bx, by] = at(middle + need / 2);
        if (Math.hypot(bx - ax, by - ay) < 0.95 * need) return false;
        let angle = Math.atan2(by - ay, bx - ax);
        if (angle > Math.PI / 2) angle -= Math.PI;
        if (angle < -Math.PI / 2) angle += Math.PI;
        return write(rule, text, (ax + bx) / 2, (ay + by) / 2, angle);
      });
    }

    function place(rule, text, points, kind) {
      if (!points.length) return;
      context.font = (rule.weight || 400) + " " + rule.size + "px " + FONTS;
      if (kind === LINE) { along(rule, text, points); return; }
      if (kind === AREA) {
        let west = size.x, east = 0, north = size.y, south = 0;
        points.forEach(([x, y]) => {
          west = Math.min(west, x); east = Math.max(east, x);
          north = Math.min(north, y); south = Math.max(south, y);
        });
        west = Math.max(0, west); east = Math.min(size.x, east);
        north = Math.max(0, north); south = Math.min(size.y, south);
        if (east - west > context.measureText(text).width && south - north > rule.size * 1.4) {
          write(rule, text, (west + east) / 2, (north + south) / 2, 0);
        }
        return;
      }
      const [x, y] = points[0], gap = rule.dy || 0;
      if (!write(rule, text, x, y + gap, 0)) write(rule, text, x, y - gap, 0);
    }

    place.keep = (x, y, half) => { taken.push([x - half, y - half, x + half, y + half]); };
    return place;
  }

  L.kaimen = Object.assign(L.kaimen || {}, { placer });
})();

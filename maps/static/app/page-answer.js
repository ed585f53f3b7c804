/* An assessment as people read it: verdict, options as cards, the chosen one in full, what was rejected. */
import { ask } from "./page-ask.js";
import { fill, figure, find, known, kva, make, metres, numbered, offer, say, style, verdictWords } from "./page-dom.js";
import { days, decisionView, limit, papersView, paysView, procedure, procedureLimit, timelineView } from "./page-policy.js";

const name = (asset) => asset.asset_name || asset.asset_id || "—";
const bounded = (option) => (option.upper_bound ? say("answer.open_at_most", kva(option.open_capacity_kva)) : kva(option.open_capacity_kva));
const volts = (option) => (option.voltage_kv && !/kv/i.test(name(option)) ? figure(option.voltage_kv, 2) + " kV " : "");

function bottleneck(option) {
  const found = option.bottleneck;
  if (!found) return null;
  if (found.asset_id === option.asset_id) return say("answer.bottleneck_own");
  return say("answer.bottleneck", say("level." + found.level) + (found.asset_id ? " " + found.asset_id : ""));
}

function badge(kind, table, words) {
  const node = make("span.badge", {}, words);
  node.style.background = (style[table][kind] || style[table].unknown).badge;
  return node;
}

function verdict(answer, site) {
  const kind = answer.class, failed = answer.failed_test;
  const load = answer.load_kva === null ? say("passed.unknown") : kva(answer.load_kva) + (answer.load_kw === null ? "" : " (" + figure(answer.load_kw) + " kW)");
  const box = make("div.verdict", {},
    make("p.small", {}, [answer.parcel_id, answer.parcel_name, site.land_use_words,
      site.area_ha && say("answer.area", figure(site.area_ha, 2))].filter(Boolean).join(" · ") || say(site.drawn || "draw.point")),
    make("h2", { tabindex: "-1", id: "verdict" }, badge(kind, "classes", verdictWords(answer))),
    make("p", {}, say("class_why." + kind)),
    make("p.small", {}, say("answer.load") + " " + load + (known("answer.load." + answer.load_source) ? " · " + say("answer.load." + answer.load_source) : "")));
  box.style.borderLeftColor = style.classes[kind].ink;
  if (failed) box.append(make("p.failed", {}, make("span", {}, say("answer.why")), make("b", {}, (answer.words && answer.words[failed]) || failed)));
  if (known("advice." + kind) && !answer.options.length) box.append(make("p.small", {}, say("advice." + kind)));
  return box;
}

// Open capacity against the load: full where it is at least twice the load.
function gauge(option, load) {
  const open = option.open_capacity_kva, bar = make("span.gauge", { "aria-hidden": "true" }), done = make("span"), mark = make("i");
  const most = Math.max(2 * (load || 1), 1);
  done.style.width = Math.min(100, (100 * (open || 0)) / most) + "%";
  done.style.background = style.statuses[option.status] ? style.statuses[option.status].ink : "#6a6a65";
  mark.style.left = "50%";
  bar.append(done, mark);
  return bar;
}

function facts(option) {
  const route = option.route;
  return [
    [say("answer.open"), bounded(option)], [say("answer.source"), [bottleneck(option), option.data_date && say("answer.data_date", option.data_date)].filter(Boolean).join(" · ")],
    [say("answer.length"), metres(route.length_m)], [say("answer.crossings"), route.crossing_count + " · " + metres(route.crossing_m)],
    [say("answer.excavation"), metres(route.excavation_m)], [say("answer.procedure"), procedure(option.decision)], [say("answer.limit"), limit(option.decision)],
  ];
}

function card(option, chosen, load, choose) {
  const route = option.route;
  const button = make("button.card", { type: "button", "aria-pressed": String(chosen), onclick: () => choose(option.rank) },
    make("span.top", {}, make("b", {}, volts(option) + name(option)), badge(option.status, "statuses", say("status." + option.status))),
    gauge(option, load),
    make("span", {}, say("answer.open") + " " + bounded(option) + " · " + metres(route.length_m) + " · " + say("answer.crossings") + " " + route.crossing_count),
    make("span.small", {}, [bottleneck(option), say("answer.excavation") + " " + metres(route.excavation_m), procedureLimit(option.decision)].filter(Boolean).join(" · ")));
  if (option.second) button.append(make("span.small", {}, say("answer.second") + ": " + name(option.second) + " · " + kva(option.second.open_capacity_kva) + " · " + metres(option.second.route.length_m)));
  return make("li", {}, button);
}

function tiles(option) {
  const time = option.decision && option.decision.time_limits;
  const energised = time && time.application_to_energised_working_days;
  const total = energised === null || energised === undefined ? time && time.stages_total_working_days : energised;
  const label = energised === null || energised === undefined ? "answer.stages_total" : "answer.energised";
  return make("dl.tiles", {},
    make("div", {}, make("dt", {}, say("answer.length")), make("dd", {}, metres(option.route.length_m))),
    make("div", {}, make("dt", {}, say("answer.crossings")), make("dd", {}, String(option.route.crossing_count))),
    make("div", {}, make("dt", {}, say(label)), make("dd", {}, days(total, time && time.basis))));
}

function routeView(option, title) {
  const route = option.route, numbers = numbered(route.pieces), list = make("ol.pieces");
  route.pieces.forEach((piece, i) => {
    if (piece.length_m <= 0) return;
    const road = piece.road_name || (piece.road_id ? say("answer.unnamed") : "");
    list.append(make("li", {}, numbers[i] ? make("b.number", {}, String(numbers[i])) : make("span.number"),
      make("span", {}, say("piece." + piece.kind) + (road ? " · " + road : "")), make("span.n", {}, metres(piece.length_m))));
  });
  const more = [["answer.crossing_m", route.crossing_m], ["answer.also_in_city", route.city_road_crossing_m], ["answer.excavation", route.excavation_m], ["answer.green", route.green_m],
    ["answer.along_main", route.along_main_road_m], ["answer.along_infrastructure", route.along_infrastructure_m]];
  const rows = make("dl.facts");
  more.forEach(([key, value]) => rows.append(make("dt", {}, say(key)), make("dd", {}, metres(value))));
  const point = option.access_point;
  return make("details.block", {}, make("summary", {}, make("h3", {}, title), make("b", {}, metres(route.length_m))), list, rows,
    make("p.small", {}, point ? [point.kind && say("access_point." + point.kind), point.id].filter(Boolean).join(" ") : say("answer.route_public")));
}

function explained(option) {
  const box = make("div", {}), more = make("details.block.explain", {}, make("summary", {}, make("h3", {}, say("answer.explain"))), box);
  more.addEventListener("toggle", async () => {
    if (!more.open || box.firstChild) return;
    const ids = [option.asset_id, option.bottleneck && option.bottleneck.asset_id, option.substation_id];
    const list = make("ul.chain");
    fill(box, list);
    for (const id of ids.filter((each, i) => each && ids.indexOf(each) === i)) {
      try {
        const row = await ask("explain " + id, "/api/v1/capacity/" + encodeURIComponent(id));
        list.append(make("li", {}, make("b", {}, (row.name || row.asset_id) + " "), badge(row.status || "unknown", "statuses", (row.words && row.words.status) || ""),
          ...row.explanation.map((text) => make("p.small", {}, text))));
      } catch (fault) {
        list.append(make("li", {}, make("b", {}, id), make("p.small", {}, fault.status === 404 ? say("answer.explain_none") : say("state.failed"))));
      }
    }
  });
  return more;
}

function optionView(option, answer) {
  const box = make("div.chosen", {}, make("h3.name", {}, say("answer.option", option.rank) + " · " + volts(option) + name(option)), tiles(option));
  if (option.independence && known("independence." + option.independence)) box.append(make("p.small", {}, say("independence." + option.independence)));
  box.append(routeView(option, say("answer.route")));
  if (option.second) box.append(routeView(option.second, say("answer.second") + " · " + name(option.second)));
  box.append(explained(option));
  if (option.decision) {
    box.append(decisionView(option.decision));
    if (option.timeline.length) box.append(timelineView(option.timeline));
    box.append(papersView(option.decision.documents), paysView(option.decision.investment));
  }
  const warnings = answer.warnings.concat(option.warnings || []).filter((each, i, all) => all.indexOf(each) === i);
  if (warnings.length) {
    const list = make("ul.notes");
    warnings.forEach((key) => list.append(make("li", {}, (answer.words && answer.words[key]) || (known("warning." + key) ? say("warning." + key) : key))));
    box.append(make("section", {}, make("h3", {}, say("answer.warnings")), list));
  }
  return box;
}

function rejectedView(rejected) {
  const list = make("ul.rejected");
  rejected.forEach((each) => list.append(make("li", {}, make("b", {}, each.asset_name || each.asset_id || say("reason." + each.reason)), make("span.small", {}, each.detail))));
  return make("details.block", { open: rejected.length < 4 }, make("summary", {}, make("h3", {}, say("answer.rejected", rejected.length))), list);
}

function answerView(answer, site, { chosen, choose, actions }) {
  const box = make("div", {}, verdict(answer, site), actions);
  if (answer.options.length) {
    const list = make("ol.options");
    answer.options.forEach((option) => list.append(card(option, option.rank === chosen, answer.load_kva, choose)));
    const detail = make("div", { id: "option" });
    fill(detail, optionView(answer.options[chosen - 1], answer));
    box.append(make("h3", {}, say("answer.options", answer.options.length)), list, detail);
  } else {
    box.append(make("p.hint", {}, say("answer.none")));
    if (answer.warnings.length) {
      const list = make("ul.notes");
      answer.warnings.forEach((key) => list.append(make("li", {}, (answer.words && answer.words[key]) || key)));
      box.append(make("section", {}, make("h3", {}, say("answer.warnings")), list));
    }
  }
  if (answer.rejected.length) box.append(rejectedView(answer.rejected));
  return box;
}

// The options side by side: a row a measure, a column an option; the best figure of a row is marked.
function compareView(answer, close) {
  const body = make("tbody"), head = make("tr", {}, make("td"));
  answer.options.forEach((option) => head.append(make("th", { scope: "col" }, volts(option) + name(option))));
  const told = answer.options.map(facts);
  const measured = { 2: (o) => o.route.length_m, 3: (o) => o.route.crossing_m, 4: (o) => o.route.excavation_m, 0: (o) => -o.open_capacity_kva };
  told[0].forEach((pair, row) => {
    const line = make("tr", {}, make("th", { scope: "row" }, pair[0]));
    const least = measured[row] && Math.min(...answer.options.map(measured[row]));
    answer.options.forEach((option, i) => line.append(make(measured[row] && measured[row](option) === least ? "td.best" : "td", {}, told[i][row][1])));
    body.append(line);
  });
  fill(find("compare"), make("div.bar-top", {}, make("h2", {}, say("answer.compare")), make("button", { type: "button", onclick: close }, say("answer.compare_close"))),
    make("div.wide", { tabindex: "0", role: "group", "aria-label": say("answer.options", answer.options.length) }, make("table", {}, make("thead", {}, head), body)));
}

offer("answer", { answerView, compareView, optionView });

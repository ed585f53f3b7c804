/* What the policy says of an option: decision with its clauses, dates as bars, papers, who pays. */
import { figure, known, make, say } from "./page-dom.js";

const PARTS = ["approval", "supply", "stages", "time_limits", "documents", "investment"];
const told = (key, other) => (known(key) ? say(key) : other === undefined ? key : other);

export function days(count, basis) {
  if (count === null || count === undefined) return say("answer.not_timed");
  const text = count === 0 ? say("answer.at_once") : say("answer.days", count === 1 ? 1 : figure(count));
  return text + (basis === "average" ? say("answer.average") : "");
}

export const procedure = (decision) => {
  const part = decision && decision.approval;
  if (!part) return say("answer.not_timed");
  return part.procedure ? say("procedure." + part.procedure) : say("kind." + part.kind);
};

export const limit = (decision) => (decision && decision.approval ? days(decision.approval.limit_working_days) : "—");

// What is not decided has no limit to tell.
export const procedureLimit = (decision) => (decision && decision.approval && decision.approval.procedure ? procedure(decision) + " " + limit(decision) : procedure(decision));

function value(fact, given) {
  if (given === null || given === undefined) return say("passed.unknown");
  if (Array.isArray(given)) return given.map((each) => value(fact, each)).join(" / ");
  if (typeof given === "boolean") return say("value." + given);
  if (typeof given === "number") return figure(given, 2);
  return told("value." + fact + "." + given, given);
}

function brief(name, part) {
  if (part.kind !== "decided" && part.kind !== "undecided") return say("kind." + part.kind);
  switch (name) {
    case "approval": return procedure({ approval: part }) + " · " + days(part.limit_working_days);
    case "supply": return told("way." + part.way, part.way || "");
    case "stages": return (part.stages || []).map((each) => told("stage." + each.id)).join(" → ") || figure(part.count);
    case "time_limits": {
      const total = part.application_to_energised_working_days;
      return total === null || total === undefined
        ? say("answer.stages_total") + " " + days(part.stages_total_working_days, part.basis)
        : say("answer.energised") + " " + days(total, part.basis);
    }
    case "documents": {
      const papers = Object.keys(part.by_stage || {}).reduce((sum, key) => sum + part.by_stage[key].length, 0);
      return papers ? say("answer.paper_count", papers) : say("answer.documents_none");
    }
    default: return pays(part).join(" · ");
  }
}

function tests(list) {
  const rows = make("ul.tests");
  list.forEach((each) => {
    const mark = each.passed === null ? "?" : each.passed ? "✓" : "✗";
    const state = say("passed." + (each.passed === null ? "unknown" : each.passed));
    rows.append(make("li", {}, make("span.mark", { title: state, "aria-hidden": "true" }, mark), make("span.unseen", {}, state + ": "),
      told("fact." + each.fact) + " " + value(each.fact, each.value) + " · " + told("operator." + each.operator) + " " + value(each.fact, each.limit)));
  });
  return rows;
}

function clauses(list) {
  const rows = make("ul.clauses");
  list.forEach((each) => rows.append(make("li", {}, make("b", {}, each.clause), " ", each.words || "")));
  return rows;
}

function part(name, given) {
  const box = make("details.part", {}, make("summary", {}, make("span.two", {}, make("span", {}, say("part." + name)), make("b", {}, brief(name, given)))));
  if (given.kind === "undecided") box.append(make("p.note", {}, say("answer.undecided")));
  if (given.needs) box.append(make("p.note", {}, say("answer.needs", given.needs.map((each) => told("fact." + each)).join(", "))));
  if (given.words) box.append(make("p.small", {}, given.words));
  (given.readings || []).forEach((each) => box.append(make("p.small", {}, each.words)));
  if (given.figures) {
    const rows = make("dl.facts");
    [["stages_total", "answer.stages_total"], ["application_to_energised", "answer.energised"], ["construction", "answer.construction"]]
      .forEach(([key, label]) => {
        const each = given.figures[key];
        if (each) rows.append(make("dt", {}, say(label)), make("dd", {}, each.kind === "decided" || each.kind === "undecided" ? days(each[key + "_working_days"], each.basis) : say("kind." + each.kind)));
      });
    box.append(rows);
  }
  if (given.tests && given.tests.length) box.append(make("h4", {}, say("answer.tests")), tests(given.tests));
  if (given.citations && given.citations.length) box.append(make("h4", {}, say("answer.clauses")), clauses(given.citations));
  return box;
}

export function decisionView(decision) {
  const box = make("section", {}, make("h3", {}, say("answer.decision")));
  PARTS.forEach((name) => { if (decision[name]) box.append(part(name, decision[name])); });
  const assumed = Object.keys(decision.assumed || {});
  if (assumed.length) {
    box.append(make("p.small", {}, say("answer.facts_assumed") + ": " +
      assumed.map((fact) => told("fact." + fact) + " " + value(fact, decision.assumed[fact])).join(" · ")));
  }
  return box;
}

const DAY = 86400000;
const day = (text) => Date.parse(text + "T00:00:00Z");
const TOTALS = ["stages_total", "application_to_energised"];

export function timelineView(bars) {
  const box = make("section.timeline", {}, make("h3", {}, say("answer.timeline")));
  const starts = bars.map((bar) => day(bar.earliest));
  const from = Math.min(...starts);
  const to = Math.max(from + 5 * DAY, ...starts, ...bars.map((bar) => (bar.latest ? day(bar.latest) : from))) + DAY;
  ["utility", "government", "construction"].forEach((clock) => {
    const own = bars.filter((bar) => bar.clock === clock);
    if (!own.length) return;
    const list = make("ol.bars." + clock, {});
    own.forEach((bar) => {
      const first = (day(bar.earliest) - from) / (to - from);
      const last = bar.latest ? (day(bar.latest) + DAY - from) / (to - from) : 1;
      const drawn = make("span.bar" + (bar.latest ? "" : ".open") + (TOTALS.includes(bar.stage) ? ".total" : ""));
      drawn.style.left = 100 * first + "%";
      drawn.style.width = Math.max(1.5, 100 * (last - first)) + "%";
      const dates = bar.latest ? say("answer.timeline_to", bar.earliest, bar.latest) : say("answer.timeline_from", bar.earliest) + " · " + say("answer.timeline_open");
      list.append(make("li", {}, make("span.stage", {}, make("b", {}, bar.name), " ", days(bar.working_days), bar.provisional ? " · " + say("answer.provisional") : ""),
        make("span.track", { "aria-hidden": "true" }, drawn), make("span.small", {}, dates, bar.words ? " · " + bar.words : "")));
    });
    box.append(make("h4.clock." + clock, {}, say("clock." + clock)), list);
  });
  return box;
}

export function papersView(part_) {
  const box = make("section", {}, make("h3", {}, say("answer.documents")));
  const stages = Object.keys(part_.by_stage || {});
  if (!stages.length) return fillNote(box, part_.kind === "decided" ? say("answer.documents_none") : say("kind." + part_.kind));
  const list = make("dl.papers");
  stages.forEach((stage) => {
    const names = make("ul", {});
    part_.by_stage[stage].forEach((id) => names.append(make("li", {}, told("document." + id))));
    list.append(make("dt", {}, told("document_stage." + stage, told("stage." + stage))), make("dd", {}, part_.by_stage[stage].length ? names : say("answer.documents_none")));
  });
  box.append(list);
  return box;
}

function fillNote(box, text) {
  box.append(make("p.small", {}, text));
  return box;
}

export function pays(part_) {
  const said = [];
  if (part_.utility_invests_to) said.push(say("answer.pays_to", told("invested_to." + part_.utility_invests_to)));
  if (typeof part_.customer_pays_outside_red_line === "boolean") said.push(say("answer.pays." + part_.customer_pays_outside_red_line));
  return said.length ? said : [say("kind." + part_.kind)];
}

export function paysView(part_) {
  const box = make("section", {}, make("h3", {}, say("answer.pays")));
  pays(part_).forEach((text) => box.append(make("p.line", {}, text)));
  return part_.words ? fillNote(box, part_.words) : box;
}

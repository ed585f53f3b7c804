/* The page of screenings: asks for them, follows those under way, lists the latest. */
import { Problem, ask } from "./page-ask.js";
import { data, fill, figure, find, make, repairs, say, tell } from "./page-dom.js";
import { files } from "./page-files.js";
import { keep, token } from "./page-token.js";

const EVERY_MS = 1000;
const AWAY_MS = 5000;
const OPEN = ["waiting", "running"];
const open = (job) => OPEN.includes(job.state);
let next = 0, followed = {}, drawn = "", cards = {};

function problem(told) {
  const box = make("div.problem", {}, make("h3", {}, told.title || say("state.failed")), make("p", {}, told.detail || ""));
  repairs(box, told);
  return box;
}

function trouble(fault) {
  if (!(fault instanceof Problem)) throw fault;
  const told = fault.status ? fault.told : { title: say("state.offline"), detail: "" };
  const box = problem(told);
  box.setAttribute("role", "alert");
  if (told.request_id) box.append(make("p.small", {}, say("state.request", told.request_id)));
  tell("");
  fill(find("trouble"), box);
  if (fault.status === 401 || fault.status === 403) leave();
}

// --- what is under way, and what was ---
const moment = (text) => new Date(text).toLocaleString(data.language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "short", timeStyle: "medium" });

function asked(job) {
  const given = job.question, parts = [given.load ? figure(given.load.kva) + " kVA" : say("screen.own"), given.on];
  if (given.jurisdiction) parts.push(data.jurisdictions[given.jurisdiction] || given.jurisdiction);
  parts.push(say("screen.options", given.k), "≤ " + figure(given.limit_m) + " m");
  if (given.facts.supplies === 2) parts.push(say("ask.supplies.2"));
  return parts.join(" · ");
}

function card(job) {
  const at = job.progress, runs = job.state === "running", id = "job-" + job.id;
  const bar = make("progress", { "aria-labelledby": id, max: at.total || 1 });
  if (runs && at.total) bar.value = at.done;
  const part = !runs || !at.total ? "" : at.step === "two_supplies"
    ? say("screen.parcels", figure(at.done), figure(at.total)) : say("screen.part", figure(at.done + 1), figure(at.total));
  const where = runs ? [at.words, part].filter(Boolean).join(" · ") : job.words + " · " + (job.ahead ? say("screen.ahead", job.ahead) : say("screen.next"));
  const button = make("button", { type: "button", "aria-describedby": id, disabled: job.cancel_asked, onclick: () => cancel(job.id) }, say("screen.cancel"));
  return make("li.job", { "data-job": job.id }, make("p", { id }, make("b", {}, asked(job))), bar,
    make("p", {}, job.cancel_asked ? say("screen.cancelling") : where),
    job.attempts > 1 ? make("p.small", {}, say("screen.again", job.attempts)) : null,
    job.runner ? null : make("p.note", {}, say("screen.no_runner")), button);
}

function result(job) {
  const made = job.result;
  if (job.problem) return problem(job.problem);
  if (!made) return null;
  const counts = Object.keys(made.parcels).filter((key) => made.parcels[key]).map((key) => say("class." + key) + " " + figure(made.parcels[key]));
  return make("div", {}, make("p", {}, make("a.button", { href: made.page }, say("screen.map")), " ", make("a.button", { href: made.zones, download: job.id + ".json" }, say("screen.data"))),
    make("p.small", {}, ...files(made.run_id, job.question.on)), make("p.small", {}, counts.join(" · ")), make("p.small", {}, say("screen.run", made.run_id)));
}

function past(job) {
  const took = job.started_at && say("screen.took", figure((new Date(job.ended_at) - new Date(job.started_at)) / 1000));
  return make("li.job", { "data-job": job.id }, make("p", {}, make("b", {}, asked(job))),
    make("p.small", {}, make("b", {}, job.words), " · " + [say("screen.asked", moment(job.asked_at)), took].filter(Boolean).join(" · ")), result(job));
}

// What has become of a job since it was last looked at is announced.
function announce(jobs) {
  jobs.filter((job) => open(job) && followed[job.id] && followed[job.id] !== job.state).forEach((job) => tell(job.words));
  jobs.filter((job) => followed[job.id] && !open(job)).forEach((job) => {
    tell(job.state === "done" ? say("screen.finished") : say("screen.ended", job.words), job.state === "done" ? "good" : "wrong");
  });
  followed = {};
  jobs.filter(open).forEach((job) => { followed[job.id] = job.state; });
}

// What has not changed stays where it is, and keeps the focus.
function list(id, jobs, shown) {
  const node = find(id), items = jobs.map((job) => {
    const told = JSON.stringify(job);
    if (!cards[job.id] || cards[job.id].told !== told) cards[job.id] = { told, node: shown(job) };
    return cards[job.id].node;
  });
  if (!items.length) items.push(make("li", {}, say("screen.nothing")));
  Array.from(node.children).filter((each) => !items.includes(each)).forEach((each) => node.removeChild(each));
  items.forEach((each, i) => { if (node.children[i] !== each) node.insertBefore(each, node.children[i] || null); });
}

function show(jobs) {
  const told = JSON.stringify(jobs);
  if (told === drawn) return;
  const focus = document.activeElement && document.activeElement.closest("#now .job"), held = focus && focus.dataset.job;
  drawn = told;
  announce(jobs);
  list("now", jobs.filter(open), card);
  list("latest", jobs.filter((job) => !open(job)), past);
  if (held) (find("now").querySelector('[data-job="' + held + '"] button:not(:disabled)') || find("now-title")).focus();
}

async function follow() {
  clearTimeout(next);
  if (!token()) return;
  try {
    const { jobs } = await ask("jobs", "/api/v1/jobs");
    show(jobs);
    if (jobs.some(open)) next = setTimeout(follow, EVERY_MS);
  } catch (fault) {
    trouble(fault);
    if (token()) next = setTimeout(() => { fill(find("trouble")); follow(); }, (fault.retry || 0) * 1000 || AWAY_MS);
  }
}

async function cancel(id) {
  try {
    await ask("cancel " + id, "/api/v1/jobs/" + encodeURIComponent(id), null, "DELETE");
    tell(say("screen.cancelling"));
    follow();
  } catch (fault) {
    trouble(fault);
  }
}

// --- the form ---
function body() {
  const one = find("of").value === "one", made = { k: Number(find("k").value), limit_m: Number(find("limit").value) };
  if (one) made.load_kva = Number(find("load").value); else made.planned = true;
  ["on", "jurisdiction"].forEach((name) => { if (find(name).value) made[name] = find(name).value; });
  if (find("supplies").value === "2") made.supplies = 2;
  return made;
}

function ofChanged() {
  const one = find("of").value === "one";
  find("load-field").hidden = !one;
  find("load").required = one;
}

async function start(event) {
  event.preventDefault();
  fill(find("trouble"));
  tell(say("state.loading"), "busy");
  try {
    await ask("start", "/api/v1/screenings", body());
    tell(say("screen.started"), "good");
    follow();
  } catch (fault) {
    trouble(fault);
  }
}

// --- who asks ---
function view() {
  const known = Boolean(token());
  find("enter").hidden = known;
  find("ask-screening").hidden = !known;
  find("jobs").hidden = !known;
}

function leave() {
  keep("");
  clearTimeout(next);
  drawn = "";
  followed = {};
  cards = {};
  fill(find("now"));
  fill(find("latest"));
  view();
  find("token").focus();
}

function enter(event) {
  event.preventDefault();
  if (!find("token").value.trim()) { find("token").focus(); return; }
  keep(find("token").value.trim());
  find("token").value = "";
  fill(find("trouble"));
  view();
  find("of").focus();
  follow();
}

find("enter").addEventListener("submit", enter);
find("leave").addEventListener("click", () => { leave(); tell(say("screen.left")); });
find("ask-screening").addEventListener("submit", start);
find("of").addEventListener("change", ofChanged);
ofChanged();
view();
follow();

/* Elements, words and figures. What comes from data is only ever text. */
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("page-words");

export const data = read("page-data");
export const style = read("map-style");
export const find = (id) => document.getElementById(id);
export const known = (key) => words[key] !== undefined;

// The words of a key with the values in their places; for a count of one its own words, if it has some.
export function say(key, ...values) {
  const found = values.includes(1) && known(key + ".one") ? key + ".one" : key;
  const text = words[found] === undefined ? key : words[found];
  return values.reduce((told, value, i) => told.replace("{" + i + "}", () => value), text);
}

// make("a.badge", { href }, "words", otherNode); null children are left out.
export function make(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  Object.keys(attributes || {}).forEach((name) => {
    const value = attributes[name];
    if (name.slice(0, 2) === "on") node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  });
  children.forEach((child) => { if (child !== null && child !== undefined) node.append(child); });
  return node;
}

export function fill(node, ...children) {
  while (node.firstChild) node.removeChild(node.firstChild);
  children.forEach((child) => { if (child !== null && child !== undefined) node.append(child); });
}

// What is said of what goes on; the kind colours it.
export function tell(text, kind) {
  find("status").className = kind || "";
  fill(find("status"), text);
}

// Puts into a box what a problem says about its repair, and all its faults.
export function repairs(box, told) {
  if (told.repair) box.append(make("p.repair", {}, told.repair));
  if (told.faults && told.faults.length) box.append(make("ul", {}, ...told.faults.map((each) => make("li", {}, each))));
}

// Rounds as gis/figures.py does: half away from zero, as the decimal is written.
export function figure(value, digits) {
  if (typeof value !== "number") return value === null || value === undefined ? "—" : String(value);
  const text = value.toLocaleString("en-US", { maximumFractionDigits: digits === undefined ? 1 : digits });
  return text === "-0" ? "0" : text;
}

export const metres = (value) => figure(value, value < 100 ? 1 : 0) + " m";
export const kva = (value) => (value === null || value === undefined ? say("legend.none") : figure(value, value < 100 ? 1 : 0) + " kVA");

export const verdictWords = (answer) => (answer.words && answer.words[answer.class]) || say("class." + answer.class);

// Crossings are numbered as they were counted; a road and its other carriageway crossed in one go are one.
export const numbered = (pieces) => pieces.map((piece) => piece.crossing || 0);

// Parts of the page that are loaded when they are first needed; each offers what it has.
const parts = {};

export function offer(name, part) { parts[name].done(part); }

export function need(name) {
  if (!parts[name]) {
    const part = parts[name] = {};
    part.here = new Promise((done, failed) => {
      part.done = done;
      const script = make("script", { type: "module", src: data.files + "app/page-" + name + ".js" });
      script.addEventListener("error", () => { delete parts[name]; failed(new TypeError(name)); });
      document.head.append(script);
    });
  }
  return parts[name].here;
}

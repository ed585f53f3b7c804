/* The search field: what is typed is looked up; what was found lies over the form. */
import { ask, query } from "./page-ask.js";
import { fill, find, known, make, say, tell } from "./page-dom.js";

let pause = 0, chosen = null, trouble = null;

function kindOf(each) {
  const kind = each.kind === "asset" ? each.level : each.kind;
  return known("ask.kind." + kind) ? say("ask.kind." + kind) : "";
}

function take(each) {
  // The button that had the focus goes: whoever came by keyboard is back where the words are typed.
  if (find("found").querySelector(":focus-visible")) find("search").focus();
  fill(find("found"));
  find("search").value = each.id || each.lon + "," + each.lat;
  chosen(each);
}

export function clearSearch() {
  find("search").value = "";
  fill(find("found"));
}

// Looks up what is typed; with `now` the only one found is taken, or the one of exactly that id.
export async function search(now) {
  const words = find("search").value.trim();
  if (!words) { fill(find("found")); return; }
  try {
    const { found } = await ask("search", "/api/v1/search?" + query([["q", words], ["limit", 8]]));
    const exact = found.filter((each) => each.id === words);
    if (now && (found.length === 1 || exact.length === 1)) { take(exact[0] || found[0]); return; }
    const list = found.map((each) => make("li", {}, make("button", { type: "button", onclick: () => take(each) },
      make("b", {}, each.id || each.lon + ", " + each.lat), " ", each.name || "", make("span.small", {}, " " + kindOf(each)))));
    fill(find("found"), ...list);
    tell(found.length ? say("ask.found", found.length) : say("ask.found_none"), found.length ? "" : "wrong");
  } catch (fault) {
    trouble(fault, () => search(now));
  }
}

// Arrows lead through what was found, and it goes when the search is left.
export function listenToSearch(whenChosen, whenFailed) {
  const typed = find("search"), field = typed.parentNode;
  chosen = whenChosen;
  trouble = whenFailed;
  typed.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => search(false), 250); });
  field.addEventListener("keydown", (event) => {
    const stops = [typed, ...find("found").querySelectorAll("button")];
    const next = stops[stops.indexOf(event.target) + ({ ArrowDown: 1, ArrowUp: -1 })[event.key]];
    if (next) { event.preventDefault(); next.focus(); }
    if (event.key === "Enter" && event.target === typed) { event.preventDefault(); clearTimeout(pause); search(true); }
    if (event.key === "Escape") { typed.focus(); fill(find("found")); }
  });
  const left = (to) => { if (to && !field.contains(to)) fill(find("found")); };
  field.addEventListener("focusout", (event) => left(event.relatedTarget));
  document.addEventListener("pointerdown", (event) => left(event.target));
}

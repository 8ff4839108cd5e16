import { isByAPerson } from "./background.js";

// What somebody waits for is said after a moment: a line at the top of the page, and the place that will change is
// busy. What a page looks up by itself says nothing: nobody waits for that.
const PATIENCE_MS = 150;
// A page that does not come is not waited for here for ever; what is kept as a file never comes.
const GIVEN_UP_MS = 10_000;
const waits = new Set();

export function showBusy() {
  const ends = new WeakMap();
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (isByAPerson(ctx) || ctx.sourceEvent?.type === "load") ends.set(ctx, begin(ctx.target));
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => ends.get(ctx)?.());
  window.addEventListener("click", followed);
  window.addEventListener("submit", sent);
  // At the window, behind whatever keeps a click from leading away. Who comes back finds the page as it was left.
  window.addEventListener("pageshow", forget);
}

// Returns what ends the waiting.
export function begin(place) {
  const wait = { place, isLong: false };
  const timer = setTimeout(() => {
    wait.isLong = true;
    show();
  }, PATIENCE_MS);
  waits.add(wait);
  return () => {
    clearTimeout(timer);
    if (waits.delete(wait)) show();
  };
}

function forget() {
  waits.clear();
  show();
}

function show() {
  const long = [...waits].filter((wait) => wait.isLong);
  const places = new Set(long.map((wait) => wait.place));
  for (const place of document.querySelectorAll('[aria-busy="true"]')) {
    if (!places.has(place)) place.removeAttribute("aria-busy");
  }
  for (const place of places) place?.setAttribute("aria-busy", "true");
  const line = document.querySelector("[data-busy]");
  if (line) line.hidden = long.length === 0;
}

// A link that leads to another page here: the browser's own sign of it is small, and absent from an installed page.
function followed(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname === location.pathname && link.search === location.search) return;
  leave();
}

function sent(event) {
  if (!event.defaultPrevented && !event.target.target) leave();
}

function leave() {
  setTimeout(begin(document.getElementById("main")), GIVEN_UP_MS);
}

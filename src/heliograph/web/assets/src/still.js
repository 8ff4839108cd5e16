// Nothing moves under the pointer: a live part is not replaced while it is pointed at or holds the focus.
// What arrives meanwhile is counted in its `data-waiting` link.
const hovers = window.matchMedia("(hover: hover)").matches;

function isBusy(part) {
  const isLookedAt = (hovers && part.matches(":hover")) || part.contains(document.activeElement);
  return isLookedAt || part.querySelector("details.chip-menu[open]") !== null;
}

export function holdStill() {
  document.addEventListener("htmx:before:swap", (event) => {
    const part = event.target.closest?.("[data-live]");
    if (!part || !isBusy(part)) return;
    const fresh = newest(event.detail.ctx?.text);
    if (fresh > Number(part.dataset.newest || 0)) showWaiting(part);
    event.preventDefault();
  });
  document.addEventListener("pointerover", (event) => markSeen(event.target));
  document.addEventListener("focusin", (event) => markSeen(event.target));
}

function newest(text) {
  return Number(/data-newest="(\d+)"/.exec(text || "")?.[1] || 0);
}

function showWaiting(part) {
  const link = part.querySelector("[data-waiting]");
  if (link) link.hidden = false;
}

// The marks of new rows stay until the list is looked at: pointed at, or reached by keyboard.
function markSeen(target) {
  const part = target.closest?.("[data-live]");
  if (!part || part.dataset.seen === undefined || part.dataset.seen === part.dataset.newest) return;
  part.dataset.seen = part.dataset.newest;
  const address = new URL(part.getAttribute("hx-get"), location.href);
  address.searchParams.set("seen", part.dataset.newest);
  part.setAttribute("hx-get", address.pathname + address.search);
}

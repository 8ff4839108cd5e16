import { begin } from "./busy.js";

// Beside the list of signals the chosen one is explained. On a phone it has a page of its own instead.
const beside = window.matchMedia("(min-width: 760px)");
const always = window.matchMedia("(min-width: 1920px)");
let latest = 0;

export function sidePanel() {
  const list = document.querySelector("[data-panel]");
  const panel = document.getElementById("panel");
  if (!list || !panel) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-panel] a.row-link");
    if (link && beside.matches && isPlain(event)) {
      event.preventDefault();
      go(link, panel);
    }
    if (event.target.closest("[data-close-panel]") && isPlain(event)) {
      event.preventDefault();
      leave(panel);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && chosen()) leave(panel);
  });
  window.addEventListener("popstate", () => showAddress(panel));
  always.addEventListener("change", () => showAddress(panel));
  mark(list.dataset.panel);
  if (!panel.innerHTML) showAddress(panel);
}

function isPlain(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

function linkOf(id) {
  return document.querySelector(`[data-panel] tr[data-signal="${Number(id)}"] a.row-link`);
}

function chosen() {
  return new URL(location.href).searchParams.get("open");
}

function write(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("open", id);
  else address.searchParams.delete("open");
  history.pushState(null, "", address);
}

async function go(link, panel) {
  const id = link.closest("tr").dataset.signal;
  write(id);
  if (await show(id, panel)) panel.querySelector(".panel-title").focus();
}

function leave(panel) {
  const link = linkOf(chosen());
  write(null);
  showAddress(panel);
  link?.focus();
}

// What the address names; on the widest windows the panel is never empty.
function showAddress(panel) {
  const first = always.matches ? document.querySelector("[data-panel] tr[data-signal]")?.dataset.signal : null;
  const id = chosen() ?? first;
  if (id && beside.matches) return show(id, panel);
  latest += 1;
  panel.replaceChildren();
  mark(null);
  return null;
}

async function show(id, panel) {
  const turn = (latest += 1);
  mark(id);
  const end = begin(panel);
  const answer = await fetch(`/signals/${Number(id)}/panel`).catch(() => null);
  end();
  if (turn !== latest) return false;
  // A signal that cannot be shown beside the list may still have its page.
  if (!answer?.ok) return void location.assign(`/signals/${Number(id)}/`);
  panel.innerHTML = await answer.text();
  panel.scrollTop = 0;
  return true;
}

function mark(id) {
  for (const row of document.querySelectorAll("[data-panel] tr.selected")) {
    row.classList.remove("selected");
    row.querySelector("a.row-link").removeAttribute("aria-current");
  }
  const link = id ? linkOf(id) : null;
  link?.closest("tr").classList.add("selected");
  link?.setAttribute("aria-current", "true");
}

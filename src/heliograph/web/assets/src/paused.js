// Live data that stops coming is said in the page head, with the age of the part that waits longest.
const opened = Date.now();
const parts = new Map();

export function sayWhenPaused() {
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    note(ctx, ctx.response.status >= 200 && ctx.response.status < 400);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (ctx) note(ctx, false);
  });
}

// A stream that was lost is said as well, though the pages go on looking: what arrives is up to two seconds late.
let isLost = false;

export function sayStream(state) {
  isLost = state === "lost";
  show();
}

function note(ctx, answers) {
  const path = new URL(ctx.request.action, location.href).pathname;
  const answered = answers ? Date.now() : (parts.get(path)?.answered ?? opened);
  parts.set(path, { answers, answered });
  show();
}

function show() {
  const place = document.querySelector("[data-paused]");
  if (!place) return;
  const silent = [...parts.values()].filter((part) => !part.answers);
  place.hidden = silent.length === 0 && !isLost;
  if (place.hidden) return;
  place.querySelector("span").textContent = silent.length ? age(silent) : "live paused, looks every 2 s";
}

function age(silent) {
  const seconds = Math.round((Date.now() - Math.min(...silent.map((part) => part.answered))) / 1000);
  return `live paused, ${seconds} s old`;
}

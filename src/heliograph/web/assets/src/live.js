// Live parts are asked for again when an event of their topics arrives, and from time to time, since ages go on.
// `data-live` names the topics, `data-every` the seconds between two looks while the stream is open. Without it
// they are looked at every two seconds.
import { follow } from "./stream.js";
import { sayStream } from "./paused.js";

const PARTS = '[data-live][hx-trigger="live"]';
const POLL_MS = 2_000;
// Many events at once are one look, and what the server keeps in memory has heard of them by then.
const GATHER_MS = 250;
const LEAST_MS = 1_000;

// By the id of a part, which is replaced at each look: when it was asked for last, and when it is to be next.
const asked = new Map();
const due = new Map();
const failing = new Set();
let state;

export function keepLive() {
  document.addEventListener("htmx:after:request", ({ target, detail: { ctx } }) => {
    note(target.id, ctx.response.status < 400);
  });
  document.addEventListener("htmx:error", ({ target }) => note(target.id, false));
  document.addEventListener("visibilitychange", look);
  setInterval(look, GATHER_MS);
  listen(heed);
}

function look() {
  if (document.hidden) return;
  const now = Date.now();
  for (const part of document.querySelectorAll(PARTS)) {
    // A page that has just come is fresh.
    if (!asked.has(part.id)) asked.set(part.id, now);
    if (now < Math.min(asked.get(part.id) + period(part), due.get(part.id) ?? Infinity)) continue;
    due.delete(part.id);
    asked.set(part.id, now);
    window.htmx.trigger(part, "live");
  }
}

function period(part) {
  const steady = state === "open" && !failing.has(part.id);
  return steady ? 1_000 * Number(part.dataset.every || 10) : POLL_MS;
}

function note(id, answers) {
  if (answers) failing.delete(id);
  else failing.add(id);
}

function heed(message) {
  if (message.state) {
    const was = state;
    state = message.state;
    sayStream(state);
    // What was missed meanwhile is looked up. What came between the page and its stream waits for the next look.
    if (was === "lost" && state === "open") document.querySelectorAll(PARTS).forEach(soon);
    return;
  }
  for (const part of document.querySelectorAll(PARTS)) {
    if (part.dataset.live.split(" ").includes(message.topic)) soon(part);
  }
}

function soon(part) {
  const now = Date.now();
  if (!due.has(part.id)) due.set(part.id, Math.max(now + GATHER_MS, (asked.get(part.id) ?? 0) + LEAST_MS));
}

function listen(tell) {
  if (window.SharedWorker) {
    const worker = new SharedWorker(new URL("./shared_stream.js", import.meta.url), { type: "module" });
    worker.port.onmessage = ({ data }) => tell(data);
    window.addEventListener("pagehide", () => worker.port.postMessage("bye"));
    window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
    return;
  }
  // Without shared workers only the tab that one looks at has a stream.
  let close;
  const turn = () => {
    close?.();
    close = document.hidden ? undefined : follow(tell);
  };
  document.addEventListener("visibilitychange", turn);
  turn();
}

import { BACKGROUND } from "../background.js";
import { located, setFindings } from "./findings.js";

const WAIT = 300;
const AGAIN = 5000;

// Asks the server for the mistakes of the text, a moment after the last key.
export function checking(form) {
  const page = {
    state: form.querySelector("[data-state]"),
    checked: form.querySelector("[data-checked]"),
    reason: form.querySelector("[data-reason]"),
    save: form.querySelector("[data-save]"),
    meant: form.querySelector("[data-meant]"),
    of: form.querySelector("[data-of]"),
  };
  let timer = 0;
  let running = null;

  async function now(view, byItself = false) {
    clearTimeout(timer);
    running?.abort();
    const own = (running = new AbortController());
    const asked = view.state.doc;
    try {
      const headers = byItself ? { [BACKGROUND]: "true" } : {};
      const answer = await fetch(form.dataset.check, { method: "POST", headers, body: question(form, asked), signal: own.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const found = await answer.json();
      if (own === running && view.state.doc.eq(asked)) show(page, view, found);
    } catch (fault) {
      if (own.signal.aborted) return;
      page.state.replaceChildren(glyph("warning"), " not checked: no answer, asked again soon");
      page.save.disabled = false;
      page.reason.textContent = "";
      timer = setTimeout(() => now(view, true), AGAIN);
    }
  }

  return {
    now,
    later(view) {
      clearTimeout(timer);
      timer = setTimeout(() => now(view), WAIT);
    },
  };
}

function question(form, doc) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "of", "base", "base_of"]) body.set(name, form.elements[name].value);
  body.set("text", doc.toString());
  return body;
}

function show(page, view, found) {
  const count = found.findings.length;
  view.dispatch({ effects: setFindings.of(found.findings.map((one) => located(one, view.state.doc))) });
  const words = count ? `${count} ${count === 1 ? "error" : "errors"}` : "no errors";
  page.state.replaceChildren(glyph(count ? "bad" : "done"), ` ${words}`);
  if (count) page.state.append(spoken(`: ${found.findings[0].message}`));
  page.state.classList.toggle("bad", count > 0);
  aged(page.checked, found.checked_at);
  page.save.textContent = found.save.label;
  page.save.disabled = found.save.reason !== "";
  page.reason.textContent = found.save.reason || found.save.note;
  if (found.side) page.meant.innerHTML = found.side;
  page.of.textContent = found.side ? "of this text" : page.meant.querySelector("dl") ? "of the last valid text" : "";
}

const SHAPES = { bad: "M1 1H9V9H1Z", done: "M1 5.5L4 8.5L9 2", warning: "M5 0L10 5L5 10L0 5Z" };
const SVG = "http://www.w3.org/2000/svg";

function glyph(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ width: 10, height: 10, viewBox: "0 0 10 10", "aria-hidden": "true" })) svg.setAttribute(key, value);
  svg.setAttribute("class", `glyph tone-${{ bad: "bad", done: "ink2", warning: "mark" }[name]}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  if (name === "done") path.setAttribute("class", "stroked");
  else path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

function spoken(words) {
  const span = document.createElement("span");
  span.className = "sr";
  span.textContent = words;
  return span;
}

const ages = new WeakMap();

// `checked just now`, and how long ago while nothing is typed.
function aged(place, moment) {
  clearInterval(ages.get(place));
  const began = Date.now();
  const time = document.createElement("time");
  time.dateTime = moment;
  time.title = `${moment.slice(0, 19).replace("T", " ")} UTC`;
  const tell = () => {
    const minutes = Math.floor((Date.now() - began) / 60_000);
    time.textContent = minutes ? `checked ${minutes} min ago` : "checked just now";
  };
  tell();
  place.replaceChildren(time);
  ages.set(place, setInterval(tell, 10_000));
}

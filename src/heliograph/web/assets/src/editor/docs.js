import { placeAt } from "./place.js";

const WORD = /[A-Za-z_]\w*/g;

// What the library says of a word, as a small page.
export function docOf(one) {
  const page = document.createElement("div");
  page.className = "doc";
  page.append(made("code", one.signature ?? one.name, "doc-name"), made("p", one.summary));
  if (one.example) {
    const known = one.warmup === null ? "" : `Known after ${one.warmup} bars${settled(one)}.`;
    page.append(made("p", `Definition: ${one.reference}. ${known}`, "doc-more"), made("code", one.example, "doc-example"));
  }
  return page;
}

function settled(one) {
  return one.settle === null ? ", never settles" : `, settled after ${one.settle}`;
}

function made(name, words, style = "") {
  const part = document.createElement(name);
  part.textContent = words;
  if (style) part.className = style;
  return part;
}

// The word at a place of the text, with what is known of it.
function entryAt(state, at, library) {
  const line = state.doc.lineAt(at);
  for (const match of line.text.matchAll(WORD)) {
    const from = line.from + match.index;
    const to = from + match[0].length;
    if (at < from || at > to) continue;
    const entry = lookUp(state, match[0], from, library);
    return entry ? { entry, from, to } : null;
  }
  return null;
}

function lookUp(state, word, from, library) {
  const place = placeAt(state.doc.sliceString(0, from));
  const named = (entries) => entries?.find((one) => one.name === word);
  if (place.comment) return null;
  if (place.quote) return named(library.functions) ?? named(library.words);
  if (place.header) return named(library.sections);
  return named(library.keys[place.depth && place.section === "params" ? "param" : place.section]);
}

export function explain(view, at, library) {
  const found = library && entryAt(view.state, at, library);
  if (!found) return null;
  return { pos: found.from, end: found.to, above: true, create: () => ({ dom: docOf(found.entry) }) };
}

// The same beside the text for the word that the cursor is on: who has no mouse reads it there.
export function showAtCursor(form, state, library) {
  const place = form.querySelector("[data-docs]");
  const found = library && entryAt(state, state.selection.main.head, library);
  if (!found) return;
  const head = made("div", "", "section-head");
  head.append(made("h2", found.entry.signature ?? found.entry.name, "code"), made("span", "at the cursor", "caption"));
  const page = docOf(found.entry);
  page.querySelector(".doc-name").remove();
  place.replaceChildren(head, page);
  place.hidden = false;
}

import { docOf } from "./docs.js";
import { isExpression, paramsOf, placeAt } from "./place.js";

// What may stand where the cursor is.
export function complete(context, library) {
  if (!library) return null;
  const { state, pos } = context;
  const place = placeAt(state.doc.sliceString(0, pos));
  if (place.comment) return null;
  const word = context.matchBefore(/[A-Za-z_][\w]*/);
  if (place.quote) return inText(context, place, word, library);
  if (place.header) return options(context.matchBefore(/[\w-]*/), library.sections, { force: true });
  if (place.section === "params" && place.depth && !place.inner) return atKey(context, word, library.keys.param);
  if (!place.key && !place.depth) return atKey(context, word, library.keys[place.section] ?? []);
  return atValue(context, place, library);
}

function inText(context, place, word, library) {
  if (!isExpression(place)) {
    const choices = library.choices[place.key];
    const start = context.matchBefore(/[\w]*/);
    return choices ? { from: start.from, options: choices.map((label) => ({ label })), validFor: /^\w*$/ } : null;
  }
  const before = context.state.doc.sliceString(place.from, context.pos);
  const other = place.quote[0] === '"' ? "'" : '"';
  if (before.split(other).length % 2 === 0) {
    const start = context.matchBefore(/\w*/);
    return { from: start.from, options: library.timeframes.map((label) => ({ label })), validFor: /^\w*$/ };
  }
  if (!word && !context.explicit) return null;
  // Behind a number there is no name.
  if (!word && /[\w)\]]\s*$/.test(before) && !context.explicit) return null;
  const params = paramsOf(context.state.doc.toString()).map((label) => ({ label, detail: "parameter", boost: 2 }));
  const words = library.words.map((one) => ({ label: one.name, info: () => docOf(one), boost: one.input ? 1 : 0 }));
  const calls = library.functions.map((one) => ({
    label: one.name,
    detail: one.signature.slice(one.name.length),
    info: () => docOf(one),
    apply: (view, _, from, to) => call(view, one, from, to),
  }));
  return { from: word ? word.from : context.pos, options: [...params, ...words, ...calls], validFor: /^\w*$/ };
}

// The brackets come along, and the cursor stands between them where there is something to write.
function call(view, one, from, to) {
  const open = view.state.doc.sliceString(to, to + 1) === "(";
  const insert = open ? one.name : `${one.name}()`;
  const inside = one.parameters.length ? 1 : 2;
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + one.name.length + (open ? 1 : inside) },
    userEvent: "input.complete",
  });
}

function atKey(context, word, keys) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (!word && !context.explicit) return null;
  if (!/(?:^|[{,])\s*[\w-]*$/.test(before)) return null;
  return options(word ?? { from: context.pos }, keys, { tail: " = " });
}

function atValue(context, place, library) {
  const choices = library.choices[place.key];
  const start = context.matchBefore(/[\w"]*/);
  if (place.key === "alert_only") return { from: start.from, options: [{ label: "true" }, { label: "false" }] };
  if (!choices || place.depth) return null;
  return { from: start.from, options: choices.map((one) => ({ label: `"${one}"` })), validFor: /^"?\w*$/ };
}

function options(start, entries, { tail = "" } = {}) {
  const found = entries.map((one) => ({ label: one.name, apply: `${one.name}${tail}`, info: () => docOf(one) }));
  return { from: start.from, options: found, validFor: /^[\w-]*$/ };
}

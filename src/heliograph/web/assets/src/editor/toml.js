import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tagHighlighter, tags } from "@lezer/highlight";
import { isExpression } from "./place.js";

const WORD = /^[A-Za-z_]\w*/;
const NUMBER = /^[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?/;
const JOINS = ["and", "or", "not"];

const parser = {
  name: "strategy",
  startState: () => ({ section: "", key: "", quote: "", depth: 0 }),
  copyState: (state) => ({ ...state }),
  token: (stream, state) => (state.quote ? quoted(stream, state) : plain(stream, state)),
  languageData: { commentTokens: { line: "#" } },
};

function plain(stream, state) {
  if (stream.sol() && !state.depth) {
    state.key = "";
    const head = stream.match(/^\s*\[+\s*([\w.-]+)\s*\]+/);
    if (head) {
      state.section = head[1];
      return "heading";
    }
  }
  if (stream.eatSpace()) return null;
  const sign = stream.peek();
  if (sign === "#") {
    stream.skipToEnd();
    return "comment";
  }
  if (sign === '"' || sign === "'") {
    state.quote = stream.match(sign.repeat(3)) ? sign.repeat(3) : stream.next();
    return "string";
  }
  const key = stream.match(/^[\w-]+(?=\s*=)/);
  if (key) {
    if (!state.depth) state.key = key[0];
    return "propertyName";
  }
  if (stream.match(NUMBER)) return "number";
  if (stream.match(/^(?:true|false)\b/)) return "bool";
  stream.next();
  if (sign === "[" || sign === "{") state.depth += 1;
  if (sign === "]" || sign === "}") state.depth = Math.max(0, state.depth - 1);
  return "operator";
}

function quoted(stream, state) {
  if (stream.match(state.quote)) {
    state.quote = "";
    return "string";
  }
  if (!isExpression(state)) {
    while (!stream.eol() && !stream.match(state.quote, false)) stream.next();
    return end(stream, state, "string");
  }
  if (stream.eatSpace()) return end(stream, state, "string");
  const word = stream.match(WORD);
  if (word) {
    const called = stream.match(/^\s*\(/, false);
    return end(stream, state, JOINS.includes(word[0]) ? "keyword" : called ? "variableName.function" : "variableName");
  }
  if (stream.match(NUMBER)) return end(stream, state, "number");
  stream.next();
  return end(stream, state, "string");
}

// A plain quote that the line does not close ends with it, or all that follows would be a text.
function end(stream, state, style) {
  if (stream.eol() && state.quote.length === 1) state.quote = "";
  return style;
}

const classes = tagHighlighter([
  { tag: tags.heading, class: "tok-table" },
  { tag: tags.propertyName, class: "tok-key" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: tags.keyword, class: "tok-join" },
  { tag: tags.function(tags.variableName), class: "tok-call" },
]);

export const strategyLanguage = [StreamLanguage.define(parser), syntaxHighlighting(classes)];

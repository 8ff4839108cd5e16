const SIDES = ["long", "short"];
const EXPRESSIONS = ["enter", "exit", "stop", "targets"];

// Where the end of a text stands in a strategy: its table, its key, and the quoted text around it, if any.
export function placeAt(text) {
  const place = { section: "", key: "", inner: "", quote: "", from: 0, comment: false, header: false };
  let line = 0;
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    if (place.quote) {
      if (text.startsWith(place.quote, at)) {
        at += place.quote.length;
        place.quote = "";
      } else at += text[at] === "\\" && place.quote[0] === '"' ? 2 : 1;
      continue;
    }
    const sign = text[at];
    if (sign === "#") {
      const end = text.indexOf("\n", at);
      place.comment = end < 0;
      at = end < 0 ? text.length : end;
      continue;
    }
    if (sign === '"' || sign === "'") {
      place.quote = text.startsWith(sign.repeat(3), at) ? sign.repeat(3) : sign;
      at += place.quote.length;
      place.from = at;
      continue;
    }
    if (sign === "\n") {
      line = at + 1;
      place.header = false;
      if (!depth) place.key = place.inner = "";
    } else if (sign === "[" && !place.key && !text.slice(line, at).trim()) {
      const name = /^\[+\s*([\w-]*)/.exec(text.slice(at));
      place.section = name[1];
      place.header = true;
      at += name[0].length;
      continue;
    } else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") {
      depth = Math.max(0, depth - 1);
      place.inner = "";
      place.header = false;
    } else if (sign === "," && depth) place.inner = "";
    else if (sign === "=") {
      const name = /([\w-]+)\s*$/.exec(text.slice(line, at));
      if (depth) place.inner = name ? name[1] : "";
      else place.key = name ? name[1] : "";
    }
    at += 1;
  }
  place.depth = depth;
  return place;
}

export function isExpression(place) {
  if (SIDES.includes(place.section)) return EXPRESSIONS.includes(place.key);
  return place.section === "score" && place.key === "confidence";
}

// The names under [params].
export function paramsOf(text) {
  const table = /^\s*\[params\][^\n]*\n((?:(?!\s*\[)[^\n]*\n?)*)/m.exec(text);
  return table ? [...table[1].matchAll(/^\s*([A-Za-z_]\w*)\s*=/gm)].map((match) => match[1]) : [];
}

const HEAD = /^\s*\[/;

// A table folds from its heading to the last line that is not blank before the next one.
export function foldTable(state, from) {
  const first = state.doc.lineAt(from);
  if (!HEAD.test(first.text)) return null;
  let last = first;
  for (let number = first.number + 1; number <= state.doc.lines; number++) {
    const line = state.doc.line(number);
    if (HEAD.test(line.text)) break;
    if (line.text.trim() && !line.text.trim().startsWith("#")) last = line;
  }
  return last.number > first.number ? { from: first.to, to: last.to } : null;
}

export function linesFolded(state, range) {
  const count = state.doc.lineAt(range.to).number - state.doc.lineAt(range.from).number;
  return `${count} ${count === 1 ? "line" : "lines"}`;
}

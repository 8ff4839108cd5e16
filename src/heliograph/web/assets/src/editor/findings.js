import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

export const setFindings = StateEffect.define();
const MEANT = / Did you mean `[^`]*`\?$/;

class Note extends WidgetType {
  constructor(finding) {
    super();
    this.finding = finding;
  }

  eq(other) {
    return other.finding.message === this.finding.message && other.finding.place === this.finding.place;
  }

  toDOM(view) {
    const { message, place, suggestion } = this.finding;
    const note = part("div", "bad-note");
    note.append(part("span", "square"), part("b", "", `${place}: `), ...coded(suggestion ? message.replace(MEANT, "") : message));
    if (suggestion) {
      const button = part("button", "mend", suggestion);
      button.type = "button";
      button.setAttribute("aria-label", `Replace by ${suggestion}`);
      button.onclick = () => {
        replace(view, nearestTo(view, this.finding));
        view.focus();
      };
      note.append(" Did you mean ", button, "? ", part("kbd", "", "Alt ↵ replaces"));
    }
    return note;
  }

  ignoreEvent() {
    return true;
  }
}

function part(name, style, words = "") {
  const made = document.createElement(name);
  if (style) made.className = style;
  made.textContent = words;
  return made;
}

// What stands in backticks is code.
export function coded(sentence) {
  return sentence.split("`").map((piece, at) => (at % 2 ? part("code", "", piece) : piece));
}

const field = StateField.define({
  create: () => ({ list: [], shown: Decoration.none }),
  update(value, change) {
    for (const effect of change.effects) {
      if (effect.is(setFindings)) return { list: effect.value, shown: decorate(effect.value, change.state.doc) };
    }
    if (!change.docChanged) return value;
    const moved = value.list.map((one) => ({
      ...one,
      from: change.changes.mapPos(one.from, 1),
      to: change.changes.mapPos(one.to, -1),
    }));
    // What is typed anew is no longer the mistake that was found there.
    return { list: moved.filter((one) => one.to > one.from), shown: value.shown.map(change.changes) };
  },
  provide: (state) => EditorView.decorations.from(state, (value) => value.shown),
});
export const findings = field;

function decorate(list, doc) {
  const marks = [];
  for (const one of list) {
    const line = doc.lineAt(one.from);
    marks.push(Decoration.line({ class: "bad-line" }).range(line.from));
    if (one.to > one.from) marks.push(Decoration.mark({ class: "bad-word" }).range(one.from, one.to));
    marks.push(Decoration.widget({ widget: new Note(one), block: true, side: 1 }).range(line.to));
  }
  return Decoration.set(marks, true);
}

// Lines and columns of the server count whole characters; the editor counts their halves too.
export function located(finding, doc) {
  const line = doc.line(Math.min(Math.max(finding.line ?? 1, 1), doc.lines));
  const letters = [...line.text];
  const start = Math.min(Math.max((finding.column ?? 1) - 1, 0), letters.length);
  const from = line.from + letters.slice(0, start).join("").length;
  const rest = [...doc.sliceString(from, Math.min(doc.length, from + 2 * finding.length))];
  const place = finding.line ? `Line ${finding.line}, column ${finding.column}` : "The text";
  return { ...finding, place, from, to: from + rest.slice(0, finding.length).join("").length };
}

function nearestTo(view, finding) {
  return view.state.field(field).list.find((one) => one.place === finding.place && one.message === finding.message);
}

function replace(view, one) {
  if (!one?.suggestion) return false;
  view.dispatch({
    changes: { from: one.from, to: one.to, insert: one.suggestion },
    selection: { anchor: one.from + one.suggestion.length },
    scrollIntoView: true,
    userEvent: "input.complete",
  });
  return true;
}

// Mends the mistake on the line of the cursor, else the next one behind it, else the first.
export function mend(view) {
  const list = view.state.field(field).list.filter((one) => one.suggestion);
  const at = view.state.selection.main.head;
  const line = view.state.doc.lineAt(at);
  const here = list.find((one) => one.from >= line.from && one.from <= line.to);
  return replace(view, here ?? list.find((one) => one.from >= at) ?? list[0]);
}

import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { acceptCompletion, autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, foldService, indentUnit } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, hoverTooltip, keymap, lineNumbers, tooltips } from "@codemirror/view";
import css from "../css/editor.css?inline";
import { checking } from "./check.js";
import { complete } from "./complete.js";
import { explain, showAtCursor } from "./docs.js";
import { findings, mend } from "./findings.js";
import { foldTable, linesFolded } from "./folds.js";
import { warnBeforeLeaving } from "./leave.js";
import { strategyLanguage } from "./toml.js";

// The editor lives in a shadow root: there its styles are constructed sheets, which the page's policy allows.
export async function mountEditor(form) {
  const area = form.querySelector("textarea");
  const mount = form.querySelector("[data-mount]");
  const root = mount.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const library = fetch(form.dataset.language).then((answer) => (answer.ok ? answer.json() : null));
  const known = { library: null };
  const check = checking(form);
  const state = EditorState.create({
    doc: area.value,
    extensions: [
      lineNumbers(),
      foldGutter({ openText: "▾", closedText: "▸" }),
      foldService.of(foldTable),
      codeFolding({ preparePlaceholder: linesFolded, placeholderDOM: placeholder }),
      history(),
      drawSelection(),
      bracketMatching(),
      indentUnit.of("  "),
      EditorState.tabSize.of(2),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Text of the strategy, TOML", autocapitalize: "off" }),
      strategyLanguage,
      findings,
      tooltips({ position: "fixed" }),
      autocompletion({ override: [(context) => complete(context, known.library)], icons: false }),
      hoverTooltip((view, at) => explain(view, at, known.library)),
      keymap.of([
        { key: "Alt-Enter", run: mend },
        { key: "Tab", run: (view) => acceptCompletion(view) || indentMore(view), shift: indentLess },
        ...completionKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...defaultKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          area.value = update.state.doc.toString();
          check.later(update.view);
        }
        if (update.selectionSet || update.docChanged) showAtCursor(form, update.state, known.library);
      }),
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  form.classList.add("has-editor");
  mount.hidden = false;
  for (const hint of form.querySelectorAll("[data-hints]")) hint.hidden = false;
  for (const link of form.querySelectorAll('a[href="#text"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      view.focus();
    });
  }
  warnBeforeLeaving(form, area);
  check.now(view);
  known.library = await library;
  showAtCursor(form, view.state, known.library);
}

function placeholder(view, unfold, words) {
  const chip = document.createElement("button");
  chip.type = "button";
  chip.className = "fold-chip";
  chip.textContent = `▸ ${words}`;
  chip.title = "Show them";
  chip.onclick = unfold;
  return chip;
}

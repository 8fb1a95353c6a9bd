// The editor of the playground: CodeMirror with what Ringfence knows. Offsets are UTF-16 units, as CodeMirror counts.
import { EditorState, Compartment, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, crosshairCursor, drawSelection, highlightActiveLine, highlightActiveLineGutter,
  hoverTooltip, keymap, lineNumbers, rectangularSelection,
} from "@codemirror/view";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore, redo, undo } from "@codemirror/commands";
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from "@codemirror/search";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { lintGutter, lintKeymap, linter, setDiagnostics } from "@codemirror/lint";
import { yaml } from "@codemirror/lang-yaml";
import { tags } from "@lezer/highlight";
import { completions } from "./completion.js";
import { matchHighlighting } from "./match.js";

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--constant)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--faint)" },
  { tag: tags.meta, color: "var(--faint)" },
]);

const setLit = StateEffect.define();
const lit = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    let kept = lines.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLit)) continue;
      const doc = transaction.state.doc;
      const starts = effect.value.filter((number) => number >= 1 && number <= doc.lines).map((number) => doc.line(number).from);
      kept = Decoration.set([...new Set(starts)].sort((a, b) => a - b).map((from) => Decoration.line({ class: "rf-lit" }).range(from)));
    }
    return kept;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// A sentence whose code, between backticks, has the font for code.
function worded(text) {
  const line = document.createElement("span");
  text.split("`").forEach((piece, index) => {
    const code = index % 2 === 1;
    line.append(code ? Object.assign(document.createElement("code"), { textContent: piece }) : piece);
  });
  return line;
}

const severities = { error: "error", warning: "warning", info: "info" };

class Editor {
  constructor(parent, callbacks) {
    this.callbacks = callbacks;
    this.known = {};
    this.states = new Map();
    this.silent = false;
    this.readOnly = new Compartment();
    this.view = new EditorView({ parent, state: this.fresh("") });
  }

  fresh(text) {
    return EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), highlightActiveLineGutter(), foldGutter(), lintGutter(), history(), drawSelection(),
        indentOnInput(), indentUnit.of("  "), bracketMatching(), closeBrackets(), rectangularSelection(), crosshairCursor(),
        highlightActiveLine(), highlightSelectionMatches(), yaml(), syntaxHighlighting(colours), matchHighlighting, lit,
        linter(null), this.readOnly.of([]),
        autocompletion({ override: [completions(() => this.vocabulary)], icons: false }),
        hoverTooltip((view, position) => this.tooltip(view, position)),
        keymap.of([
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap,
          { key: "Mod-]", run: indentMore }, { key: "Mod-[", run: indentLess },
          { key: "Mod-Shift-f", run: () => (this.callbacks.format(), true), preventDefault: true },
        ]),
        EditorView.contentAttributes.of({ "aria-label": "YAML of this file", spellcheck: "false", autocapitalize: "off", translate: "no" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !this.silent) this.tell(update);
        }),
      ],
    });
  }

  // One piece that changed is told by itself: the whole of a long text takes longer to cross than to lay out.
  tell({ changes, state }) {
    const pieces = [];
    changes.iterChanges((from, to, _, __, inserted) => pieces.push([from, to, inserted.toString()]));
    if (pieces.length === 1) this.callbacks.edit(...pieces[0], state.doc.length);
    else this.callbacks.change(state.doc.toString());
  }

  tooltip(view, position) {
    const note = this.notes.find(({ from, to }) => from <= position && position <= to);
    const line = view.state.doc.lineAt(position);
    const around = [...line.text.matchAll(/[@$]?[A-Za-z_][\w.]*/g)].find(
      (found) => line.from + found.index <= position && position <= line.from + found.index + found[0].length,
    );
    const symbol = around && [...this.vocabulary.symbols, ...this.vocabulary.names].find(({ label }) => label === around[0]);
    if (!symbol && !note) return null;
    const from = symbol ? line.from + around.index : note.from;
    const to = symbol ? from + around[0].length : note.to;
    return {
      pos: from, end: to, above: true,
      create() {
        const dom = document.createElement("div");
        dom.className = "rf-tip";
        const add = (text, name) => {
          const line = dom.appendChild(document.createElement("div"));
          line.textContent = text;
          line.className = name;
        };
        if (symbol) {
          add(symbol.label, "rf-tip-code");
          add([symbol.detail, symbol.info].filter(Boolean).join(". "), "rf-tip-text");
        }
        if (note) note.text.split("\n").forEach((text) => add(text, "rf-tip-text"));
        return { dom };
      },
    };
  }

  /** Shows a file. Each file keeps its own history and place. */
  show(name, text) {
    if (this.name !== undefined) this.states.set(this.name, { state: this.view.state, scroll: this.view.scrollSnapshot() });
    this.name = name;
    const known = this.states.get(name);
    const same = known && known.state.doc.toString() === text;
    this.quietly(() => this.view.setState(same ? known.state : this.fresh(text)));
    if (same) this.view.dispatch({ effects: known.scroll });
    else this.view.scrollDOM.scrollTo(0, 0);
  }

  forget() {
    this.states.clear();
    this.name = undefined;
  }

  quietly(act) {
    this.silent = true;
    try {
      act();
    } finally {
      this.silent = false;
    }
  }

  text() {
    return this.view.state.doc.toString();
  }

  /** Replaces ranges, as one step that can be undone. */
  replace(edits) {
    const size = this.view.state.doc.length;
    const changes = edits.map(({ from, to, insert }) => ({ from: Math.min(from, size), to: Math.min(to, size), insert }));
    this.view.dispatch({ changes, scrollIntoView: true, userEvent: "input.fix" });
  }

  diagnostics(found) {
    const size = this.view.state.doc.length;
    const marks = found.map(({ from, to, severity, message, help, code, fix }) => ({
      from: Math.min(from, size),
      to: Math.min(Math.max(to, from + 1), size),
      severity: severities[severity] ?? "info",
      source: code,
      message: help ? `${message}\n${help}` : message,
      renderMessage: () => worded(help ? `${message}\n${help}` : message),
      actions: fix ? [{ name: "fix", apply: () => this.replace(fix) }] : [],
    }));
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }

  light(lines) {
    const { doc } = this.view.state;
    const wanted = new Set(Array.from(lines).filter((number) => number >= 1 && number <= doc.lines).map((number) => doc.line(number).from));
    const now = [];
    this.view.state.field(lit).between(0, doc.length, (from) => void now.push(from));
    // An update that changes nothing costs as much as any other.
    if (now.length === wanted.size && now.every((from) => wanted.has(from))) return;
    this.view.dispatch({ effects: setLit.of(Array.from(lines)) });
  }

  reveal(number) {
    const doc = this.view.state.doc;
    if (number < 1 || number > doc.lines) return;
    const { from } = doc.line(number);
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  }

  /** What can be written and said is asked for when it is needed, once for as long as it is so. */
  outdate(words) {
    this.known = words ? {} : { words: this.known.words };
  }

  get vocabulary() {
    return (this.known.words ??= this.callbacks.words());
  }

  get notes() {
    return (this.known.notes ??= this.callbacks.notes());
  }

  focus() {
    this.view.focus();
  }

  find() {
    openSearchPanel(this.view);
  }

  undo() {
    undo(this.view);
  }

  redo() {
    redo(this.view);
  }
}

export function createEditor(parent, callbacks) {
  return new Editor(parent, callbacks);
}

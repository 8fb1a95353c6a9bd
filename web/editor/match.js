// The match language inside YAML: what stands after `match:` gets colours of its own.
import { Decoration, ViewPlugin } from "@codemirror/view";
import { RangeSetBuilder } from "@codemirror/state";

const MARKS = Object.fromEntries(
  ["field", "operator", "constant", "set", "string"].map((name) => [name, Decoration.mark({ class: `rf-match-${name}` })]),
);

const TOKEN =
  /(?<string>"(?:[^"\\]|\\.)*")|(?<set>[@$][\w.]+)|(?<constant>\b(?:\d+\.\d+\.\d+\.\d+(?:\/[\d.]+)?|0x[0-9a-f]+|(?:[0-9a-f]{0,4}:){2,}[0-9a-f.:]*(?:\/[0-9a-f:]+)?|\d+(?:\/\d+)?)(?![\w.]))|(?<operator>==|!=|<=|>=|&&|\|\||[<>!{}()])|(?<field>[A-Za-z_][\w.]*(?:\[[\d.]+\])?)/gi;

const OPENING = /(^|[{,\s-])"?match"?:[ \t]*/;
const BLOCK = /^[|>][+-]?\d*[ \t]*$/;

/** The pieces of a document between two offsets that hold match expressions, as [from, to]. */
export function matchRanges(doc, from, to) {
  const found = [];
  let number = doc.lineAt(from).number;
  const last = doc.lineAt(to).number;
  for (; number <= last; number++) {
    const line = doc.line(number);
    const opening = OPENING.exec(line.text);
    if (!opening) continue;
    const start = opening.index + opening[0].length;
    const rest = line.text.slice(start);
    if (BLOCK.test(rest)) {
      const indent = line.text.search(/\S/);
      while (number < doc.lines) {
        const next = doc.line(number + 1);
        if (next.text.trim() && next.text.search(/\S/) <= indent) break;
        found.push([next.from, next.to]);
        number++;
      }
      continue;
    }
    found.push([line.from + start, line.from + start + length(rest, line.text.slice(0, opening.index + 1))]);
  }
  return found;
}

// In a flow mapping the value ends at `, key:` or at the brace that closes the mapping.
function length(rest, before) {
  const comment = rest.search(/\s#/);
  const text = comment < 0 ? rest : rest.slice(0, comment);
  if (!before.includes("{")) return text.length;
  const end = text.search(/,\s*"?[A-Za-z]+"?:/);
  if (end >= 0) return end;
  const brace = text.lastIndexOf("}");
  return brace < 0 ? text.length : brace;
}

function decorate(view) {
  const builder = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (const [start, end] of matchRanges(view.state.doc, from, to)) {
      const text = view.state.sliceDoc(start, end);
      for (const token of text.matchAll(TOKEN)) {
        const name = Object.keys(token.groups).find((key) => token.groups[key] !== undefined);
        builder.add(start + token.index, start + token.index + token[0].length, MARKS[name]);
      }
    }
  }
  return builder.finish();
}

export const matchHighlighting = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = decorate(view);
    }
    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

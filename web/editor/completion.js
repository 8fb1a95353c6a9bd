// What may be written here: keys and kinds of Kubernetes objects; inside a match expression its own words.
import { matchRanges } from "./match.js";

function inMatch(state, position) {
  const line = state.doc.lineAt(position);
  const first = state.doc.line(Math.max(1, line.number - 20)).from;
  return matchRanges(state.doc, first, line.to).some(([from, to]) => from <= position && position <= Math.max(to, line.to) && line.from <= to);
}

// Machines by name: where an address is wanted, choosing one writes its address.
function machines(names, write) {
  const addresses = names.filter(({ type }) => type === "constant");
  return addresses.map(({ label, detail }) => ({ label: detail, apply: write === "address" ? label : detail, detail: label, type: "class" }));
}

// What of this world may follow a key.
function known(key, { names, values }) {
  if (key === "from" || key === "to") return machines(names, "name");
  if (key === "address" || key === "cidr") return [...names.filter(({ type }) => type === "constant"), ...machines(names, "address")];
  if (key === "subnet") return names.filter(({ type }) => type === "namespace");
  return values[key];
}

/** A completion source over a vocabulary: {symbols, names, keys, values: {key: [...]}} of {label, type, detail, info}. */
export function completions(vocabulary) {
  return (context) => {
    const before = context.matchBefore(/[@$"\w.\/:-]*/);
    if (!before || (before.from === before.to && !context.explicit)) return null;
    // A comment is nobody's language.
    if (context.matchBefore(/(^|\s)#.*/)) return null;
    const words = vocabulary();
    if (inMatch(context.state, context.pos)) {
      return { from: before.from, options: [...words.symbols, ...words.names, ...machines(words.names, "address")], validFor: /^[@$"\w.\/:-]*$/ };
    }
    const line = context.state.doc.lineAt(context.pos);
    const text = line.text.slice(0, context.pos - line.from);
    const value = /([A-Za-z]+):\s*(?:\[(?:[^\]]*,)?\s*)?([^\s:,[\]]*)$/.exec(text);
    if (value) {
      const options = known(value[1], words);
      return options ? { from: context.pos - value[2].length, options, validFor: /^[\w.\/:-]*$/ } : null;
    }
    if (/^\s*(-\s+)*[A-Za-z]*$/.test(text) || /[{,]\s*[A-Za-z]*$/.test(text)) {
      const key = /[A-Za-z]*$/.exec(text)[0];
      return { from: context.pos - key.length, options: words.keys, validFor: /^[A-Za-z]*$/ };
    }
    return null;
  };
}

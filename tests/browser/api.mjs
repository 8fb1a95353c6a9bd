// The module for Node: prints what it says of a file, as the command line would.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const [module, file] = process.argv.slice(2);
const { analyze, explain, diff, check, compile, svg, version } = createRequire(import.meta.url)(module);
const files = [{ name: file.split("/").pop(), text: readFileSync(file, "utf8") }];
const { pairs } = analyze(files);
const [{ from, to }] = pairs;
const wrong = [];
const expect = (what, holds) => holds || wrong.push(what);
expect("explain", explain(files, from, to, { on: "tcp/80" }).steps.length > 0);
expect("diff with itself", diff(files, files).pairs.length === 0);
expect("diff of profiles", Array.isArray(diff(files, files, { profile: "kube-ovn/1.12" }, { profile: "kubernetes" }).pairs));
expect("check", Array.isArray(check(files).diagnostics));
expect("compile", Array.isArray(compile(files).rows));
expect("svg", svg(files).startsWith("<svg"));
expect("version", /^\d+\.\d+\.\d+/.test(version()));
for (const [what, call] of [
  ["a profile that is none", () => analyze(files, { profile: "kube-ovn/9" })],
  ["files that are none", () => analyze(7)],
  ["an option that is none", () => analyze(files, { profil: "x" })],
  ["nobody", () => explain(files, "nobody", to)],
]) {
  try {
    call();
    wrong.push(`${what}: no error`);
  } catch (error) {
    expect(`${what}: ${error}`, error instanceof Error && error.message.length > 5);
  }
}
console.log(JSON.stringify({ wrong, pairs: pairs.map(({ from, to, verdict }) => [from, to, verdict]).sort() }));

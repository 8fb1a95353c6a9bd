// Writes a Brotli twin beside every text and module of a folder, and says what both weigh.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [folder] = process.argv.slice(2);
const names = readdirSync(folder, { recursive: true }).filter((name) => /\.(css|html|js|json|svg|wasm)$/.test(name));
for (const name of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".br"))) rmSync(join(folder, name));
const sizes = names.sort().map((name) => {
  const raw = readFileSync(join(folder, name));
  const small = brotliCompressSync(raw, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
  });
  writeFileSync(join(folder, `${name}.br`), small);
  return { name, raw: raw.length, brotli: small.length };
});
console.log(JSON.stringify(sizes));

// The one who answers.
import start from "./answerer.js";
await start({ module_or_path: "./answerer_bg.wasm" });

// The one who looks for what lints find.
import start from "./reviewer.js";
await start({ module_or_path: "./reviewer_bg.wasm" });

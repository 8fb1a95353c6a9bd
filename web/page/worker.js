// The same module as on the page: in a worker it answers instead of drawing.
import start from "./playground.js";
await start({ module_or_path: "./playground_bg.wasm" });

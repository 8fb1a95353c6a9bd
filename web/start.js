// Loads the module and lets it begin: on the page as the page, in a worker as the one who answers.
import initialise from "./playground.js";

await initialise({ module_or_path: new URL("playground_bg.wasm", import.meta.url) });

// The one who is there when somebody asks for something.
import start from "./mender.js";
await start({ module_or_path: "./mender_bg.wasm" });

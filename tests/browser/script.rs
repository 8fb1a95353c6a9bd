//! The engine as JavaScript has it: in Node, and in the browser.

use super::page::{File, Page};
use super::program;
use super::site::Site;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

type Result<T> = std::result::Result<T, String>;

/// Node says of a file what the program says.
pub fn in_node(file: &Path) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let module = root.join("../target/javascript/node/ringfence.js");
    let output = Command::new("node").arg(root.join("browser/api.mjs")).arg(module).arg(file).output();
    let output = output.map_err(|error| format!("node: {error}"))?;
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    if said["wrong"] != json!([]) {
        return Err(said["wrong"].to_string());
    }
    compare(&said["pairs"], file)
}

/// The browser says of a file what the program says.
pub fn in_browser(page: &Page, site: &Site, file: &Path) -> Result<()> {
    page.visit(&format!("{}embedding/plain.html", site.address))?;
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let ask = "window.said = null; import('/javascript/web/ringfence.js').then(async (module) => { \
        await module.default(); \
        window.said = module.analyze(arguments[0]).pairs.map(({from, to, verdict}) => [from, to, verdict]).sort(); \
        }).catch((error) => { window.said = String(error) })";
    page.run(&format!("const ask = arguments; (function () {{ {ask} }}).apply(null, ask)"), &[json!(text)])?;
    for _ in 0..500 {
        let said = page.run("return window.said", &[])?;
        if !said.is_null() {
            return compare(&said, file);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err("the module says nothing".to_owned())
}

fn compare(said: &Value, file: &Path) -> Result<()> {
    let mut said: Vec<[String; 3]> =
        serde_json::from_value(said.clone()).map_err(|error| format!("{error}: {said}"))?;
    said.sort();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let expected = program::verdicts(&[File { name, text }])?;
    if said == expected { Ok(()) } else { Err(format!("it says {said:?}, the program {expected:?}")) }
}

//! The page, and the package for JavaScript.

use super::{Environment, TARGET, compiler, made, say, size, target, tools};
use crate::run::{command, root, watched};
use crate::tally::Tally;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the page is made of, this program included.
const INGREDIENTS: [&str; 10] = [
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "engine/src",
    "view/src",
    "web",
    "examples",
    "docs",
    "xtask/src/web",
];

/// Builds the page into `target/playground`, unless it is newer than all it is made of.
pub fn playground() -> Result<PathBuf, String> {
    let page = root().join("target/playground");
    fresh(&page, "playground", |environment| {
        say("building the page (several minutes the first time)");
        let mut trunk = command("trunk", &["build", "--release"]);
        watched(trunk_words(environment.lend(&mut trunk)?), &mut Tally::default())?;
        size::compress(&page)
    })?;
    Ok(page)
}

/// Builds the JavaScript package into `target/javascript`: `web` for pages and bundlers, `node` for Node.
pub fn script_package() -> Result<PathBuf, String> {
    let package = root().join("target/javascript");
    fresh(&package, "javascript", |environment| {
        say("building the package for JavaScript");
        let mut build = command("cargo", &["build", "--quiet", "-p", "ringfence-web", "--lib", "--profile", "web"]);
        watched(
            environment.lend(build.args(["--no-default-features", "--features", "api", "--target", TARGET]))?,
            &mut Tally::default(),
        )?;
        let module = target().join(TARGET).join("web/ringfence_web.wasm").display().to_string();
        [("web", "web"), ("node", "nodejs")].iter().try_for_each(|(folder, kind)| {
            let folder = package.join(folder);
            made(&folder)?;
            let place = folder.display().to_string();
            let mut bind = command("wasm-bindgen", &["--target", kind, "--out-name", "ringfence"]);
            watched(environment.lend(bind.args(["--out-dir", &place, &module]))?, &mut Tally::default())?;
            optimise(&folder.join("ringfence_bg.wasm"), environment)
        })
    })?;
    Ok(package)
}

/// Calls the functions for JavaScript in a real browser.
pub fn script_tests(tally: &mut Tally) -> Result<(), String> {
    let mut environment = compiler::provide()?;
    environment.folders = tools::provide()?.into_iter().chain(environment.folders).collect();
    let runner = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";
    environment.variables.extend([(runner, "wasm-bindgen-test-runner".into()), ("CHROMEDRIVER", driver()?.into())]);
    // Without `--quiet`, which cargo would hand to a runner that does not know it.
    let mut test = command("cargo", &["test", "-p", "ringfence-web", "--test", "api", "--target", TARGET]);
    watched(environment.lend(test.args(["--no-default-features", "--features", "api"]))?, tally)
}

fn driver() -> Result<PathBuf, String> {
    tools::on_path("chromedriver").ok_or_else(|| "missing: chromedriver (Debian: chromium-driver)".to_owned())
}

fn optimise(module: &Path, environment: &Environment) -> Result<(), String> {
    let place = module.display().to_string();
    let mut command = command("wasm-opt", &["-Oz", &place, "-o", &place]);
    watched(environment.lend(&mut command)?, &mut Tally::default())
}

/// trunk takes `NO_COLOR` for a flag with a value.
fn trunk_words(command: &mut std::process::Command) -> &mut std::process::Command {
    command.env_remove("NO_COLOR").args(["--color", "never", "--log", "warn"])
}

/// Builds something again only where an ingredient is newer than the last time.
fn fresh(folder: &Path, name: &str, build: impl FnOnce(&Environment) -> Result<(), String>) -> Result<(), String> {
    let stamp = root().join("target").join(format!("{name}.stamp"));
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let newest = INGREDIENTS.iter().filter_map(|name| newest(&root().join(name))).max();
    if folder.exists() && modified(&stamp).is_some_and(|built| newest.is_none_or(|newest| newest < built)) {
        return Ok(());
    }
    // The time before the build: whoever saves a file in the middle of it gets another one.
    let begin = SystemTime::now();
    let mut environment = compiler::provide()?;
    environment.folders = tools::provide()?.into_iter().chain(environment.folders).collect();
    build(&environment)?;
    let written = |error: std::io::Error| format!("{}: {error}", stamp.display());
    let file = std::fs::File::create(&stamp).map_err(written)?;
    file.set_modified(begin).map_err(written)
}

/// When the youngest file below was written; what a build makes does not count.
fn newest(path: &Path) -> Option<SystemTime> {
    let made = ["dist", "node_modules"].map(std::ffi::OsStr::new);
    if path.file_name().is_some_and(|name| made.contains(&name)) {
        return None;
    }
    if !path.is_dir() {
        return path.metadata().and_then(|metadata| metadata.modified()).ok();
    }
    std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max()
}

//! The engine for JavaScript: the same answers as the command line's JSON, in a browser or in Node.
//!
//! ```js
//! import start, { analyze, explain, diff, check, compile } from "./ringfence.js";
//! await start();
//! analyze([{ name: "subnet.yaml", text }], { profile: "kube-ovn/1.16" }).pairs
//! ```

use ringfence_engine::answers::diff::{changes, matched};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::compile::{Profile, Settings, Strictness};
use ringfence_engine::reach::Family;
use ringfence_engine::source::Sources;
use ringfence_view::difference::Difference;
use ringfence_view::ends::ends;
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::{self, Picture, Wishes};
use ringfence_view::report::{Report, found};
use ringfence_view::story::{Asked, Story, Wanted};
use ringfence_view::wire;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io;
use wasm_bindgen::prelude::*;

/// A file: its name and its text.
#[derive(Debug, Clone, Deserialize)]
struct File {
    name: String,
    text: String,
}

/// How the files are understood.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Options {
    profile: Option<String>,
    lenient: bool,
    namespace: Option<String>,
    /// Of `explain`: `tcp/80`, `udp`, `icmp` …; without it the whole pair.
    on: Option<String>,
}

/// The shapes, for TypeScript.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../page/ringfence.d.ts");

/// `reach -o json`.
///
/// # Errors
///
/// Arguments of another shape; an unknown profile.
#[wasm_bindgen(skip_typescript)]
pub fn analyze(files: JsValue, options: JsValue) -> Result<JsValue, JsError> {
    let loaded = load(files, &read_options(options)?)?;
    let mut reach = loaded.reach();
    let pairs = reach.pairs().map(|(from, to)| (from, to, reach.pair(from, to)));
    json(|out| wire::reach::write(out, &loaded, pairs))
}

/// `explain FROM TO -o json`.
///
/// # Errors
///
/// Arguments of another shape; an unknown profile; a name that means nobody.
#[wasm_bindgen(skip_typescript)]
pub fn explain(files: JsValue, from: &str, to: &str, options: JsValue) -> Result<JsValue, JsError> {
    let options = read_options(options)?;
    let loaded = load(files, &options)?;
    let namespace = options.namespace.as_deref().unwrap_or("default");
    let (from, to) = ends(&loaded, [from, to], namespace).map_err(|message| JsError::new(&message))?;
    let filter = match options.on.as_deref() {
        None => Filter::All,
        Some(text) => {
            Filter::parse(text).ok_or_else(|| JsError::new("`on` is `tcp/80`, `udp/53`, `sctp`, `icmp` or `all`"))?
        }
    };
    let mut reach = loaded.reach();
    let pair = reach.pair(from.index, to.index);
    let ends = (&from.endpoint, &to.endpoint);
    let common = Family::ALL.into_iter().filter(|family| ends.0.has(*family) && ends.1.has(*family));
    let asked = |family| Asked { wanted: Wanted::of(filter, family), shape: Default::default(), family };
    let families: Vec<Family> = common.collect();
    let story = Story::of_families(&loaded.compiled, reach.pipelines(), ends, &pair, (&families, &asked));
    json(|out| wire::explain::write(out, &loaded, &story))
}

/// `diff -o json` between two sets of files.
///
/// # Errors
///
/// Arguments of another shape; an unknown profile.
#[wasm_bindgen(skip_typescript)]
pub fn diff(old: JsValue, new: JsValue, options: JsValue, other: JsValue) -> Result<JsValue, JsError> {
    let options = read_options(options)?;
    let other = if other.is_undefined() || other.is_null() { options.clone() } else { read_options(other)? };
    let (old, new) = (load(old, &options)?, load(new, &other)?);
    let matched = matched(&old.compiled.endpoints, &new.compiled.endpoints);
    let changes = changes(&matched, &mut old.reach(), &mut new.reach());
    let difference = Difference { old: &old, new: &new, matched: &matched, changes: &changes };
    json(|out| wire::diff::write(out, &difference))
}

/// `check -o json`.
///
/// # Errors
///
/// Arguments of another shape; an unknown profile.
#[wasm_bindgen(skip_typescript)]
pub fn check(files: JsValue, options: JsValue) -> Result<JsValue, JsError> {
    let options = read_options(options)?;
    let loaded = load(files, &options)?;
    let endpoints = loaded.compiled.endpoints.as_slice();
    let mut reach = loaded.reach();
    let (findings, judgements) = found(&loaded, &mut reach, options.namespace.as_deref().unwrap_or("default"));
    let report = Report { sources: &loaded.sources, endpoints, findings: &findings, judgements: &judgements };
    json(|out| wire::check::write(out, &report))
}

/// `compile -o json`.
///
/// # Errors
///
/// Arguments of another shape; an unknown profile.
#[wasm_bindgen(skip_typescript)]
pub fn compile(files: JsValue, options: JsValue) -> Result<JsValue, JsError> {
    let loaded = load(files, &read_options(options)?)?;
    let pipelines = loaded.pipelines();
    json(|out| wire::compile::write(out, &loaded, &pipelines))
}

/// `reach -o svg`.
///
/// # Errors
///
/// Arguments of another shape; an unknown profile.
#[wasm_bindgen(skip_typescript)]
pub fn svg(files: JsValue, options: JsValue) -> Result<String, JsError> {
    let loaded = load(files, &read_options(options)?)?;
    let endpoints = loaded.compiled.endpoints.as_slice();
    let matrix = Matrix::of(&mut loaded.reach(), Filter::All);
    let mut text = String::new();
    picture::write(&mut text, &Picture::of(endpoints, &matrix, &Wishes::default()), "Who can talk to whom")?;
    Ok(text)
}

/// The version of the engine.
#[wasm_bindgen(skip_typescript)]
pub fn version() -> String {
    wire::VERSION.to_owned()
}

fn read<T: DeserializeOwned>(value: JsValue, what: &str) -> Result<T, JsError> {
    serde_wasm_bindgen::from_value(value).map_err(|error| JsError::new(&format!("{what}: {error}")))
}

fn read_options(value: JsValue) -> Result<Options, JsError> {
    if value.is_undefined() || value.is_null() {
        return Ok(Options::default());
    }
    if let Some(object) = value.dyn_ref::<js_sys::Object>() {
        let keys = js_sys::Object::keys(object);
        let mut keys = keys.iter().filter_map(|key| key.as_string());
        if let Some(unknown) = keys.find(|key| !OPTIONS.contains(&key.as_str())) {
            return Err(JsError::new(&format!("no option is called `{unknown}`: there are {}", OPTIONS.join(", "))));
        }
    }
    read(value, "options are like `{profile: \"kube-ovn/1.14\", lenient: true}`")
}

/// The options there are.
const OPTIONS: [&str; 4] = ["profile", "lenient", "namespace", "on"];

/// A text alone, or a list of files.
fn load(files: JsValue, options: &Options) -> Result<Loaded, JsError> {
    let files: Vec<File> = match files.as_string() {
        Some(text) => vec![File { name: "input.yaml".to_owned(), text }],
        None => read(files, "files are one text, or a list of `{name, text}`")?,
    };
    let profile = match options.profile.as_deref() {
        None => None,
        Some(name) => {
            Some(Profile::named(name).ok_or_else(|| JsError::new(&format!("no profile is called `{name}`")))?)
        }
    };
    let mut sources = Sources::new();
    for File { name, text } in files {
        sources.add(name, text);
    }
    let strictness = if options.lenient { Strictness::Lenient } else { Strictness::Strict };
    Ok(Loaded::new(sources, &Settings { profile, strictness, ..Settings::default() }))
}

/// A document of the command line as a value of JavaScript.
fn json(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<JsValue, JsError> {
    let mut text = Vec::new();
    write(&mut text)?;
    let text = String::from_utf8(text)?;
    js_sys::JSON::parse(&text).map_err(|_| JsError::new("the answer is no JSON"))
}

//! Reading, file by file: `corpus/read/NAME.yaml` or `.json` beside `NAME.expected`, and every example.
//!
//! `UPDATE_CORPUS=1` writes what the program says into the expected files; read them before they are kept.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on may stop")]

use ringfence_engine::answers::expect::judge;
use ringfence_engine::compile::{Compiled, Settings, load};
use ringfence_engine::diagnostic::Diagnostic;
use ringfence_engine::reach::{AddressRange, evaluate};
use ringfence_engine::source::{Place, Sources};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/read");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.contains(&ending.to_str().unwrap())) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources(path: &Path) -> Sources {
    let mut sources = Sources::new();
    sources.add_bytes(path.file_name().unwrap().to_str().unwrap(), &fs::read(path).unwrap());
    sources
}

fn at(sources: &Sources, place: Option<Place>) -> String {
    let Some((_, position)) = place.and_then(|place| sources.locate(place)) else { return "-".to_string() };
    format!("{}:{}", position.line, position.column)
}

fn source_text(sources: &Sources, place: Place) -> String {
    let text = sources.get(place.source).and_then(|source| source.text().get(place.span.range())).unwrap_or("?");
    text.chars().take(60).collect::<String>().escape_debug().to_string()
}

fn diagnostic(sources: &Sources, found: &Diagnostic, out: &mut String) {
    let (code, severity) = (found.code.name(), found.severity.name());
    writeln!(out, "{} {severity} {code}: {}", at(sources, found.place), found.message).unwrap();
    if let Some(place) = found.place {
        writeln!(out, "    at: {}", source_text(sources, place)).unwrap();
    }
    for label in &found.labels {
        writeln!(out, "    {}: {}", at(sources, Some(label.place)), label.message).unwrap();
    }
    if let Some(help) = &found.help {
        writeln!(out, "    help: {help}").unwrap();
    }
    if let Some(fix) = &found.fix {
        writeln!(out, "    fix: {} -> {}", source_text(sources, fix.place), fix.replacement).unwrap();
    }
}

fn range(range: &AddressRange) -> String {
    if range.first == range.last { range.first.to_string() } else { format!("{}-{}", range.first, range.last) }
}

/// Everything that a reader of the corpus should see.
fn report(sources: &Sources, compiled: &Compiled) -> String {
    let mut out = String::new();
    for found in &compiled.diagnostics {
        diagnostic(sources, found, &mut out);
    }
    for endpoint in &compiled.endpoints {
        let addresses: Vec<String> = endpoint.addresses.iter().map(range).collect();
        writeln!(out, "endpoint {} {} {}", endpoint.id, endpoint.kind.name(), addresses.join(" ")).unwrap();
    }
    let network = &compiled.network;
    let switches = network.switches.iter().map(|switch| (&switch.name, &switch.acls));
    let groups = network.port_groups.iter().map(|group| (&group.name, &group.acls));
    for (name, acl) in switches.chain(groups).flat_map(|(name, acls)| acls.iter().map(move |acl| (name, acl))) {
        let (tier, priority) = (acl.tier.get(), acl.priority.get());
        let from = format!("{} {}", acl.provenance.object, acl.provenance.field);
        let after = if acl.after_lb { " after-lb" } else { "" };
        writeln!(out, "row {name} {}{after} {tier}/{priority} {} {} [{from}]", acl.direction, acl.action, acl.matches)
            .unwrap();
    }
    for (name, addresses) in &network.address_sets {
        writeln!(out, "set {name} {}", addresses.join(" ")).unwrap();
    }
    writeln!(out, "version {} {:?}", network.version.name(), network.options).unwrap();
    out
}

#[test]
fn the_corpus_is_read_as_expected() {
    let update = std::env::var_os("UPDATE_CORPUS").is_some();
    let mut wrong = Vec::new();
    for path in files(Path::new(CORPUS), &["yaml", "json"]) {
        let sources = sources(&path);
        let found = report(&sources, &load(&sources, &Settings::default()));
        let expected = path.with_extension("expected");
        if update {
            fs::write(&expected, &found).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "read otherwise than expected:\n{}", wrong.join("\n"));
}

#[test]
fn messages_follow_the_style() {
    for path in files(Path::new(CORPUS), &["yaml", "json"]) {
        let sources = sources(&path);
        for found in load(&sources, &Settings::default()).diagnostics {
            let text = &found.message;
            assert!(!text.ends_with('.') && !text.contains('\n'), "{}: {text}", path.display());
            assert!(found.place.is_some(), "{}: {text} has no place", path.display());
        }
    }
}

/// Cutting a text anywhere, or putting any byte anywhere, must end in an answer.
#[test]
fn no_damage_to_a_text_causes_a_panic() {
    for path in files(Path::new(CORPUS), &["yaml", "json"]).iter().chain(&files(Path::new(EXAMPLES), &["yaml"])) {
        let bytes = fs::read(path).unwrap();
        for at in (0..bytes.len().min(2000)).step_by(23) {
            for damage in [&b""[..], b"\"", b"\xff", b"&a *a", b"{[", b"\n---\n", b"\t", b"99999999999999999999"] {
                let mut damaged = bytes[..at].to_vec();
                damaged.extend(damage);
                if damage.is_empty() {
                    let mut sources = Sources::new();
                    sources.add_bytes("cut.yaml", &damaged);
                    load(&sources, &Settings::default());
                }
                damaged.extend(&bytes[at..]);
                let mut sources = Sources::new();
                sources.add_bytes("damaged.yaml", &damaged);
                load(&sources, &Settings::default());
            }
        }
    }
}

/// The claims of the examples that are false as they are written, by file and name.
const FALSE: &[(&str, &str)] = &[
    ("subnet-acl-3.yaml", "vm1-may-talk"),
    ("network-policy-1.yaml", "the-rest-is-blocked"),
    ("network-policy-3.yaml", "vm1-and-vm2-talk-among-themselves"),
    ("network-policy-4.yaml", "vm2-talks-with-vm1-only"),
];

/// What is found in the examples.
const FINDINGS: &[(&str, &[&str])] = &[
    ("unparsable-match.yaml", &["RF101"]),
    ("network-policy-3.yaml", &["RF021", "RF021"]),
    ("network-policy-4.yaml", &["RF023"]),
    ("manifests-only.yaml", &["RF024", "RF024"]),
];

#[test]
fn the_claims_of_the_examples_are_as_measured() {
    for path in files(Path::new(EXAMPLES), &["yaml"]) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let sources = sources(&path);
        let compiled = load(&sources, &Settings::default());
        let findings: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code.name()).collect();
        assert!(!compiled.expectations.is_empty(), "{name} claims nothing");
        let expected = FINDINGS.iter().find(|(file, _)| *file == name).map_or(&[][..], |(_, codes)| codes);
        assert_eq!(findings, expected, "{name}");
        let mut reach = evaluate(&compiled.network, &compiled.endpoints);
        let (judgements, unknown) = judge(&compiled.expectations, &compiled.endpoints, &mut reach, "default");
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
        for judgement in judgements {
            let expected = !FALSE.contains(&(name, judgement.name.as_str()));
            assert_eq!(judgement.holds, expected, "{name}: {} {:?}", judgement.name, judgement.counterexamples);
        }
    }
}

//! The match language against `corpus/match`. `UPDATE_CORPUS=1` writes what the engine says into the files.
//!
//! How its files are written stands in `corpus/match/README.md`.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test may panic")]

use ringfence_engine::ovn::matching::{Adviser, Context, MatchError, parse};
use ringfence_engine::ovn::network::Version;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/match").join(name)
}

/// The names that the head of a file defines.
fn context(text: &str, version: Version) -> Context {
    text.lines().fold(Context::new(version).advised_by(Adviser::FULL), |context, line| {
        if let Some((name, elements)) = line.strip_prefix('$').and_then(|line| line.split_once('=')) {
            context.with_address_set(name.trim(), elements.split_whitespace())
        } else if let Some(name) = line.strip_prefix('@') {
            context.with_port_group(name.trim())
        } else {
            context
        }
    })
}

/// The match of a line that begins a block, with the versions to ask.
fn block(line: &str) -> Option<(&str, Vec<Version>)> {
    let (before, after) = line.split_once('>')?;
    let versions = match before {
        "" => Version::ALL.to_vec(),
        name => vec![Version::from_name(name)?],
    };
    Some((after.strip_prefix(' ').unwrap_or(after), versions))
}

fn expectation(text: &str, line: &str, matching: &str, versions: &[Version]) -> String {
    let mut answers =
        versions.iter().map(|version| answer(matching, &context(text, *version), line.len() - matching.len()));
    let first = answers.next().unwrap();
    assert!(answers.all(|answer| answer == first), "{line}: the versions disagree, ask one at a time");
    first
}

fn answer(matching: &str, context: &Context, indent: usize) -> String {
    match parse(matching, context) {
        Ok(parsed) => format!("= {parsed}\n: {}\n", parsed.annotate().simplify()),
        Err(errors) => errors.iter().map(|error| complaint(matching, error, indent)).collect(),
    }
}

fn complaint(matching: &str, error: &MatchError, indent: usize) -> String {
    let (before, inside) = (&matching[..error.span().start], &matching[error.span().range()]);
    let blanks = " ".repeat(indent + before.chars().count());
    let mut out = format!("{blanks}{}\n! {}\n", "~".repeat(inside.chars().count().max(1)), error.message());
    if let Some(help) = error.help() {
        writeln!(out, "? {help}").unwrap();
    }
    if let Some((span, replacement)) = error.fix() {
        writeln!(out, "+ {}{replacement}{}", &matching[..span.start], &matching[span.end..]).unwrap();
    }
    out
}

/// The file as it would have to be.
fn expected(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some((matching, versions)) = block(line).filter(|_| !inside) {
            writeln!(out, "{line}").unwrap();
            out += &expectation(text, line, matching, &versions);
            inside = true;
        } else if line.trim().is_empty() {
            out += "\n";
            inside = false;
        } else if !inside {
            writeln!(out, "{line}").unwrap();
        }
    }
    out
}

fn check(name: &str) {
    let path = corpus(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let expected = expected(&text);
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    for (number, (is, should)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(is, should, "{}:{}", path.display(), number + 1);
    }
    assert_eq!(text, expected, "{}", path.display());
}

#[test]
fn valid_matches_have_a_canonical_text_and_a_meaning() {
    check("valid.txt");
}

#[test]
fn invalid_matches_are_explained() {
    check("invalid.txt");
}

//! The pages of the codes: `docs/lints` says of each what the registry and the corpus say.
//!
//! `UPDATE_CORPUS=1` writes the pages anew, after the corpus itself.

#![allow(clippy::disallowed_methods, reason = "the test itself reads the corpus and the manual")]

use ringfence_engine::diagnostic::{Code, Example};
use std::path::{Path, PathBuf};

/// Codes of which no single YAML file gives an example: they need a missing file, an empty folder, a flood of findings,
/// a cluster, a database, a page or addresses that are cut by hundreds of rules.
const WITHOUT_EXAMPLE: [&str; 9] = ["RF001", "RF010", "RF019", "RF020", "RF027", "RF028", "RF029", "RF030", "RF215"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn corpus(code: Code, ending: &str) -> String {
    std::fs::read_to_string(root().join("tests/corpus/check").join(format!("{}{ending}", code.name())))
        .unwrap_or_default()
}

#[test]
fn every_code_has_an_example_that_shows_it_and_one_that_does_not() {
    for code in Code::ALL.iter().filter(|code| !WITHOUT_EXAMPLE.contains(&code.name())) {
        let (wrong, mended) = (corpus(*code, ".txt"), corpus(*code, "-mended.txt"));
        let name = code.name();
        assert!(
            wrong.contains(&format!("[{name}]")) || wrong.contains(&format!("title={name}")),
            "{name} is not shown"
        );
        assert!(
            !mended.is_empty() && !mended.contains(&format!("[{name}]")),
            "{name} is still there when it is mended:\n{mended}"
        );
    }
}

#[test]
fn places_point_into_the_example_that_the_page_shows() {
    for code in Code::ALL.iter().filter(|code| !WITHOUT_EXAMPLE.contains(&code.name())) {
        let page = std::fs::read_to_string(root().join("docs/lints").join(format!("{}.md", code.name()))).unwrap();
        let part = |from: &str| page.split_once(from).and_then(|(_, rest)| rest.split_once("\n```")).unwrap().0;
        let (wrong, said) = (part("```yaml\n"), part("```text\n"));
        // What a fix makes of a line is shown behind the finding.
        let blocks = said.split("╭▸ ").skip(1).filter_map(|block| block.split('╰').next());
        let lines = blocks.flat_map(str::lines).filter_map(|line| line.split_once(" │ "));
        let shown = lines.filter_map(|(number, text)| {
            let text = text.trim_start_matches(['┏', '┃', '┗', ' ']).trim_end();
            Some((number.trim().parse::<usize>().ok()?, text))
        });
        for (number, text) in shown {
            let there = wrong.lines().nth(number - 1).unwrap_or_default().trim();
            assert!(there == text, "{} shows `{text}` as line {number}, which is `{there}`", code.name());
        }
    }
}

#[test]
fn codes_without_an_example_have_a_lesson_and_no_page_mends_what_it_shows_by_itself() {
    for code in Code::ALL {
        assert_eq!(code.lesson().is_some(), WITHOUT_EXAMPLE.contains(&code.name()), "{}", code.name());
        let (wrong, mended) = (corpus(*code, ".yaml"), corpus(*code, "-mended.yaml"));
        assert!(wrong.is_empty() || wrong != mended, "{} is mended by nothing", code.name());
    }
}

#[test]
fn every_page_says_what_the_registry_says() {
    let folder = root().join("docs/lints");
    let mut index =
        String::from("# Findings\n\nA code is never reused. `ringfence check --explain CODE` shows its page.\n\n");
    index += "| code | severity | |\n|---|---|---|\n";
    let mut pages: Vec<(String, String)> = Vec::new();
    for code in Code::ALL {
        let (wrong, said, mended) = (corpus(*code, ".yaml"), corpus(*code, ".txt"), corpus(*code, "-mended.yaml"));
        let example = Example { wrong: &wrong, said: &said, mended: &mended };
        let name = code.name();
        let page = code.page((!wrong.is_empty()).then_some(example));
        index += &format!("| [{name}]({name}.md) | {} | {} |\n", code.severity().name(), code.summary());
        pages.push((format!("{name}.md"), page));
    }
    pages.push(("README.md".to_owned(), index));
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        pages.iter().for_each(|(name, page)| std::fs::write(folder.join(name), page).unwrap());
    }
    for (name, page) in &pages {
        let there = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(there == *page, "docs/lints/{name} is not what the registry says (UPDATE_CORPUS=1 writes it)");
    }
    let count = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(count, pages.len(), "a page of no code");
}

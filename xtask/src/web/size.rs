//! What a visitor fetches, and how much of it there may be.

use super::playground;
use crate::run::{captured, command, root};
use crate::tally::Tally;
use std::path::Path;

/// The most that a module may weigh, in bytes, after Brotli.
const MODULE: u64 = 400 * 1024;

/// The most that the page may weigh until something is seen.
const FIRST_PAINT: u64 = 600_000;

/// What comes after the first paint: the engine, which answers, reviews and mends in workers, and what is for other pages or other visits.
const LATER: [&str; 12] = [
    "embed.js",
    "embed.html",
    "answerer.js",
    "answerer_bg.wasm",
    "worker.js",
    "reviewer.js",
    "reviewer_bg.wasm",
    "review.js",
    "mender.js",
    "mender_bg.wasm",
    "mend.js",
    "offline.js",
];

/// Puts a Brotli twin beside every file, for servers that hand it out as it is.
pub fn compress(folder: &Path) -> Result<(), String> {
    let script = root().join("xtask/src/web/compress.mjs").display().to_string();
    captured(&mut command("node", &[&script, &folder.display().to_string()])).map(drop)
}

/// The weight of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    name: String,
    raw: u64,
    brotli: u64,
}

/// The files of the page, by what they weigh after Brotli; heaviest first.
pub fn sizes(folder: &Path) -> Result<Vec<Size>, String> {
    let mut sizes = below(folder, folder)?;
    sizes.sort_by_key(|size| std::cmp::Reverse(size.brotli));
    Ok(sizes)
}

fn below(top: &Path, folder: &Path) -> Result<Vec<Size>, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut sizes = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            sizes.extend(below(top, &path)?);
        } else if path.extension().is_none_or(|extension| extension != "br") {
            let raw = path.metadata().map_err(wrong)?.len();
            let twin = Path::new(&format!("{}.br", path.display())).metadata();
            let name = path.strip_prefix(top).unwrap_or(&path).display().to_string();
            sizes.push(Size { name, raw, brotli: twin.map_or(raw, |twin| twin.len()) });
        }
    }
    Ok(sizes)
}

/// Prints the sizes.
pub fn print(sizes: &[Size]) {
    for Size { name, raw, brotli } in sizes {
        println!("{raw:>9} {brotli:>9}  {name}");
    }
    let sum = |of: fn(&Size) -> u64| sizes.iter().map(of).sum::<u64>();
    println!("{:>9} {:>9}  in all (bytes; after Brotli)", sum(|size| size.raw), sum(|size| size.brotli));
}

/// Builds the page and says whether it is light enough.
pub fn within_budget(tally: &mut Tally) -> Result<(), String> {
    let sizes = sizes(&playground()?)?;
    print(&sizes);
    let results = [
        held("the heaviest module", heaviest(&sizes), MODULE, tally),
        held("everything until the first paint", first_paint(&sizes), FIRST_PAINT, tally),
    ];
    results.into_iter().collect()
}

fn heaviest(sizes: &[Size]) -> u64 {
    sizes.iter().filter(|size| size.name.ends_with(".wasm")).map(|size| size.brotli).max().unwrap_or(0)
}

fn first_paint(sizes: &[Size]) -> u64 {
    sizes.iter().filter(|size| !LATER.contains(&size.name.as_str())).map(|size| size.brotli).sum()
}

fn held(what: &str, weight: u64, most: u64, tally: &mut Tally) -> Result<(), String> {
    println!("{what}: {weight} bytes of at most {most}");
    if weight > 0 && weight <= most {
        tally.passed += 1;
        return Ok(());
    }
    tally.failed += 1;
    Err(format!("{what} weighs {weight} bytes; at most {most} are allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(name: &str, brotli: u64) -> Size {
        Size { name: name.to_owned(), raw: brotli * 3, brotli }
    }

    #[test]
    fn what_is_for_other_pages_does_not_weigh_on_the_first_paint() {
        let sizes = [
            size("playground_bg.wasm", 300),
            size("answerer_bg.wasm", 200),
            size("index.html", 2),
            size("embed.js", 5),
        ];
        assert_eq!(heaviest(&sizes), 300);
        assert_eq!(first_paint(&sizes), 302);
    }

    #[test]
    fn a_page_over_the_budget_fails_and_so_does_one_that_is_not_there() {
        let mut tally = Tally::default();
        assert!(held("x", 10, 10, &mut tally).is_ok());
        assert!(held("x", 11, 10, &mut tally).is_err());
        assert!(held("x", 0, 10, &mut tally).is_err());
        assert_eq!((tally.passed, tally.failed), (1, 2));
    }
}

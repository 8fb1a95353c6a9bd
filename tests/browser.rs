//! The playground in a real browser: it says what `ringfence reach -o json` says, of every example and of random worlds.
//!
//! `RINGFENCE_WORLDS` sets how many random worlds there are, `RINGFENCE_SEED` which. Pictures go to `target/screenshots`.
//! The page (`cargo xtask web`) and the program (`cargo build -p ringfence-cli`) are built before; `cargo xtask test
//! --only browser` does all of it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "test code")]

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_tests::browser::measure;
use ringfence_tests::browser::page::{File, Page};
use ringfence_tests::browser::program;
use ringfence_tests::browser::script;
use ringfence_tests::browser::site::Site;
use ringfence_tests::browser::typing;
use ringfence_tests::browser::undo;
use ringfence_tests::browser::walk;
use ringfence_tests::browser::words;
use ringfence_tests::generate::world::World;
use ringfence_tests::ovn::world;
use ringfence_tests::random::{self, Random};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// How many random worlds a run tries.
const WORLDS: u64 = 50;

/// The example of the picture.
const SEED: &str = "kube-ovn-vm-isolation/subnet-acl-3.yaml";

type Shared = Arc<Mutex<Page>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One browser, one page.
    arguments.test_threads = Some(1);
    let seed = random::seed();
    let site = Site::open();
    let page = Arc::new(Mutex::new(Page::new(&site)));
    let site = Arc::new(site);
    let trials = [looks(&page), walks(&page, &site), measures(&page), examples(&page), worlds(&page, seed)]
        .into_iter()
        .flatten()
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(page: &Shared, name: String, check: impl FnOnce(&Page) -> Result<(), Failed> + Send + 'static) -> Trial {
    let page = Arc::clone(page);
    // One test that fails does not spoil the page for the others: each of them opens it anew, or loads its own files.
    Trial::test(name, move || check(&page.lock().unwrap_or_else(std::sync::PoisonError::into_inner)))
}

/// What is true of the page whatever it shows.
fn looks(page: &Shared) -> Vec<Trial> {
    vec![
        trial(page, "opens-below-another-address".to_owned(), |page| {
            page.open_below("docs/ringfence/", "")?;
            if page.table()?.is_empty() {
                return Err("the table is empty".into());
            }
            quiet(page)
        }),
        trial(page, "shows-the-seed-in-light-dark-and-on-a-telephone".to_owned(), |page| {
            page.open("")?;
            page.load(&[example(&gallery().join(SEED))])?;
            page.screenshot("seed-light")?;
            page.dark()?;
            page.screenshot("seed-dark")?;
            page.width(360)?;
            page.screenshot("seed-360")?;
            let overflow = page.overflow()?;
            page.usual()?;
            if overflow > 0 { Err(format!("{overflow} px stand out on the right at 360").into()) } else { quiet(page) }
        }),
    ]
}

/// What people do on it.
fn walks(page: &Shared, site: &Arc<Site>) -> Vec<Trial> {
    type Walk = fn(&Page) -> Result<(), String>;
    let walks: [(&str, Walk); 18] = [
        ("first-visit", walk::first_visit),
        ("mistake-and-fix", walk::mistake_and_fix),
        ("half-a-text", typing::half_a_text),
        ("undo", undo::undo),
        ("aside", undo::aside),
        ("mistakes", words::mistakes),
        ("controls", words::controls),
        ("looks", words::looks),
        ("lost-worker", words::lost_worker),
        ("completion", walk::completion),
        ("wish", walk::wish),
        ("tracking", walk::tracking),
        ("link", walk::link),
        ("keys", walk::keys),
        ("form", walk::form),
        ("downloads", walk::downloads),
        ("anything-pasted", walk::anything),
        ("offline", walk::offline),
    ];
    let alone = |(name, walk): (&str, Walk)| {
        trial(page, name.to_owned(), move |page| walk(page).map_err(Failed::from).and_then(|()| quiet(page)))
    };
    let (site, served) = (Arc::clone(site), Arc::clone(site));
    let embedded = trial(page, "embedded".to_owned(), move |page| {
        walk::embedded(page, &site).map_err(Failed::from).and_then(|()| quiet(page))
    });
    let files = || ["manifests-only.yaml", "policy-repairs-acl.yaml", SEED].map(|name| gallery().join(name));
    let node = Trial::test("script-in-node", move || Ok(files().iter().try_for_each(|file| script::in_node(file))?));
    let at = Arc::clone(&served);
    let browser = trial(page, "script-in-the-browser".to_owned(), move |page| {
        Ok(files().iter().try_for_each(|file| script::in_browser(page, &at, file))?)
    });
    walks.into_iter().map(alone).chain([embedded, node, browser]).collect()
}

/// How long people wait.
fn measures(page: &Shared) -> Vec<Trial> {
    let first = trial(page, "time-to-the-first-verdicts".to_owned(), |page| Ok(measure::first_verdict(page)?));
    let key = |machines: usize| {
        trial(page, format!("time-of-a-key-with-{machines}-machines"), move |page| {
            measure::keystrokes(page, machines).map_err(Failed::from).and_then(|()| quiet(page))
        })
    };
    [first].into_iter().chain([5, 200, 1_000].map(key)).collect()
}

fn examples(page: &Shared) -> Vec<Trial> {
    let mut files = manifests(&gallery());
    files.sort();
    let trial = |file: PathBuf| {
        let name = file.strip_prefix(gallery()).unwrap().display().to_string();
        trial(page, name, move |page| same(page, &[example(&file)]))
    };
    files.into_iter().map(trial).collect()
}

fn worlds(page: &Shared, seed: u64) -> Vec<Trial> {
    let count = random::setting("RINGFENCE_WORLDS").unwrap_or(WORLDS);
    let trial = |number: u64| {
        trial(page, format!("random-{seed}-{number}"), move |page| {
            let world = World::random(&mut Random::part(seed, number.try_into().unwrap()));
            let files = world::files("world.yaml", &world.text())?;
            let files: Vec<File> = files.into_iter().map(|(name, text)| File { name: base(&name), text }).collect();
            same(page, &files)
        })
    };
    (0..count).map(trial).collect()
}

/// The page says of files what the program says.
fn same(page: &Page, files: &[File]) -> Result<(), Failed> {
    if !page.is_open() {
        page.open("")?;
    }
    page.load(files)?;
    let (shown, said) = (page.table()?, program::verdicts(files)?);
    if said.is_empty() {
        return Err("the program says nothing of these files".into());
    }
    if shown == said {
        return quiet(page);
    }
    let only = |some: &[[String; 3]], others: &[[String; 3]]| -> Vec<String> {
        some.iter().filter(|line| !others.contains(line)).take(8).map(|line| line.join(" ")).collect()
    };
    Err(format!("the page alone: {:#?}\nthe program alone: {:#?}", only(&shown, &said), only(&said, &shown)).into())
}

fn quiet(page: &Page) -> Result<(), Failed> {
    let errors = page.console_errors()?;
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n").into()) }
}

fn gallery() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.partition(|path| path.is_dir());
    let yaml = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    yaml.chain(folders.iter().flat_map(|folder| manifests(folder))).collect()
}

fn example(path: &Path) -> File {
    File { name: base(&path.display().to_string()), text: fs::read_to_string(path).unwrap() }
}

fn base(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

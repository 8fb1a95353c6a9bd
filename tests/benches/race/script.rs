//! The same work by the engine for JavaScript: in Node, and in Chromium.

use crate::load;
use crate::peer::script;
use crate::spent::{self, Spent, count, time};
use crate::table::Table;
use ringfence_engine::answers::diff::{changes, matched};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::compile::{Profile, Settings};
use ringfence_engine::source::Sources;
use ringfence_tests::browser::page::Page;
use ringfence_tests::browser::site::Site;
use ringfence_tests::generate::policies::np1;
use ringfence_tests::generate::rows::acl1;
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::{self, Picture, Wishes};
use ringfence_view::report::found;
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const RUNS: usize = 3;

/// Texts before and after a change.
struct Work {
    name: &'static str,
    profile: &'static str,
    files: Vec<(&'static str, String)>,
    changed: Vec<(&'static str, String)>,
}

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let mut table = Table::new(
        "The engine for JavaScript: from texts to answers, reading included",
        &["work", "", "this machine's code", "Node", "Chromium, on the clock", "Node to this machine's code"],
    );
    let site = Site::open();
    let page = Page::new(&site);
    for work in works() {
        let own = work.natively();
        let node = work.in_node()?;
        let browser = work.in_chromium(&page, &site)?;
        for (name, said, spent) in own {
            let told = |answers: &Value| answers[name]["said"].as_u64();
            if [told(&node), told(&browser)] != [Some(said); 2] {
                return Err(format!("{}, {name}: {said}; Node {node}, Chromium {browser}", work.name).into());
            }
            let taken = |answers: &Value| {
                Duration::from_secs_f64(answers[name]["taken"].as_f64().unwrap_or_default() / 1_000.0)
            };
            let in_node = Spent { cpu: taken(&node), ..Spent::default() };
            table.row([
                work.name.into(),
                name.into(),
                spent.to_string(),
                time(in_node.cpu),
                time(taken(&browser)),
                count(in_node.over(&spent)),
            ]);
        }
    }
    table.note(
        "`svg` answers about all pairs and draws them, `check` finds all that there is to find, `diff` compares with ten \
         changed rows or policies. How many letters, findings and pairs come out is compared between all three. Node's \
         processor time has the threads that compile the module and collect garbage.",
    );
    table.note(format!("Medians of {RUNS}. The load was {}.", load()));
    Ok(vec![table])
}

fn works() -> [Work; 2] {
    let (rows, mut cluster) = (acl1(200, 1_000, 1), np1(500, 100, 1));
    let files = cluster.files().into();
    let changed = rows.replacen("action: allow}", "action: drop}", 10);
    cluster.policies.drain(..10);
    [
        Work {
            name: "ACL-1, 200 machines x 1,000 rows",
            profile: "kube-ovn/1.16",
            files: vec![("rows.yaml", rows)],
            changed: vec![("rows.yaml", changed)],
        },
        Work { name: "NP-1, 500 x 100", profile: "kubernetes", files, changed: cluster.files().into() },
    ]
}

impl Work {
    fn loaded(&self, files: &[(&'static str, String)]) -> Loaded {
        let mut sources = Sources::new();
        for (name, text) in files {
            sources.add(*name, text);
        }
        Loaded::new(sources, &Settings { profile: Profile::named(self.profile), ..Settings::default() })
    }

    /// What the functions for JavaScript do, without JavaScript: by name, how much is said, and what it took.
    fn natively(&self) -> [(&'static str, u64, Spent); 3] {
        let (svg, drawing) = spent::often(RUNS, || {
            let loaded = self.loaded(&self.files);
            let matrix = Matrix::of(&mut loaded.reach(), Filter::All);
            let mut text = String::new();
            let picture = Picture::of(&loaded.compiled.endpoints, &matrix, &Wishes::default());
            picture::write(&mut text, &picture, "Who can talk to whom").unwrap();
            text.encode_utf16().count()
        });
        let (findings, checking) = spent::often(RUNS, || {
            let loaded = self.loaded(&self.files);
            found(&loaded, &mut loaded.reach(), "default").0.len()
        });
        let (pairs, comparing) = spent::often(RUNS, || {
            let (old, new) = (self.loaded(&self.files), self.loaded(&self.changed));
            let matched = matched(&old.compiled.endpoints, &new.compiled.endpoints);
            changes(&matched, &mut old.reach(), &mut new.reach()).len()
        });
        let number = |count: usize| u64::try_from(count).unwrap();
        [("svg", number(svg), drawing), ("check", number(findings), checking), ("diff", number(pairs), comparing)]
    }

    fn told(&self) -> Value {
        let files = |files: &[(&'static str, String)]| -> Value {
            files.iter().map(|(name, text)| json!({"name": name, "text": text})).collect()
        };
        json!({
            "files": files(&self.files), "changed": files(&self.changed), "times": RUNS,
            "options": {"profile": self.profile},
        })
    }

    fn in_node(&self) -> Result<Value, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let work = folder.path().join("work.json");
        fs::write(&work, self.told().to_string())?;
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/javascript/node/ringfence.js");
        let ask = "\nconst [module, work] = process.argv.slice(1);\
            const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };\
            console.log(JSON.stringify(measured(require(module), \
                JSON.parse(require('fs').readFileSync(work, 'utf8')), cpu)));";
        let source = fs::read_to_string(script("script.js"))? + ask;
        let output = Command::new("node").args(["-e", &source]).arg(module).arg(&work).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}: {said}"))?)
    }

    fn in_chromium(&self, page: &Page, site: &Site) -> Result<Value, Box<dyn Error>> {
        page.visit(&format!("{}embedding/plain.html", site.address))?;
        let ask = "const work = arguments[0]; window.said = null;\
            import('/javascript/web/ringfence.js').then(async (module) => { await module.default();\
                window.said = measured(module, work, () => performance.now()); })\
            .catch((error) => { window.said = String(error) });";
        page.run(&(fs::read_to_string(script("script.js"))? + ask), &[self.told()])?;
        for _ in 0..3_000 {
            let said = page.run("return window.said", &[])?;
            if !said.is_null() {
                return Ok(said);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the module says nothing".into())
    }
}

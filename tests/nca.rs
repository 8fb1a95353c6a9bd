//! network-config-analyzer: an analyser of the Kubernetes API's promise that shares nothing with this one.
//!
//! It is a Python program; `cargo xtask test` installs it outside the checkout. What it is known to answer otherwise, and
//! why, is in `docs/peers.md`; [`rewrite`] keeps it from being asked that.
//!
//! | module | noun |
//! |---|---|
//! | [`conversations`] | which protocols and ports one party reaches of another |
//! | [`answer`] | its answer about one cluster |
//! | [`comparison`] | the engine's answers held against it |
//! | [`rewrite`] | the same cluster in words that it understands |

pub mod answer;
pub mod comparison;
pub mod conversations;
pub mod rewrite;

use crate::generate::policies::Cluster;
use answer::Answer;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The installed program.
#[derive(Debug, Clone)]
pub struct Nca {
    program: PathBuf,
}

impl Nca {
    /// Where `RINGFENCE_NCA` says, else where `cargo xtask test` puts it.
    pub fn find() -> Self {
        let stated = std::env::var_os("RINGFENCE_NCA").map(PathBuf::from);
        let program = stated.unwrap_or_else(|| cache().join("ringfence/nca/bin/nca"));
        assert!(
            program.is_file(),
            "{} is missing: network-config-analyzer is installed by `cargo xtask test --only peers`",
            program.display()
        );
        Self { program }
    }

    /// Asks about all of some clusters at once, in words that mean to it what they mean to the API; in a folder that
    /// holds nothing else.
    pub fn ask(&self, folder: &Path, clusters: &[Cluster]) -> Vec<Answer> {
        let rewritten: Vec<Cluster> = clusters.iter().map(rewrite::rewritten).collect();
        self.ask_plainly(folder, &rewritten)
    }

    /// The same, word for word.
    pub fn ask_plainly(&self, folder: &Path, clusters: &[Cluster]) -> Vec<Answer> {
        let (mut configurations, mut queries) = (Vec::new(), Vec::new());
        for (index, cluster) in clusters.iter().enumerate() {
            let name = format!("set-{index}");
            let home = folder.join(&name);
            std::fs::create_dir_all(&home).unwrap();
            for (file, text) in rewrite::marked(cluster, &mark(index)).files() {
                std::fs::write(home.join(file), text).unwrap();
            }
            let file = |file: &str| format!("{name}/{file}");
            configurations.push(json!({
                "name": name,
                "namespaceList": file("namespaces.json"),
                "podList": file("pods.json"),
                "networkPolicyList": file("policies.json"),
            }));
            let output = json!({"outputFormat": "txt_no_fw_rules", "outputPath": home.join("answer.txt")});
            queries.push(
                json!({"name": format!("ask-{index}"), "connectivityMap": [name], "outputConfiguration": output}),
            );
        }
        let scheme = json!({"networkConfigList": configurations, "queries": queries});
        std::fs::write(folder.join("scheme.yaml"), scheme.to_string()).unwrap();
        self.run(folder);
        let read = |index| std::fs::read_to_string(folder.join(format!("set-{index}/answer.txt"))).unwrap_or_default();
        (0..clusters.len()).map(|index| Answer::parse(&read(index), &mark(index))).collect()
    }

    fn run(&self, folder: &Path) {
        let mut command = Command::new(&self.program);
        // It works in its own folder, so that nothing is left in the checkout.
        let output = command.args(["-s", "scheme.yaml"]).current_dir(folder).stdin(Stdio::null()).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} ended with {}:\n{words}", self.program.display(), output.status);
    }
}

/// What the names of a cluster's pods begin with: pods of one name are one to it, whatever cluster they are in.
fn mark(index: usize) -> String {
    format!("set-{index}-")
}

fn cache() -> PathBuf {
    let stated = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    stated.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache"))
}

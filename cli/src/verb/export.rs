//! `export`: a live cluster as YAML.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::files::Files;
use crate::input;
use crate::status::Status;
use clap::Args;
use ringfence_engine::compile::Settings;
use std::io;

/// What follows `export`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    cluster: Cluster,
}

const EXAMPLES: &str = "\
Examples:
  ringfence export > world.yaml                     the cluster of the kubeconfig's current context
  ringfence export --context prod | ringfence reach -f -

Of each object only what has a meaning for who reaches whom is written, sorted, so that the same cluster is the same text. \
No passwords, tokens, environments or user data are in it. It is for reading, not for `kubectl apply`.

Exit status: 0, or 2 where some of the cluster could not be read.";

impl Arguments {
    /// Writes the objects one after the other.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let answer = self.cluster.ask();
        let mut files = Files::default();
        answer.add_unread(&mut files);
        let loaded = input::compiled(files, &Settings::default());
        input::report(&loaded, console);
        console.print(|out| out.write_all(answer.text().as_bytes()))?;
        Ok(input::status(&loaded))
    }
}

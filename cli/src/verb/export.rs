//! `export`: a live cluster, or a Northbound database, as YAML.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::files::Files;
use crate::input;
use crate::live::{Live, named_alone};
use crate::status::Status;
use clap::Args;
use ringfence_engine::compile::Settings;
use std::io;

/// What follows `export`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_arg("nb", named_alone))]
pub(crate) struct Arguments {
    #[command(flatten)]
    cluster: Cluster,

    #[command(flatten)]
    live: Live,
}

const EXAMPLES: &str = "\
Examples:
  ringfence export > world.yaml                     the cluster of the kubeconfig's current context
  ringfence export --context prod | ringfence reach -f -
  ringfence export --nb unix:/run/ovn/ovnnb_db.sock > world.yaml    an OVN Northbound database, as an Inventory

Of each object only what has a meaning for who reaches whom is written, sorted, so that the same cluster is the same text. \
No passwords, tokens, environments or user data are in it. It is for reading, not for `kubectl apply`.

Exit status: 0, or 2 where some of it could not be read.";

impl Arguments {
    /// Writes the objects one after the other.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let mut files = Files::default();
        let database = self.live.ask().map(|answer| answer.text(&mut files));
        let cluster = (database.is_none() || self.cluster.is_wanted()).then(|| {
            let answer = self.cluster.ask();
            answer.add_unread(&mut files);
            answer.text()
        });
        // An inventory that stands alone is a document without a line in front of it.
        let text = match (cluster, database) {
            (Some(objects), Some(inventory)) => format!("{objects}---\n{inventory}"),
            (objects, inventory) => objects.or(inventory).unwrap_or_default(),
        };
        let loaded = input::compiled(files, &Settings::default());
        input::report(&loaded, console);
        console.print(|out| out.write_all(text.as_bytes()))?;
        Ok(input::status(&loaded))
    }
}

//! The only place where databases are asked.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use crate::cluster;
use crate::files::Files;
use clap::Args;
use ringfence_northbound::Document;
use ringfence_northbound::tables::{DATABASE, TABLES};
use ringfence_ovsdb::{Client, Endpoint, Options, ServerName, Tls};
use std::path::PathBuf;

/// Which database is asked, and how.
#[derive(Debug, Args)]
pub(crate) struct Live {
    /// Reads an OVN Northbound database: `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`, several with commas between;
    /// without it and without -f, what OVN_NB_DB says
    #[arg(long, value_name = "ENDPOINTS", help_heading = "Input")]
    nb: Option<String>,

    /// The client's private key, for ssl:
    #[arg(short = 'p', long, value_name = "FILE", help_heading = "Input", requires = "certificate")]
    private_key: Option<PathBuf>,

    /// The client's certificate, for ssl:
    #[arg(short = 'c', long, value_name = "FILE", help_heading = "Input", requires = "private_key")]
    certificate: Option<PathBuf>,

    /// The certificates of the authority that vouches for the server, for ssl:
    #[arg(short = 'C', long, value_name = "FILE", help_heading = "Input")]
    ca_cert: Option<PathBuf>,

    /// Takes any certificate of the authority, whatever host it is for, as ovn-nbctl does
    #[arg(long, help_heading = "Input")]
    any_host: bool,

    /// Takes any member of a cluster, not only the leader
    #[arg(long, help_heading = "Input")]
    no_leader_only: bool,
}

/// The variable that `ovn-nbctl` reads.
const VARIABLE: &str = "OVN_NB_DB";

/// What may stand in the place of files: with the variable set, nothing need.
pub(crate) fn instead_of_files() -> Vec<&'static str> {
    if std::env::var_os(VARIABLE).is_some() { Vec::new() } else { [&["nb"], &cluster::ARGUMENTS[..]].concat() }
}

impl Live {
    /// Adds the database to what was read; the variable counts where there is nothing else.
    pub(crate) fn read(&self, alone: bool, files: &mut Files) {
        let variable = || if alone { std::env::var(VARIABLE).ok() } else { None };
        let Some(endpoints) = self.nb.clone().or_else(variable) else { return };
        match self.document(&endpoints) {
            Ok(document) => {
                files.add(endpoints, document);
            }
            Err((message, help)) => {
                files.sources.add_fault(endpoints, message, help);
            }
        }
    }

    fn document(&self, endpoints: &str) -> Result<Document, (String, &'static str)> {
        let list = Endpoint::list(endpoints)
            .map_err(|error| (error.to_string(), "write tcp:HOST:PORT, ssl:HOST:PORT or unix:PATH"))?;
        let help = "see that ovn-nbctl reaches it by the same endpoints, and that files of ssl: fit";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| (error.to_string(), help))?;
        runtime.block_on(async {
            let failed = |why: String| (format!("cannot read the Northbound database: {why}"), help);
            let connected = Client::connect(&list, self.options()).await;
            let mut client = connected.map_err(|error| failed(error.to_string()))?;
            let snapshot = client.dump(TABLES).await.map_err(|error| failed(error.to_string()))?;
            Ok(Document::of(&snapshot, Some(client.schema())))
        })
    }

    fn options(&self) -> Options {
        let server_name = if self.any_host { ServerName::AnyOfAuthority } else { ServerName::Checked };
        let identity = self.certificate.clone().zip(self.private_key.clone());
        let tls = self.ca_cert.clone().map(|ca| Tls { ca, identity, server_name });
        Options { leader_only: !self.no_leader_only, tls, ..Options::new(DATABASE) }
    }
}

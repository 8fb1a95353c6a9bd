//! `run`: stay, watch, keep.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::enforcement::{Accepted, accepted};
use crate::files::Files;
use crate::live::Live;
use crate::profile;
use crate::status::Status;
use clap::Args;
use ipnet::IpNet;
use ringfence_cluster::{PAGE, Tenure, Term};
use ringfence_enforce::{Guard, LARGEST, PolicySet};
use ringfence_engine::compile::{self, Profile};
use ringfence_keeper::{Election, Rules, Settings, Task, keep};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;
use tokio::net::TcpListener;

/// What follows `run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Rules and inventories beside those of the cluster, read once; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR", help_heading = "Input")]
    #[arg(value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    live: Live,

    #[command(flatten)]
    cluster: Cluster,

    /// The policy set: its rows come and go together, and those of other sets are somebody else's
    #[arg(long, value_name = "NAME", default_value_t, help_heading = "Input")]
    set: PolicySet,

    /// Whose rows to write; without it kube-ovn/1.16, or the `ovn.version` of an Inventory
    #[arg(long, value_parser = profile::parser(), value_name = "NAME", help_heading = "Input")]
    profile: Option<&'static Profile>,

    /// How many bytes a cluster of database servers is given in one transaction
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST, help_heading = "Input")]
    largest: usize,

    /// Guard rails that may be tripped: gateway, dhcp, dns, node, management, everything, stateful, ignored, undefined, or `all`
    #[arg(long, value_name = "NAME[,…]", value_delimiter = ',', value_parser = accepted)]
    accept: Vec<Accepted>,

    /// Networks for management, of which nobody may lose a connection to a machine: 10.0.0.0/8,fd00::/8
    #[arg(long, value_name = "CIDR[,…]", value_delimiter = ',')]
    management: Vec<IpNet>,

    /// Where /metrics, /healthz and /readyz are answered; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9797")]
    listen: SocketAddr,

    /// Compares at least once in so many seconds, whether something seems to change or not
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    resync: u64,

    /// The Lease by which one of several replicas acts
    #[arg(long, value_name = "NAMESPACE/NAME", default_value = "kube-system/ringfence")]
    lease: String,

    /// Who this replica is; without it the name of the host and the number of the process
    #[arg(long, value_name = "NAME")]
    identity: Option<String>,

    /// How long the Lease holds when nobody renews it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(3..))]
    lease_duration: u64,
}

const EXAMPLES: &str = "\
Examples:
  ringfence run --cluster --nb tcp:127.0.0.1:6641
  ringfence run --cluster --nb ssl:10.0.0.1:6641 -p key.pem -c cert.pem -C ca.pem --accept stateful --listen 0.0.0.0:9797

The rows of the policy set are kept as the objects of the cluster say, in a database that Kube-OVN's controller does not \
write. A plan that trips a guard rail is not carried out, and an Event says so. SIGTERM ends it.

Exit status: 0 when it was ended; 2 when it could not go on.";

impl Arguments {
    /// Keeps until it is ended.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        match self.keep(console) {
            Ok(()) => Ok(Status::Fine),
            Err(message) => {
                console.complain(&message);
                Ok(Status::InputError)
            }
        }
    }

    fn keep(&self, console: &mut Console) -> Result<(), String> {
        let (endpoints, options) = self.live.named()?;
        let (namespace, name) =
            self.lease.split_once('/').ok_or("`--lease` is a namespace and a name: `NAMESPACE/NAME`")?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let settings = Settings {
            set: self.set.clone(),
            rules: self.rules()?,
            accepted: self.accepted(),
            management: self.management.clone(),
            endpoints,
            options,
            resync: Duration::from_secs(self.resync),
            identity: self.identity(),
            page: PAGE,
            largest: self.largest,
        };
        let kept = runtime.block_on(async {
            let listener = TcpListener::bind(self.listen).await;
            let listener = listener.map_err(|error| format!("cannot listen on {}: {}", self.listen, said(&error)))?;
            let address = listener.local_addr().map_err(|error| said(&error))?;
            let connection = self.cluster.connect().await?;
            let (tell, troubles) = mpsc::channel();
            let tenure = Tenure::new(&connection, namespace, name, &settings.identity, self.term());
            let election = Election::start(tenure, move |error| drop(tell.send(error.to_string())));
            console.report(|err| writeln!(err, "ringfence {}: listens on {address}", settings.identity));
            let mut report = |words: &str| {
                for trouble in troubles.try_iter() {
                    console.report(|err| writeln!(err, "the Lease: {trouble}"));
                }
                console.report(|err| writeln!(err, "{words}"));
            };
            let task = Task { settings, connection, listener: Some(listener) };
            keep(task, election, stopped(), &mut report).await.map_err(|error| error.to_string())
        });
        // What still runs is of no use to anybody.
        runtime.shutdown_timeout(Duration::from_secs(1));
        kept
    }

    fn term(&self) -> Term {
        let lasts = Duration::from_secs(self.lease_duration);
        Term { lasts, trusted: lasts * 2 / 3, every: lasts / 8 }
    }

    fn identity(&self) -> String {
        let host = || hostname::get().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
        self.identity.clone().unwrap_or_else(|| format!("{}_{}", host(), std::process::id()))
    }

    fn accepted(&self) -> ringfence_keeper::Accepted {
        let mut guards: Vec<Guard> = Vec::new();
        for accepted in &self.accept {
            match accepted {
                Accepted::All => return ringfence_keeper::Accepted::All,
                Accepted::One(guard) => guards.push(*guard),
            }
        }
        ringfence_keeper::Accepted::These(guards)
    }

    fn rules(&self) -> Result<Rules, String> {
        let files = Files::read(&self.files);
        let mut texts = Vec::new();
        for (_, source) in files.sources.iter() {
            match source.fault() {
                Some(fault) => return Err(fault.message.clone()),
                None => texts.push((source.name().to_owned(), source.text().to_owned())),
            }
        }
        let settings = compile::Settings { profile: self.profile, ..compile::Settings::default() };
        Ok(Rules { texts, settings })
    }
}

fn said(error: &io::Error) -> String {
    error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// When somebody ends the program.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

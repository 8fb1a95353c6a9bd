//! How plans are carried out: what may be written, who is asked, who is waited for.

use super::Proposal;
use super::halt::Halt;
use crate::console::Console;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use ringfence_enforce::{Guard, Tripped, Wait};

/// How a plan is carried out.
#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Does not ask
    #[arg(short = 'y', long)]
    yes: bool,

    /// Guard rails that may be tripped: gateway, dhcp, dns, node, management, everything, stateful, ignored, undefined, or `all`
    #[arg(long, value_name = "NAME[,…]", value_delimiter = ',', value_parser = accepted)]
    accept: Vec<Accepted>,

    /// Networks for management, of which nobody may lose a connection to a machine: 10.0.0.0/8,fd00::/8
    #[arg(long, value_name = "CIDR[,…]", value_delimiter = ',')]
    pub(super) management: Vec<IpNet>,

    /// Writes nothing: `client` shows the plan, `server` has it tried by the server too
    #[arg(long, value_enum, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    pub(super) dry_run: Option<DryRun>,

    /// Whose confirmation to wait for, of rows
    #[arg(long, value_enum, default_value_t, value_name = "WHOM")]
    pub(super) wait: WaitFor,

    /// How long to wait for it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(super) timeout: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DryRun {
    /// Nobody is told
    Client,
    /// The server checks it, and keeps nothing
    Server,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum WaitFor {
    /// ovn-northd: the Southbound database has the flows
    #[default]
    Sb,
    /// Every hypervisor
    Hv,
    /// Nobody
    None,
}

impl From<WaitFor> for Wait {
    fn from(wait: WaitFor) -> Self {
        match wait {
            WaitFor::Sb => Self::Southbound,
            WaitFor::Hv => Self::Hypervisors,
            WaitFor::None => Self::None,
        }
    }
}

/// Guard rails that somebody accepts.
#[derive(Debug, Clone)]
pub(crate) enum Accepted {
    All,
    One(Guard),
}

pub(crate) fn accepted(name: &str) -> Result<Accepted, String> {
    let names = || Guard::ALL.map(Guard::name).join(", ");
    match name {
        "all" => Ok(Accepted::All),
        _ => Guard::from_name(name).map(Accepted::One).ok_or_else(|| format!("there are {}, and `all`", names())),
    }
}

impl Manner {
    fn accepts(&self, tripped: &Tripped) -> bool {
        self.accept.iter().any(|accepted| match accepted {
            Accepted::All => true,
            Accepted::One(guard) => *guard == tripped.guard,
        })
    }

    /// Nothing is said where the guard rails let a plan through.
    pub(super) fn permit<P>(&self, proposal: &Proposal<P>) -> Result<(), Halt> {
        let tripped = proposal.tripped.iter().filter(|tripped| !self.accepts(tripped));
        let names: Vec<&str> = tripped.map(|tripped| tripped.guard.name()).collect();
        if names.is_empty() {
            return Ok(());
        }
        let names = names.join(",");
        Err(Halt::Refused(format!(
            "guard rails are tripped, and nothing was written: `--accept {names}` goes over them"
        )))
    }

    /// Nothing is said where somebody agrees.
    pub(super) fn consent(&self, console: &mut Console, question: &str) -> Result<(), Halt> {
        match (self.yes, console.answers) {
            (true, _) => Ok(()),
            (false, false) => {
                Err(Halt::Refused("nobody can be asked here, and nothing was written: write `--yes`".to_owned()))
            }
            (false, true) if console.ask(question) => Ok(()),
            (false, true) => Err(Halt::Refused("nothing was written".to_owned())),
        }
    }
}

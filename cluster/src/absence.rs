//! What of a cluster was not read, and what follows from it.

use crate::kind::Kind;

/// How much an answer suffers from an absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Not at all: where there is no such kind, there is no such object.
    Harmless,
    /// There is hardly an answer.
    Doubtful,
    /// It may be wrong: there are objects that nobody looked at.
    Wrong,
}

/// Something of a cluster that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// How much an answer suffers.
    pub grade: Grade,
    /// What was not read, and what follows from it.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Absence {
    /// Kinds of one group that the cluster does not have.
    pub(crate) fn unknown(group: &str, kinds: &[&Kind]) -> Self {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
        let names = names.join(", ");
        let switches = kinds.iter().find(|kind| kind.name == "Subnet");
        match switches {
            Some(subnet) => Self {
                grade: Grade::Doubtful,
                message: format!("the cluster has no {names} ({group}): {}", subnet.without),
                help:
                    "see that this is the cluster that is meant (`kubectl config current-context`) and that Kube-OVN \
                       runs in it, or describe its switches in an Inventory and add it with `-f`"
                        .to_owned(),
            },
            None => Self {
                grade: Grade::Harmless,
                message: format!("the cluster has no {names} ({group}): without the kind there are no such objects"),
                help: "nothing has to be done where nobody needs them".to_owned(),
            },
        }
    }

    /// A kind that may not be listed.
    pub(crate) fn forbidden(kind: &Kind) -> Self {
        Self {
            grade: Grade::Wrong,
            message: format!("no permission to list `{}`: {}", kind.resource(), kind.without),
            help: "let an administrator bind you to the role of `deploy/viewer.yaml`".to_owned(),
        }
    }

    /// A kind that could not be listed for another reason.
    pub(crate) fn failed(kind: &Kind, why: &str) -> Self {
        Self {
            grade: Grade::Wrong,
            message: format!("cannot list `{}`: {}: {why}", kind.resource(), kind.without),
            help: "see that `kubectl get` lists them, and try again".to_owned(),
        }
    }
}

//! Who talks to whom, and all that the page shows of it.

use super::{Finding, Note, Parcel, Picture, Place, Word};
use serde::{Deserialize, Serialize};

/// Somebody who asks and answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `namespace/name`.
    pub id: String,
    /// `VirtualMachine`, `Gateway` …
    pub kind: String,
    /// The switch; empty outside.
    pub switch: String,
    /// Addresses and ranges.
    pub addresses: Vec<String>,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// What is claimed.
    pub claim: String,
    /// Whether it is true.
    pub holds: bool,
    /// What contradicts it.
    pub counterexamples: Vec<Counterexample>,
    /// How many pairs contradict it.
    pub wrong: usize,
    /// Why it cannot be true, whatever becomes of packets.
    pub flaws: Vec<String>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A pair that contradicts a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterexample {
    /// Who asks.
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// What is claimed.
    pub expected: String,
    /// What is true.
    pub found: String,
}

/// A switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Its name.
    pub name: String,
    /// Whether it tracks connections.
    pub stateful: bool,
    /// Why, or why not.
    pub why: String,
}

/// A row as OVN asks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The switch; empty for what no switch asks.
    pub switch: String,
    /// `from-lport`, `from-lport-after-lb` or `to-lport`.
    pub stage: String,
    /// The tier.
    pub tier: u8,
    /// The priority.
    pub priority: u16,
    /// What it does.
    pub action: String,
    /// What it matches.
    pub matches: String,
    /// The port group that it hangs on.
    pub group: Option<String>,
    /// The object that it comes from; `OVN` for what is built in.
    pub object: String,
    /// The field of the object.
    pub field: String,
    /// Where that is written.
    pub place: Option<Place>,
    /// Why OVN ignores it.
    pub ignored: Option<String>,
    /// Whether it is OVN's own.
    pub builtin: bool,
}

/// Who talks to whom.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Analysis {
    /// Whose behaviour it is.
    pub profile: String,
    /// Which OVN.
    pub ovn: String,
    /// Everybody.
    pub endpoints: Parcel<Vec<Endpoint>>,
    /// For each endpoint, the class of those that nothing tells apart from it.
    pub classes: Vec<usize>,
    /// A character for each ordered pair of classes, row by row: `O`, `%`, `>`, `.`, `?`.
    pub verdicts: String,
    /// An order of the endpoints in which those that are alike stand together.
    pub order: Vec<usize>,
    /// How many groups of alike endpoints there are.
    pub groups: usize,
    /// The switches.
    pub switches: Vec<Switch>,
    /// The rows in the order in which OVN asks them.
    pub rows: Parcel<Vec<Row>>,
    /// The picture.
    pub picture: Parcel<Picture>,
    /// How many lines it has.
    pub lines: usize,
    /// Whether it is of the last text that could be read: some of the one that was asked about cannot. Then the findings alone
    /// are of that one, and nothing else has a place in it.
    pub held: bool,
    /// What was found without any lint.
    pub findings: Vec<Finding>,
    /// What is claimed.
    pub claims: Vec<Claim>,
    /// Names of this world, for completion.
    pub names: Parcel<Vec<Word>>,
    /// What can be said of pieces of text.
    pub notes: Parcel<Vec<Note>>,
}

impl Analysis {
    /// The same; of what is as it was in another one, that is kept, with all that has been read of it.
    pub fn after(self, last: &Self) -> Self {
        Self {
            endpoints: self.endpoints.or_same(&last.endpoints),
            rows: self.rows.or_same(&last.rows),
            picture: self.picture.or_same(&last.picture),
            names: self.names.or_same(&last.names),
            notes: self.notes.or_same(&last.notes),
            ..self
        }
    }

    /// Whether both have the same findings, but for where.
    pub fn tells_like(&self, other: &Self) -> bool {
        let same = |(one, other): (&Finding, &Finding)| {
            (&one.code, &one.message, &one.help, one.fix.is_some())
                == (&other.code, &other.message, &other.help, other.fix.is_some())
        };
        self.findings.len() == other.findings.len() && self.findings.iter().zip(&other.findings).all(same)
    }

    /// Whether both say the same of every pair.
    pub fn reaches_like(&self, other: &Self) -> bool {
        (&self.endpoints, &self.classes, &self.order) == (&other.endpoints, &other.classes, &other.order)
            && self.verdicts == other.verdicts
    }

    /// Whether a page shows the same of both: remarks on pieces of text are the editor's business.
    pub fn looks_like(&self, other: &Self) -> bool {
        let Self { profile, ovn, groups, lines, switches, rows, picture, held, findings, claims, names, .. } = self;
        self.reaches_like(other)
            && (profile, ovn, groups, lines) == (&other.profile, &other.ovn, &other.groups, &other.lines)
            && (switches, rows, picture, names) == (&other.switches, &other.rows, &other.picture, &other.names)
            && (held, findings, claims) == (&other.held, &other.findings, &other.claims)
    }

    /// The character of a pair of endpoints; a blank for oneself.
    pub fn verdict(&self, from: usize, to: usize) -> u8 {
        let found = || {
            // The verdicts are a square.
            let count = self.verdicts.len().isqrt();
            let (from, to) = (*self.classes.get(from)?, *self.classes.get(to)?);
            self.verdicts.as_bytes().get(from * count + to).copied()
        };
        Some(()).filter(|()| from != to).and_then(|()| found()).unwrap_or(b' ')
    }
}

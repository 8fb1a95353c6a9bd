//! What the page asks and what the engine answers: plain values that cross from one thread of the browser to another.
//!
//! Places are UTF-16 offsets, as editors count; lines count from one. Endpoints are named by their index.

mod analysis;
mod change;
mod parcel;
mod picture;
mod text;
mod why;

pub use analysis::{Analysis, Claim, Counterexample, Endpoint, Row, Switch};
pub use change::{ChangeLine, Changes, Proposal, Proposals};
pub use parcel::Parcel;
pub use picture::{Edge, Node, Picture};
pub use text::{Edit, Finding, Note, Place, Word};
pub use why::{Decider, Half, Step, Why};

use serde::{Deserialize, Serialize};

/// A tab of the editor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Whether switches track connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tracking {
    /// As the rows say.
    #[default]
    AsWritten,
    /// As if every switch had one more `allow-related` row, which matches nothing.
    On,
    /// As if every `allow-related` row said `allow`.
    Off,
}

/// What is analysed, and how it is understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Input {
    /// The texts.
    pub files: Vec<File>,
    /// Whose behaviour; nothing for what the texts say, or the default.
    pub profile: Option<String>,
    /// Whether what the API server refuses has an effect.
    pub lenient: bool,
    /// Whether switches track connections.
    pub tracking: Tracking,
}

/// What the picture should show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// `all`, `icmp`, `tcp`, `tcp/22` …
    pub filter: String,
    /// Whether closed pairs are drawn.
    pub closed: bool,
    /// Keys of stacks that are shown member by member.
    pub unfolded: Vec<String>,
}

/// What somebody wants of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// It must work.
    Connect,
    /// It must not.
    Separate,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    /// Who has the picture, and knows why.
    Answerer,
    /// Who looks for what lints find.
    Reviewer,
    /// Who is there when somebody asks for something: for edits, for what is different from before, for rows to take away.
    Mender,
}

impl Request {
    /// Who answers it.
    pub fn worker(&self) -> Worker {
        match self {
            Self::Analyze { .. } | Self::Why { .. } => Worker::Answerer,
            Self::Lints { .. } => Worker::Reviewer,
            Self::Propose { .. } | Self::Compare { .. } | Self::Script { .. } | Self::Format { .. } => Worker::Mender,
        }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Who talks to whom.
    Analyze {
        /// The texts.
        input: Input,
        /// What to show.
        scope: Scope,
        /// The number of the work that the texts are of: what was shown of the same work stays where some of them cannot be
        /// read.
        work: u32,
    },
    /// What is different from before; of the mender, so that the picture does not wait for it.
    Compare {
        /// The input.
        input: Input,
        /// What to compare with.
        pinned: Input,
    },
    /// What lints find. They take longer than the picture: a reviewer of their own looks, part by part, and somebody who
    /// goes on typing waits for no more than one.
    Lints {
        /// Which part.
        part: usize,
        /// With the first part: the input.
        input: Option<Input>,
    },
    /// Why one conversation works, or does not; of what is shown since the last analysis.
    Why {
        /// Who asks.
        from: usize,
        /// Who answers.
        to: usize,
        /// `all` for a telling one.
        filter: String,
    },
    /// The smallest edits that do what somebody wants; of the mender.
    Propose {
        /// The input.
        input: Input,
        /// Who asks.
        from: usize,
        /// Who answers.
        to: usize,
        /// What is wanted.
        intent: Intent,
        /// Of which conversations.
        filter: String,
    },
    /// The rows as a script for `ovn-nbctl`; of the mender.
    Script {
        /// The input.
        input: Input,
    },
    /// Canonical match expressions; of the mender.
    Format {
        /// The input.
        input: Input,
    },
}

/// A question with a number by which its answer is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The number.
    pub number: u32,
    /// The question.
    pub request: Request,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// Who talks to whom.
    Analysis(Box<Analysis>),
    /// What the lints found.
    Lints {
        /// After the last part the findings of all, in the order of their places.
        findings: Vec<Finding>,
        /// The part to ask for next.
        next: Option<usize>,
    },
    /// Why.
    Why(Box<Why>),
    /// What is different from before.
    Changes(Changes),
    /// What could be done.
    Proposals(Proposals),
    /// A text to download.
    Script(String),
    /// Edits that make the texts canonical.
    Format(Vec<Edit>),
}

/// An answer with the number of its question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The number.
    pub number: u32,
    /// The answer; nothing where the question makes no sense any more.
    pub reply: Option<Reply>,
    /// How long it took, in milliseconds.
    pub took: f64,
}

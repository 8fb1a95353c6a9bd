//! What the page asks and what the engine answers: plain values that cross from one thread of the browser to another.
//!
//! Places are UTF-16 offsets, as editors count; lines count from one. Endpoints are named by their index.

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

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Who talks to whom.
    Analyze {
        /// The texts.
        input: Input,
        /// What to show.
        scope: Scope,
        /// What to compare with.
        pinned: Option<Input>,
    },
    /// What lints find in the input that was analysed last. They take longer than the picture, so it is asked for part by
    /// part, and somebody who goes on typing waits for no more than one.
    Lints {
        /// Which part: zero begins anew.
        part: usize,
    },
    /// Why one conversation works, or does not; of the input that was analysed last.
    Why {
        /// Who asks.
        from: usize,
        /// Who answers.
        to: usize,
        /// `all` for a telling one.
        filter: String,
    },
    /// The smallest edits that do what somebody wants.
    Propose {
        /// Who asks.
        from: usize,
        /// Who answers.
        to: usize,
        /// What is wanted.
        intent: Intent,
        /// Of which conversations.
        filter: String,
    },
    /// The rows as a script for `ovn-nbctl`.
    Script,
    /// The picture as an SVG document.
    Svg {
        /// What to show.
        scope: Scope,
    },
    /// Canonical match expressions.
    Format,
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
    /// What could be done.
    Proposals(Proposals),
    /// A text to download.
    Script(String),
    /// A document to download.
    Svg(String),
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
    /// Where it is written: file and line.
    pub place: Option<Place>,
}

/// A line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Index of the file.
    pub file: usize,
    /// The line.
    pub line: usize,
}

/// A replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Index of the file.
    pub file: usize,
    /// The first unit that goes.
    pub from: usize,
    /// The first one that stays.
    pub to: usize,
    /// What comes instead.
    pub insert: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The units it is about.
    pub span: Option<(usize, usize)>,
    /// The edit that mends it.
    pub fix: Option<Edit>,
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

/// What is different from what was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// In one sentence.
    pub summary: String,
    /// `+`, `-`, `~` or `?`, whose, what, and the verdicts.
    pub lines: Vec<ChangeLine>,
    /// The pairs: from, to, and a sign.
    pub pairs: Vec<(usize, usize, char)>,
}

/// A group of pairs that change alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLine {
    /// `+`, `-`, `~` or `?`.
    pub sign: char,
    /// Whose change.
    pub who: String,
    /// What changes.
    pub what: String,
    /// The verdicts before and after.
    pub verdicts: String,
    /// The rows behind it.
    pub because: Vec<String>,
}

/// A box of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// What stands in it.
    pub label: String,
    /// What stands below.
    pub detail: String,
    /// What it is.
    pub kind: String,
    /// Who it stands for.
    pub members: Vec<usize>,
    /// A name that stays.
    pub key: String,
    /// Left, top, width, height.
    pub frame: (f32, f32, f32, f32),
}

/// A line of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the node that asks.
    pub from: usize,
    /// Index of the node that answers.
    pub to: usize,
    /// The verdict.
    pub verdict: String,
    /// Whether it holds both ways.
    pub both: bool,
    /// Ports.
    pub label: String,
    /// An SVG path.
    pub path: String,
    /// The way of a lost answer.
    pub back: Option<String>,
    /// Where it dies.
    pub cross: Option<(f32, f32)>,
    /// The middle.
    pub middle: (f32, f32),
    /// The angle there, in degrees.
    pub angle: f32,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels.
    pub width: f32,
    /// Pixels.
    pub height: f32,
    /// Names and frames of switches.
    pub areas: Vec<(String, (f32, f32, f32, f32))>,
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Lines.
    pub edges: Vec<Edge>,
}

/// A word that can be completed and explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The word.
    pub label: String,
    /// What CodeMirror calls its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// In short.
    pub detail: String,
    /// At length.
    pub info: String,
}

/// A remark on a piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Index of the file.
    pub file: usize,
    /// The first unit.
    pub from: usize,
    /// The unit after the last.
    pub to: usize,
    /// The remark.
    pub text: String,
}

/// Who talks to whom.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Analysis {
    /// Whose behaviour it is.
    pub profile: String,
    /// Which OVN.
    pub ovn: String,
    /// Everybody.
    pub endpoints: Vec<Endpoint>,
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
    pub rows: Vec<Row>,
    /// The picture.
    pub picture: Picture,
    /// What was found without any lint.
    pub findings: Vec<Finding>,
    /// What is claimed.
    pub claims: Vec<Claim>,
    /// What is different from what was pinned.
    pub changes: Option<Changes>,
    /// Names of this world, for completion.
    pub names: Vec<Word>,
    /// What can be said of pieces of text.
    pub notes: Vec<Note>,
}

/// Coordinates are numbers.
impl Eq for Analysis {}

impl Analysis {
    /// Whether both have the same findings, but for where.
    pub fn tells_like(&self, other: &Self) -> bool {
        let same = |(one, other): (&Finding, &Finding)| {
            (&one.code, &one.message, &one.help, one.fix.is_some())
                == (&other.code, &other.message, &other.help, other.fix.is_some())
        };
        self.findings.len() == other.findings.len() && self.findings.iter().zip(&other.findings).all(same)
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

/// A row that decided, or would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decider {
    /// `drop at priority 1005`.
    pub what: String,
    /// The match.
    pub matches: String,
    /// The object and the field it comes from.
    pub origin: String,
    /// Where that is.
    pub place: Option<Place>,
}

/// A stage of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where the packet is.
    pub place: String,
    /// The stage.
    pub stage: String,
    /// The switch.
    pub switch: String,
    /// `passes`, `DROPPED` …
    pub fate: String,
    /// `allow`, `drop`, `reject`, `pass` or `doubt`.
    pub result: String,
    /// Why.
    pub reason: String,
    /// What connection tracking says of the packet.
    pub tracking: String,
    /// The rows.
    pub deciders: Vec<Decider>,
    /// Whether hardly anybody needs to see it.
    pub quiet: bool,
}

/// The request or the reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Half {
    /// `Request` or `Reply`.
    pub title: String,
    /// The packet.
    pub packet: Option<String>,
    /// Why there is nothing to tell.
    pub untold: Option<String>,
    /// The walk.
    pub steps: Vec<Step>,
    /// Whether it arrives.
    pub arrived: bool,
}

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Who asks.
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// The verdict.
    pub verdict: String,
    /// The pair on the whole, where all of it was asked for.
    pub whole: Option<String>,
    /// What is shown.
    pub shown: String,
    /// One sentence.
    pub because: String,
    /// Both halves.
    pub halves: Vec<Half>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// Commands that ask a real OVN.
    pub traces: Vec<String>,
    /// Requests that arrive, in words.
    pub delivered: String,
    /// Requests whose answer comes back, in words.
    pub answered: String,
    /// The switches on the way, and whether they track.
    pub switches: Vec<Switch>,
}

/// An edit that does what somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// In a few words.
    pub title: String,
    /// The edits.
    pub edits: Vec<Edit>,
    /// What changes, in one sentence.
    pub summary: String,
    /// What changes, line by line.
    pub changes: Vec<ChangeLine>,
}

/// What could be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// Who asks.
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// What is wanted.
    pub intent: Intent,
    /// The smallest first.
    pub proposals: Vec<Proposal>,
    /// Why there is none.
    pub refusal: Option<String>,
}

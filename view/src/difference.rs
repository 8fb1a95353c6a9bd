//! Two loaded inputs, and what lies between them.

mod group;
mod line;
mod saying;

pub use group::Group;
pub use line::{Kind, Line, Lines, Reason};

use crate::line::count;
use crate::loaded::Loaded;
pub use ringfence_engine::answers::diff::Side;
use ringfence_engine::answers::diff::{Change, Matched};
use saying::Sayings;

/// Two evaluations and what lies between them.
pub struct Difference<'a> {
    /// The old side.
    pub old: &'a Loaded,
    /// The new side.
    pub new: &'a Loaded,
    /// The endpoints of both.
    pub matched: &'a Matched,
    /// The pairs that change.
    pub changes: &'a [Change],
}

impl<'a> Difference<'a> {
    /// Endpoints that only one side knows.
    pub fn endpoints(&self) -> Vec<(Side, &'a str)> {
        let id = |side: &'a Loaded, index: usize| {
            side.compiled.endpoints.get(index).map_or("?", |endpoint| endpoint.id.as_str())
        };
        let gone = self.matched.gone.iter().map(|index| (Side::Old, id(self.old, *index)));
        let come = self.matched.come.iter().map(|index| (Side::New, id(self.new, *index)));
        gone.chain(come).collect()
    }

    /// One of the two inputs.
    pub fn side(&self, side: Side) -> &'a Loaded {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }

    /// How many pairs change, and how many do not.
    pub fn summary(&self) -> String {
        let (changes, pairs) = (self.changes, self.matched.pairs());
        let mut sayings = Sayings::default();
        let mut with = |kind: Kind| {
            let said = changes.iter().map(|change| sayings.of(change));
            said.filter(|said| said.iter().any(|(said, _)| *said == kind)).count()
        };
        let same = pairs.saturating_sub(changes.len());
        if changes.is_empty() {
            return format!("No connection changes: {} as they were.", count(pairs, "pair"));
        }
        let (gained, lost) = (with(Kind::Gained), with(Kind::Lost));
        let told = |said: &[saying::Saying]| said.iter().any(|(kind, _)| matches!(kind, Kind::Gained | Kind::Lost));
        let others = changes.iter().filter(|change| !told(&sayings.of(change))).count();
        let others = if others > 0 { format!(", {} with other changes", count(others, "pair")) } else { String::new() };
        format!(
            "{} with connections gained, {} with connections lost{others}; {} as before.",
            count(gained, "pair"),
            count(lost, "pair"),
            count(same, "pair")
        )
    }
}

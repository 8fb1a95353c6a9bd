//! Matches that were parsed before.

use super::looks::{self, Looks};
use super::paste::{installed, stands_alone};
use crate::ovn::matching::{Context, Definitions, Expression, MatchErrors, parse};
use alloc::string::String;
use alloc::sync::Arc;
use hashbrown::HashMap;

/// More texts than this are not remembered.
const MOST: usize = 100_000;

/// Matches by the text that ovn-controller parses, so that nothing is parsed twice while somebody edits rows.
///
/// A text that names an address set or a port group is parsed anew each time: what it means is not in the text.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    definitions: Definitions,
    /// Each with the length of what is in front of the row's own part.
    known: HashMap<String, (usize, Meaning)>,
    /// Where a text is put together to be looked up.
    text: String,
}

/// What a text means where it is installed.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub matches: Arc<Expression>,
    pub looks: Looks,
    /// [`super::Row::port`].
    pub port: Option<u64>,
    /// Whether the text means the same wherever it is pasted.
    pub movable: bool,
}

impl Meaning {
    pub fn of(matches: Expression) -> Self {
        Self { looks: Looks::of(&matches), port: looks::port(&matches), movable: true, matches: Arc::new(matches) }
    }
}

impl Matches {
    /// What a text means where it is installed, between what is in front of it and what is behind.
    pub(super) fn parse(&mut self, text: [&str; 3], context: &Context) -> Result<Meaning, MatchErrors> {
        if self.definitions.version() != context.version() {
            *self = Self { definitions: Definitions::new(context.version()), ..Self::default() };
        }
        self.text.clear();
        self.text.extend(text);
        let [front, own, _] = text;
        if let Some((_, known)) = self.known.get(&self.text).filter(|(known, _)| *known == front.len()) {
            return Ok(known.clone());
        }
        let text = self.text.as_str();
        let parsed = parse(text, context)?;
        let expression = installed(parsed.annotate_by(&self.definitions));
        let meaning = Meaning { movable: stands_alone(own), ..Meaning::of(expression) };
        if !text.contains(['$', '@']) && self.known.len() < MOST {
            self.known.insert(text.into(), (front.len(), meaning.clone()));
        }
        Ok(meaning)
    }
}

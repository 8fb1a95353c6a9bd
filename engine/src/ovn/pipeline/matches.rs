//! Matches that were parsed before.

use super::paste::installed;
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
    known: HashMap<String, Arc<Expression>>,
}

impl Matches {
    /// What a text means where it is installed.
    pub(super) fn parse(&mut self, text: String, context: &Context) -> Result<Arc<Expression>, MatchErrors> {
        if self.definitions.version() != context.version() {
            *self = Self { definitions: Definitions::new(context.version()), known: HashMap::new() };
        }
        if let Some(known) = self.known.get(&text) {
            return Ok(Arc::clone(known));
        }
        let parsed = parse(&text, context)?;
        let meaning = Arc::new(installed(parsed.annotate_by(&self.definitions)));
        if !text.contains(['$', '@']) && self.known.len() < MOST {
            self.known.insert(text, Arc::clone(&meaning));
        }
        Ok(meaning)
    }
}

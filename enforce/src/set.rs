//! The name of what is applied and taken back together.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The name of a policy set: the rows of one are planned, applied and taken back together, and sets know nothing of each
/// other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicySet(String);

/// The longest name.
const LONGEST: usize = 40;

/// Why a text is no name of a policy set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SetError {
    /// It is empty or too long.
    #[error("the name of a policy set has 1 to {LONGEST} characters, and `{0}` has {1}")]
    Length(String, usize),
    /// It has another character.
    #[error("the name of a policy set is made of letters, digits, `.`, `_` and `-`, and `{0}` has `{1}`")]
    Character(String, char),
}

impl PolicySet {
    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl Default for PolicySet {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl FromStr for PolicySet {
    type Err = SetError;

    fn from_str(text: &str) -> Result<Self, SetError> {
        let length = text.chars().count();
        if length == 0 || length > LONGEST {
            return Err(SetError::Length(text.chars().take(LONGEST).collect(), length));
        }
        let wrong = |letter: &char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '_' | '-');
        match text.chars().find(wrong) {
            Some(letter) => Err(SetError::Character(text.to_owned(), letter)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for PolicySet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!("prod.web-1".parse::<PolicySet>().unwrap().name(), "prod.web-1");
        assert!(matches!("".parse::<PolicySet>(), Err(SetError::Length(..))));
        assert!(matches!("a b".parse::<PolicySet>(), Err(SetError::Character(_, ' '))));
    }
}

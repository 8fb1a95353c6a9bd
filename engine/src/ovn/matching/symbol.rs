//! The names that a match can test.

mod table;

use super::expression::Expression;
use super::{Context, parse};
use crate::ovn::field::{Field, PortField};
use crate::ovn::network::Version;
use core::cell::RefCell;
use hashbrown::HashMap;
use table::SYMBOLS;

/// What may be asked of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Only equality, and never its negation.
    Nominal,
    /// A predicate made of ordinal fields alone: may be negated.
    Boolean,
    /// Everything: order, masks, subfields.
    Ordinal,
}

impl Level {
    /// As OVN's messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Boolean => "Boolean",
            Self::Ordinal => "ordinal",
        }
    }
}

/// What a symbol stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Definition {
    /// A whole field.
    Field(Field),
    /// Some bits of a field.
    Bits {
        /// The field.
        field: Field,
        /// First bit.
        low: u32,
        /// Last bit.
        high: u32,
    },
    /// Another match, which the symbol abbreviates.
    Predicate(&'static str),
    /// The name of a logical port.
    Port(PortField),
}

/// Which versions of OVN know a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Availability {
    Both,
    Only(Version),
}

/// A name that a match can test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol {
    name: &'static str,
    availability: Availability,
    level: Level,
    definition: Definition,
    prerequisite: Option<&'static str>,
}

impl Symbol {
    const fn new(name: &'static str, availability: Availability, level: Level, definition: Definition) -> Self {
        Self { name, availability, level, definition, prerequisite: None }
    }

    const fn field(name: &'static str, availability: Availability, level: Level, field: Field) -> Self {
        Self::new(name, availability, level, Definition::Field(field))
    }

    const fn bits(name: &'static str, availability: Availability, field: Field, low: u32, high: u32) -> Self {
        Self::new(name, availability, Level::Ordinal, Definition::Bits { field, low, high })
    }

    const fn predicate(name: &'static str, availability: Availability, level: Level, text: &'static str) -> Self {
        Self::new(name, availability, level, Definition::Predicate(text))
    }

    const fn port(name: &'static str, availability: Availability, field: PortField) -> Self {
        Self::new(name, availability, Level::Nominal, Definition::Port(field))
    }

    const fn needs(mut self, prerequisite: &'static str) -> Self {
        self.prerequisite = Some(prerequisite);
        self
    }

    /// The symbol of that name, if the version has it.
    pub fn find(name: &str, version: Version) -> Option<&'static Self> {
        let start = SYMBOLS.partition_point(|symbol| symbol.name < name);
        let namesakes = SYMBOLS.iter().skip(start).take_while(|symbol| symbol.name == name);
        namesakes.into_iter().find(|symbol| symbol.is_in(version))
    }

    /// Every symbol of a version, sorted by name.
    pub fn all(version: Version) -> impl Iterator<Item = &'static Self> {
        SYMBOLS.iter().filter(move |symbol| symbol.is_in(version))
    }

    fn is_in(&self, version: Version) -> bool {
        match self.availability {
            Availability::Both => true,
            Availability::Only(only) => only == version,
        }
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What may be asked of it.
    pub fn level(&self) -> Level {
        self.level
    }

    /// What it stands for.
    pub fn definition(&self) -> Definition {
        self.definition
    }

    /// The match that must hold for the symbol to mean anything, as text.
    pub fn prerequisite(&self) -> Option<&'static str> {
        self.prerequisite
    }

    /// Its width in bits; zero for the name of a port.
    pub fn width(&self) -> u32 {
        match self.definition {
            Definition::Field(field) => field.width(),
            Definition::Bits { low, high, .. } => high - low + 1,
            Definition::Predicate(_) => 1,
            Definition::Port(_) => 0,
        }
    }

    /// Whether it abbreviates another match.
    pub fn is_predicate(&self) -> bool {
        matches!(self.definition, Definition::Predicate(_))
    }
}

/// What the symbols of a version stand for, each found out when it is first met.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    version: Version,
    known: RefCell<HashMap<&'static str, Expression>>,
}

impl Definitions {
    /// Nothing met yet.
    pub fn new(version: Version) -> Self {
        Self { version, known: RefCell::default() }
    }

    /// Whose symbols they are.
    pub fn version(&self) -> Version {
        self.version
    }

    /// A definition of the table, annotated. A test holds that every one of them parses.
    pub(super) fn expand(&self, definition: &'static str) -> Expression {
        if let Some(known) = self.known.borrow().get(definition) {
            return known.clone();
        }
        let parsed = parse(definition, &Context::new(self.version));
        let expanded = parsed.map_or(Expression::Constant(false), |parsed| parsed.annotate_by(self));
        self.known.borrow_mut().insert(definition, expanded.clone());
        expanded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_definition_parses() {
        assert!(SYMBOLS.is_sorted_by_key(|symbol| symbol.name));
        for version in Version::ALL {
            let context = Context::new(*version);
            for symbol in Symbol::all(*version) {
                if let Definition::Predicate(text) = symbol.definition {
                    parse(text, &context).unwrap();
                }
                if let Some(text) = symbol.prerequisite {
                    parse(text, &context).unwrap();
                }
            }
        }
    }
}

//! The match language: text → [`Match`] → [`Expression`] → [`Truth`].
//!
//! | type | promise |
//! |---|---|
//! | [`Match`] | what was written, symbol by symbol, each part with its place; OVN accepts it; printing and parsing it again gives the same |
//! | [`MatchErrors`] | what OVN says against it, byte for byte, then the mistakes behind that one; each with a place and a help line |
//! | [`Expression`] | fields instead of symbols, prerequisites written out, `!` at the leaves; the only form that is evaluated |
//!
//! The lexer, the grammar and the symbols are those of OVN's `lib/lex.c`, `lib/expr.c` and `lib/logical-fields.c`; a
//! [`Context`] says which version's, and which address sets and port groups there are.
//!
//! ```
//! use ringfence_engine::ovn::matching::{Adviser, Context, parse};
//! use ringfence_engine::ovn::network::Version;
//!
//! let context = Context::new(Version::Main).with_address_set("web", ["10.0.0.1", "10.0.0.2"]).advised_by(Adviser::FULL);
//! let parsed = parse("tcp.dst==80 && $web == ip4.dst", &context).unwrap();
//! assert_eq!(parsed.to_string(), "tcp.dst == 80 && ip4.dst == $web");
//! assert_eq!(
//!     parsed.annotate().simplify().to_string(),
//!     "tcp.dst == 80 && ip.proto == 6 && eth.type == 0x800 && ip4.dst == {10.0.0.1, 10.0.0.2}"
//! );
//!
//! let errors = parse("tcp.dst = 80 || udp.dport == 53", &context).unwrap_err();
//! let messages: Vec<_> = errors.iter().map(|error| error.message()).collect();
//! assert_eq!(messages[0], "Syntax error at `=' expecting relational operator.");
//! assert_eq!(messages[1], "Syntax error at `udp.dport' expecting field name.");
//! assert_eq!(errors.first().help().as_deref(), Some("write `==`"));
//! ```
//!
//! What this module does not do: it does not expand template variables (an unknown `^name` is read as OVN reads it),
//! and it does not know on which chassis a port is.

mod advice;
mod annotate;
mod constant;
mod context;
mod error;
mod expression;
#[cfg(test)]
mod laws;
mod lexer;
mod parser;
mod print;
mod relop;
mod simplify;
mod symbol;
mod template;
mod token;
mod tree;

pub use advice::Adviser;
pub use constant::{Constant, Format};
pub use context::Context;
pub use error::{ErrorKind, Expected, MatchError, MatchErrors};
pub use expression::{Expression, FieldTest, Header, Masked, PortSet, PortTest, Relation, Truth, Value};
pub(crate) use lexer::element;
pub use parser::parse;
pub(crate) use print::Quoted;
pub use relop::Relop;
pub use symbol::{Definition, Definitions, Level, Symbol};
pub use token::{BadEscape, LexicalError};
pub use tree::{Condition, Constants, Element, ElementKind, Match, Node, NodeKind, Subject, Test};

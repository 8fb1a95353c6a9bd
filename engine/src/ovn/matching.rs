//! The match language (`lib/lex.c`, `lib/expr.c`, `lib/logical-fields.c` of OVN).
//!
//! ```
//! use ringfence_engine::ovn::matching::{Context, parse};
//! use ringfence_engine::ovn::network::Version;
//!
//! let context = Context::new(Version::Main);
//! let expression = parse("tcp.dst==80 || 443 <= tcp.dst <= 445", &context).unwrap();
//! assert_eq!(expression.to_string(), "tcp.dst == 80 || 443 <= tcp.dst <= 445");
//!
//! let error = parse("tcp.dst = 80", &context).unwrap_err();
//! assert_eq!(error.first().message(), "Syntax error at `=' expecting relational operator.");
//! ```

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
mod token;
mod tree;

pub use constant::{Constant, Format};
pub use context::Context;
pub use error::{ErrorKind, Expected, MatchError, MatchErrors};
pub use expression::{Expression, FieldTest, Header, Masked, PortSet, PortTest, Relation, Truth, Value};
pub use parser::parse;
pub use relop::Relop;
pub use symbol::{Definition, Level, Symbol};
pub use token::{BadEscape, LexicalError};
pub use tree::{Condition, Constants, Element, ElementKind, Match, Node, NodeKind, Subject, Test};

//! A client of OVSDB servers: the protocol of RFC 7047, what Open vSwitch added to it, and the files that servers keep.
//!
//! It knows rows and columns, and nothing of what they mean. A [`Client`] holds one connection to a server that is fit to
//! be asked, sends transactions, and follows changes into a [`Snapshot`]; [`mod@file`] reads a database without any server.
//!
//! What it does not do: it takes no locks, and it repeats no transaction, since only its sender knows whether that is safe.

pub mod client;
pub mod codec;
pub mod endpoint;
pub mod file;
pub mod monitor;
pub mod operation;
pub mod schema;
pub mod snapshot;
pub mod tls;
pub mod value;

mod member;
mod session;

pub use client::{Client, ConnectError, Options, Refusal, TransactError};
pub use endpoint::{Endpoint, EndpointError};
pub use monitor::{Monitor, Select};
pub use operation::{Operation, OperationResult};
pub use schema::Schema;
pub use session::Lost;
pub use snapshot::{Row, Snapshot};
pub use tls::{ServerName, Tls, TlsError};
pub use uuid::Uuid;
pub use value::{Atom, Datum, ValueError};

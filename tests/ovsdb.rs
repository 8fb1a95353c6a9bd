//! The OVSDB client against the real `ovsdb-server`: alone, in a cluster, with TLS; and against servers that mean harm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

#[path = "ovsdb/cluster.rs"]
mod cluster;
#[path = "ovsdb/hostile.rs"]
mod hostile;
#[path = "ovsdb/secure.rs"]
mod secure;
#[path = "ovsdb/server.rs"]
mod server;
#[path = "ovsdb/standalone.rs"]
mod standalone;

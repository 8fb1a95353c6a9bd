//! A real OVN on this machine, private to one run.
//!
//! | module | noun |
//! |---|---|
//! | [`database`] | an OVSDB server's database: one transaction, one call |
//! | [`rpc`] | JSON-RPC as Open vSwitch speaks it, over a Unix socket |
//! | [`sandbox`] | a run directory and the daemons in it |
//! | [`namespace`] | a network namespace and work done inside it |
//! | [`topology`] | the machines, switches and the router that every lab has |
//! | [`northbound`] | an engine's `Network` as rows of the Northbound database |
//! | [`lab`] | the whole OVN with a machine in each namespace |
//! | [`service`] | a Service: an address that is nobody's, and who answers for it |
//! | [`mod@bench`] | a lab that is put up again when it falls |
//! | [`conversation`] | one request and its answer, as probed |
//! | [`frame`] | what a sniffed frame says |
//! | [`probe`] | a round: every conversation at once |
//! | [`judgement`] | the engine's answers held against a round |
//! | [`dhcp`] | questions of DHCP clients |
//! | [`trial`] | a rule set tried, and made smaller where it fails |
//! | [`case`] | a rule set as a file |
//! | [`world`] | Kubernetes objects as a file, compiled for the lab |
//! | [`lowering`] | rows with tiers and `pass` for an OVN without them |
//! | [`overview`] | a round in seven lines |
//! | [`trace`] | ovn-trace as an oracle for the match language |
//! | [`traced`] | one switch with many rows: what OVN says of single packets, and what it spends |

pub mod bench;
pub mod case;
pub mod conversation;
pub mod database;
pub mod dhcp;
pub mod frame;
pub mod judgement;
pub mod lab;
pub mod lowering;
pub mod namespace;
pub mod northbound;
pub mod overview;
pub mod probe;
pub mod rpc;
pub mod sandbox;
pub mod service;
pub mod store;
pub mod topology;
pub mod trace;
pub mod traced;
pub mod trial;
pub mod world;

//! Random input for the comparisons with OVN and with other analysers.
//!
//! | module | noun |
//! |---|---|
//! | [`world`] | Subnets and policies for the lab, as YAML |
//! | [`symbol`] | a symbol of OVN 23.03, from its own dump: not from the engine's table |
//! | [`constant`] | constants from a pool small enough that packets hit them |
//! | [`expression`] | a match, as tokens and as text |
//! | [`mutation`] | a match that somebody mistyped |
//! | [`names`] | ports, address sets and port groups that exist |
//! | [`network`] | a rule set for the lab |
//! | [`policies`] | a cluster with NetworkPolicies |
//! | [`rows`] | many rows on one switch |
//! | [`packet`] | a packet and the microflow that describes it to ovn-trace |

pub mod constant;
pub mod expression;
pub mod mutation;
pub mod names;
pub mod network;
pub mod packet;
pub mod policies;
pub mod rows;
pub mod symbol;
pub mod world;

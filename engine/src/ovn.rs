//! OVN as it is: ACL rows, the match language, the logical switch pipeline. Knows no Kubernetes.
//!
//! | module | noun |
//! |---|---|
//! | [`acl`] | a row of the `ACL` table |
//! | [`field`] | a packet field that a match can test |
//! | [`matching`] | the match language: text → typed expression → truth |
//! | [`network`] | switches, ports, port groups, address sets: what the rows hang on |
//! | [`routing`] | what a router may do to packets between its switches |
//! | [`pipeline`] | the stages of a switch: which row is asked when, of which packets |

pub mod acl;
pub mod field;
pub mod matching;
pub mod network;
pub mod packet;
pub mod pipeline;
pub mod routing;
pub mod walk;

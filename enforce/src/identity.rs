//! Identities that follow from what a row says: a repeated insert cannot double it.

use crate::item::Item;
use crate::set::PolicySet;
use ringfence_ovsdb::Uuid;

/// The name space of our identities.
const SPACE: Uuid = Uuid::from_u128(0x5b1e_7c55_8f0f_4c0e_9d55_72f9_6a0c_11d3);

/// The first identity of a row that is not taken: of rows that say the same, each has another one.
pub(crate) fn identity(set: &PolicySet, item: &Item, taken: impl Fn(Uuid) -> bool) -> Uuid {
    let said = serde_json::to_string(item).unwrap_or_default();
    let numbered = |number: u64| Uuid::new_v5(&SPACE, format!("{set}\n{said}\n{number}").as_bytes());
    (0..).map(numbered).find(|id| !taken(*id)).unwrap_or_default()
}

//! A world in one word.

use crate::history::History;
use crate::tables::GLOBAL;
use ringfence_ovsdb::Snapshot;
use sha2::{Digest, Sha256};

/// A digest of all that a plan is made on. Sequence numbers and the histories of other policy sets are left out.
pub(crate) fn digest(world: &Snapshot, history: &History) -> String {
    let mut hash = Sha256::new();
    for table in world.tables() {
        hash.update(format!("{table}\n"));
        for (id, row) in world.rows(table) {
            if table != GLOBAL {
                hash.update(id.as_bytes());
            }
            let told = row.iter().filter(|(name, _)| table != GLOBAL || name.as_str() == "options");
            for (name, value) in told {
                hash.update(format!("{name}={}\n", value.to_json()));
            }
        }
    }
    hash.update(format!("{:?}", history.generation()));
    let digest = hash.finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

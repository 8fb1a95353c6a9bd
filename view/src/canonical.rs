//! Matches as OVN prints them.

use crate::loaded::Loaded;
use ringfence_engine::diagnostic::Fix;
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::matching::{Context, parse};
use ringfence_engine::read::edit_whole;

/// Edits after which every match that is written somewhere stands there as OVN prints it, on one line, by place. What OVN does
/// not understand stays as it is, and so does a match with a comment in it.
pub fn canonical(loaded: &Loaded) -> Vec<Fix> {
    let network = &loaded.compiled.network;
    let context = Context::of(network);
    let edit = |acl: &Acl| {
        // Somebody wrote a comment for others to read.
        if acl.matches.contains("//") || acl.matches.contains("/*") {
            return None;
        }
        let printed = parse(&acl.matches, &context).ok()?.to_string();
        if printed == acl.matches.trim() {
            return None;
        }
        let (place, replacement) = edit_whole(&loaded.sources, acl.provenance.place?, &acl.matches, &printed)?;
        Some(Fix { place, replacement })
    };
    let switches = network.switches.iter().flat_map(|switch| &switch.acls);
    let groups = network.port_groups.iter().flat_map(|group| &group.acls);
    let mut edits: Vec<Fix> = switches.chain(groups).filter_map(edit).collect();
    edits.sort_by_key(|edit| (edit.place.source, edit.place.span.start));
    // One text may be the match of several rows.
    edits.dedup();
    edits
}

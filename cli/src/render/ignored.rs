//! Rows that OVN ignores, whoever wrote them.

use crate::planned::Planned;
use ringfence_enforce::Meaning;
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{AclId, Holder};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A row that OVN ignores.
pub(crate) struct Ignored<'m> {
    /// The row.
    pub(crate) acl: &'m Acl,
    /// What OVN says of its match.
    pub(crate) reason: &'m str,
    /// `switch` or `port_group`.
    kind: &'static str,
    /// The name of what it hangs on.
    holder: &'m str,
}

/// The rows that OVN ignores before anything changes. One of a port group is on every switch that has one of its ports, and told
/// once.
pub(crate) fn ignored(meaning: &Meaning) -> Vec<Ignored<'_>> {
    let network = &meaning.before.compiled.network;
    let errors = meaning.before.pipelines().iter().flat_map(|pipeline| &pipeline.broken);
    let errors: BTreeMap<AclId, &str> = errors.map(|error| (error.id, error.message.as_str())).collect();
    errors.into_iter().filter_map(|(id, reason)| row(network, id, reason)).collect()
}

fn row<'m>(network: &'m Network, id: AclId, reason: &'m str) -> Option<Ignored<'m>> {
    let (kind, holder) = match id.holder {
        Holder::Switch(switch) => ("switch", &network.switches.get(switch)?.name),
        Holder::Group(group) => ("port_group", &network.port_groups.get(group)?.name),
    };
    Some(Ignored { acl: id.acl(network)?, reason, kind, holder })
}

impl Ignored<'_> {
    /// For programs: where it hangs, what it says and whose it is, as far as the plan's world knows.
    pub(crate) fn wire(&self, plan: &impl Planned) -> Value {
        let mut fields: Map<String, Value> = plan.identity(self.acl);
        fields.insert(self.kind.to_owned(), json!(self.holder));
        fields.insert("match".to_owned(), json!(self.acl.matches));
        fields.insert("action".to_owned(), json!(self.acl.action.name()));
        fields.insert("reason".to_owned(), json!(self.reason));
        Value::Object(fields)
    }
}

//! `compile -o json`: the version, the switches, the rows in the order in which OVN asks them (switch by switch, stage
//! by stage), port groups, address sets, and the diagnostics.
//!
//! A row that hangs on a port group is listed for each switch that has one of its ports, and with `switch` null where
//! none has. `ignored` is the reason for
//! which OVN leaves a row out, or null.

use super::diagnostic::{Diagnostic, Origin};
use super::{VERSION, lines};
use crate::loaded::Loaded;
use crate::rows::{asked, unasked};
use ringfence_engine::ovn::acl::{self, Acl, Severity};
use ringfence_engine::ovn::network::{self, Network, PortKind};
use ringfence_engine::ovn::pipeline::{AclId, Holder, Pipeline, RowError, Stage};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

#[derive(Serialize)]
struct Compiled<'a> {
    ringfence: &'static str,
    profile: &'static str,
    ovn: &'static str,
    options: Options,
    switches: Vec<Switch<'a>>,
    rows: Vec<Row<'a>>,
    port_groups: Vec<PortGroup<'a>>,
    address_sets: &'a BTreeMap<String, Vec<String>>,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Options {
    default_acl_drop: bool,
    use_ct_inv_match: bool,
}

#[derive(Serialize)]
struct Switch<'a> {
    name: &'a str,
    stateful: bool,
    load_balancer: bool,
    ports: Vec<Port<'a>>,
}

#[derive(Serialize)]
struct Port<'a> {
    name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Row<'a> {
    switch: Option<&'a str>,
    stage: &'static str,
    tier: u8,
    priority: u16,
    action: &'static str,
    #[serde(rename = "match")]
    matches: &'a str,
    port_group: Option<&'a str>,
    name: Option<&'a str>,
    log: bool,
    severity: Option<&'static str>,
    meter: Option<Meter<'a>>,
    source: Origin<'a>,
    ignored: Option<&'a str>,
}

#[derive(Serialize)]
struct Meter<'a> {
    name: &'a str,
    packets_per_second: u32,
    burst: u32,
}

impl<'a> Meter<'a> {
    fn of(meter: &'a acl::Meter) -> Self {
        Self { name: &meter.name, packets_per_second: meter.rate, burst: meter.burst }
    }
}

#[derive(Serialize)]
struct PortGroup<'a> {
    name: &'a str,
    ports: &'a [String],
}

impl<'a> PortGroup<'a> {
    fn of(group: &'a network::PortGroup) -> Self {
        Self { name: &group.name, ports: &group.ports }
    }
}

impl<'a> Switch<'a> {
    fn of(network: &'a Network, pipeline: &Pipeline) -> Option<Self> {
        let switch = network.switches.get(pipeline.switch)?;
        let kind = |kind| match kind {
            PortKind::Vif => "vif",
            PortKind::Router => "router",
            PortKind::Localnet => "localnet",
        };
        let ports = switch.ports.iter().map(|port| Port { name: &port.name, kind: kind(port.kind) }).collect();
        let (stateful, load_balancer) = (pipeline.stateful(), pipeline.load_balancer);
        Some(Self { name: &switch.name, stateful, load_balancer, ports })
    }
}

impl<'a> Row<'a> {
    fn of(
        loaded: &'a Loaded,
        switch: Option<&'a str>,
        stage: Stage,
        (id, acl, error): (AclId, &'a Acl, Option<&'a RowError>),
    ) -> Self {
        let group = match id.holder {
            Holder::Switch(_) => None,
            Holder::Group(group) => loaded.compiled.network.port_groups.get(group),
        };
        Self {
            switch,
            stage: stage.name(),
            tier: acl.tier.get(),
            priority: acl.priority.get(),
            action: acl.action.name(),
            matches: &acl.matches,
            port_group: group.map(|group| group.name.as_str()),
            name: acl.name.as_deref(),
            log: acl.log.is_some(),
            severity: acl.log.as_ref().and_then(|log| log.severity).map(Severity::name),
            meter: acl.log.as_ref().and_then(|log| log.meter.as_ref()).map(Meter::of),
            source: Origin::of(&loaded.sources, &acl.provenance),
            ignored: error.map(|error| error.message.as_str()),
        }
    }
}

fn rows<'a>(loaded: &'a Loaded, pipeline: &'a Pipeline) -> Vec<Row<'a>> {
    let network = &loaded.compiled.network;
    let switch = network.switches.get(pipeline.switch).map(|switch| switch.name.as_str());
    let stage = |stage| asked(network, pipeline, stage).map(move |row| Row::of(loaded, switch, stage, row));
    Stage::ALL.into_iter().flat_map(stage).collect()
}

/// Rows that no switch asks.
fn lost<'a>(loaded: &'a Loaded, pipelines: &[Pipeline]) -> Vec<Row<'a>> {
    let unasked = unasked(&loaded.compiled.network, pipelines).into_iter();
    unasked.map(|(id, acl)| Row::of(loaded, None, Stage::of(acl), (id, acl, None))).collect()
}

/// Writes the document.
pub fn write(out: &mut dyn Write, loaded: &Loaded, pipelines: &[Pipeline]) -> io::Result<()> {
    let network = &loaded.compiled.network;
    let document = Compiled {
        ringfence: VERSION,
        profile: loaded.compiled.profile.name,
        ovn: network.version.name(),
        options: Options {
            default_acl_drop: network.options.default_acl_drop,
            use_ct_inv_match: network.options.use_ct_inv_match,
        },
        switches: pipelines.iter().filter_map(|pipeline| Switch::of(network, pipeline)).collect(),
        rows: pipelines.iter().flat_map(|pipeline| rows(loaded, pipeline)).chain(lost(loaded, pipelines)).collect(),
        port_groups: network.port_groups.iter().map(PortGroup::of).collect(),
        address_sets: &network.address_sets,
        diagnostics: Diagnostic::all(&loaded.sources, &loaded.compiled.diagnostics),
    };
    lines::write(out, &document)
}

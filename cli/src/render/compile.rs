//! Rows as a table: switch by switch and stage by stage, in the order in which OVN asks them.

use super::{ERROR, FAINT, Line, STRONG, count};
use anstyle::Style;
use ringfence_engine::ovn::acl::{Acl, Log};
use ringfence_engine::ovn::network::{PortKind, Switch, Version};
use ringfence_engine::ovn::pipeline::{AclId, Holder, Pipeline, Stage, Tracking};
use ringfence_view::loaded::Loaded;
use ringfence_view::rows::{asked, unasked};
use std::io::{self, Write};

/// A table for each switch, then what no switch asks.
pub(crate) fn write(out: &mut dyn Write, loaded: &Loaded, pipelines: &[Pipeline]) -> io::Result<()> {
    let network = &loaded.compiled.network;
    writeln!(out, "{FAINT}{}, OVN {}{FAINT:#}", loaded.compiled.profile.name, network.version.name())?;
    if network.switches.is_empty() {
        return writeln!(out, "No switches: the input has neither a Subnet nor an Inventory with switches.");
    }
    for pipeline in pipelines {
        let Some(switch) = network.switches.get(pipeline.switch) else { continue };
        writeln!(out, "\n{STRONG}{}{STRONG:#}  {}", Line(&switch.name), described(switch, pipeline))?;
        for stage in Stage::ALL {
            write_stage(out, loaded, pipeline, stage)?;
        }
    }
    let unasked = unasked(network, pipelines);
    if !unasked.is_empty() {
        writeln!(
            out,
            "\n{STRONG}on no switch{STRONG:#}: their groups have no port that exists, so nobody asks these rows"
        )?;
    }
    for (id, acl) in unasked {
        let (priority, action) = (acl.priority.get(), acl.action.name());
        let (origin, matches) = (origin(loaded, id, acl), Line(&acl.matches));
        writeln!(out, "    {}  {priority}  {action}  {origin}  {matches}", Stage::of(acl).name())?;
    }
    Ok(())
}

fn described(switch: &Switch, pipeline: &Pipeline) -> String {
    let tracks = match (pipeline.stateful_acl, pipeline.load_balancer) {
        (true, _) => "tracks connections, because of an allow-related row",
        (false, true) => "tracks connections, because of a load balancer",
        (false, false) => "tracks no connections: answers need rows of their own",
    };
    let vifs = switch.ports.iter().filter(|port| port.kind == PortKind::Vif).count();
    format!("{}, {}; {tracks}", count(vifs, "machine port"), count(pipeline.acls.len(), "row"))
}

fn write_stage(out: &mut dyn Write, loaded: &Loaded, pipeline: &Pipeline, stage: Stage) -> io::Result<()> {
    let network = &loaded.compiled.network;
    let rows: Vec<_> = asked(network, pipeline, stage).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let tiered = network.version == Version::Main;
    let tier_title = if tiered { "TIER  " } else { "" };
    let origins: Vec<_> = rows.iter().map(|(id, acl, _)| origin(loaded, *id, acl)).collect();
    let width = origins.iter().map(|text| text.chars().count()).max().unwrap_or(0).clamp(4, 100);
    writeln!(out, "  {STRONG}{}{STRONG:#}", stage.name())?;
    writeln!(out, "    {FAINT}{tier_title}PRIORITY  ACTION           {:width$}  MATCH{FAINT:#}", "FROM")?;
    for ((_, acl, error), origin) in rows.iter().zip(origins) {
        let tier = if tiered { format!("{:<4}  ", acl.tier.get()) } else { String::new() };
        let style = if error.is_some() { ERROR } else { Style::new() };
        writeln!(
            out,
            "    {tier}{:<8}  {:15}  {origin:width$}  {style}{}{style:#}",
            acl.priority.get(),
            acl.action.name(),
            Line(&acl.matches)
        )?;
        if let Some(log) = &acl.log {
            writeln!(out, "      {FAINT}logged{}{FAINT:#}", logged(acl, log))?;
        }
        if let Some(error) = error {
            writeln!(out, "      {ERROR}ignored:{ERROR:#} {}", Line(&error.message))?;
        }
    }
    let default = pipeline.stage(stage).map(|rows| rows.default_for(Tracking::New));
    let dropped = default == Some(ringfence_engine::ovn::pipeline::Outcome::Drop);
    writeln!(out, "    {FAINT}what no row decides {}{FAINT:#}", if dropped { "is dropped" } else { "passes" })
}

/// ` as default/web, severity warning, at most 5 packets a second by meter web.default_to-lport_meter`
fn logged(acl: &Acl, log: &Log) -> String {
    let name = acl.name.as_ref().map(|name| format!(" as {}", Line(name)));
    let severity = log.severity.map(|severity| format!(", severity {severity}"));
    let meter = log.meter.as_ref().map(|meter| {
        format!(", at most {} a second by meter {}", count(meter.rate as usize, "packet"), Line(&meter.name))
    });
    [name, severity, meter].into_iter().flatten().collect()
}

/// `a.yaml:8 Subnet/vswitch1`, and the group that the row hangs on.
fn origin(loaded: &Loaded, id: AclId, acl: &Acl) -> String {
    let place = acl.provenance.place.and_then(|place| loaded.sources.locate(place));
    let place = place.map(|(name, position)| format!("{}:{} ", Line(name), position.line)).unwrap_or_default();
    let group = match id.holder {
        Holder::Switch(_) => None,
        Holder::Group(group) => loaded.compiled.network.port_groups.get(group),
    };
    let on = group.map(|group| format!(" on {}", Line(&group.name))).unwrap_or_default();
    let object = Line(&acl.provenance.object).to_string();
    let on = if object.ends_with(on.trim_start_matches(" on ")) { String::new() } else { on };
    format!("{place}{object}{on}")
}

//! The inventory into the rows that Kube-OVN would write, and into the endpoints that are asked about.
//!
//! Every row knows the object, the field and the line that it came from.

mod endpoints;
mod macs;
mod matches;
mod names;
mod network;
mod parts;
mod ranges;
mod rows;
mod sites;
mod split;

pub use matches::mistakes;

use crate::diagnostic::Diagnostic;
use crate::ovn::network::{Network, Version};
use crate::reach::Endpoint;
use crate::read::{Expectation, read};
use crate::source::Sources;
use crate::world::{World, world};
use alloc::vec::Vec;

/// What the caller knows better than the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The OVN version, whatever an inventory says.
    pub version: Option<Version>,
}

/// What can be evaluated.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    /// Switches, rows, routers, port groups and address sets.
    pub network: Network,
    /// Machines in the order of their ids, then addresses without a machine, gateways, and what is outside.
    pub endpoints: Vec<Endpoint>,
    /// What somebody expects of them.
    pub expectations: Vec<Expectation>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles an inventory. Its diagnostics are not repeated.
pub fn compile(world: &World, settings: &Settings) -> Compiled {
    let mut out = Vec::new();
    let version = settings.version.or(world.version).unwrap_or_default();
    let mut network = network::network(world, version, &mut out);
    let tests = matches::Tests::of(&network);
    let mut macs = macs::Macs::new(world, &tests);
    network::assign(&mut network, &mut macs);
    let endpoints = endpoints::endpoints(world, &mut network, &tests, &mut macs, &mut out);
    Compiled { network, endpoints, expectations: world.expectations.clone(), diagnostics: out }
}

/// Reads, joins and compiles; all diagnostics, mistakes in matches included, in the order of the sources.
pub fn load(sources: &Sources, settings: &Settings) -> Compiled {
    let mut reading = read(sources);
    let mut world = world(&reading);
    let mut compiled = compile(&world, settings);
    let mut diagnostics = core::mem::take(&mut reading.diagnostics);
    diagnostics.append(&mut world.diagnostics);
    diagnostics.append(&mut compiled.diagnostics);
    diagnostics.extend(mistakes(sources, &compiled.network));
    diagnostics.sort_by_key(|found| match found.place {
        Some(place) => (false, place.source, place.span.start),
        None => (true, crate::source::SourceId(u32::MAX), 0),
    });
    compiled.diagnostics = diagnostics;
    compiled
}

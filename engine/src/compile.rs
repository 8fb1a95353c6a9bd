//! The inventory into the rows that Kube-OVN would write, and into the endpoints that are asked about.
//!
//! Every row knows the object, the field and the line that it came from.

mod address_set;
mod admin_policy;
mod balancers;
mod beyond;
mod claims;
mod compiler;
mod crowds;
mod endpoints;
mod kubernetes;
mod macs;
mod matches;
mod names;
mod network;
mod network_policy;
mod parts;
mod pinned;
mod profile;
mod ranges;
mod refused;
mod release;
mod row;
mod security_group;
mod service;
mod sites;
mod split;
mod subnet;
mod unwritten;

pub use crowds::Crowd;
pub use profile::{
    BadAcl, ClusterIps, Enforcer, GatewayRows, Invalid, IpBlock, Logging, PROFILES, Profile, SecurityGroups, Support,
    Tiers, Tracking,
};

use crate::diagnostic::Diagnostic;
use crate::ovn::matching::Adviser;
use crate::ovn::network::Network;
use crate::reach::Endpoint;
use crate::read::{Expectation, read};
use crate::source::Sources;
use crate::world::{Roster, World, world};
use alloc::vec::Vec;
use compiler::Compiler;

/// What the caller knows better than the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whose behaviour, whatever an inventory or the image of Kube-OVN's controller says.
    pub profile: Option<&'static Profile>,
    /// Whether objects that the API server refuses have an effect.
    pub strictness: Strictness,
    /// Who says what to write instead of a match that OVN cannot parse.
    pub adviser: Adviser,
}

impl Default for Settings {
    fn default() -> Self {
        Self { profile: None, strictness: Strictness::default(), adviser: Adviser::FULL }
    }
}

/// What becomes of an object that the API server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Strictness {
    /// It is not there: the cluster would never have it.
    #[default]
    Strict,
    /// It has the effect of what is left when every wrong field is dropped and defaulted.
    Lenient,
}

/// What can be evaluated.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Switches, rows, routers, port groups and address sets.
    pub network: Network,
    /// Machines in the order of their ids, then addresses without a machine, gateways, and what is outside.
    pub endpoints: Vec<Endpoint>,
    /// Sets of them that people have a word for.
    pub crowds: Vec<Crowd>,
    /// What somebody expects of them.
    pub expectations: Vec<Expectation>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// Whose behaviour this is.
    pub profile: &'static Profile,
}

/// Compiles an inventory. Its diagnostics are not repeated.
pub fn compile(world: &World, settings: &Settings) -> Compiled {
    parsed(world, settings).0
}

fn parsed(world: &World, settings: &Settings) -> (Compiled, matches::Tests) {
    let mut out = Vec::new();
    let running = release::running(world.controller.image.as_ref(), settings.profile, &mut out);
    let profile = Profile::in_force(settings.profile, running, world.version);
    let compiler = Compiler { world, roster: Roster::new(world), profile, strictness: settings.strictness };
    let unwritten = unwritten::unwritten(&compiler);
    let mut network = network::network(&compiler, &unwritten, &mut out);
    let tests = matches::Tests::of(&network, unwritten, settings.adviser);
    let mut macs = macs::Macs::new(world, &tests);
    network::assign(world, &mut network, &mut macs);
    let endpoints = endpoints::endpoints(world, &mut network, &tests, &mut macs, &mut out);
    let expectations = claims::claims(&world.expectations, &compiler.roster, &network, &endpoints);
    pinned::pinned(world, &network, &mut out);
    let crowds = crowds::crowds(world, &network, &endpoints);
    let compiled = Compiled { network, endpoints, crowds, expectations, diagnostics: out, profile };
    (compiled, tests)
}

/// Reads, joins and compiles; all diagnostics, mistakes in matches included, in the order of the sources.
pub fn load(sources: &Sources, settings: &Settings) -> Compiled {
    let mut reading = read(sources);
    let mut world = world(&reading);
    let (mut compiled, tests) = parsed(&world, settings);
    let mut diagnostics = core::mem::take(&mut reading.diagnostics);
    diagnostics.append(&mut world.diagnostics);
    diagnostics.append(&mut compiled.diagnostics);
    diagnostics.extend(tests.mistakes(sources, &world));
    diagnostics.sort_by_key(|found| match found.place {
        Some(place) => (false, place.source, place.span.start),
        None => (true, crate::source::SourceId(u32::MAX), 0),
    });
    compiled.diagnostics = diagnostics;
    compiled
}

//! A world: Kubernetes objects as a file, on top of a cast of the lab's own machines, compiled and made ready for the lab.
//!
//! Comment lines at the head of the file say what is special about it:
//!
//! | line | meaning |
//! |---|---|
//! | `# cast: ipv4` | the machines are those of `worlds/lab/ipv4`; else of `worlds/lab/dual` |
//! | `# profile: kube-ovn/1.14` | whose behaviour; else the engine's default |
//! | `# strictness: lenient` | what the API server refuses has an effect |
//! | `# without: vswitch2` | the cast's Subnet of that name is not there |
//! | `# finds: RF021` | the reader is right to complain |
//! | `# seen: …` | what packets did when the case was written |
//! | `# dhcp: vm1 …` | which of its DHCP questions OVN answered then; the engine says nothing of it |
//!
//! A cast is a file of machines and one for each Subnet; a Subnet that the world itself has replaces the cast's.
//! Machines are found by their IPv4 addresses, switches by their machines, and both get the lab's own names, in matches
//! too: names are all that is changed.

use super::case::{Case, recorded};
use super::lowering;
use super::service::{self, Service};
use super::topology::{self, Machine, SWITCHES, Subnet};
use ringfence_engine::compile::{self, Compiled, Profile, Settings, Strictness};
use ringfence_engine::diagnostic::{Code, Severity};
use ringfence_engine::ovn::network::{Network, PortKind, Version};
use ringfence_engine::reach::{Attachment, Endpoint, EndpointKind};
use ringfence_engine::source::Sources;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where worlds and casts are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("worlds")
}

/// Reads a world and makes it ready for the lab.
pub fn load(name: &str, text: &str) -> Result<Case, String> {
    let head = Head::read(text)?;
    let mut sources = Sources::new();
    for (file, text) in files(name, text)? {
        sources.add(&file, &text);
    }
    let compiled = compile::load(
        &sources,
        &Settings { profile: head.profile, strictness: head.strictness, ..Settings::default() },
    );
    head.check(&compiled)?;
    let (network, endpoints, services) = settled(compiled)?;
    let lowered = (network.version != Version::V23_03).then(|| lowering::lower(&network)).transpose()?;
    if let Some(lowered) = &lowered {
        lowering::same(&network, lowered, &endpoints)?;
    }
    Ok(Case { network, lowered, endpoints, services, recorded: recorded(text), dhcp: dhcp(text)? })
}

/// The files that a world consists of: those of its cast, and itself.
pub fn files(name: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let mut files = Head::read(text)?.cast(text)?;
    files.push((name.to_owned(), text.to_owned()));
    Ok(files)
}

/// The lines `# dhcp: vm1 …`.
fn dhcp(text: &str) -> Result<Vec<(usize, String)>, String> {
    let read = |line: &str| {
        let (name, seen) = line.split_once(' ').unwrap_or((line, ""));
        let machine = topology::machines().iter().position(|machine| machine.name == name);
        Ok((machine.ok_or(format!("there is no machine `{name}`"))?, seen.to_owned()))
    };
    text.lines().filter_map(|line| line.strip_prefix("# dhcp: ")).map(read).collect()
}

/// What the head of a file says.
struct Head {
    cast: String,
    without: String,
    profile: Option<&'static Profile>,
    strictness: Strictness,
    finds: Vec<String>,
}

impl Head {
    fn read(text: &str) -> Result<Self, String> {
        let said = |key: &str| {
            let lines = text.lines().filter_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "));
            lines.map(str::trim).next_back()
        };
        let profile = said("profile").map(|name| Profile::named(name).ok_or(format!("there is no profile `{name}`")));
        let strictness = match said("strictness") {
            None | Some("strict") => Strictness::Strict,
            Some("lenient") => Strictness::Lenient,
            Some(other) => return Err(format!("there is no strictness `{other}`")),
        };
        let finds = said("finds").unwrap_or_default().split([',', ' ']).map(str::to_owned).collect();
        let cast = said("cast").unwrap_or("dual").to_owned();
        let without = said("without").unwrap_or_default().to_owned();
        Ok(Self { cast, without, profile: profile.transpose()?, strictness, finds })
    }

    /// The files of the cast.
    fn cast(&self, text: &str) -> Result<Vec<(String, String)>, String> {
        let folder = folder().join("lab").join(&self.cast);
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let is_replaced = |name: &str| self.without == name || has_subnet(text, name);
        files.retain(|file| !is_replaced(&file.file_stem().unwrap_or_default().to_string_lossy()));
        let read = |file: PathBuf| {
            let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            Ok((file.display().to_string(), text))
        };
        files.into_iter().map(read).collect()
    }

    /// A complaint that the file does not announce is a mistake in the file, and so is one that does not come.
    fn check(&self, compiled: &Compiled) -> Result<(), String> {
        let grave = |code: Code| {
            code.severity() == Severity::Error
                || matches!(code, Code::UnknownKind | Code::UnknownField | Code::KindNotEvaluated)
        };
        let announced = |code: Code| self.finds.iter().any(|name| name == code.name());
        if let Some(found) = compiled.diagnostics.iter().find(|found| grave(found.code) && !announced(found.code)) {
            return Err(format!("{}: {}", found.code.name(), found.message));
        }
        let came = |name: &&String| compiled.diagnostics.iter().any(|found| found.code.name() == name.as_str());
        match self.finds.iter().filter(|name| !name.is_empty()).find(|name| !came(name)) {
            Some(name) => Err(format!("{name} was announced and did not come")),
            None => Ok(()),
        }
    }
}

/// Whether a document of a text is the Subnet of that name.
fn has_subnet(text: &str, name: &str) -> bool {
    let named = [
        format!("name: {name}\n"),
        format!("name: {name},"),
        format!("name: {name}}}"),
        format!("\"name\":\"{name}\""),
    ];
    let is_subnet =
        |document: &str| document.contains("kind: Subnet") && named.iter().any(|named| document.contains(named));
    text.split("\n---").any(is_subnet)
}

/// The network under the lab's own names and the lab's machines as endpoints, in their order.
fn settled(compiled: Compiled) -> Result<(Network, Vec<Endpoint>, Vec<Service>), String> {
    let mut network = compiled.network;
    let of = |machine: &Machine| {
        let has = |endpoint: &&Endpoint| {
            let on_port = matches!(endpoint.attachment, Attachment::Port { .. });
            on_port && endpoint.addresses.iter().any(|range| range.first == machine.v4 && range.last == machine.v4)
        };
        compiled
            .endpoints
            .iter()
            .find(has)
            .cloned()
            .ok_or_else(|| format!("no machine has the address of {}", machine.name))
    };
    let machines = topology::machines();
    let mut endpoints: Vec<Endpoint> = machines.iter().map(of).collect::<Result<_, _>>()?;
    let names = Names::of(&network, &machines, &endpoints)?;
    names.give(&mut network);
    for (endpoint, machine) in endpoints.iter_mut().zip(&machines) {
        endpoint.mac = machine.mac;
        endpoint.attachment = match &endpoint.attachment {
            Attachment::Port { switch, .. } => Attachment::Port { switch: *switch, port: machine.name.clone() },
            other => other.clone(),
        };
    }
    endpoints.extend(gateways(&compiled.endpoints)?);
    let (services, their): (Vec<Service>, Vec<Endpoint>) =
        service::services(&network, &compiled.endpoints)?.into_iter().unzip();
    endpoints.extend(their);
    Ok((network, endpoints, services))
}

/// The gateways of the lab's switches, in their order.
fn gateways(endpoints: &[Endpoint]) -> Result<Vec<Endpoint>, String> {
    let of = |subnet: &Subnet| {
        let has = |endpoint: &&Endpoint| endpoint.addresses.iter().any(|range| range.first == subnet.v4(1));
        let found = endpoints.iter().filter(|endpoint| endpoint.kind == EndpointKind::Gateway).find(has);
        let face = |endpoint: &Endpoint| Endpoint { mac: subnet.mac(1), ..endpoint.clone() };
        found.map(face).ok_or_else(|| format!("{} has no gateway", subnet.name))
    };
    SWITCHES.iter().map(of).collect()
}

/// What switches and ports are called in the lab, by their names in the world.
struct Names {
    /// By index of the world's switch: index of the lab's.
    switches: BTreeMap<usize, usize>,
    ports: BTreeMap<String, String>,
}

impl Names {
    fn of(network: &Network, machines: &[Machine], endpoints: &[Endpoint]) -> Result<Self, String> {
        let mut names = Self { switches: BTreeMap::new(), ports: BTreeMap::new() };
        for (machine, endpoint) in machines.iter().zip(endpoints) {
            let Attachment::Port { switch, port } = &endpoint.attachment else {
                return Err(format!("{} is not on a port", endpoint.id));
            };
            names.ports.insert(port.clone(), machine.name.clone());
            if *names.switches.entry(*switch).or_insert(machine.switch) != machine.switch {
                return Err(format!("{} is on another switch in the lab", endpoint.id));
            }
        }
        for (switch, known) in network.switches.iter().enumerate() {
            let Some(index) = names.switches.get(&switch) else {
                return Err(format!("the lab has no switch `{}`", switch_name(network, switch)));
            };
            for port in known.ports.iter().filter(|port| port.kind == PortKind::Router) {
                names.ports.insert(port.name.clone(), SWITCHES[*index].router_port());
            }
        }
        if network.routers.len() != 1 || !network.beyond.is_empty() {
            return Err("the lab has one router".into());
        }
        Ok(names)
    }

    fn give(&self, network: &mut Network) {
        for (index, switch) in network.switches.iter_mut().enumerate() {
            switch.name = SWITCHES[self.switches[&index]].name.to_owned();
            switch.ports.iter_mut().for_each(|port| port.name = self.port(&port.name));
            switch.acls.iter_mut().for_each(|row| row.matches = self.spelled(&row.matches));
        }
        for group in &mut network.port_groups {
            group.ports.iter_mut().for_each(|port| *port = self.port(port));
            group.acls.iter_mut().for_each(|row| row.matches = self.spelled(&row.matches));
        }
        for link in network.routers.iter_mut().flat_map(|router| &mut router.links) {
            link.port = self.port(&link.port);
            link.mac = SWITCHES[self.switches[&link.switch]].mac(1);
        }
    }

    /// A name that only the lab knows is nobody's in the world, and stays nobody's.
    fn port(&self, name: &str) -> String {
        let stranger =
            || if self.ports.values().any(|known| known == name) { format!("{name}?") } else { name.to_owned() };
        self.ports.get(name).cloned().unwrap_or_else(stranger)
    }

    /// A match with the names between its quotation marks in the lab's spelling.
    fn spelled(&self, matches: &str) -> String {
        let parts = matches.split('"').enumerate();
        let part = |(index, part): (usize, &str)| if index % 2 == 1 { self.port(part) } else { part.to_owned() };
        parts.map(part).collect::<Vec<_>>().join("\"")
    }
}

fn switch_name(network: &Network, index: usize) -> &str {
    network.switches.get(index).map_or("", |switch| switch.name.as_str())
}

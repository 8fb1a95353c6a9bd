//! Every rule set of the packet lab, written into a real Northbound database and read back: who reaches whom is the same.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

#[path = "northbound/balancers.rs"]
mod balancers;
#[path = "northbound/columns.rs"]
mod columns;
#[path = "northbound/members.rs"]
mod members;
#[path = "northbound/ways.rs"]
mod ways;

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_engine::compile::{self, Compiled, Settings};
use ringfence_engine::reach::{Attachment, Endpoint, Verdict, evaluate};
use ringfence_engine::source::Sources;
use ringfence_northbound::Document;
use ringfence_northbound::tables::{DATABASE, TABLES};
use ringfence_ovsdb::{Client, Endpoint as Remote, Options, file};
use ringfence_tests::ovn::case::{self, Case};
use ringfence_tests::ovn::store::Store;
use ringfence_tests::ovn::world;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let store = Arc::new(Mutex::new(Store::start().unwrap()));
    let packets = Path::new(env!("CARGO_MANIFEST_DIR")).join("packets");
    let mut trials = Vec::new();
    for (folder, load) in [
        (packets.clone(), case::load as fn(&str, &str) -> Result<Case, String>),
        (packets.join("found"), case::load),
        (world::folder(), world::load),
    ] {
        for file in files(&folder) {
            let store = Arc::clone(&store);
            let name = file.display().to_string();
            trials.push(Trial::test(name.clone(), move || {
                let case = load(&name, &fs::read_to_string(&file)?)?;
                same(&store.lock().unwrap(), &case)
            }));
        }
    }
    for (name, trial) in [
        ("port security and DHCP of ports", ports as fn(&Store) -> Result<(), Failed>),
        ("further addresses of ports, and disabled ones", addresses),
        ("routers that may change the way", routers),
        ("members of port groups of every kind", members::members),
        ("routers and their ports that are disabled", ways::disabled),
        ("switches that share a name", ways::names),
        ("gateway ports that translate", ways::gateway),
        ("switches that do not know their router", ways::unknown),
        ("networks that two ports of a router have", ways::shared),
        ("switches with two routers", ways::two),
        ("Ethernet addresses of few digits", ways::digits),
        ("networks of routers", columns::routes),
        ("automatic address sets", columns::sets),
        ("Ethernet addresses", columns::macs),
        ("options in any letters", columns::options),
        ("variables of templates", columns::templates),
        ("what OVN does beside the rows", columns::beside),
        ("names that Neutron gives", columns::neutron),
        ("load balancers of switches", balancers::switches),
        ("load balancers of routers, and addresses without a port", balancers::routers),
        ("addresses of load balancers in the asker's own network", balancers::near),
        ("addresses that two load balancers take", balancers::disputed),
        ("addresses of load balancers behind two routers", balancers::twice),
        ("addresses of load balancers of a router, from outside", balancers::outside),
        ("load balancers as ovn-kubernetes has them", balancers::joining),
        ("addresses of load balancers that others have", balancers::own),
        ("what routers do with connections to load balancers", balancers::carried),
    ] {
        let store = Arc::clone(&store);
        trials.push(Trial::test(name, move || trial(&store.lock().unwrap())));
    }
    assert!(trials.len() > 150, "the rule sets are where they are looked for");
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    files.sort();
    files
}

fn same(store: &Store, case: &Case) -> Result<(), Failed> {
    // What stands in a database is in force, also of objects that would overwrite each other.
    let mut network = case.programmed().clone();
    network.port_groups.iter_mut().for_each(|group| group.doubted = false);
    let network = &network;
    store.write(network, &case.endpoints)?;
    let document = asked(&store.remote())?;
    let saved = file::read(&fs::read(store.file())?)?;
    let from_file = Document::of(&saved.snapshot, saved.schema.as_ref());
    if (&document.text, &document.remarks) != (&from_file.text, &from_file.remarks) {
        return Err("the server's file says something else than the server".into());
    }
    let read = compiled(&document);
    let count = |network: &ringfence_engine::ovn::network::Network| -> usize {
        let groups = network.port_groups.iter().map(|group| group.acls.len());
        network.switches.iter().map(|switch| switch.acls.len()).chain(groups).sum()
    };
    if count(network) != count(&read.network) {
        return Err(format!("{} rows were written, {} read", count(network), count(&read.network)).into());
    }
    let machines: Vec<Endpoint> = case.endpoints.iter().filter(|endpoint| port(endpoint).is_some()).cloned().collect();
    let twin = |machine: &Endpoint| {
        let found = read.endpoints.iter().find(|found| port(found) == port(machine)).cloned();
        found.ok_or_else(|| format!("`{}` is not read", machine.id))
    };
    let twins: Vec<Endpoint> = machines.iter().map(twin).collect::<Result<_, _>>()?;
    let (mut before, mut after) = (evaluate(network, &machines), evaluate(&read.network, &twins));
    for (from, to) in before.pairs().collect::<Vec<_>>() {
        let both = [before.pair(from, to), after.pair(from, to)];
        if both[0] != both[1] {
            let ends = format!("{} to {}", machines[from].id, machines[to].id);
            return Err(format!("{ends}: written {:?}, read {:?}", both[0].verdict(), both[1].verdict()).into());
        }
    }
    Ok(())
}

/// What OVN does for a port beside its rows: one port has it, the other one has not.
fn ports(store: &Store) -> Result<(), Failed> {
    let options = nbctl(store, &["create", "DHCP_Options", "cidr=10.77.0.0/24"])?;
    let addresses = "02:00:00:00:77:02 10.77.0.2";
    nbctl(store, &["ls-add", "guarded", "--", "lsp-add", "guarded", "one", "--", "lsp-add", "guarded", "other"])?;
    nbctl(store, &["lsp-set-addresses", "one", addresses, "--", "lsp-set-port-security", "one", addresses])?;
    nbctl(store, &["lsp-set-dhcpv4-options", "one", options.trim()])?;
    nbctl(store, &["lsp-set-addresses", "other", "02:00:00:00:77:03 10.77.0.3"])?;
    let read = compiled(&asked(&store.remote())?);
    let switch =
        read.network.switches.iter().find(|switch| switch.name == "guarded").ok_or("the switch is not read")?;
    let mut ports: Vec<_> = switch.ports.iter().map(|port| (port.name.as_str(), port.secured, port.leased)).collect();
    ports.retain(|(name, ..)| ["one", "other"].contains(name));
    match ports.as_slice() {
        [("one", true, true), ("other", false, false)] => Ok(()),
        other => Err(format!("read as {other:?}").into()),
    }
}

/// A port with several addresses is asked about at each of them; one that is disabled gets nothing and sends nothing.
fn addresses(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "several", "--", "set", "logical_switch", "several", "other_config:subnet=10.78.0.0/24"])?;
    for (port, addresses) in [
        ("asker", &["02:00:00:00:78:01 10.78.0.2"][..]),
        ("multi", &["02:00:00:00:78:02 10.78.0.71 10.78.0.72", "02:00:00:00:78:03 10.78.0.73"]),
        ("off", &["02:00:00:00:78:04 10.78.0.99"]),
    ] {
        nbctl(store, &["lsp-add", "several", port])?;
        nbctl(store, &[&["lsp-set-addresses", port], addresses].concat())?;
    }
    nbctl(store, &["lsp-set-enabled", "off", "disabled"])?;
    nbctl(store, &["acl-add", "several", "to-lport", "900", "ip4.dst == 10.78.0.72", "drop"])?;
    let document = asked(&store.remote())?;
    let read = compiled(&document);
    if let Some(wrong) = read.diagnostics.iter().find(|found| found.message.contains("multi")) {
        return Err(wrong.message.clone().into());
    }
    if !document.remarks.iter().any(|remark| remark.contains("port `off` of switch `several` is disabled")) {
        return Err("nothing is said of the disabled port".into());
    }
    let mut reach = evaluate(&read.network, &read.endpoints);
    let index = |id: &str| read.endpoints.iter().position(|endpoint| endpoint.id == id);
    let asker = index("default/asker").ok_or("the asker is not read")?;
    for (id, expected) in [
        ("default/multi", Verdict::Open),
        ("default/multi (10.78.0.72)", Verdict::Closed),
        ("default/multi (10.78.0.73)", Verdict::Open),
        ("default/off", Verdict::Closed),
    ] {
        let found = reach.verdict(asker, index(id).ok_or_else(|| format!("`{id}` is not read"))?);
        if found != expected {
            return Err(format!("`{id}` is {}, and not {}", found.name(), expected.name()).into());
        }
    }
    Ok(())
}

/// Where a router may do something else than to route, nobody can say who reaches whom; what a policy rules out is certain.
fn routers(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "doubted", "--", "lr-add", "beside", "--", "ls-add", "transit"])?;
    for (router, number) in [("doubted", "1"), ("doubted", "2"), ("doubted", "3"), ("beside", "4")] {
        let (switch, port) = (format!("d{number}"), format!("d{number}-r"));
        let (mac, address) = (format!("02:00:00:00:80:0{number}"), format!("10.80.{number}.1/24"));
        nbctl(store, &["ls-add", &switch, "--", "lrp-add", router, &format!("r-{port}"), &mac, &address])?;
        joined(store, &switch, &port)?;
        let machine = format!("02:00:00:00:81:0{number} 10.80.{number}.2");
        nbctl(
            store,
            &["lsp-add", &switch, &format!("m{number}"), "--", "lsp-set-addresses", &format!("m{number}"), &machine],
        )?;
    }
    for (router, number) in [("doubted", "8"), ("beside", "9")] {
        let port = format!("t{number}");
        let (mac, address) = (format!("02:00:00:00:82:0{number}"), format!("10.80.200.{number}/24"));
        nbctl(store, &["lrp-add", router, &format!("r-{port}"), &mac, &address])?;
        joined(store, "transit", &port)?;
    }
    nbctl(store, &["lr-policy-add", "doubted", "31000", "ip4.dst == 10.80.1.0/24", "allow"])?;
    nbctl(store, &["lr-policy-add", "doubted", "29000", "ip4.src == 10.80.2.0/24", "drop"])?;
    verdicts(store, &[("m2", "m3", Verdict::Undefined), ("m1", "m2", Verdict::Open), ("m1", "m4", Verdict::Closed)])?;
    nbctl(store, &["lr-policy-del", "doubted", "29000"])?;
    verdicts(store, &[("m1", "m2", Verdict::Open), ("m2", "m3", Verdict::Open)])?;
    nbctl(store, &["lr-route-add", "doubted", "10.80.3.0/28", "10.80.200.9"])?;
    nbctl(store, &["lr-route-add", "beside", "0.0.0.0/0", "10.80.200.8"])?;
    verdicts(
        store,
        &[("m2", "m3", Verdict::Undefined), ("m1", "m2", Verdict::Open), ("m1", "m4", Verdict::Undefined)],
    )?;
    // What a row drops for certain is closed, whatever the router does.
    nbctl(store, &["acl-add", "d3", "to-lport", "1000", "ip4.dst == 10.80.3.2", "drop"])?;
    verdicts(store, &[("m2", "m3", Verdict::Closed), ("m3", "m2", Verdict::Undefined)])?;
    nbctl(store, &["acl-del", "d3"]).map(drop)
}

/// Connects a switch with the port of a router that is called like its own.
fn joined(store: &Store, switch: &str, port: &str) -> Result<(), Failed> {
    let peer = format!("router-port=r-{port}");
    let words =
        ["lsp-add", switch, port, "--", "lsp-set-type", port, "router", "--", "lsp-set-addresses", port, "router"];
    nbctl(store, &[&words[..], &["--", "lsp-set-options", port, &peer]].concat()).map(drop)
}

fn verdicts(store: &Store, wanted: &[(&str, &str, Verdict)]) -> Result<(), Failed> {
    let read = compiled(&asked(&store.remote())?);
    let mut reach = evaluate(&read.network, &read.endpoints);
    let is = |id: &str, name: &str| id == name || id.strip_prefix("default/") == Some(name);
    let index = |name: &str| read.endpoints.iter().position(|endpoint| is(&endpoint.id, name));
    for (from, to, expected) in wanted {
        let found = reach.verdict(index(from).ok_or("nobody asks")?, index(to).ok_or("nobody answers")?);
        if found != *expected {
            return Err(format!("{from} to {to} is {}, and not {}", found.name(), expected.name()).into());
        }
    }
    Ok(())
}

/// Whether a remark of the database has these words.
fn told(store: &Store, part: &str) -> Result<(), Failed> {
    let remarks = asked(&store.remote())?.remarks;
    match remarks.iter().any(|remark| remark.contains(part)) {
        true => Ok(()),
        false => Err(format!("nothing says `{part}`, but {remarks:#?}").into()),
    }
}

fn nbctl(store: &Store, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new("ovn-nbctl").arg(format!("--db={}", store.remote())).args(arguments).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

fn port(endpoint: &Endpoint) -> Option<&str> {
    match &endpoint.attachment {
        Attachment::Port { port, .. } => Some(port),
        Attachment::Router(_) | Attachment::Balancer(_) => None,
    }
}

fn asked(remote: &str) -> Result<Document, Failed> {
    let endpoints: Vec<Remote> = Remote::list(remote)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = Client::connect(&endpoints, Options::new(DATABASE)).await?;
        let snapshot = client.dump(TABLES).await?;
        Ok(Document::of(&snapshot, Some(client.schema())))
    })
}

fn compiled(document: &Document) -> Compiled {
    let mut sources = Sources::new();
    let source = sources.add("nb", document.text.clone());
    let mut compiled = compile::load(&sources, &Settings::default());
    document.complete(&mut compiled.network, source);
    compiled
}

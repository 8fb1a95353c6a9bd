//! Load balancers: who reaches their addresses, and of which nobody can say.

use crate::{asked, compiled, joined, nbctl, told, verdicts};
use libtest_mimic::Failed;
use ringfence_engine::answers::conversation::{Question, Shape};
use ringfence_engine::answers::explain::explain;
use ringfence_engine::ovn::pipeline::Pipeline;
use ringfence_engine::reach::{Family, L4Header, Verdict, evaluate};
use ringfence_tests::ovn::store::Store;

/// A router with two switches of two machines each: `NAME1`, `NAME2`, and on them `NAME12`, `NAME13`, `NAME22`, `NAME23`.
fn network(store: &Store, name: &str, octet: u8) -> Result<(), Failed> {
    nbctl(store, &["lr-add", name])?;
    for number in [1, 2] {
        let (switch, port) = (format!("{name}{number}"), format!("{name}{number}-r"));
        let (mac, net) = (format!("02:00:00:{octet:02x}:00:0{number}"), format!("10.{octet}.{number}.1/24"));
        nbctl(store, &["ls-add", &switch, "--", "lrp-add", name, &format!("r-{port}"), &mac, &net])?;
        joined(store, &switch, &port)?;
        for host in [2, 3] {
            let machine = format!("{name}{number}{host}");
            let addresses = format!("02:00:00:{octet:02x}:0{number}:0{host} 10.{octet}.{number}.{host}");
            nbctl(store, &["lsp-add", &switch, &machine, "--", "lsp-set-addresses", &machine, &addresses])?;
        }
    }
    Ok(())
}

/// Connections to an address of a load balancer go where its backends are, as the rows let them.
pub(crate) fn switches(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "sharing"])?;
    for number in ["1", "2"] {
        let (switch, port) = (format!("lb{number}"), format!("lb{number}-r"));
        let (mac, network) = (format!("02:00:00:0b:00:0{number}"), format!("10.99.{number}.1/24"));
        nbctl(store, &["ls-add", &switch, "--", "lrp-add", "sharing", &format!("r-{port}"), &mac, &network])?;
        joined(store, &switch, &port)?;
        for host in ["2", "3"] {
            let (machine, addresses) =
                (format!("e{number}{host}"), format!("02:00:00:0b:0{number}:0{host} 10.99.{number}.{host}"));
            nbctl(store, &["lsp-add", &switch, &machine, "--", "lsp-set-addresses", &machine, &addresses])?;
        }
    }
    nbctl(
        store,
        &["lb-add", "svc", "10.196.0.10:80", "10.99.1.3:8080,10.99.2.3:8080", "--", "ls-lb-add", "lb1", "svc"],
    )?;
    let vip = "vip/10.196.0.10";
    verdicts(store, &[("e12", vip, Verdict::Partial), ("e22", vip, Verdict::Closed)])?;
    nbctl(store, &["acl-add", "lb2", "to-lport", "1000", "outport == \"e23\" && ip4", "drop"])?;
    verdicts(store, &[("e12", vip, Verdict::Undefined)])?;
    nbctl(store, &["acl-add", "lb1", "to-lport", "1000", "outport == \"e13\" && tcp.dst == 8080", "drop"])?;
    verdicts(store, &[("e12", vip, Verdict::Closed)])?;
    // An address has its ports of each protocol, on the switches of each load balancer.
    nbctl(store, &["lb-add", "names", "10.196.0.12:53", "10.99.2.2:53", "udp", "--", "ls-lb-add", "lb2", "names"])?;
    verdicts(store, &[("e23", "vip/10.196.0.12", Verdict::Partial), ("e12", "vip/10.196.0.12", Verdict::Closed)])?;
    nbctl(store, &["acl-add", "lb2", "to-lport", "1001", "udp.dst == 53", "drop"])?;
    verdicts(store, &[("e23", "vip/10.196.0.12", Verdict::Closed)])?;
    // northd makes nothing of an address with a backend that it does not understand, and knows variables that nobody else does.
    nbctl(
        store,
        &["create", "load_balancer", "name=broken", "vips=\"10.196.0.13:80\"=\"10.99.1.3:8080,, 10.99.2.3:8080\""],
    )?;
    nbctl(store, &["ls-lb-add", "lb1", "broken"])?;
    told(
        store,
        "northd makes nothing of 10.196.0.13:80 of load balancer `broken`, as ` 10.99.2.3:8080` is no backend",
    )?;
    nbctl(store, &["create", "load_balancer", "name=template", "vips=\"10.196.0.14:80\"=\"^who\""])?;
    nbctl(store, &["ls-lb-add", "lb1", "template"])?;
    verdicts(store, &[("e12", "vip/10.196.0.14", Verdict::Undefined)])?;
    nbctl(store, &["lb-add", "strange", "10.196.0.11:80", "192.0.2.9:80", "--", "ls-lb-add", "lb1", "strange"])?;
    verdicts(store, &[("e12", "vip/10.196.0.11", Verdict::Undefined)])?;
    // Whoever is behind it gets nothing of what the asker's rows drop before.
    nbctl(store, &["acl-add", "lb1", "from-lport", "1000", "ip4.dst == 10.196.0.11", "drop"])?;
    verdicts(store, &[("e12", "vip/10.196.0.11", Verdict::Closed)])
}

/// What a router does with what passes it for an address of a load balancer of its own, nobody knows; nor what becomes of a whole
/// address.
pub(crate) fn routers(store: &Store) -> Result<(), Failed> {
    network(store, "rl", 101)?;
    nbctl(store, &["lb-add", "of-router", "10.197.0.10:80", "10.101.2.2:8080", "--", "lr-lb-add", "rl", "of-router"])?;
    let vip = "vip/10.197.0.10";
    let open = [("rl12", vip, Verdict::Undefined), ("rl22", vip, Verdict::Undefined)];
    verdicts(store, &open)?;
    verdicts(store, &[("rl/outside", vip, Verdict::Undefined), ("rl12", "rl/outside", Verdict::Open)])?;
    told(store, "load balancer `of-router` is on routers (rl)")?;
    // What the asker's rows drop is dropped, whatever the router does.
    nbctl(store, &["acl-add", "rl1", "from-lport", "1000", "ip4.dst == 10.197.0.10", "drop"])?;
    verdicts(store, &[("rl12", vip, Verdict::Closed), ("rl22", vip, Verdict::Undefined)])?;
    nbctl(store, &["acl-del", "rl1"])?;
    // A switch with the same address and port sends it on before any router gets it.
    nbctl(store, &["lb-add", "of-switch", "10.197.0.10:80", "10.101.2.2:8080", "--", "ls-lb-add", "rl1", "of-switch"])?;
    verdicts(store, &[("rl12", vip, Verdict::Partial), ("rl22", vip, Verdict::Undefined)])?;
    // A group is as good as a load balancer by itself, and a router further on as the first one.
    nbctl(
        store,
        &["lr-add", "rl-far", "--", "lrp-add", "rl-far", "far-a", "02:00:00:65:00:08", "10.101.9.1/30", "peer=far-b"],
    )?;
    nbctl(store, &["lrp-add", "rl", "far-b", "02:00:00:65:00:09", "10.101.9.2/30", "peer=far-a"])?;
    nbctl(store, &["lb-add", "of-group", "10.197.0.11", "10.101.2.2"])?;
    let group = ["--id=@g", "create", "load_balancer_group", "name=far", "--", "add", "logical_router", "rl-far"];
    nbctl(store, &[&group[..], &["load_balancer_group", "@g"]].concat())?;
    let id = nbctl(store, &["--bare", "--columns=_uuid", "find", "load_balancer", "name=of-group"])?;
    nbctl(store, &["set", "load_balancer_group", "far", &format!("load_balancer={}", id.trim())])?;
    verdicts(store, &[("rl12", "vip/10.197.0.11", Verdict::Undefined)])?;
    // An address without a port is on a switch itself.
    nbctl(store, &["lb-add", "whole", "10.197.0.12", "10.101.2.2", "--", "ls-lb-add", "rl1", "whole"])?;
    verdicts(store, &[("rl12", "vip/10.197.0.12", Verdict::Undefined), ("rl22", "vip/10.197.0.12", Verdict::Closed)])?;
    told(store, "load balancer `whole` takes everything to 1 addresses that have no port")
}

/// Nobody answers for an address of a load balancer in the networks of the asker's own switch, unless a router does.
pub(crate) fn near(store: &Store) -> Result<(), Failed> {
    network(store, "nr", 102)?;
    let vip = "vip/10.102.1.200";
    nbctl(store, &["lb-add", "near", "10.102.1.200:80", "10.102.1.3:8080"])?;
    nbctl(store, &["ls-lb-add", "nr1", "near", "--", "ls-lb-add", "nr2", "near"])?;
    verdicts(store, &[("nr12", vip, Verdict::Closed), ("nr22", vip, Verdict::Partial)])?;
    nbctl(store, &["lr-lb-add", "nr", "near"])?;
    verdicts(store, &[("nr12", vip, Verdict::Undefined), ("nr22", vip, Verdict::Partial)])?;
    told(store, "10.102.1.200, which is in a network of the switch itself (nr1)")?;
    nbctl(
        store,
        &["lr-lb-del", "nr", "near", "--", "lsp-set-addresses", "nr13", "02:00:00:66:01:03 10.102.1.3", "unknown"],
    )?;
    verdicts(store, &[("nr12", vip, Verdict::Undefined)])
}

/// Of two equal flows nobody knows which is asked; two load balancers that say the same are one.
pub(crate) fn disputed(store: &Store) -> Result<(), Failed> {
    network(store, "dp", 103)?;
    let vip = "vip/10.198.0.10";
    nbctl(store, &["lb-add", "dp-one", "10.198.0.10:80", "10.103.1.3:8080", "--", "ls-lb-add", "dp1", "dp-one"])?;
    nbctl(store, &["lb-add", "dp-two", "10.198.0.10:80", "10.103.1.3:8080", "--", "ls-lb-add", "dp1", "dp-two"])?;
    nbctl(store, &["ls-lb-add", "dp2", "dp-one"])?;
    verdicts(store, &[("dp12", vip, Verdict::Partial), ("dp22", vip, Verdict::Partial)])?;
    nbctl(store, &["set", "load_balancer", "dp-two", "vips:\"10.198.0.10:80\"=\"10.103.2.3:8080\""])?;
    verdicts(store, &[("dp12", vip, Verdict::Undefined), ("dp22", vip, Verdict::Partial)])?;
    told(store, "`dp-one` and `dp-two` take connections to 10.198.0.10:80 on the same switch")
}

/// What a load balancer does on switches of two routers is one endpoint; what two do at one address, two by the names of the routers.
pub(crate) fn twice(store: &Store) -> Result<(), Failed> {
    network(store, "ta", 104)?;
    network(store, "tb", 105)?;
    let vip = "vip/10.199.0.10";
    nbctl(store, &["lb-add", "twice", "10.199.0.10:80", "10.104.1.3:8080"])?;
    nbctl(store, &["ls-lb-add", "ta1", "twice", "--", "ls-lb-add", "tb1", "twice"])?;
    verdicts(store, &[("ta12", vip, Verdict::Partial), ("tb12", vip, Verdict::Undefined)])?;
    nbctl(store, &["ls-lb-del", "tb1", "twice", "--", "lr-lb-add", "ta", "twice", "--", "lr-lb-add", "tb", "twice"])?;
    verdicts(store, &[("ta12", vip, Verdict::Partial), ("tb12", vip, Verdict::Undefined)])?;
    nbctl(store, &["lr-lb-del", "ta", "twice", "--", "lr-lb-del", "tb", "twice"])?;
    nbctl(store, &["lb-add", "again", "10.199.0.10:80", "10.105.1.3:8080"])?;
    nbctl(store, &["ls-lb-add", "tb1", "again"])?;
    let (here, there) = ("ta/vip/10.199.0.10", "tb/vip/10.199.0.10");
    verdicts(store, &[("ta12", here, Verdict::Partial), ("ta12", there, Verdict::Closed)])?;
    verdicts(store, &[("tb12", there, Verdict::Partial), ("tb12", here, Verdict::Closed)])
}

/// What comes from outside no switch takes, but the router does.
pub(crate) fn outside(store: &Store) -> Result<(), Failed> {
    network(store, "ou", 107)?;
    let vip = "vip/10.201.0.10";
    nbctl(store, &["lb-add", "ou", "10.201.0.10:80", "10.107.1.3:8080"])?;
    nbctl(store, &["ls-lb-add", "ou1", "ou", "--", "ls-lb-add", "ou2", "ou"])?;
    verdicts(store, &[("ou12", vip, Verdict::Partial), ("ou/outside", vip, Verdict::Closed)])?;
    nbctl(store, &["lr-lb-add", "ou", "ou"])?;
    verdicts(store, &[("ou12", vip, Verdict::Partial), ("ou/outside", vip, Verdict::Undefined)])?;
    // What a row keeps out of connection tracking the switch does not take, but the router does.
    let row = ["acl-add", "ou1", "from-lport", "1000", "inport == \"ou12\" && ip4", "allow-stateless"];
    nbctl(store, &row)?;
    verdicts(store, &[("ou12", vip, Verdict::Undefined), ("ou22", vip, Verdict::Partial)])?;
    nbctl(store, &["acl-del", "ou1"])?;
    // A switch takes what comes to it from a physical network.
    nbctl(store, &["lr-lb-del", "ou", "ou", "--", "lsp-add", "ou2", "ou-phys"])?;
    verdicts(store, &[("ou/outside", vip, Verdict::Closed)])?;
    nbctl(store, &["lsp-set-type", "ou-phys", "localnet", "--", "lsp-set-options", "ou-phys", "network_name=phys"])?;
    verdicts(store, &[("ou12", vip, Verdict::Partial), ("ou/outside", vip, Verdict::Undefined)])
}

/// As ovn-kubernetes has it: a switch of each node behind one router, a router of each node with a network outside, and a switch
/// that joins the routers. The load balancer of a Service is on all switches of nodes and on the routers with networks outside.
pub(crate) fn joining(store: &Store) -> Result<(), Failed> {
    network(store, "kc", 108)?;
    nbctl(store, &["ls-add", "k-join", "--", "lrp-add", "kc", "r-k-join", "02:00:00:6c:10:01", "100.64.0.1/16"])?;
    joined(store, "k-join", "k-join")?;
    nbctl(store, &["lb-add", "kube", "10.202.0.10:80", "10.108.1.3:8080"])?;
    nbctl(store, &["ls-lb-add", "kc1", "kube", "--", "ls-lb-add", "kc2", "kube"])?;
    for node in ["2", "3"] {
        let (router, inner, outer, switch) =
            (format!("kg{node}"), format!("kg{node}-j"), format!("kg{node}-e"), format!("k-ext{node}"));
        nbctl(store, &["lr-add", &router, "--", "set", "logical_router", &router, "options:chassis=hv1"])?;
        let (mac, network) = (format!("02:00:00:6c:11:0{node}"), format!("100.64.0.{node}/16"));
        nbctl(store, &["lrp-add", &router, &format!("r-{inner}"), &mac, &network])?;
        joined(store, "k-join", &inner)?;
        let (mac, network) = (format!("02:00:00:6c:12:0{node}"), format!("192.0.{node}.1/24"));
        nbctl(store, &["ls-add", &switch, "--", "lrp-add", &router, &format!("r-{outer}"), &mac, &network])?;
        joined(store, &switch, &outer)?;
        nbctl(store, &["lr-lb-add", &router, "kube"])?;
    }
    let vip = "vip/10.202.0.10";
    verdicts(store, &[("kc12", vip, Verdict::Partial), ("kc22", vip, Verdict::Partial)])?;
    verdicts(store, &[("kg2/outside", vip, Verdict::Undefined), ("kg3/outside", vip, Verdict::Undefined)])?;
    let read = compiled(&asked(&store.remote())?);
    let named: Vec<&str> =
        read.endpoints.iter().map(|end| end.id.as_str()).filter(|id| id.contains("10.202.0.10")).collect();
    match named.as_slice() {
        [only] if *only == vip => Ok(()),
        others => Err(format!("the Service is {others:?}").into()),
    }
}

/// Who has the address of a load balancer himself gets nothing of what it takes, and nobody knows more; all else is his.
pub(crate) fn own(store: &Store) -> Result<(), Failed> {
    network(store, "ow", 109)?;
    let (tcp, other) = (L4Header::Tcp(50000, 80), L4Header::Tcp(50000, 81));
    nbctl(store, &["lb-add", "ow", "10.109.1.3:80", "10.109.2.3:8080", "--", "ls-lb-add", "ow1", "ow"])?;
    let near = [("ow12", "ow13", tcp, None), ("ow12", "ow13", other, Some(true)), ("ow22", "ow13", tcp, Some(true))];
    headers(store, &near)?;
    nbctl(store, &["ls-lb-add", "ow2", "ow"])?;
    headers(store, &[("ow22", "ow13", tcp, None), ("ow22", "ow13", other, Some(true))])?;
    // The switch takes what comes from its machines; what comes by the router is not its.
    verdicts(store, &[("ow/outside", "ow13", Verdict::Open)])?;
    nbctl(store, &["acl-add", "ow2", "from-lport", "1000", "ip4.dst == 10.109.1.3", "drop"])?;
    headers(store, &[("ow22", "ow13", tcp, Some(false))])?;
    nbctl(store, &["acl-del", "ow2", "--", "ls-lb-del", "ow1", "ow", "--", "ls-lb-del", "ow2", "ow"])?;
    nbctl(store, &["lr-lb-add", "ow", "ow"])?;
    // What passes no router is not taken by one.
    headers(store, &[("ow12", "ow13", tcp, Some(true)), ("ow22", "ow13", tcp, None)])?;
    verdicts(store, &[("ow/outside", "ow13", Verdict::Undefined), ("ow12", "ow13", Verdict::Open)])?;
    told(store, "load balancer `ow` takes connections to 10.109.1.3, which a machine or a router has as well")?;
    // A router's own address, and a switch without a router.
    nbctl(store, &["lb-add", "ow-gate", "10.109.2.1:80", "10.109.2.3:8080", "--", "ls-lb-add", "ow1", "ow-gate"])?;
    headers(store, &[("ow12", "ow2/gateway", tcp, None), ("ow12", "ow2/gateway", other, Some(true))])?;
    headers(store, &[("ow22", "ow2/gateway", tcp, Some(true))])?;
    nbctl(store, &["lr-lb-add", "ow", "ow-gate"])?;
    headers(store, &[("ow22", "ow2/gateway", tcp, None), ("ow/outside", "ow2/gateway", tcp, None)])?;
    nbctl(store, &["ls-add", "ow-alone"])?;
    for host in ["2", "3"] {
        let (machine, addresses) = (format!("oa{host}"), format!("02:00:00:6d:09:0{host} 10.109.9.{host}"));
        nbctl(store, &["lsp-add", "ow-alone", &machine, "--", "lsp-set-addresses", &machine, &addresses])?;
    }
    nbctl(store, &["lb-add", "oa", "10.109.9.3:80", "10.109.9.3:8080", "--", "ls-lb-add", "ow-alone", "oa"])?;
    headers(store, &[("oa2", "oa3", tcp, None), ("oa2", "oa3", other, Some(true))])
}

/// Whether requests are answered; nothing where nobody knows. Both evaluators say the same.
fn headers(store: &Store, wanted: &[(&str, &str, L4Header, Option<bool>)]) -> Result<(), Failed> {
    let read = compiled(&asked(&store.remote())?);
    let mut reach = evaluate(&read.network, &read.endpoints);
    let is = |id: &str, name: &str| id == name || id.strip_prefix("default/") == Some(name);
    let index = |name: &str| read.endpoints.iter().position(|endpoint| is(&endpoint.id, name));
    let pipelines = Pipeline::all(&read.network);
    for (from, to, header, expected) in wanted {
        let (asker, answerer) = (index(from).ok_or("nobody asks")?, index(to).ok_or("nobody answers")?);
        let pair = reach.pair(asker, answerer);
        let sets = pair.families.iter().find(|sets| sets.family == Family::Ipv4).ok_or("no sets")?;
        let found = (!sets.undefined.contains(*header)).then(|| sets.answered.contains(*header));
        let told = explain(&Question {
            network: &read.network,
            pipelines: &pipelines,
            from: &read.endpoints[asker],
            to: &read.endpoints[answerer],
            family: Family::Ipv4,
            header: *header,
            shape: Shape::default(),
            backend: None,
        });
        let walked = (told.verdict != Verdict::Undefined).then_some(told.verdict == Verdict::Open);
        if found != *expected || walked != *expected {
            return Err(
                format!("{from} to {to}, {header:?}: {found:?}, walked {walked:?}, and not {expected:?}").into()
            );
        }
    }
    Ok(())
}

/// A request goes by the router even to a backend of the asker's own switch.
pub(crate) fn carried(store: &Store) -> Result<(), Failed> {
    network(store, "cr", 106)?;
    let vip = "vip/10.200.0.10";
    nbctl(store, &["lb-add", "cr", "10.200.0.10:80", "10.106.1.3:8080", "--", "ls-lb-add", "cr1", "cr"])?;
    verdicts(store, &[("cr12", vip, Verdict::Partial)])?;
    nbctl(store, &["lr-policy-add", "cr", "1000", "ip4.dst == 10.106.1.3", "drop"])?;
    verdicts(store, &[("cr12", vip, Verdict::Undefined), ("cr12", "cr13", Verdict::Open)])?;
    nbctl(store, &["lr-policy-del", "cr"])?;
    // A backend in none of the router's networks gets nothing; a client in none may get no answer.
    nbctl(store, &["lsp-add", "cr1", "stray", "--", "lsp-set-addresses", "stray", "02:00:00:6a:01:04 192.168.106.4"])?;
    nbctl(
        store,
        &["lb-add", "cr-stray", "10.200.0.11:80", "192.168.106.4:8080", "--", "ls-lb-add", "cr1", "cr-stray"],
    )?;
    verdicts(store, &[("cr12", "vip/10.200.0.11", Verdict::Closed), ("stray", vip, Verdict::Undefined)])?;
    // A router without a network of IPv6 gets nothing of it.
    nbctl(store, &["lsp-set-addresses", "cr12", "02:00:00:6a:01:02 10.106.1.2 fd00:106::2"])?;
    nbctl(store, &["lsp-set-addresses", "cr13", "02:00:00:6a:01:03 10.106.1.3 fd00:106::3"])?;
    nbctl(store, &["lb-add", "cr6", "[fd00:200::10]:80", "[fd00:106::3]:8080", "--", "ls-lb-add", "cr1", "cr6"])?;
    verdicts(store, &[("cr12 (fd00:106::2)", "vip/fd00:200::10", Verdict::Closed)])
}

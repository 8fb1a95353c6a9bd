//! Load balancers: who reaches their addresses, and of which nobody can say.

use crate::{joined, nbctl, told, verdicts};
use libtest_mimic::Failed;
use ringfence_engine::reach::Verdict;
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

/// An address that is on switches of two routers is two, each by the name of its router.
pub(crate) fn twice(store: &Store) -> Result<(), Failed> {
    network(store, "ta", 104)?;
    network(store, "tb", 105)?;
    nbctl(store, &["lb-add", "twice", "10.199.0.10:80", "10.104.1.3:8080"])?;
    nbctl(store, &["ls-lb-add", "ta1", "twice", "--", "ls-lb-add", "tb1", "twice"])?;
    let (here, there) = ("ta/vip/10.199.0.10", "tb/vip/10.199.0.10");
    verdicts(store, &[("ta12", here, Verdict::Partial), ("ta12", there, Verdict::Closed)])?;
    verdicts(store, &[("tb12", there, Verdict::Undefined), ("tb12", here, Verdict::Closed)])
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

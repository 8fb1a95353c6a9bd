//! Which switches a router connects: none that is disabled, and none by a name that two have.

use crate::{joined, nbctl, told, verdicts};
use libtest_mimic::Failed;
use ringfence_engine::reach::Verdict;
use ringfence_tests::ovn::store::Store;

/// A router, a port of a router or a port towards one that is disabled leads nowhere.
pub(crate) fn disabled(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "crossing"])?;
    for number in ["1", "2", "3"] {
        switch(store, "crossing", number)?;
    }
    let open = [("w1", "w2", Verdict::Open), ("w1", "w3", Verdict::Open)];
    let apart = [("w1", "w2", Verdict::Closed), ("w2", "w1", Verdict::Closed), ("w1", "w3", Verdict::Open)];
    verdicts(store, &open)?;
    nbctl(store, &["set", "logical_router_port", "r-c2-r", "enabled=false"])?;
    verdicts(store, &apart)?;
    nbctl(store, &["clear", "logical_router_port", "r-c2-r", "enabled"])?;
    nbctl(store, &["lsp-set-enabled", "c2-r", "disabled"])?;
    verdicts(store, &apart)?;
    nbctl(store, &["lsp-set-enabled", "c2-r", "enabled", "--", "set", "logical_router", "crossing", "enabled=false"])?;
    verdicts(store, &[("w1", "w2", Verdict::Closed), ("w1", "w3", Verdict::Closed)])?;
    nbctl(store, &["set", "logical_router", "crossing", "enabled=true"])?;
    verdicts(store, &open)
}

/// A switch with a machine, on a router.
fn switch(store: &Store, router: &str, number: &str) -> Result<(), Failed> {
    let (switch, port, machine) = (format!("c{number}"), format!("c{number}-r"), format!("w{number}"));
    let (mac, network) = (format!("02:00:00:03:00:0{number}"), format!("10.91.{number}.1/24"));
    nbctl(store, &["ls-add", &switch, "--", "lrp-add", router, &format!("r-{port}"), &mac, &network])?;
    joined(store, &switch, &port)?;
    let address = format!("02:00:00:03:01:0{number} 10.91.{number}.2");
    nbctl(store, &["lsp-add", &switch, &machine, "--", "lsp-set-addresses", &machine, &address]).map(drop)
}

/// Switches that share a name, or have none, are two.
pub(crate) fn names(store: &Store) -> Result<(), Failed> {
    for (name, one, other) in [("name=twin", "t1", "t2"), ("", "t3", "t4")] {
        for (port, host) in [(one, "2"), (other, "3")] {
            let addresses = format!("addresses=\"02:00:00:04:00:0{host} 10.92.0.{host}\"");
            let own = format!("name={port}");
            let port = ["--id=@p", "create", "logical_switch_port", &own, &addresses];
            let switch = ["--", "create", "logical_switch", "ports=@p", name];
            let words: Vec<&str> = port.into_iter().chain(switch).filter(|word| !word.is_empty()).collect();
            nbctl(store, &words)?;
        }
        verdicts(store, &[(one, other, Verdict::Closed)])?;
    }
    Ok(())
}

/// A gateway port translates what leaves by it, and nothing else.
pub(crate) fn gateway(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "gw"])?;
    for number in ["1", "2", "3"] {
        place(store, "gw", ("g", 94), number)?;
    }
    nbctl(store, &["lr-nat-add", "gw", "snat", "10.94.3.9", "10.94.1.0/24"])?;
    let open = [("g1m", "g2m", Verdict::Open), ("g1m", "g3m", Verdict::Open), ("g3m", "g1m", Verdict::Open)];
    verdicts(store, &open)?;
    nbctl(store, &["lrp-set-gateway-chassis", "r-g3-r", "hv1", "20"])?;
    verdicts(store, &[("g1m", "g2m", Verdict::Open), ("g2m", "g3m", Verdict::Open)])?;
    verdicts(store, &[("g1m", "g3m", Verdict::Undefined), ("g3m", "g1m", Verdict::Undefined)])?;
    told(store, "router `gw` translates addresses (1 row of `NAT`)")
}

/// A switch that does not know its router's Ethernet address gets nothing to it.
pub(crate) fn unknown(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "nameless"])?;
    for number in ["1", "2"] {
        place(store, "nameless", ("u", 95), number)?;
    }
    nbctl(store, &["lsp-add", "u1", "u1n", "--", "lsp-set-addresses", "u1n", "02:00:00:5f:01:03 10.95.1.3"])?;
    let open = [("u1m", "u2m", Verdict::Open), ("u2m", "u1m", Verdict::Open)];
    let doubted =
        [("u1m", "u2m", Verdict::Undefined), ("u2m", "u1m", Verdict::Undefined), ("u1m", "u1n", Verdict::Open)];
    verdicts(store, &open)?;
    for (addresses, wanted) in [
        ("", &doubted[..]),
        ("02:00:00:5f:00:77", &doubted[..]),
        ("2:0:0:5f:0:1", &open[..]),
        ("unknown", &open[..]),
        ("router", &open[..]),
    ] {
        nbctl(store, &["clear", "logical_switch_port", "u1-r", "addresses"])?;
        if !addresses.is_empty() {
            nbctl(store, &["set", "logical_switch_port", "u1-r", &format!("addresses=\"{addresses}\"")])?;
        }
        verdicts(store, wanted)?;
    }
    // What the rows drop is dropped, whoever knows the router.
    nbctl(store, &["clear", "logical_switch_port", "u1-r", "addresses"])?;
    told(store, "port `u1-r` of switch `u1` has not its router's Ethernet address in `addresses`")?;
    verdicts(store, &[("u1m", "nameless/outside", Verdict::Undefined)])?;
    nbctl(store, &["acl-add", "u1", "from-lport", "1000", "ip4", "drop"])?;
    verdicts(store, &[("u1m", "nameless/outside", Verdict::Closed)])?;
    nbctl(store, &["acl-del", "u1", "--", "lsp-set-addresses", "u1-r", "router"]).map(drop)
}

/// A network that another port of the router has a part of is not whole behind its own.
pub(crate) fn shared(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "sharer"])?;
    for number in ["1", "2", "3"] {
        place(store, "sharer", ("h", 97), number)?;
    }
    verdicts(store, &[("h1m", "h2m", Verdict::Open)])?;
    nbctl(store, &["lrp-add", "sharer", "r-lonely", "02:00:00:61:00:09", "10.97.2.129/25"])?;
    let wanted =
        [("h1m", "h2m", Verdict::Undefined), ("h2m", "h1m", Verdict::Undefined), ("h1m", "h3m", Verdict::Open)];
    verdicts(store, &wanted)?;
    told(store, "router `sharer` has a part of the networks of switch `h2` at its port `r-lonely`, too")?;
    nbctl(store, &["lrp-del", "r-lonely"])?;
    verdicts(store, &[("h1m", "h2m", Verdict::Open)])
}

/// Which of two routers a machine goes by nobody knows.
pub(crate) fn two(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "left", "--", "lr-add", "right"])?;
    for (router, number) in [("left", "1"), ("left", "2"), ("right", "3")] {
        place(store, router, ("y", 98), number)?;
    }
    let apart = [("y1m", "y2m", Verdict::Open), ("y1m", "y3m", Verdict::Closed), ("y2m", "y3m", Verdict::Closed)];
    verdicts(store, &apart)?;
    nbctl(store, &["lrp-add", "right", "r-y1-too", "02:00:00:62:00:08", "10.98.1.254/24"])?;
    joined(store, "y1", "y1-too")?;
    verdicts(store, &[("y1m", "y2m", Verdict::Undefined), ("y1m", "y3m", Verdict::Undefined)])?;
    verdicts(store, &[("y3m", "y1m", Verdict::Undefined), ("y2m", "y3m", Verdict::Closed)])
}

/// Ethernet addresses of one digit a group are read as OVN reads them.
pub(crate) fn digits(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "short", "--", "lsp-add", "short", "z1", "--", "lsp-add", "short", "z2"])?;
    nbctl(store, &["lsp-set-addresses", "z2", "02:00:00:0d:00:02 10.99.0.3"])?;
    nbctl(store, &["set", "logical_switch_port", "z1", "addresses=\"2:0:0:d:0:1 10.99.0.2\""])?;
    nbctl(store, &["acl-add", "short", "from-lport", "1000", "eth.src == 02:00:00:0d:00:01", "drop"])?;
    verdicts(store, &[("z1", "z2", Verdict::Closed), ("z2", "z1", Verdict::OneWay)])
}

/// A switch with a machine, on a router: `NAMENUMBER`, and `NAMENUMBERm`.
fn place(store: &Store, router: &str, (name, octet): (&str, u8), number: &str) -> Result<(), Failed> {
    let (switch, port) = (format!("{name}{number}"), format!("{name}{number}-r"));
    let (mac, network) = (format!("02:00:00:{octet:02x}:00:0{number}"), format!("10.{octet}.{number}.1/24"));
    nbctl(store, &["ls-add", &switch, "--", "lrp-add", router, &format!("r-{port}"), &mac, &network])?;
    joined(store, &switch, &port)?;
    let (machine, address) = (format!("{switch}m"), format!("02:00:00:{octet:02x}:0{number}:02 10.{octet}.{number}.2"));
    nbctl(store, &["lsp-add", &switch, &machine, "--", "lsp-set-addresses", &machine, &address]).map(drop)
}

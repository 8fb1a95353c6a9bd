//! Which switches a router connects: none that is disabled, and none by a name that two have.

use crate::{joined, nbctl, verdicts};
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

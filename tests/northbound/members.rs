//! Rows of a port group hold on every switch that has a port of it, whatever the port is.

use crate::{asked, compiled, nbctl, verdicts};
use libtest_mimic::Failed;
use ringfence_engine::diagnostic::Code;
use ringfence_engine::reach::Verdict;
use ringfence_tests::ovn::store::Store;

/// A switch for each kind of port: one machine asks another, and a row of the group of the port drops what arrives.
pub(crate) fn members(store: &Store) -> Result<(), Failed> {
    let kinds: [(&str, &[&str]); 9] = [
        ("disabled", &["lsp-set-enabled", "disabled-c", "disabled"]),
        ("localnet", &["lsp-set-type", "localnet-c", "localnet"]),
        ("localport", &["lsp-set-type", "localport-c", "localport"]),
        ("virtual", &["lsp-set-type", "virtual-c", "virtual"]),
        ("external", &["lsp-set-type", "external-c", "external"]),
        ("unknown", &["lsp-set-addresses", "unknown-c", "unknown"]),
        ("dangling", &["lsp-set-type", "dangling-c", "router"]),
        ("first", &["lsp-set-options", "first-c", "router-port=first-lrp"]),
        ("second", &["lsp-set-options", "second-c", "router-port=second-lrp"]),
    ];
    nbctl(store, &["lr-add", "grouping"])?;
    for (index, (kind, last)) in kinds.iter().enumerate() {
        let [a, b, c] = ["a", "b", "c"].map(|port| format!("{kind}-{port}"));
        nbctl(store, &["ls-add", kind])?;
        if *kind == "second" {
            router_port(store, "second-other", index + 20)?;
            nbctl(store, &["lsp-add", kind, "second-r", "--", "lsp-set-type", "second-r", "router"])?;
            nbctl(store, &["lsp-set-options", "second-r", "router-port=second-other"])?;
        }
        for (port, host) in [(&a, 2), (&b, 3), (&c, 4)] {
            let address = format!("02:00:00:01:{index:02x}:0{host} 10.90.{index}.{host}");
            nbctl(store, &["lsp-add", kind, port, "--", "lsp-set-addresses", port, &address])?;
        }
        if ["first", "second"].contains(kind) {
            router_port(store, &format!("{kind}-lrp"), index)?;
            nbctl(store, &["lsp-set-type", &c, "router", "--", "lsp-set-addresses", &c, "router"])?;
        }
        nbctl(store, last)?;
        let group = format!("pg_{kind}");
        let matches = format!("ip4.dst == 10.90.{index}.3");
        nbctl(store, &["pg-add", &group, &c])?;
        nbctl(store, &["--type=port-group", "acl-add", &group, "to-lport", "1000", &matches, "drop"])?;
        verdicts(store, &[(&a, &b, Verdict::Closed)])?;
    }
    let read = compiled(&asked(&store.remote())?);
    match read.diagnostics.iter().find(|found| found.code == Code::DanglingReference) {
        Some(wrong) => Err(wrong.message.clone().into()),
        None => Ok(()),
    }
}

fn router_port(store: &Store, name: &str, number: usize) -> Result<(), Failed> {
    let (mac, network) = (format!("02:00:00:02:{number:02x}:01"), format!("10.90.{number}.1/24"));
    nbctl(store, &["lrp-add", "grouping", name, &mac, &network]).map(drop)
}

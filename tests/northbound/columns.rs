//! Columns that change who reaches whom: options as OVN reads them, addresses by which rows name ports, routes of routers.

use crate::{joined, nbctl, told, verdicts};
use libtest_mimic::Failed;
use ringfence_engine::reach::Verdict;
use ringfence_tests::ovn::store::Store;

/// What lies in none of the router's networks is not reached through it, and nobody can say whom it reaches.
pub(crate) fn routes(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["lr-add", "narrow"])?;
    for (number, addresses) in [("1", "10.93.1.2 fd00:93:1::2"), ("2", "10.93.2.2 192.168.93.9 fd00:93:2::2")] {
        let (switch, port, machine) = (format!("n{number}"), format!("n{number}-r"), format!("o{number}"));
        let (mac, network) = (format!("02:00:00:05:00:0{number}"), format!("10.93.{number}.1/24"));
        nbctl(store, &["ls-add", &switch, "--", "lrp-add", "narrow", &format!("r-{port}"), &mac, &network])?;
        joined(store, &switch, &port)?;
        let addresses = format!("02:00:00:05:01:0{number} {addresses}");
        nbctl(store, &["lsp-add", &switch, &machine, "--", "lsp-set-addresses", &machine, &addresses])?;
    }
    nbctl(store, &["lsp-add", "n2", "o3", "--", "lsp-set-addresses", "o3", "02:00:00:05:01:03 192.168.93.10"])?;
    let certain = [
        ("o1", "o2", Verdict::Open),
        ("o1", "o2 (192.168.93.9)", Verdict::Closed),
        ("o1 (fd00:93:1::2)", "o2 (fd00:93:2::2)", Verdict::Closed),
        ("o1", "o3", Verdict::Closed),
        ("o3", "o1", Verdict::Undefined),
        ("o2", "o3", Verdict::Open),
    ];
    verdicts(store, &certain)?;
    nbctl(store, &["lr-route-add", "narrow", "192.168.93.0/24", "10.93.2.2"])?;
    verdicts(store, &[("o1", "o3", Verdict::Undefined), ("o2", "o3", Verdict::Open)])
}

/// `$GROUP_ip4` has what `addresses` of ports of any type say, and nothing of `port_security`.
pub(crate) fn sets(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "sets"])?;
    for (port, host) in [("s1", 2), ("s2", 3), ("s3", 4), ("s4", 5)] {
        let addresses = format!("02:00:00:06:00:0{host} 10.94.0.{host}");
        nbctl(store, &["lsp-add", "sets", port, "--", "lsp-set-addresses", port, &addresses])?;
    }
    nbctl(store, &["lsp-add", "sets", "shared", "--", "lsp-set-type", "shared", "virtual"])?;
    // ovn-nbctl takes no address twice on a switch; northd does.
    let twice = "addresses=\"02:00:00:06:00:09 10.94.0.3\"";
    nbctl(store, &["set", "logical_switch_port", "shared", twice])?;
    nbctl(store, &["lsp-set-addresses", "s3", "unknown"])?;
    nbctl(store, &["lsp-set-port-security", "s3", "02:00:00:06:00:04 10.94.0.4"])?;
    nbctl(store, &["pg-add", "pgsets", "shared", "s3", "s4"])?;
    nbctl(store, &["acl-add", "sets", "to-lport", "1000", "ip4.dst == $pgsets_ip4", "drop"])?;
    verdicts(store, &[("s1", "s2", Verdict::Closed), ("s1", "s3", Verdict::Open), ("s1", "s4", Verdict::Closed)])
}

/// Each address has the Ethernet address in front of it.
pub(crate) fn macs(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "macs", "--", "lsp-add", "macs", "x1", "--", "lsp-add", "macs", "x2"])?;
    nbctl(store, &["lsp-set-addresses", "x1", "02:00:00:07:00:01 10.95.0.2", "02:00:00:07:00:02 fd00:95::2"])?;
    nbctl(store, &["lsp-set-addresses", "x2", "02:00:00:07:00:03 10.95.0.3 fd00:95::3"])?;
    nbctl(store, &["acl-add", "macs", "from-lport", "1000", "eth.src == 02:00:00:07:00:02", "drop"])?;
    verdicts(store, &[("x1", "x2", Verdict::Open), ("x1 (fd00:95::2)", "x2", Verdict::Closed)])?;
    nbctl(store, &["acl-del", "macs", "--", "acl-add", "macs", "to-lport", "1000", "ip", "drop"])?;
    verdicts(store, &[("x1", "x2", Verdict::Closed)])?;
    nbctl(store, &["set", "nb_global", ".", "options:svc_monitor_mac=\"02:00:00:07:00:01\""])?;
    verdicts(store, &[("x1", "x2", Verdict::OneWay), ("x2", "x1", Verdict::Closed)])?;
    nbctl(store, &["remove", "nb_global", ".", "options", "svc_monitor_mac"]).map(drop)
}

/// An option is on by `true` in any letters, and off by anything else.
pub(crate) fn options(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "late", "--", "lsp-add", "late", "l1", "--", "lsp-add", "late", "l2"])?;
    nbctl(store, &["lsp-set-addresses", "l1", "02:00:00:08:00:01 10.96.0.2"])?;
    nbctl(store, &["lsp-set-addresses", "l2", "02:00:00:08:00:02 10.96.0.3"])?;
    nbctl(store, &["acl-add", "late", "from-lport", "2000", "ip4", "allow"])?;
    nbctl(store, &["--apply-after-lb", "acl-add", "late", "from-lport", "1000", "ip4", "drop"])?;
    for (value, expected) in [("TRUE", Verdict::Closed), ("yes", Verdict::Open)] {
        let option = format!("options:apply-after-lb={value}");
        let ids =
            nbctl(store, &["--bare", "--columns=_uuid", "find", "acl", "priority=1000", "action=drop", "match=ip4"])?;
        for id in ids.split_whitespace() {
            nbctl(store, &["set", "acl", id, &option])?;
        }
        verdicts(store, &[("l1", "l2", expected)])?;
    }
    for (value, expected) in [("True", Verdict::Closed), ("yes", Verdict::Open)] {
        nbctl(store, &["set", "nb_global", ".", &format!("options:default_acl_drop={value}")])?;
        verdicts(store, &[("l1", "l2", expected)])?;
    }
    nbctl(store, &["remove", "nb_global", ".", "options", "default_acl_drop"]).map(drop)
}

/// A variable stands for its value where every chassis has the same.
pub(crate) fn templates(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "varied", "--", "lsp-add", "varied", "v1", "--", "lsp-add", "varied", "v2"])?;
    nbctl(store, &["lsp-set-addresses", "v1", "02:00:00:09:00:01 10.97.0.2"])?;
    nbctl(store, &["lsp-set-addresses", "v2", "02:00:00:09:00:02 10.97.0.3"])?;
    nbctl(store, &["create", "chassis_template_var", "chassis=one", "variables:who=10.97.0.3"])?;
    nbctl(store, &["acl-add", "varied", "to-lport", "1000", "ip4.dst == ^who", "drop"])?;
    verdicts(store, &[("v1", "v2", Verdict::Closed)])?;
    nbctl(store, &["create", "chassis_template_var", "chassis=two", "variables:who=10.97.0.9"])?;
    told(store, "asks for `^who`, which not every chassis has the same value for")
}

/// What OVN does beside the rows is told of.
pub(crate) fn beside(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "served", "--", "lsp-add", "served", "b1", "--", "lsp-add", "served", "b2"])?;
    nbctl(store, &["lsp-set-addresses", "b1", "02:00:00:0a:00:01 10.98.0.2"])?;
    nbctl(store, &["lsp-set-addresses", "b2", "02:00:00:0a:00:02 10.98.0.3", "unknown"])?;
    let options = nbctl(store, &["create", "dhcp_options", "cidr=10.98.0.0/24", "options:server_id=10.98.0.3"])?;
    nbctl(store, &["lsp-set-dhcpv4-options", "b1", options.trim()])?;
    nbctl(
        store,
        &[
            "--id=@d",
            "create",
            "dns",
            "records:x=10.98.0.9",
            "--",
            "add",
            "logical_switch",
            "served",
            "dns_records",
            "@d",
        ],
    )?;
    nbctl(store, &["lb-add", "own", "10.98.0.2:80", "10.98.0.3:80", "--", "ls-lb-add", "served", "own"])?;
    for part in [
        "switch `served` has DNS records",
        "the DHCP options of ports of switch `served` name the server 10.98.0.3",
        "load balancer `own` takes connections to 10.98.0.2",
        "load balancer `own` is on switches without a router (served)",
        "the ports of switch `served` whose `addresses` have `unknown`",
    ] {
        told(store, part)?;
    }
    Ok(())
}

/// Neutron's ports are called by UUIDs: what somebody calls them stands beside.
pub(crate) fn neutron(store: &Store) -> Result<(), Failed> {
    nbctl(store, &["ls-add", "neutron-1"])?;
    for (number, called) in ["web", "db", "db"].iter().enumerate() {
        let port = format!("{number}aaaaaaa-0000-4000-8000-000000000000");
        let addresses = format!("02:00:00:0c:00:0{number} 10.89.0.{}", number + 2);
        nbctl(store, &["lsp-add", "neutron-1", &port, "--", "lsp-set-addresses", &port, &addresses])?;
        nbctl(store, &["set", "logical_switch_port", &port, &format!("external_ids:\"neutron:port_name\"={called}")])?;
    }
    let row = "outport == \"1aaaaaaa-0000-4000-8000-000000000000\" && ip4";
    nbctl(store, &["acl-add", "neutron-1", "to-lport", "1000", row, "drop"])?;
    verdicts(store, &[("web", "db (1aaaaaaa)", Verdict::Closed), ("web", "db (2aaaaaaa)", Verdict::Open)])
}

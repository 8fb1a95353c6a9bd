//! The objects of a cluster, and the rows of a database that became of them.

use super::program::{argument, ringfence};
use super::running::Database;
use super::server::Server;
use super::writing::{expect, within};

/// `verify --cluster --nb`: whether Kube-OVN's rows are what the objects say.
pub fn rows_are_what_the_objects_say(server: &Server) -> Result<(), String> {
    within(server, &[], |_| compared(server))
}

fn compared(server: &Server) -> Result<(), String> {
    let database = Database::start()?;
    let (kubeconfig, remote) = (argument(&server.kubeconfig()), format!("unix:{}", database.socket()));
    let verify = || ringfence(&["verify", "--kubeconfig", &kubeconfig, "--nb", &remote]);
    let matches = "ip4.src == 172.20.10.4 && tcp.dst == 25";
    let row = |matches: &str| -> Result<(), String> {
        database.nbctl(&["acl-add", "vswitch1", "to-lport", "900", matches, "drop"])?;
        let found = database.nbctl(&["--bare", "--columns=_uuid", "find", "ACL", "priority=900"])?;
        let ids = ["external_ids:vendor=kube-ovn", "external_ids:parent=vswitch1"];
        database.nbctl(&[&["set", "ACL", found.trim()], ids.as_slice()].concat()).map(drop)
    };
    row("ip4.src == 172.20.10.4 && tcp.dst == 26")?;
    let other = verify()?;
    let is_told = other.out.contains("what Kube-OVN wrote") && other.out.contains(matches);
    expect("another row is drift", other.status == 1 && is_told, &other)?;
    database.nbctl(&["acl-del", "vswitch1"])?;
    row(matches)?;
    let same = verify()?;
    expect("the same row is none", same.status == 0 && same.out.contains("as declared"), &same)
}

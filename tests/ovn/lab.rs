//! The whole OVN, with a machine in each namespace.

use super::database::Database;
use super::namespace::{self, Namespace};
use super::northbound::{self, Ports};
use super::sandbox::{Sandbox, finish};
use super::topology::{self, Machine, ROUTER, SWITCHES, Subnet};
use ringfence_engine::ovn::network::Network;
use serde_json::{Value, json};
use std::io;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long a change of the rows may take until every flow is in place.
const SYNC: Duration = Duration::from_secs(12);

/// A running OVN with machines. Everything ends with this value.
#[derive(Debug)]
pub struct Lab {
    machines: Vec<Machine>,
    homes: Vec<Namespace>,
    northbound: Database,
    ports: Ports,
    sandbox: Sandbox,
    _switch: Namespace,
}

impl Lab {
    /// Starts everything and waits until every machine is plugged in. Needs root.
    pub fn start() -> io::Result<Self> {
        namespace::sweep();
        let mut sandbox = Sandbox::new()?;
        let switch = Namespace::new("sw")?;
        let northbound = daemons(&mut sandbox, &switch)?;
        let machines = topology::machines();
        let homes = machines.iter().map(|machine| plug(&sandbox, &switch, machine)).collect::<io::Result<_>>()?;
        controller(&mut sandbox, &switch)?;
        nbctl(&sandbox, &logical())?;
        let ports = northbound.select("Logical_Switch_Port", json!([]), &["name", "_uuid"])?;
        let name = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
        let ports = ports.iter().map(|row| (name(row), row["_uuid"].clone())).collect();
        let lab = Self { machines, homes, northbound, ports, sandbox, _switch: switch };
        lab.wait_for_ports()?;
        Ok(lab)
    }

    /// An error where a daemon has ended.
    pub fn still_alive(&self) -> io::Result<()> {
        self.sandbox.still_alive()
    }

    /// The machines, in the order of their numbers.
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// The namespace of a machine.
    pub fn home(&self, machine: usize) -> &Namespace {
        &self.homes[machine]
    }

    /// The Northbound database, for those who write it themselves.
    pub fn northbound(&self) -> &Database {
        &self.northbound
    }

    /// Makes OVN apply exactly this network's rows, and forgets what was tracked and resolved before.
    pub fn program(&self, network: &Network) -> io::Result<()> {
        self.apply(northbound::operations(network, &self.ports))?;
        self.forget()
    }

    /// Makes OVN answer DHCP, until the next network.
    pub fn serve_dhcp(&self) -> io::Result<()> {
        self.apply(northbound::dhcp(&self.machines))
    }

    fn apply(&self, operations: Vec<Value>) -> io::Result<()> {
        let results = self.northbound.transact(operations)?;
        let wanted = results.last().and_then(|result| result["rows"][0]["nb_cfg"].as_i64());
        self.wait_for_flows(wanted.unwrap_or(0))
    }

    /// Forgets tracked connections and resolved neighbours.
    pub fn forget(&self) -> io::Result<()> {
        self.sandbox.control("vswitchd.ctl", "revalidator/purge", &[])?;
        self.sandbox.control("vswitchd.ctl", "dpctl/flush-conntrack", &[])?;
        let flush = |home: &Namespace| Command::new("ip").args(["-n", home.name(), "neigh", "flush", "all"]).spawn();
        let running: Vec<_> = self.homes.iter().map(flush).collect::<io::Result<_>>()?;
        running.into_iter().try_for_each(|mut process| process.wait().map(drop))
    }

    /// The matches that ovn-controller refused since the lab started, each with OVN's message.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.sandbox.output("controller");
        log.lines().filter(|line| line.contains("error parsing match")).map(str::to_owned).collect()
    }

    fn wait_for_flows(&self, wanted: i64) -> io::Result<()> {
        wait("the flows of a change", || {
            self.sandbox.still_alive()?;
            let rows = self.northbound.select("NB_Global", json!([]), &["hv_cfg"])?;
            Ok(rows[0]["hv_cfg"].as_i64() >= Some(wanted))
        })
    }

    fn wait_for_ports(&self) -> io::Result<()> {
        let condition = json!([["up", "==", true], ["type", "==", ""]]);
        wait("the machines' ports", || {
            let rows = self.northbound.select("Logical_Switch_Port", condition.clone(), &["name"])?;
            Ok(rows.len() == self.machines.len())
        })
    }
}

fn wait(what: &str, mut done: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
    let begin = Instant::now();
    while !done()? {
        if begin.elapsed() > SYNC {
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("{what} did not come in {SYNC:?}")));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn daemons(sandbox: &mut Sandbox, switch: &Namespace) -> io::Result<Database> {
    let northbound = sandbox.database("OVN_Northbound", "/usr/share/ovn/ovn-nb.ovsschema")?;
    let southbound = sandbox.database("OVN_Southbound", "/usr/share/ovn/ovn-sb.ovsschema")?;
    let local = sandbox.database("Open_vSwitch", "/usr/share/openvswitch/vswitch.ovsschema")?;
    nbctl(sandbox, "init")?;
    sandbox.run("ovn-sbctl", &["--db", &southbound.remote(), "init"])?;
    sandbox.run("ovs-vsctl", &["--db", &local.remote(), "--no-wait", "init"])?;
    let control = format!("--unixctl={}", sandbox.path("vswitchd.ctl").display());
    let inside = ["ip", "netns", "exec", switch.name()];
    let program = ["ovs-vswitchd", &local.remote(), "--disable-system", &control, "-vconsole:warn"];
    sandbox.start("vswitchd", &[&inside[..], &program].concat())?;
    let socket = sandbox.path("vswitchd.ctl");
    sandbox.wait_for(&socket)?;
    let ids = format!(
        "set open . external-ids:system-id=ringfence external-ids:ovn-remote={} \
         external-ids:ovn-encap-type=geneve external-ids:ovn-encap-ip=127.0.0.1 \
         -- add-br br-int -- set bridge br-int datapath_type=netdev fail-mode=secure",
        southbound.remote()
    );
    vsctl(sandbox, &ids)?;
    let (nb, sb) = (format!("--ovnnb-db={}", northbound.remote()), format!("--ovnsb-db={}", southbound.remote()));
    let control = format!("--unixctl={}", sandbox.path("northd.ctl").display());
    sandbox.start("northd", &["ovn-northd", &nb, &sb, &control, "-vconsole:warn"])?;
    Ok(northbound)
}

/// Starts ovn-controller, which names its control socket after its process.
fn controller(sandbox: &mut Sandbox, switch: &Namespace) -> io::Result<()> {
    let local = format!("unix:{}", sandbox.path("Open_vSwitch.sock").display());
    let program = ["ip", "netns", "exec", switch.name(), "ovn-controller", &local, "-vconsole:warn"];
    let process = sandbox.start("controller", &program)?;
    let socket = format!("ovn-controller.{process}.ctl");
    let path = sandbox.path(&socket);
    sandbox.wait_for(&path)?;
    sandbox.control(&socket, "vlog/disable-rate-limit", &["lflow"]).map(drop)
}

/// A blank inside a word of a command that is split at blanks.
const BLANK: &str = "\u{a0}";

/// Runs `ovn-nbctl` on the sandbox's Northbound database.
pub(crate) fn nbctl(sandbox: &Sandbox, words: &str) -> io::Result<()> {
    let remote = format!("unix:{}", sandbox.path("OVN_Northbound.sock").display());
    let words = words.split_ascii_whitespace().map(|word| word.replace(BLANK, " "));
    finish(sandbox.command("ovn-nbctl").args(["--db", &remote]).args(words)).map(drop)
}

fn vsctl(sandbox: &Sandbox, words: &str) -> io::Result<()> {
    let remote = format!("unix:{}", sandbox.path("Open_vSwitch.sock").display());
    finish(sandbox.command("ovs-vsctl").args(["--db", &remote]).args(words.split_whitespace())).map(drop)
}

/// The logical network as one command of `ovn-nbctl`.
pub fn logical() -> String {
    let router = format!("lr-add {ROUTER}");
    let switch = |subnet: Subnet| {
        let (name, port, mac) = (subnet.name, subnet.router_port(), subnet.mac(1));
        let gateways = format!("{}/24 {}/64", subnet.v4(1), subnet.v6(1));
        format!(
            "ls-add {name} -- lrp-add {ROUTER} {ROUTER}-{name} {mac} {gateways} -- lsp-add {name} {port} \
             -- lsp-set-type {port} router -- lsp-set-addresses {port} router \
             -- lsp-set-options {port} router-port={ROUTER}-{name}"
        )
    };
    let machine = |Machine { name, switch, mac, v4, v6 }: Machine| {
        format!("lsp-add {} {name} -- lsp-set-addresses {name} {mac}{BLANK}{v4}{BLANK}{v6}", SWITCHES[switch].name)
    };
    let commands = SWITCHES.map(switch).into_iter().chain(topology::machines().into_iter().map(machine));
    [router].into_iter().chain(commands).collect::<Vec<_>>().join(" -- ")
}

/// Makes the namespace of a machine and a cable from it to the switch.
fn plug(sandbox: &Sandbox, switch: &Namespace, machine: &Machine) -> io::Result<Namespace> {
    let home = Namespace::new(&machine.name)?;
    home.sysctl(&QUIET)?;
    let (name, subnet) = (&machine.name, SWITCHES[machine.switch]);
    switch.ip(&format!(
        "link add {name} type veth peer name eth0 address {} netns {}\nlink set {name} up\n",
        machine.mac,
        home.name()
    ))?;
    home.ip(&format!(
        "link set eth0 up\naddr add {}/24 dev eth0\naddr add {}/64 dev eth0 nodad\n\
         route add default via {}\nroute add default via {}\n",
        machine.v4,
        machine.v6,
        subnet.v4(1),
        subnet.v6(1)
    ))?;
    let offload = ["netns", "exec", home.name(), "ethtool", "-K", "eth0", "tx", "off"];
    finish(sandbox.command("ip").args(offload))?;
    vsctl(sandbox, &format!("add-port br-int {name} -- set interface {name} external-ids:iface-id={name}"))?;
    Ok(home)
}

/// What keeps a namespace from sending anything of its own accord, and from answering late.
const QUIET: [(&str, &str); 11] = [
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv6/conf/default/accept_ra", "0"),
    ("ipv6/conf/default/router_solicitations", "0"),
    ("ipv6/conf/all/forwarding", "0"),
    ("ipv4/icmp_ratelimit", "0"),
    ("ipv4/icmp_msgs_per_sec", "100000"),
    ("ipv6/icmp/ratelimit", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    ("ipv4/tcp_synack_retries", "0"),
    ("ipv4/tcp_syn_retries", "1"),
    ("ipv4/tcp_syncookies", "0"),
];

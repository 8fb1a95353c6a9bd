//! The two evaluators held against each other: random networks, every pair, every header that a row can tell apart.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where its own set-up is wrong")]

use proptest::prelude::*;
use proptest::sample::select;
use ringfence_engine::answers::check::check;
use ringfence_engine::answers::conversation::{Backend, Conversation, Question, Shape, backends, has_strangers};
use ringfence_engine::answers::diff::{changes, matched};
use ringfence_engine::answers::explain::explain;
use ringfence_engine::diagnostic::Code;
use ringfence_engine::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use ringfence_engine::ovn::network::{
    Beyond, Link, LoadBalancer, Mac, Network, Options, Port, PortGroup, PortKind, Router, Switch, Unknown, Version,
    Vip, VipProtocol, Way,
};
use ringfence_engine::ovn::pipeline::{AclId, Holder, Pipeline};
use ringfence_engine::ovn::walk::Choice;
use ringfence_engine::reach::{
    AddressRange, Attachment, Endpoint, EndpointKind, Family, L4Header, L4Set, PairAnswer, Verdict, evaluate,
    evaluate_by,
};
use ringfence_engine::source::{Place, SourceId, Span};
use std::net::IpAddr;

const PORTS: [u16; 5] = [53, 80, 443, 9501, 50_000];

/// What a row can say, in the words of the match language; `{}` stands for an address.
const TESTS: [&str; 48] = [
    "ip4.src == {}",
    "ip4.dst == {}",
    "ip4.src != {}",
    "ip4.dst != {}",
    "ip4.src == 10.0.0.2/31",
    "ip4.dst == 10.0.0.0/8",
    "ip4",
    "ip6",
    "ip",
    "arp",
    "1",
    "0",
    "tcp",
    "udp",
    "icmp4",
    "sctp",
    "icmp6",
    "tcp.dst == 80",
    "tcp.src == 9501",
    "tcp.dst == {80, 443}",
    "80 <= tcp.dst < 443",
    "tcp.dst != 80",
    "!(tcp.dst == 80)",
    "udp.dst == 53",
    "udp.src == 53",
    "sctp.dst == 80",
    "icmp4.type == 8",
    "icmp4.type == {0, 3}",
    "ip.proto == 47",
    "inport == \"vm0\"",
    "outport == \"vm0\"",
    "inport == @group",
    "outport == @group",
    "inport == \"router\"",
    "outport == \"router\"",
    "eth.src == 02:00:00:00:00:00",
    "eth.dst == 02:00:00:00:00:01",
    "tcp.flags == 2",
    "ip.ttl > 63",
    "ip.ttl == 63",
    "ct.new",
    "reg0[3]",
    "arp.tpa == {}",
    "ip6.src == fd00::2",
    "tcp.src[0]",
    "ip4.dst[0]",
    "ip.dscp == 8",
    "ct.est",
];

const ADDRESSES: [&str; 4] = ["10.0.0.2", "10.0.0.3", "10.0.1.4", "8.8.8.8"];

fn matches() -> impl Strategy<Value = String> {
    let test = (select(&TESTS[..]), select(&ADDRESSES[..])).prop_map(|(test, address)| test.replacen("{}", address, 1));
    let parts = proptest::collection::vec(test, 1..4);
    (parts, any::<bool>()).prop_map(|(parts, all)| parts.join(if all { " && " } else { " || " }))
}

fn acl() -> impl Strategy<Value = Acl> {
    let direction = select(&[Direction::FromLport, Direction::ToLport][..]);
    let action = select(
        &[
            Action::Allow,
            Action::AllowRelated,
            Action::AllowStateless,
            Action::Drop,
            Action::Drop,
            Action::Reject,
            Action::Pass,
        ][..],
    );
    (direction, any::<bool>(), 0i64..3, 1i64..5, matches(), action).prop_map(
        |(direction, after_lb, tier, priority, matches, action)| Acl {
            direction,
            after_lb,
            tier: Tier::new(tier).unwrap(),
            priority: Priority::new(priority).unwrap(),
            matches,
            action,
            name: None,
            log: None,
            provenance: Provenance::default(),
        },
    )
}

fn network() -> impl Strategy<Value = Network> {
    let acls = || proptest::collection::vec(acl(), 0..7);
    let version = select(Version::ALL);
    let flags = (any::<[bool; 5]>(), proptest::bool::weighted(0.2));
    (acls(), acls(), acls(), version, flags).prop_map(|(first, second, group, version, (flags, doubted))| {
        let [drop, invalid, balanced, in_first, in_second] = flags;
        let doubt = Beyond { switches: [0, 1], way: Way::Unknown(Unknown::Routing) };
        let member = |wanted: bool, name: &str| wanted.then(|| name.to_string());
        Network {
            version,
            options: Options { default_acl_drop: drop && invalid, use_ct_inv_match: !invalid, svc_monitor_mac: None },
            switches: vec![
                switch("s0", &["vm0", "vm1"], first, balanced && drop),
                switch("s1", &["vm2"], second, false),
            ],
            routers: vec![Router { name: "r".into(), links: vec![link(0), link(1)] }],
            port_groups: vec![PortGroup {
                name: "group".into(),
                ports: member(in_first, "vm1").into_iter().chain(member(in_second, "vm2")).collect(),
                acls: group,
                doubted: false,
            }],
            load_balancers: vec![balancer()],
            beyond: doubted.then_some(doubt).into_iter().collect(),
            ..Network::default()
        }
    })
}

/// What is certain of a request and of its answer, and what is possible.
fn outcomes(question: &Question<'_>) -> [(bool, bool); 2] {
    let told = explain(question);
    // What is remembered by one choice may be what stops the answer by the other.
    let talks = [Choice::Strict, Choice::Generous].map(|choice| question.walk(choice));
    let possible = |of: fn(&Conversation<'_>) -> bool| talks.iter().flatten().any(of);
    [(told.delivered, told.answered), (possible(|talk| talk.delivered()), possible(|talk| talk.answered()))]
}

/// TCP 80 goes to two backends at another port, UDP 53 to one; SCTP 80, on one switch alone, to one that is nobody's as well.
/// The whole IPv6 address, on the other switch, goes nobody knows where.
fn balancer() -> LoadBalancer {
    let vip = |address: &str, protocol, port, backends: &[(&str, u16)]| Vip {
        switches: if protocol == VipProtocol::Sctp { vec![0] } else { Vec::new() },
        address: address.parse().unwrap(),
        protocol,
        port,
        backends: backends.iter().map(|(address, port)| (address.parse().unwrap(), *port)).collect(),
    };
    let vips = vec![
        vip("10.96.0.1", VipProtocol::Tcp, 80, &[("10.0.0.3", 443), ("10.0.1.4", 443)]),
        vip("fd96::1", VipProtocol::Tcp, 80, &[("fd00::3", 443), ("fd00:1::4", 443)]),
        vip("10.96.0.1", VipProtocol::Udp, 53, &[("10.0.1.4", 53)]),
        vip("10.96.0.1", VipProtocol::Sctp, 80, &[("10.0.1.4", 80), ("192.0.2.1", 80)]),
        Vip { switches: vec![1], ..Vip::whole("fd96::1".parse().unwrap()) },
    ];
    LoadBalancer { name: "balancer".into(), switches: vec![0, 1], routers: vec![0], vips }
}

fn switch(name: &str, machines: &[&str], acls: Vec<Acl>, load_balancer: bool) -> Switch {
    let vifs = machines.iter().map(|name| Port::new(name.to_string(), PortKind::Vif));
    let router = Port::new(if name == "s0" { "router" } else { "router1" }, PortKind::Router);
    Switch { name: name.into(), ports: vifs.chain([router]).collect(), acls, load_balancer, vlan_passthru: false }
}

fn link(switch: usize) -> Link {
    let port = if switch == 0 { "router" } else { "router1" };
    let mac = Mac([2, 0, 0, 0, 1, u8::try_from(switch).unwrap()]);
    let addresses = vec![format!("10.0.{switch}.1").parse().unwrap(), format!("fd00:{switch}::1").parse().unwrap()];
    Link { switch, port: port.into(), mac, addresses, networks: Vec::new(), doubted: false }
}

fn endpoints() -> Vec<Endpoint> {
    let endpoint = |id: &str, kind, attachment, mac: u8, addresses: [&str; 2]| Endpoint {
        id: id.into(),
        kind,
        attachment,
        switch: String::new(),
        mac: Mac([2, 0, 0, 0, 0, mac]),
        addresses: addresses.map(|text| single(text.parse().unwrap())).to_vec(),
        place: None,
        mixed: false,
        alone: false,
    };
    let at = |switch, port: &str| Attachment::Port { switch, port: port.into() };
    let machine = EndpointKind::VirtualMachine;
    vec![
        endpoint("vm0", machine, at(0, "vm0"), 0, ["10.0.0.2", "fd00::2"]),
        endpoint("vm1", machine, at(0, "vm1"), 1, ["10.0.0.3", "fd00::3"]),
        endpoint("vm2", machine, at(1, "vm2"), 2, ["10.0.1.4", "fd00:1::4"]),
        endpoint("gateway", EndpointKind::Gateway, Attachment::Router(0), 9, ["10.0.0.1", "fd00::1"]),
        endpoint("outside", EndpointKind::External, Attachment::Router(0), 9, ["8.8.8.8", "2001:db8::8"]),
        endpoint("balancer", EndpointKind::Service, Attachment::Balancer(0), 8, ["10.96.0.1", "fd96::1"]),
    ]
}

fn single(address: IpAddr) -> AddressRange {
    AddressRange { first: address, last: address }
}

fn headers(family: Family) -> Vec<L4Header> {
    let pairs = || PORTS.into_iter().flat_map(|src| PORTS.into_iter().map(move |dst| (src, dst)));
    let ported =
        pairs().flat_map(|(src, dst)| [L4Header::Tcp(src, dst), L4Header::Udp(src, dst), L4Header::Sctp(src, dst)]);
    let icmp = [0u8, 3, 8, 13, 128, 129, 139, 200]
        .into_iter()
        .flat_map(|kind| [L4Header::Icmp(kind, 0), L4Header::Icmp(kind, 1)]);
    // The other family's ICMP is any other protocol in this one.
    let foreign = if family == Family::Ipv4 { 58 } else { 1 };
    ported.chain(icmp).chain([47, 2, foreign].map(L4Header::Other)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn they_agree(network in network()) {
        let endpoints = endpoints();
        let mut reach = evaluate(&network, &endpoints);
        let pipelines = reach.pipelines().to_vec();
        for (from, to) in reach.pairs().filter(|(_, to)| endpoints[*to].id != "balancer") {
            let answer = reach.pair(from, to);
            for family in &answer.families {
                for header in headers(family.family) {
                    let question = Question {
                        network: &network, pipelines: &pipelines, from: &endpoints[from], to: &endpoints[to],
                        family: family.family, header, shape: Shape::default(), backend: None,
                    };
                    let [strict, generous] = outcomes(&question);
                    let symbolic = (family.delivered.contains(header), family.answered.contains(header));
                    prop_assert_eq!(symbolic, strict, "{} -> {} {:?} {:?}", endpoints[from].id, endpoints[to].id, family.family, header);
                    prop_assert_eq!(family.undefined.contains(header), strict != generous, "undefined: {:?}", header);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What is certain of a load balancer holds of each backend, and what is possible of one of them.
    #[test]
    fn they_agree_about_load_balancers(network in network()) {
        let endpoints = endpoints();
        let mut reach = evaluate(&network, &endpoints);
        let pipelines = reach.pipelines().to_vec();
        let to = endpoints.len() - 1;
        for from in 0..3 {
            let answer = reach.pair(from, to);
            for family in &answer.families {
                for header in headers(family.family) {
                    let ends = (&endpoints[from], &endpoints[to]);
                    let known = backends(&network, &endpoints, ends, family.family, header);
                    let of_backend = |backend: Option<Backend<'_>>| {
                        outcomes(&Question {
                            network: &network, pipelines: &pipelines, from: ends.0, to: ends.1,
                            family: family.family, header, shape: Shape::default(), backend,
                        })
                    };
                    let strange = has_strangers(&network, &endpoints, ends, family.family, header);
                    let asked = known.into_iter().map(Some).chain(strange.then_some(None));
                    let (strict, generous): (Vec<_>, Vec<_>) =
                        asked.map(of_backend).map(|[certain, possible]| (certain, possible)).unzip();
                    let all = |of: fn(&(bool, bool)) -> bool| !strict.is_empty() && strict.iter().all(of);
                    let any = |of: fn(&(bool, bool)) -> bool| generous.iter().any(of);
                    let name = || format!("{} {:?} {header:?}", endpoints[from].id, family.family);
                    prop_assert_eq!(family.delivered.contains(header), all(|one| one.0), "{}", name());
                    prop_assert_eq!(family.answered.contains(header), all(|one| one.1), "{}", name());
                    let open = any(|one| one.0) != all(|one| one.0) || any(|one| one.1) != all(|one| one.1);
                    prop_assert_eq!(family.undefined.contains(header), open, "undefined: {}", name());
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// A row that decides about a packet of a conversation was met when all pairs were asked.
    #[test]
    fn rows_that_decide_are_met(network in network()) {
        let endpoints = endpoints();
        let mut reach = evaluate(&network, &endpoints).noting();
        let pipelines = reach.pipelines().to_vec();
        let pairs: Vec<(usize, usize)> = reach.pairs().collect();
        let answers: Vec<PairAnswer> = pairs.iter().map(|(from, to)| reach.pair(*from, *to)).collect();
        let met = reach.met();
        for ((from, to), answer) in pairs.into_iter().zip(answers) {
            let ends = (&endpoints[from], &endpoints[to]);
            for family in answer.families.iter().map(|answer| answer.family) {
                for header in headers(family) {
                    let known = backends(&network, &endpoints, ends, family, header);
                    let strange = endpoints[to].id != "balancer"
                        || has_strangers(&network, &endpoints, ends, family, header);
                    for backend in known.into_iter().map(Some).chain(strange.then_some(None)) {
                        let question = Question {
                            network: &network, pipelines: &pipelines, from: ends.0, to: ends.1,
                            family, header, shape: Shape::default(), backend,
                        };
                        for step in explain(&question).steps {
                            let is_met = step.decider.rows().iter().all(|row| met.contains(row));
                            prop_assert!(is_met, "{} -> {} {header:?} {step:?}", ends.0.id, ends.1.id);
                        }
                    }
                }
            }
        }
    }
}

/// Many machines of which the rows name few, so that some are alike; two share a port.
fn crowd() -> Vec<Endpoint> {
    let mut endpoints = endpoints();
    let model = endpoints[0].clone();
    for (number, switch) in (5u8..13).zip([0, 1].into_iter().cycle()) {
        let addresses = [format!("10.0.{switch}.{number}"), format!("fd00:{switch}::{number}")];
        endpoints.push(Endpoint {
            id: format!("more{number}"),
            attachment: Attachment::Port { switch, port: format!("more{}", number.min(11)) },
            mac: Mac([2, 0, 0, 0, 2, number]),
            addresses: addresses.iter().map(|text| single(text.parse().unwrap())).collect(),
            ..model.clone()
        });
    }
    endpoints
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whoever asks by class hears what each pair would hear that is asked about alone.
    #[test]
    fn classes_speak_for_their_members(network in network()) {
        let endpoints = crowd();
        let mut reach = evaluate(&network, &endpoints);
        let classes = reach.classes();
        let members = classes.members().iter().map(Vec::len);
        prop_assert_eq!(members.sum::<usize>(), endpoints.len());
        for (from, to) in reach.pairs() {
            let alone = evaluate(&network, &endpoints).pair(from, to);
            prop_assert_eq!(reach.pair(from, to), alone, "{} -> {}", endpoints[from].id, endpoints[to].id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// A comparison that asks about those pairs alone whom a changed row may mean finds what asking about everybody finds:
    /// where the row names both ends, or one of them, or anybody, and where a machine has another address, too.
    #[test]
    fn few_are_asked_where_few_can_be_meant(
        network in network(), row in acl(), ends in any::<[u8; 2]>(), form in 0..4, also: bool, moves in 0..40_usize,
    ) {
        let old = Network { load_balancers: Vec::new(), ..network };
        let [from, to] = ends.map(|end| ADDRESSES[usize::from(end) % ADDRESSES.len()]);
        let matches = match form {
            0 => format!("ip4.src == {from} && ip4.dst == {to} && ({})", row.matches),
            1 => format!("ip4.src == {from} && ({})", row.matches),
            2 => format!("inport == \"vm1\" && ({})", row.matches),
            _ => row.matches.clone(),
        };
        let mut new = old.clone();
        new.switches[0].acls.push(Acl { matches, ..row });
        if also {
            new.switches[1].acls.pop();
        }
        let endpoints = crowd();
        let mut moved = endpoints.clone();
        if let Some(machine) = moved.get_mut(moves).filter(|machine| machine.kind == EndpointKind::VirtualMachine) {
            machine.addresses[0] = single(ADDRESSES[usize::from(ends[0]) % ADDRESSES.len()].parse().unwrap());
        }
        let [mut before, mut after] = [(&old, &endpoints), (&new, &moved)].map(|(network, of)| evaluate(network, of));
        let pairs: Vec<(usize, usize)> = before.pairs().collect();
        let differs = |(from, to): &(usize, usize)| before.pair(*from, *to) != after.pair(*from, *to);
        let differing: Vec<(usize, usize)> = pairs.into_iter().filter(differs).collect();
        let matched = matched(&endpoints, &moved);
        let found = changes(&matched, &mut evaluate(&old, &endpoints), &mut evaluate(&new, &moved));
        let found: Vec<(usize, usize)> = found.iter().map(|change| (change.from, change.to)).collect();
        prop_assert_eq!(found, differing);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    /// Nothing is certain of an endpoint whose addresses rows tell apart, asked pair by pair or by classes.
    #[test]
    fn nothing_is_certain_of_what_is_mixed(network in network(), classes: bool) {
        let mut endpoints = crowd();
        endpoints[4].mixed = true;
        let mut reach = evaluate(&network, &endpoints);
        if classes {
            reach.classes();
        }
        for other in 0..3 {
            for (from, to) in [(4, other), (other, 4)] {
                let answer = reach.pair(from, to);
                prop_assert_eq!(answer.verdict(), Verdict::Undefined);
                prop_assert!(answer.families.iter().all(|of| of.delivered.is_empty() && of.answered.is_empty()));
            }
        }
        prop_assert_ne!(evaluate(&network, &crowd()).pair(3, 4).verdict(), Verdict::Undefined);
    }
}

/// The rows, each with a place of its own, by which a finding names it.
fn placed(mut network: Network) -> Network {
    let switches = network.switches.iter_mut().flat_map(|switch| &mut switch.acls);
    let rows = switches.chain(network.port_groups.iter_mut().flat_map(|group| &mut group.acls));
    for (index, acl) in rows.enumerate() {
        let place = Place { source: SourceId(0), span: Span::new(index, index) };
        acl.provenance = Provenance { field: "acls[]".into(), place: Some(place), ..Provenance::default() };
    }
    network
}

/// The network without the row at a place.
fn without(network: &Network, place: Place) -> Network {
    let mut network = network.clone();
    let other = |acl: &Acl| acl.provenance.place != Some(place);
    network.switches.iter_mut().for_each(|switch| switch.acls.retain(other));
    network.port_groups.iter_mut().for_each(|group| group.acls.retain(other));
    network
}

/// Whether two answers are the same where the first one is certain. That two rows look at the same thing which only OVN
/// knows is seen by those who compare rows, and not by those who ask them one by one.
fn same(old: &PairAnswer, new: &PairAnswer) -> bool {
    let certain = |old: &L4Set, new: &L4Set, doubt: &L4Set| {
        old.difference(new).is_empty() && new.difference(old).difference(doubt).is_empty()
    };
    old.families.len() == new.families.len()
        && old.families.iter().zip(&new.families).all(|(old, new)| {
            certain(&old.delivered, &new.delivered, &old.undefined)
                && certain(&old.answered, &new.answered, &old.undefined)
                && new.undefined.difference(&old.undefined).is_empty()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Rows of which it is said that they could be left out are left out, and nothing changes.
    #[test]
    fn idle_rows_do_nothing(network in network()) {
        let (network, endpoints) = (placed(network), endpoints());
        let mut reach = evaluate(&network, &endpoints);
        let findings = check(&network, &endpoints, &mut reach);
        let idle = [Code::Shadowed, Code::Cancelled, Code::Redundant];
        for found in findings.iter().filter(|found| idle.contains(&found.code)) {
            let fewer = without(&network, found.place.unwrap());
            let mut other = evaluate(&fewer, &endpoints);
            for (from, to) in reach.pairs() {
                prop_assert!(same(&reach.pair(from, to), &other.pair(from, to)), "{:?} {} -> {}", found, from, to);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whoever may not count to the end says `undefined`, and nothing that is wrong; asked pair by pair or by classes.
    #[test]
    fn a_small_budget_tells_less_and_nothing_wrong(network in network(), work in 0usize..4_000, classes: bool) {
        let endpoints = endpoints();
        let (mut exact, mut hasty) = (evaluate(&network, &endpoints), evaluate(&network, &endpoints).within(work));
        if classes {
            hasty.classes();
        }
        for (from, to) in exact.pairs() {
            let (exact, hasty) = (exact.pair(from, to), hasty.pair(from, to));
            prop_assert!(same(&hasty, &exact), "{} -> {}: {:?} {:?}", endpoints[from].id, endpoints[to].id, hasty, exact);
        }
        prop_assert!(!exact.outgrown().0);
    }
}

/// The same network with `allow` in the place of those `allow-related` rows that are asked on a switch.
fn allowing(network: &Network, switch: usize) -> Network {
    let mut changed = network.clone();
    for id in AclId::on_switch(network, switch) {
        let acl = match id.holder {
            Holder::Switch(switch) => &mut changed.switches[switch].acls[id.index],
            Holder::Group(group) => &mut changed.port_groups[group].acls[id.index],
        };
        if acl.action == Action::AllowRelated {
            acl.action = Action::Allow;
        }
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// What makes a switch stateful is taken out of all pipelines as if it had never been written.
    #[test]
    fn tracking_can_be_taken_out(network in network()) {
        let endpoints = endpoints();
        let pipelines = Pipeline::all(&network);
        for of in pipelines.iter().filter(|pipeline| !pipeline.load_balancer) {
            let taken: Option<Vec<Pipeline>> = pipelines.iter().map(|pipeline| pipeline.allowing(&network, of)).collect();
            // Where a match is broken, everything is parsed anew.
            prop_assert!(taken.is_some() || pipelines.iter().any(|pipeline| !pipeline.broken.is_empty()));
            let Some(taken) = taken else { continue };
            let written = allowing(&network, of.switch);
            let mut without = evaluate_by(&network, &endpoints, taken.into());
            let mut anew = evaluate(&written, &endpoints);
            for (from, to) in anew.pairs() {
                prop_assert_eq!(without.pair(from, to), anew.pair(from, to), "{} -> {}", from, to);
            }
        }
    }
}

/// Example 3 of the founding document: requests arrive, the answers die; one unrelated row repairs it.
#[test]
fn an_unrelated_row_repairs_the_answers() {
    let acl = |direction, action, matches: &str| Acl {
        direction,
        after_lb: false,
        tier: Tier::default(),
        priority: Priority::new(1005).unwrap(),
        matches: matches.into(),
        action,
        name: None,
        log: None,
        provenance: Provenance::default(),
    };
    let mut network = Network {
        switches: vec![switch(
            "s0",
            &["vm0", "vm1"],
            vec![acl(Direction::ToLport, Action::Drop, "ip4.dst == 10.0.0.2")],
            false,
        )],
        ..Network::default()
    };
    let endpoints: Vec<_> = endpoints()
        .into_iter()
        .take(2)
        .map(|mut endpoint| {
            endpoint.addresses.pop();
            endpoint
        })
        .collect();
    let verdicts = |network: &Network| {
        let mut reach = evaluate(network, &endpoints);
        (reach.pair(0, 1).verdict(), reach.pair(1, 0).verdict())
    };
    assert_eq!(verdicts(&network), (Verdict::OneWay, Verdict::Closed));
    network.switches[0].acls.push(acl(Direction::FromLport, Action::AllowRelated, "ip4.src == 10.99.99.99"));
    assert_eq!(verdicts(&network), (Verdict::Open, Verdict::Closed));
    assert_eq!(Family::Ipv4.name(), "ipv4");
}

//! The ways to fulfil a wish, each a kind of edit.

use super::item::Item;
use super::list::List;
use super::{Edit, Intent, Wish, answer, ends, is_fulfilled, unfulfilled};
use crate::answers::conversation::{Half, Question, Shape};
use crate::answers::explain::{Decider, Explanation, Step, explain};
use crate::answers::filter::Filter;
use crate::compile::{Compiled, Settings, load};
use crate::ovn::acl::{Acl, Direction, Priority};
use crate::ovn::pipeline::{Outcome, Pipeline, Stage};
use crate::reach::{Endpoint, Family};
use crate::read::{NetworkPolicy, PolicyType, Presence, edit_within, read};
use crate::source::{SourceId, Sources, Span};
use crate::world::{Machine, NAME_LABEL, Roster, Scope, world};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A kind of edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// One row that makes the asker's switch track its connections: answers come back by themselves.
    Track,
    /// Rows with this action where the conversation is dropped, above what drops it.
    Allow(&'static str),
    /// The rows that drop it, with this conversation excepted.
    Except,
    /// A row that drops requests as they arrive, or as they leave; and one that keeps the answers of the other direction.
    Drop(Direction, bool),
}

/// What a way makes: a title, its edits, and the texts after them.
pub(super) type Made = (String, Vec<Edit>, Sources);

/// More steps than this follow no walk.
const MOST_STEPS: usize = 6;

impl Way {
    /// The ways to an end.
    pub(super) fn all(intent: Intent) -> &'static [Self] {
        match intent {
            Intent::Connect => &[Self::Track, Self::Except, Self::Allow("allow-related"), Self::Allow("allow")],
            Intent::Separate => &[
                Self::Drop(Direction::ToLport, false),
                Self::Drop(Direction::FromLport, false),
                Self::Drop(Direction::ToLport, true),
                Self::Drop(Direction::FromLport, true),
            ],
        }
    }

    /// Goes it, as far as it leads.
    pub(super) fn go(self, sources: &Sources, settings: &Settings, wish: &Wish<'_>) -> Result<Made, String> {
        let mut texts = sources.clone();
        let mut edits = Vec::new();
        let mut add = |texts: &mut Sources, edit: Edit| {
            *texts = edited(texts, &edit);
            edits.push(edit);
        };
        match self {
            Self::Drop(direction, track) => {
                let compiled = load(sources, settings);
                let at_target = direction == Direction::ToLport;
                for edit in rows(&texts, &compiled, wish, (direction, "drop"), Half::Request)? {
                    add(&mut texts, edit);
                }
                if track {
                    let back = Wish { from: wish.to, to: wish.from, part: Filter::All, ..*wish };
                    for edit in tracker(&texts, &compiled, &back)? {
                        add(&mut texts, edit);
                    }
                }
                let word = if at_target { "arrives" } else { "leaves" };
                let kept = if track { ", and track the connections of the other direction" } else { "" };
                Ok((format!("drop it as it {word}{kept}"), edits, texts))
            }
            Self::Track => {
                let compiled = load(sources, settings);
                for edit in tracker(&texts, &compiled, wish)? {
                    add(&mut texts, edit);
                }
                Ok((format!("track the connections of {}: answers to it come back", wish.from), edits, texts))
            }
            Self::Allow(_) | Self::Except => {
                for _ in 0..MOST_STEPS {
                    let compiled = load(&texts, settings);
                    if is_fulfilled(&answer(&compiled, wish)?, wish) {
                        break;
                    }
                    for edit in self.next(&texts, &compiled, wish)? {
                        add(&mut texts, edit);
                    }
                }
                let is_rule = |edit: &Edit| ["ipBlock", "podSelector"].iter().any(|peer| edit.insert.contains(peer));
                let in_policies = !edits.is_empty() && edits.iter().all(is_rule);
                let title = match self {
                    _ if in_policies => "add a rule to a policy".to_owned(),
                    Self::Except => "except it from what drops it".to_owned(),
                    Self::Allow("allow-related") => "allow it, and the answers with it".to_owned(),
                    _ => "allow it, packet by packet".to_owned(),
                };
                Ok((title, edits, texts))
            }
        }
    }

    /// The edit at the first place where a conversation of the wish is dropped.
    fn next(self, texts: &Sources, compiled: &Compiled, wish: &Wish<'_>) -> Result<Vec<Edit>, String> {
        let (explanation, family) = told(compiled, wish)?;
        let Some(step) = explanation.steps.iter().find(|step| matches!(step.outcome, Outcome::Drop | Outcome::Reject))
        else {
            return Err("what stops it is no rule".to_owned());
        };
        let Decider::Row(id) = step.decider else { return Err(undecided(step)) };
        let acl = id.acl(&compiled.network).ok_or("what stops it is no rule")?;
        if let Some(policy) = acl.provenance.object.strip_prefix("NetworkPolicy/") {
            return policy_rule(texts, compiled, wish, (policy, step.stage, step.half), family)
                .ok_or_else(|| said(acl));
        }
        let is_bare = acl.provenance.object.starts_with("Switch/");
        if !(acl.provenance.object.starts_with("Subnet/") || (is_bare && matches!(self, Self::Allow(_)))) {
            return Err(said(acl));
        }
        match self {
            Self::Except => excepted(texts, acl, compiled, wish, step.half).ok_or_else(|| said(acl)),
            Self::Allow(action) => {
                let direction = step.stage.direction();
                rows(texts, compiled, wish, (direction, action), step.half)
            }
            Self::Track | Self::Drop(..) => Ok(Vec::new()),
        }
    }
}

/// Who stops it, and that it is not ours to change.
fn said(acl: &Acl) -> String {
    format!("`{}` at priority {} of {} stops it", acl.action, acl.priority.get(), acl.provenance.object)
}

fn undecided(step: &Step) -> String {
    match &step.decider {
        Decider::Ambiguous(_) => {
            "rows of equal priority disagree about it: make their priorities differ first".to_owned()
        }
        Decider::Builtin(builtin) => format!("OVN itself stops it: {}", builtin.describe()),
        Decider::Default | Decider::Established | Decider::Row(_) => "the default of the switch is to drop".to_owned(),
    }
}

/// The walk of a conversation that is not as it is wished.
fn told(compiled: &Compiled, wish: &Wish<'_>) -> Result<(Explanation, Family), String> {
    let ((_, from), (_, to)) = ends(compiled, wish).ok_or("one of the two is not there any more")?;
    let (family, header) = unfulfilled(&answer(compiled, wish)?, wish).ok_or("nothing stops it")?;
    let pipelines = Pipeline::all(&compiled.network);
    let shape = Shape::default();
    let question =
        Question { network: &compiled.network, pipelines: &pipelines, from, to, family, header, shape, backend: None };
    Ok((explain(&question), family))
}

/// A text with an edit.
fn edited(sources: &Sources, edit: &Edit) -> Sources {
    let mut changed = Sources::new();
    for (id, source) in sources.iter() {
        let text = source.text();
        match (id == edit.source, text.get(..edit.from), text.get(edit.to..)) {
            (true, Some(before), Some(after)) => {
                changed.add(source.name(), format!("{before}{}{after}", edit.insert));
            }
            _ => {
                changed.add(source.name(), text);
            }
        }
    }
    changed
}

/// The one address of an endpoint in a family; nothing for ranges.
fn address(endpoint: &Endpoint, family: Family) -> Option<String> {
    let mut own = endpoint.addresses.iter().filter(|range| range.first.is_ipv4() == (family == Family::Ipv4));
    let range = own.next()?;
    (range.first == range.last && own.next().is_none()).then(|| range.first.to_string())
}

/// The match of one half of the wished conversations.
fn matches(compiled: &Compiled, wish: &Wish<'_>, half: Half, family: Family) -> Option<String> {
    let ((_, from), (_, to)) = ends(compiled, wish)?;
    let ip = match family {
        Family::Ipv4 => "ip4",
        Family::Ipv6 => "ip6",
    };
    let (source, target, side) = match half {
        Half::Request => (from, to, "dst"),
        Half::Reply => (to, from, "src"),
    };
    let mut parts: Vec<String> = Vec::new();
    parts.extend(address(source, family).map(|address| format!("{ip}.src == {address}")));
    parts.extend(address(target, family).map(|address| format!("{ip}.dst == {address}")));
    if parts.is_empty() {
        return None;
    }
    let port = |name: &str, port: Option<u16>| port.map_or(name.to_owned(), |port| format!("{name}.{side} == {port}"));
    parts.extend(match wish.part {
        Filter::All => None,
        Filter::Tcp(number) => Some(port("tcp", number)),
        Filter::Udp(number) => Some(port("udp", number)),
        Filter::Sctp(number) => Some(port("sctp", number)),
        Filter::Icmp => Some(if family == Family::Ipv4 { "icmp4" } else { "icmp6" }.to_owned()),
    });
    Some(parts.join(" && "))
}

fn families(compiled: &Compiled, wish: &Wish<'_>) -> Vec<Family> {
    let both = ends(compiled, wish);
    let common = |family: &Family| both.is_some_and(|((_, from), (_, to))| from.has(*family) && to.has(*family));
    Family::ALL.into_iter().filter(common).collect()
}

/// A row for each family, on the Subnet of whoever the packet leaves or reaches.
fn rows(
    texts: &Sources,
    compiled: &Compiled,
    wish: &Wish<'_>,
    (direction, action): (Direction, &str),
    half: Half,
) -> Result<Vec<Edit>, String> {
    let ((_, from), (_, to)) = ends(compiled, wish).ok_or("one of the two is not there any more")?;
    let (source, target) = if half == Half::Request { (from, to) } else { (to, from) };
    let near = if direction == Direction::FromLport { source } else { target };
    let switch = if near.switch.is_empty() { if near.id == source.id { target } else { source } } else { near };
    let priority = above(compiled, &switch.switch, direction);
    let mut edits: Vec<Edit> = Vec::new();
    let mut now = texts.clone();
    for family in families(compiled, wish) {
        let Some(matches) = matches(compiled, wish, half, family) else {
            return Err("neither of the two has one address of its own to write a row for".to_owned());
        };
        let edit = row(&now, &switch.switch, direction, &matches, action, priority)?;
        now = edited(&now, &edit);
        edits.push(edit);
    }
    Ok(edits)
}

/// A row that makes the asker's switch track connections.
fn tracker(texts: &Sources, compiled: &Compiled, wish: &Wish<'_>) -> Result<Vec<Edit>, String> {
    let ((_, from), _) = ends(compiled, wish).ok_or("one of the two is not there any more")?;
    let family = families(compiled, wish).into_iter().next().ok_or("no family in common")?;
    let ip = if family == Family::Ipv4 { "ip4" } else { "ip6" };
    let own = address(from, family).ok_or_else(|| format!("{} has no single address to write a row for", from.id))?;
    let matches = format!("{ip}.src == {own}");
    let priority = above(compiled, &from.switch, Direction::FromLport);
    Ok([row(texts, &from.switch, Direction::FromLport, &matches, "allow-related", priority)?].into())
}

/// The lowest priority above every row of a direction that a Subnet's rows compete with.
fn above(compiled: &Compiled, switch: &str, direction: Direction) -> u16 {
    let network = &compiled.network;
    let own = network.switches.iter().filter(|known| known.name == switch).flat_map(|switch| &switch.acls);
    let groups = network.port_groups.iter().flat_map(|group| &group.acls);
    let of = |acl: &&Acl| acl.direction == direction && !acl.after_lb && acl.tier.get() <= SUBNET_TIER;
    let highest = own.chain(groups).filter(of).map(|acl| acl.priority.get()).max();
    highest.map_or(FIRST, |highest| highest.saturating_add(1).min(Priority::MAX.get()))
}

/// The tier of a Subnet's rows.
const SUBNET_TIER: u8 = 2;
/// The priority of the first row of a Subnet.
const FIRST: u16 = 1000;

fn row(
    texts: &Sources,
    switch: &str,
    direction: Direction,
    matches: &str,
    action: &str,
    priority: u16,
) -> Result<Edit, String> {
    let row = Item::mapping([
        ("action", Item::text(action)),
        ("direction", Item::text(direction.name())),
        ("match", Item::text(matches)),
        ("priority", Item::Number(priority.to_string())),
    ]);
    let list = List { kind: "Subnet", namespace: None, name: switch, key: "acls" };
    let place = |(id, source): (SourceId, &crate::source::Source)| {
        let (from, to, insert) = list.prepend(source.text(), &row)?;
        Some(Edit { source: id, from, to, insert })
    };
    texts.iter().find_map(place).ok_or_else(|| format!("there is no Subnet `{switch}` in these files to add a row to"))
}

/// The row that drops it, with one half of the wished conversations excepted.
fn excepted(texts: &Sources, acl: &Acl, compiled: &Compiled, wish: &Wish<'_>, half: Half) -> Option<Vec<Edit>> {
    let scalar = acl.provenance.place?;
    // On one line, as which it fits into every style.
    let mut text = acl.matches.trim().replace('\n', " ");
    if text.contains("&&") || text.contains("||") {
        text = format!("({text})");
    }
    for family in families(compiled, wish) {
        text.push_str(&format!(" && !({})", matches(compiled, wish, half, family)?));
    }
    let (place, insert) = edit_within(texts, scalar, &acl.matches, Span::new(0, acl.matches.len()), &text);
    Some([Edit { source: place.source, from: place.span.start, to: place.span.end, insert }].into())
}

/// A rule in a policy: of those that select who stands there the one that selects fewest. It names the other end by its
/// labels, and by its address where it is no pod or has none.
fn policy_rule(
    texts: &Sources,
    compiled: &Compiled,
    wish: &Wish<'_>,
    (policy, stage, half): (&str, Stage, Half),
    family: Family,
) -> Option<Vec<Edit>> {
    let ((_, from), (_, to)) = ends(compiled, wish)?;
    if half == Half::Reply {
        return None;
    }
    let (list, near, other) = if stage == Stage::ToLport { ("ingress", to, from) } else { ("egress", from, to) };
    let world = world(&read(texts));
    let machine = |end: &Endpoint| {
        let is = |machine: &&Machine| machine.interfaces.iter().any(|one| machine.endpoint_id(one) == end.id);
        world.machines.iter().filter(|machine| machine.pod == Presence::Running).find(is)
    };
    let (namespace, name) = policy.split_once('/')?;
    let selected = machine(other).and_then(|other| selector(other, namespace));
    let peer = selected.or_else(|| {
        let prefix = if family == Family::Ipv4 { 32 } else { 128 };
        let cidr = Item::text(format!("{}/{prefix}", address(other, family)?));
        Some(Item::of("ipBlock", Item::of("cidr", cidr)))
    })?;
    let port = match wish.part {
        Filter::All => None,
        Filter::Tcp(port) => Some(("TCP", port)),
        Filter::Udp(port) => Some(("UDP", port)),
        Filter::Sctp(port) => Some(("SCTP", port)),
        Filter::Icmp => return None,
    };
    let port = port.map(|(protocol, number)| {
        let number = number.map(|number| ("port", Item::Number(number.to_string())));
        Item::mapping([("protocol", Item::text(protocol))].into_iter().chain(number))
    });
    let entry =
        [(if list == "ingress" { "from" } else { "to" }, peer)].into_iter().chain(port.map(|port| ("ports", port)));
    let rule = Item::mapping(entry.map(|(key, item)| (key, Item::List([item].into()))));
    let kind = if list == "ingress" { PolicyType::Ingress } else { PolicyType::Egress };
    let here = |policy: &&NetworkPolicy| {
        let selects = |near: &Machine| near.namespace == namespace && policy.spec.pods.selects(&near.labels);
        policy.namespace == namespace && policy.spec.types.contains(&kind) && machine(near).is_some_and(selects)
    };
    let mut policies: Vec<&NetworkPolicy> = world.network_policies.iter().filter(here).collect();
    let roster = Roster::new(&world);
    policies.sort_by_key(|policy| roster.pods(&Scope::Namespace(namespace.into()), &policy.spec.pods).len());
    let names = policies.iter().map(|policy| policy.name.value.as_str()).chain([name]);
    names.flat_map(|name| texts.iter().map(move |text| (name, text))).find_map(|(name, (id, source))| {
        let list = List { kind: "NetworkPolicy", namespace: Some(namespace), name, key: list };
        let (from, to, insert) = list.prepend(source.text(), &rule)?;
        Some([Edit { source: id, from, to, insert }].into())
    })
}

/// What selects a pod by all of its labels but those that are other ones after the next change; nothing where it has none.
fn selector(machine: &Machine, namespace: &str) -> Option<Item> {
    let own = machine.labels.iter().filter(|(key, _)| !key.ends_with("-hash"));
    let labels: Vec<_> = own.map(|(key, value)| (&**key, Item::text(&**value))).collect();
    let selector = |labels: Vec<_>| Item::of("matchLabels", Item::mapping(labels));
    let elsewhere = (machine.namespace != namespace)
        .then(|| ("namespaceSelector", selector([(NAME_LABEL, Item::text(machine.namespace.as_str()))].into())));
    let pods = (!labels.is_empty()).then(|| ("podSelector", selector(labels)))?;
    Some(Item::mapping([pods].into_iter().chain(elsewhere)))
}

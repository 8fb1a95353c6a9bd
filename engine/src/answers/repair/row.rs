//! Rows of a Subnet, or of a switch that no Subnet made, for the conversations of a wish.

use super::item::Item;
use super::list::List;
use super::{Edit, Wish, edited, ends};
use crate::answers::conversation::Half;
use crate::answers::filter::{Filter, PortRange};
use crate::compile::Compiled;
use crate::ovn::acl::{Acl, Direction, Priority};
use crate::reach::{Endpoint, Family};
use crate::read::edit_within;
use crate::source::{SourceId, Sources, Span};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ipnet::IpNet;

/// The addresses of an endpoint in a family, where they are one block.
pub(super) fn block(endpoint: &Endpoint, family: Family) -> Option<IpNet> {
    let mut own = endpoint.addresses.iter().filter(|range| range.first.is_ipv4() == (family == Family::Ipv4));
    let range = own.next().filter(|_| own.next().is_none())?;
    let longest = if family == Family::Ipv4 { 32 } else { 128 };
    let mut blocks = (0..=longest).filter_map(|length| IpNet::new(range.first, length).ok());
    blocks.find(|block| (block.network(), block.broadcast()) == (range.first, range.last))
}

/// The same as a match has it.
fn address(endpoint: &Endpoint, family: Family) -> Option<String> {
    let block = block(endpoint, family)?;
    Some(if block.prefix_len() == block.max_prefix_len() { block.addr().to_string() } else { block.to_string() })
}

/// The match of one half of the wished conversations.
fn matches(compiled: &Compiled, wish: &Wish<'_>, half: Half, family: Family) -> Option<String> {
    let ((_, from), (_, to)) = ends(compiled, wish).ok()?;
    let ip = if family == Family::Ipv4 { "ip4" } else { "ip6" };
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
    let port = |name: &str, ports: Option<PortRange>| match ports.map(|ports| (ports.first(), ports.last())) {
        None => name.to_owned(),
        Some((port, None)) => format!("{name}.{side} == {port}"),
        Some((first, Some(last))) => format!("{first} <= {name}.{side} <= {last}"),
    };
    parts.extend(match wish.part {
        Filter::All => None,
        Filter::Tcp(number) => Some(port("tcp", number)),
        Filter::Udp(number) => Some(port("udp", number)),
        Filter::Sctp(number) => Some(port("sctp", number)),
        Filter::Icmp => Some(if family == Family::Ipv4 { "icmp4" } else { "icmp6" }.to_owned()),
    });
    Some(parts.join(" && "))
}

/// What a row is, but for its match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind<'a> {
    /// The switch that has it.
    pub(super) switch: &'a str,
    /// Which packets it is asked of: those that enter the switch, or those that leave it.
    pub(super) direction: Direction,
    /// What it does to them.
    pub(super) action: &'a str,
}

/// The switch of whoever the request leaves or reaches; that of the other one where it has none.
pub(super) fn near<'c>(compiled: &'c Compiled, wish: &Wish<'_>, direction: Direction) -> Result<&'c str, String> {
    let ((_, from), (_, to)) = ends(compiled, wish)?;
    let (near, other) = if direction == Direction::FromLport { (from, to) } else { (to, from) };
    Ok(if near.switch.is_empty() { &other.switch } else { &near.switch })
}

/// A row for each of these families, above all others.
pub(super) fn rows(
    texts: &Sources,
    compiled: &Compiled,
    wish: &Wish<'_>,
    families: &[Family],
    kind: Kind<'_>,
    half: Half,
) -> Result<Vec<Edit>, String> {
    let priority = above(compiled, kind.switch, kind.direction);
    let mut edits: Vec<Edit> = Vec::new();
    let mut now = texts.clone();
    for family in families {
        let Some(matches) = matches(compiled, wish, half, *family) else {
            return Err("neither of the two has one address of its own to write a row for".to_owned());
        };
        let edit = row(&now, kind, &matches, priority)?;
        now = edited(&now, &edit);
        edits.push(edit);
    }
    Ok(edits)
}

/// A row that makes the switch of whoever asks track connections: any does, so that it is below all others, and about what is
/// asked alone. It lifts nothing that another row drops.
pub(super) fn tracker(texts: &Sources, compiled: &Compiled, wish: &Wish<'_>, family: Family) -> Result<Edit, String> {
    let ((_, asker), _) = ends(compiled, wish)?;
    let without = || format!("{} has no single address to write a row for", asker.id);
    address(asker, family).ok_or_else(without)?;
    let matches = matches(compiled, wish, Half::Request, family).ok_or_else(without)?;
    let kind = Kind { switch: &asker.switch, direction: Direction::FromLport, action: "allow-related" };
    row(texts, kind, &matches, below(compiled, kind.switch, kind.direction))
}

/// The priorities of the rows of a direction that a Subnet's rows compete with.
fn priorities(compiled: &Compiled, switch: &str, direction: Direction) -> impl Iterator<Item = u16> {
    let network = &compiled.network;
    let own = network.switches.iter().filter(move |known| known.name == switch).flat_map(|switch| &switch.acls);
    let groups = network.port_groups.iter().flat_map(|group| &group.acls);
    let of = move |acl: &&Acl| acl.direction == direction && !acl.after_lb && acl.tier.get() <= SUBNET_TIER;
    own.chain(groups).filter(of).map(|acl| acl.priority.get())
}

/// The highest priority below every one of them.
fn below(compiled: &Compiled, switch: &str, direction: Direction) -> u16 {
    priorities(compiled, switch, direction).min().map_or(FIRST, |lowest| lowest.saturating_sub(1))
}

/// The lowest priority above every one of them.
fn above(compiled: &Compiled, switch: &str, direction: Direction) -> u16 {
    let highest = priorities(compiled, switch, direction).max();
    highest.map_or(FIRST, |highest| highest.saturating_add(1).min(Priority::MAX.get()))
}

/// The tier of a Subnet's rows.
const SUBNET_TIER: u8 = 2;
/// The priority of the first row of a Subnet.
const FIRST: u16 = 1000;

fn row(texts: &Sources, kind: Kind<'_>, matches: &str, priority: u16) -> Result<Edit, String> {
    let Kind { switch, direction, action } = kind;
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

/// The row that drops it, with one half of the wished conversations excepted: and more than those, as OVN takes protocols for
/// granted. `!(tcp.dst == 22)` is TCP to other ports alone, and no match says `!tcp`.
pub(super) fn excepted(
    texts: &Sources,
    acl: &Acl,
    compiled: &Compiled,
    wish: &Wish<'_>,
    families: &[Family],
    half: Half,
) -> Option<Vec<Edit>> {
    let scalar = acl.provenance.place?;
    // On one line, as which it fits into every style.
    let mut text = acl.matches.trim().replace('\n', " ");
    if text.contains("&&") || text.contains("||") {
        text = format!("({text})");
    }
    for family in families {
        text.push_str(&format!(" && !({})", matches(compiled, wish, half, *family)?));
    }
    let (place, insert) = edit_within(texts, scalar, &acl.matches, Span::new(0, acl.matches.len()), &text);
    Some([Edit { source: place.source, from: place.span.start, to: place.span.end, insert }].into())
}

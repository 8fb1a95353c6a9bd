//! Rows of an OVN that has tiers and `pass`, said anew for OVN 23.03, which has neither.
//!
//! A stage asks tier after tier, and in each the row of the highest priority that matches. Without tiers that is one
//! order, from tier 0 down and within a tier by priority, so each place in it gets a priority of its own, and rows that
//! shared a place still share one. Order is all that priorities mean.
//!
//! A `pass` says: the rest of this tier is not asked. What is asked then are the rows of later tiers, and if none of them
//! matches, the default. So in the place of the `pass` stand copies of all those, each of them for the packets of the
//! `pass` alone: `(match of the pass) && (match of the row)`, and behind them `match of the pass` with the default.
//! Packets that connection tracking calls invalid no `allow` is asked about, so a row for them says the same once more:
//! `ct.inv && (match of the pass)`, `allow-stateless`, which before tracking is never true and so keeps nothing out of it.
//! Nothing is negated, so no prerequisite is lost. A copy hangs on the same switch as its row; as the rows of a port group
//! go to several switches, a network with a `pass` has all rows hung on its switches first.
//!
//! Every match gets parentheses, as newer versions give it when they paste it.
//!
//! | not exact | what becomes of it |
//! |---|---|
//! | a `pass` and another row in one place | refused here: OVN does not promise which one counts |
//! | more places than there are priorities | refused here |
//! | anything else | [`same`] compares the answers of both networks about every pair and every header, and says where they differ |

use ringfence_engine::ovn::acl::{Acl, Action, Priority, Tier};
use ringfence_engine::ovn::network::{Network, Version};
use ringfence_engine::ovn::pipeline::{AclId, Stage};
use ringfence_engine::reach::{self, Endpoint};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A place in the order of a stage: a tier and a priority, and below a `pass` further ones.
type Place = Vec<(u8, Reverse<u16>)>;

/// Behind every row that a `pass` leaves to be asked.
const END: (u8, Reverse<u16>) = (u8::MAX, Reverse(0));

/// The network for OVN 23.03.
pub fn lower(network: &Network) -> Result<Network, String> {
    let mut lowered = Network { version: Version::V23_03, ..network.clone() };
    if rows(network).any(|row| row.action == Action::Pass) {
        hang_on_switches(network, &mut lowered)?;
    } else {
        let places = Order::new(rows(network).map(|row| (Stage::of(row), vec![step(row)])))?;
        for row in rows_mut(&mut lowered) {
            let place = vec![step(row)];
            *row = places.row(row, &place, std::slice::from_ref(&row.matches));
        }
    }
    Ok(lowered)
}

/// Whether both networks give the same answers, about every pair and every header.
pub fn same(network: &Network, lowered: &Network, endpoints: &[Endpoint]) -> Result<(), String> {
    let (mut one, mut other) = (reach::evaluate(network, endpoints), reach::evaluate(lowered, endpoints));
    for from in 0..endpoints.len() {
        for to in (0..endpoints.len()).filter(|to| *to != from) {
            for family in [reach::Family::Ipv4, reach::Family::Ipv6] {
                let (one, other) = (one.pair(from, to), other.pair(from, to));
                let (one, other) = (one.family(family), other.family(family));
                let parts = |answer: &reach::FamilyAnswer| {
                    [&answer.delivered, &answer.answered, &answer.undefined].map(|set| (**set).clone())
                };
                if one.map(parts) != other.map(parts) {
                    let pair = format!("{} -> {} {family:?}", endpoints[from].id, endpoints[to].id);
                    return Err(format!("cannot be said without tiers: {pair} would get another answer"));
                }
            }
        }
    }
    Ok(())
}

/// The rows of each switch with those of its port groups, none of them a `pass` any more.
fn hang_on_switches(network: &Network, lowered: &mut Network) -> Result<(), String> {
    let here = |switch: usize| AclId::on_switch(network, switch).into_iter().filter_map(|id| id.acl(network));
    let descents = (0..network.switches.len()).map(|switch| Descent::of(here(switch).collect(), network));
    let descents: Vec<Descent<'_>> = descents.collect::<Result<_, _>>()?;
    let all = descents.iter().flat_map(|descent| &descent.copies);
    let places = Order::new(all.map(|copy| (Stage::of(&copy.row), copy.place.clone())))?;
    for (switch, descent) in lowered.switches.iter_mut().zip(&descents) {
        switch.acls = descent.copies.iter().map(|copy| places.row(&copy.row, &copy.place, &copy.conditions)).collect();
    }
    lowered.port_groups.iter_mut().for_each(|group| group.acls.clear());
    Ok(())
}

/// A row for a part of the packets.
struct Copy {
    row: Acl,
    place: Place,
    conditions: Vec<String>,
}

/// The rows of a switch, and what they become.
struct Descent<'n> {
    rows: Vec<&'n Acl>,
    copies: Vec<Copy>,
    default: Action,
}

impl<'n> Descent<'n> {
    fn of(rows: Vec<&'n Acl>, network: &Network) -> Result<Self, String> {
        let default = if network.options.default_acl_drop { Action::Drop } else { Action::Allow };
        let mut passes = BTreeSet::new();
        passes.extend(rows.iter().filter(|row| row.action == Action::Pass).map(|row| (Stage::of(row), step(row))));
        if let Some(row) =
            rows.iter().find(|row| row.action != Action::Pass && passes.contains(&(Stage::of(row), step(row))))
        {
            return Err(format!("cannot be said without tiers: a `pass` and `{}` have one priority", row.matches));
        }
        let mut descent = Self { rows, copies: Vec::new(), default };
        for stage in Stage::ALL {
            descent.go(stage, 0, &Vec::new(), &[]);
        }
        Ok(descent)
    }

    /// The rows from a tier on, for packets that all the conditions hold of.
    fn go(&mut self, stage: Stage, tier: u8, place: &Place, conditions: &[String]) {
        let rows: Vec<&Acl> = self.rows.clone();
        for row in rows.into_iter().filter(|row| Stage::of(row) == stage && row.tier.get() >= tier) {
            let place: Place = place.iter().copied().chain([step(row)]).collect();
            let conditions: Vec<String> = conditions.iter().cloned().chain([row.matches.clone()]).collect();
            if row.action != Action::Pass {
                self.copies.push(Copy { row: row.clone(), place, conditions });
                continue;
            }
            self.go(stage, row.tier.get() + 1, &place, &conditions);
            let place: Place = place.into_iter().chain([END]).collect();
            self.copies.push(Copy {
                row: Acl { action: self.default, ..row.clone() },
                place: place.clone(),
                conditions: conditions.clone(),
            });
            if self.default == Action::Allow {
                let conditions = ["ct.inv".to_owned()].into_iter().chain(conditions).collect();
                let row = Acl { action: Action::AllowStateless, ..row.clone() };
                self.copies.push(Copy { row, place, conditions });
            }
        }
    }
}

/// The places of each stage, and the priorities that they get.
struct Order(BTreeMap<(Stage, Place), Priority>);

impl Order {
    fn new(places: impl Iterator<Item = (Stage, Place)>) -> Result<Self, String> {
        let all: BTreeSet<(Stage, Place)> = places.collect();
        let mut order = BTreeMap::new();
        for stage in Stage::ALL {
            // What is asked first has the highest number.
            for (number, place) in all.iter().filter(|(of, _)| *of == stage).rev().enumerate() {
                let number = i64::try_from(number).unwrap_or(i64::MAX).saturating_add(1);
                let priority = Priority::new(number).ok_or("cannot be said without tiers: too many priorities")?;
                order.insert(place.clone(), priority);
            }
        }
        Ok(Self(order))
    }

    fn row(&self, row: &Acl, place: &Place, conditions: &[String]) -> Acl {
        let priority = self.0[&(Stage::of(row), place.clone())];
        let matches = conditions.iter().map(|condition| format!("({condition})")).collect::<Vec<_>>().join(" && ");
        Acl { tier: Tier::default(), priority, matches, ..row.clone() }
    }
}

fn step(row: &Acl) -> (u8, Reverse<u16>) {
    (row.tier.get(), Reverse(row.priority.get()))
}

fn rows(network: &Network) -> impl Iterator<Item = &Acl> {
    let switches = network.switches.iter().flat_map(|switch| &switch.acls);
    switches.chain(network.port_groups.iter().flat_map(|group| &group.acls))
}

fn rows_mut(network: &mut Network) -> impl Iterator<Item = &mut Acl> {
    let switches = network.switches.iter_mut().flat_map(|switch| &mut switch.acls);
    switches.chain(network.port_groups.iter_mut().flat_map(|group| &mut group.acls))
}

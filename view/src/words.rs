//! Sets of headers in compact words: `all`, `tcp/80,443 udp icmp`, `all but tcp from 9501`, `tcp/25, tcp from 25`.

use ringfence_engine::reach::{Family, FamilyAnswer, L4Set, PairAnswer, Ports, Region};

/// Which set of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Requests that arrive.
    Delivered,
    /// Requests whose answer comes back.
    Answered,
    /// Requests of which one or the other depends on something that OVN does not promise.
    Undefined,
}

impl Part {
    fn of(self, answer: &FamilyAnswer) -> &L4Set {
        match self {
            Self::Delivered => &answer.delivered,
            Self::Answered => &answer.answered,
            Self::Undefined => &answer.undefined,
        }
    }

    /// What `all` means: nobody answers an ICMP message that is no echo request.
    fn whole(self, family: Family) -> L4Set {
        match self {
            Self::Delivered | Self::Undefined => L4Set::full(family),
            Self::Answered => L4Set::answerable(family),
        }
    }
}

/// A part of an answer; families are named where they differ.
pub fn part(answer: &PairAnswer, part: Part) -> String {
    let word = |answer: &FamilyAnswer| match part {
        // Connection tracking starts nothing from most ICMP messages, and nobody misses them.
        Part::Delivered if answer.delivered.contains_all(&L4Set::answerable(answer.family)) => "all".to_owned(),
        part => set(part.of(answer), &part.whole(answer.family), answer.family),
    };
    let words: Vec<_> = answer.families.iter().map(|answer| (answer.family, word(answer))).collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => first.clone(),
        both => both.iter().map(|(family, word)| format!("{}: {word}", family.name())).collect::<Vec<_>>().join("; "),
    }
}

/// A set, as a part of a whole.
pub fn set(set: &L4Set, whole: &L4Set, family: Family) -> String {
    if set.is_empty() {
        return "none".to_owned();
    }
    let missing = whole.difference(set);
    if missing.is_empty() {
        return "all".to_owned();
    }
    let there = list(set, whole, family);
    let but = format!("all but {}", list(&missing, whole, family));
    if but.chars().count() < there.chars().count() { but } else { there }
}

fn list(set: &L4Set, whole: &L4Set, family: Family) -> String {
    let regions = set.regions(family).into_iter().zip(whole.regions(family));
    let mut words: Vec<String> =
        regions.flat_map(|((name, region), (_, whole))| region_words(name, region, whole)).collect();
    if set.other == whole.other && !set.other.is_empty() {
        words.push("other".to_owned());
    } else if !set.other.is_empty() {
        words.push(format!("ip/{}", numbers(&set.other)));
    }
    // A word with blanks in it would run into the next one.
    words.join(if words.iter().any(|word| word.contains(' ')) { ", " } else { " " })
}

fn region_words(name: &str, region: &Region, whole: &Region) -> Vec<String> {
    if region.is_empty() {
        return Vec::new();
    }
    if region == whole {
        return vec![name.to_owned()];
    }
    let word = |(first, second): &(Ports, Ports)| match name {
        "icmp" | "icmp6" => icmp(name, first, second),
        _ => ports(name, first, second),
    };
    products(region).iter().map(word).collect()
}

/// The region as few products: what holds of every first number, what holds of every second one, and the rest.
/// They may overlap, as words do.
fn products(region: &Region) -> Vec<(Ports, Ports)> {
    let rectangles = region.rectangles();
    let firsts = rectangles.iter().fold(Ports::EMPTY, |all, (first, _)| all.union(first));
    let seconds = rectangles.iter().map(|(_, second)| second.clone());
    let common = if firsts.is_full() { seconds.reduce(|a, b| a.intersection(&b)) } else { None };
    let common = common.filter(|ports| !ports.is_empty()).map(|ports| (Ports::full(), ports));
    let whole = rectangles.iter().find(|(_, second)| second.is_full()).cloned();
    let crossing: Vec<_> = common.into_iter().chain(whole).collect();
    let told =
        crossing.iter().fold(Region::empty(), |told, (first, second)| told.union(&Region::product(first, second)));
    let rest = region.difference(&told).rectangles();
    // Crossing products only pay where they save words.
    if crossing.len() + rest.len() <= rectangles.len() {
        crossing.into_iter().chain(rest).collect()
    } else {
        rectangles
    }
}

/// `tcp/80`, `tcp from 9501`, `tcp/80 from 1024-65535`.
fn ports(name: &str, source: &Ports, target: &Ports) -> String {
    let to = if target.is_full() { String::new() } else { format!("/{}", numbers(target)) };
    let from = if source.is_full() { String::new() } else { format!(" from {}", numbers(source)) };
    format!("{name}{to}{from}")
}

/// `icmp/8`, and `icmp/3:1` where codes differ.
fn icmp(name: &str, types: &Ports, codes: &Ports) -> String {
    let bytes = Ports::range(0, 255);
    let every = |numbers: &Ports| numbers.intersection(&bytes) == bytes;
    let types = if every(types) { "*".to_owned() } else { numbers(types) };
    if every(codes) { format!("{name}/{types}") } else { format!("{name}/{types}:{}", numbers(codes)) }
}

fn numbers(numbers: &Ports) -> String {
    let one = |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    numbers.ranges().iter().map(one).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(port: u16) -> Region {
        Region::product(&Ports::full(), &Ports::range(port, port))
    }

    #[test]
    fn the_shorter_way_to_say_it() {
        let full = L4Set::full(Family::Ipv4);
        let say = |set: &L4Set| super::set(set, &full, Family::Ipv4);
        let web =
            L4Set { tcp: only(80).union(&only(443)), udp: Region::full(), icmp: full.icmp.clone(), ..L4Set::empty() };
        assert_eq!(say(&web), "tcp/80,443 udp icmp");
        let from = L4Set { tcp: only(9501).transposed(), ..L4Set::empty() };
        assert_eq!(say(&full.difference(&from)), "all but tcp from 9501");
        assert_eq!(say(&full), "all");
        assert_eq!(say(&L4Set::empty()), "none");
        assert_eq!(say(&L4Set { udp: only(53), other: Ports::range(47, 47), ..L4Set::empty() }), "udp/53 ip/47");
    }

    #[test]
    fn crossing_products_are_told_as_they_are_meant() {
        let cross = L4Set { tcp: only(80).union(&only(80).transposed()), ..L4Set::empty() };
        let full = L4Set::full(Family::Ipv4);
        assert_eq!(set(&cross, &full, Family::Ipv4), "tcp/80, tcp from 80");
        assert_eq!(set(&full.difference(&cross), &full, Family::Ipv4), "all but tcp/80, tcp from 80");
    }

    #[test]
    fn all_that_can_be_answered_is_all() {
        let answerable = L4Set::answerable(Family::Ipv6);
        assert_eq!(set(&answerable, &answerable, Family::Ipv6), "all");
        let full = L4Set::full(Family::Ipv6);
        assert_eq!(set(&L4Set { icmp: answerable.icmp, ..L4Set::empty() }, &full, Family::Ipv6), "icmp6/128");
    }
}

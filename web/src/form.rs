//! A row for those who do not know the match language: who, to whom, on what; and back from a match.

mod entry;
mod who;

pub use entry::{Change, Entry, change};
pub use who::Names;

use ringfence_engine::ovn::matching::{Adviser, parse};
use std::net::IpAddr;

/// Which way of the machine a row looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// `from-lport`.
    #[default]
    Leaving,
    /// `to-lport`.
    Arriving,
}

impl Way {
    /// As the database spells it.
    pub fn direction(self) -> &'static str {
        match self {
            Self::Leaving => "from-lport",
            Self::Arriving => "to-lport",
        }
    }
}

/// The fields of the form. Empty texts mean anybody and anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Which way.
    pub way: Way,
    /// An address, a prefix, the name of a machine, or several between braces.
    pub who: String,
    /// The same.
    pub whom: String,
    /// `` (anything), `tcp`, `udp`, `sctp`, `icmp4`, `icmp6`.
    pub protocol: String,
    /// `80`, `8000-8080`, or several between braces.
    pub port: String,
    /// The match as somebody wrote it; without it, the match is what the fields say.
    pub written: Option<String>,
    /// What the row does.
    pub action: String,
    /// The higher one wins.
    pub priority: String,
    /// Who may be named.
    pub names: Names,
}

impl Default for Form {
    fn default() -> Self {
        let text = String::new;
        Self {
            way: Way::default(),
            who: text(),
            whom: text(),
            protocol: text(),
            port: text(),
            written: None,
            action: "drop".to_owned(),
            priority: "1000".to_owned(),
            names: Names::default(),
        }
    }
}

impl Form {
    /// The match that says it.
    pub fn matches(&self) -> String {
        self.written.clone().unwrap_or_else(|| self.composed())
    }

    /// The match that the fields say.
    fn composed(&self) -> String {
        let mut parts = Vec::new();
        let mut address = |field: &str, text: &str| {
            let text = self.names.resolved(text);
            if !text.trim().is_empty() {
                let family = if text.contains(':') { "ip6" } else { "ip4" };
                parts.push(format!("{family}.{field} == {}", text.trim()));
            }
        };
        address("src", &self.who);
        address("dst", &self.whom);
        match (self.protocol.as_str(), self.port.trim()) {
            ("", _) => {}
            (protocol @ ("icmp4" | "icmp6"), _) => parts.push(protocol.to_owned()),
            (protocol, "") => parts.push(protocol.to_owned()),
            (protocol, port) => match port.split_once('-') {
                Some((low, high)) => parts.push(format!("{} <= {protocol}.dst <= {}", low.trim(), high.trim())),
                None => parts.push(format!("{protocol}.dst == {port}")),
            },
        }
        if parts.is_empty() { "ip".to_owned() } else { parts.join(" && ") }
    }

    /// What is wrong with it, in OVN's words.
    pub fn error(&self) -> Option<String> {
        let is_without_ports = matches!(self.protocol.as_str(), "" | "icmp4" | "icmp6");
        if self.written.is_none() && is_without_ports && !self.port.trim().is_empty() {
            return Some("choose TCP, UDP or SCTP: nothing else has a port".to_owned());
        }
        if self.priority.trim().parse::<u16>().ok().is_none_or(|priority| priority > 32_767) {
            return Some("a priority is a number from 0 to 32767".to_owned());
        }
        let named = [&self.who, &self.whom].into_iter().filter(|_| self.written.is_none());
        if let Some(error) = named.into_iter().find_map(|text| self.names.error(text)) {
            return Some(error);
        }
        parse(&self.matches(), &self.names.context().advised_by(Adviser::FULL)).err().map(|errors| {
            let first = errors.first();
            let help = first.help().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{}{help}", first.message())
        })
    }

    /// The form of a row.
    pub fn of(row: &Entry) -> Self {
        let way = if row.direction == "to-lport" { Way::Arriving } else { Way::Leaving };
        let (action, priority) = (row.action.clone(), row.priority.clone());
        Self { way, action, priority, ..Self::default() }.saying(&row.matches)
    }

    /// The row of a form.
    pub fn entry(&self) -> Entry {
        Entry {
            direction: self.way.direction().to_owned(),
            matches: self.matches(),
            action: self.action.clone(),
            priority: self.priority.trim().to_owned(),
        }
    }

    /// The same with another match; the fields say it, where they can.
    pub fn saying(&self, matches: &str) -> Self {
        let Self { way, action, priority, names, .. } = self.clone();
        let empty = Self { way, action, priority, names, ..Self::default() };
        let written = Some(matches.to_owned()).filter(|text| !text.trim().is_empty());
        Self { written, ..empty.filled(matches).unwrap_or(empty) }
    }

    /// Whether the fields say all that the match does.
    pub fn is_told(&self) -> bool {
        self.written.as_ref().is_none_or(|text| self.parts(text).is_some_and(|parts| self.says(&parts)))
    }

    /// What a match asks for, one after the other, as OVN prints it.
    fn parts(&self, matches: &str) -> Option<Vec<String>> {
        let printed = parse(matches, &self.names.context()).ok()?.to_string();
        Some(printed.split(" && ").map(str::to_owned).collect())
    }

    /// Whether the fields say these parts of a match, and no others.
    fn says(&self, wanted: &[String]) -> bool {
        let sorted = |mut parts: Vec<String>| {
            parts.sort_unstable();
            parts
        };
        self.parts(&self.composed()).is_some_and(|parts| sorted(parts) == sorted(wanted.to_vec()))
    }

    /// With fields that say a match; nothing where it says more than they can.
    fn filled(&self, matches: &str) -> Option<Self> {
        let parts = self.parts(matches)?;
        let mut form = self.clone();
        if parts != ["ip"] {
            parts.iter().try_for_each(|part| form.take(part))?;
        }
        // What was understood must say the same again.
        form.says(&parts).then_some(form)
    }

    fn take(&mut self, part: &str) -> Option<()> {
        let free = |field: &mut String, value: &str| {
            let empty = field.is_empty();
            value.clone_into(field);
            empty.then_some(())
        };
        if let Some((field, value)) = part.split_once(" == ") {
            return match field {
                "ip4.src" | "ip6.src" => is_address(value).then_some(()).and_then(|()| free(&mut self.who, value)),
                "ip4.dst" | "ip6.dst" => is_address(value).then_some(()).and_then(|()| free(&mut self.whom, value)),
                "tcp.dst" | "udp.dst" | "sctp.dst" => {
                    let protocol = field.split('.').next()?;
                    free(&mut self.protocol, protocol)?;
                    free(&mut self.port, value)
                }
                _ => None,
            };
        }
        match part {
            "tcp" | "udp" | "sctp" | "icmp4" | "icmp6" => free(&mut self.protocol, part),
            _ => {
                let words: Vec<&str> = part.split(" <= ").collect();
                let [low, field, high] = words.as_slice() else { return None };
                let protocol = field.strip_suffix(".dst").filter(|name| matches!(*name, "tcp" | "udp" | "sctp"))?;
                low.parse::<u16>().ok()?;
                high.parse::<u16>().ok()?;
                free(&mut self.protocol, protocol)?;
                free(&mut self.port, &format!("{low}-{high}"))
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    let single = |text: &str| {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        address.parse::<IpAddr>().is_ok() && prefix.is_none_or(|prefix| prefix.parse::<u8>().is_ok())
    };
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some(list) => list.split(',').all(|part| single(part.trim())),
        None => single(text) || text.starts_with('$'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Endpoint, Word};

    #[test]
    fn what_a_form_says_comes_back() {
        for text in [
            "ip",
            "ip4.src == 10.0.0.1",
            "ip4.src == 10.0.0.0/24 && ip4.dst == {10.0.0.1, 10.0.0.2} && tcp.dst == 80",
            "ip6.dst == fd00::1 && udp.dst == {53, 5353}",
            "8000 <= tcp.dst <= 8080",
            "icmp4",
            "tcp",
        ] {
            let form = Form::default().saying(text);
            assert!(form.is_told(), "{text}");
            assert_eq!((form.matches().as_str(), form.composed().as_str()), (text, text));
            assert_eq!(form.error(), None, "{text}");
        }
    }

    #[test]
    fn what_a_form_cannot_say_stays_text() {
        for text in [
            "ip4.src == 10.0.0.1 || ip4.src == 10.0.0.2",
            "!tcp",
            "tcp.src == 80",
            "ip4.src != 10.0.0.1",
            "inport == \"a\"",
            "tcp.dst = 80",
            "tcp && udp",
            "ip.ttl == 1",
        ] {
            let form = Form { who: "10.0.0.1".into(), ..Form::default() }.saying(text);
            assert!(!form.is_told() && form.matches() == text, "{text}");
            assert_eq!(Form { written: None, ..form }.matches(), "ip");
        }
    }

    #[test]
    fn what_is_typed_stays_as_it_is_typed() {
        let form = Form::default().saying("tcp.dst==80&&ip4.src==10.0.0.1");
        assert!(form.is_told());
        assert_eq!((form.who.as_str(), form.port.as_str()), ("10.0.0.1", "80"));
        assert_eq!(form.matches(), "tcp.dst==80&&ip4.src==10.0.0.1");
        // A field makes it anew.
        let other = Form { port: "81".into(), written: None, ..form };
        assert_eq!(other.matches(), "ip4.src == 10.0.0.1 && tcp.dst == 81");
        assert_eq!(other.saying("").matches(), "ip");
    }

    #[test]
    fn a_row_is_a_form_and_back() {
        let row = Entry {
            direction: "to-lport".into(),
            matches: "ip4.src != 10.0.0.1".into(),
            action: "reject".into(),
            priority: "7".into(),
        };
        assert_eq!(Form::of(&row).entry(), row);
    }

    fn names() -> Names {
        let endpoint = |id: &str, addresses: &[&str]| Endpoint {
            id: id.to_owned(),
            kind: "VirtualMachine".to_owned(),
            switch: "s".to_owned(),
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
        };
        let word = |label: &str| Word {
            label: label.to_owned(),
            kind: String::new(),
            detail: String::new(),
            info: String::new(),
        };
        let words = [word("$set.of_web"), word("@ovn.sg.web"), word("10.0.0.2")];
        let endpoints = [
            endpoint("default/vm-1", &["fd00::2", "10.0.0.2"]),
            endpoint("default/10.web.v2", &["10.0.0.3"]),
            endpoint("default/db", &["10.0.0.4"]),
            endpoint("prod/db", &["10.0.0.5"]),
            endpoint("s/10.0.0.6-10.0.0.9", &["10.0.0.6-10.0.0.9"]),
            endpoint("prod/six", &["fd00::6"]),
        ];
        Names::of(&endpoints, &words)
    }

    #[test]
    fn a_machine_may_be_called_by_its_name() {
        let form =
            |who: &str, whom: &str| Form { who: who.into(), whom: whom.into(), names: names(), ..Form::default() };
        for (who, whom, says) in [
            ("vm-1", "", "ip4.src == 10.0.0.2"),
            ("default/vm-1", "10.web.v2", "ip4.src == 10.0.0.2 && ip4.dst == 10.0.0.3"),
            ("{vm-1, 10.0.0.9, prod/db}", "", "ip4.src == {10.0.0.2, 10.0.0.9, 10.0.0.5}"),
            ("", "six", "ip6.dst == fd00::6"),
            ("10.0.0.0/24", "$set.of_web", "ip4.src == 10.0.0.0/24 && ip4.dst == $set.of_web"),
        ] {
            assert_eq!((form(who, whom).error(), form(who, whom).matches().as_str()), (None, says));
        }
        let told = |who: &str| form(who, "").error().unwrap();
        assert!(told("web-9").contains("`web-9` is neither an address nor"), "{}", told("web-9"));
        assert!(told("db").contains("several machines are called `db`"), "{}", told("db"));
        let written = ["inport == @ovn.sg.web", "ip4.src == $set.of_web", "ip4.dst == {10.0.0.1, $set.of_web}"];
        assert_eq!(written.map(|text| form("", "").saying(text).error()), [None, None, None]);
        assert!(form("", "").saying("ip4.src == $set.of_web").is_told());
        assert!(form("", "").saying("inport == @nobody").error().is_some());
        // A match that somebody wrote is OVN's business.
        assert_eq!(form("web-9", "").saying("ip4.src == 10.0.0.7").error(), None);
    }

    #[test]
    fn mistakes_are_told() {
        let form = Form { who: "10.0.0.300".into(), ..Form::default() };
        assert!(form.error().is_some());
        assert!(Form { priority: "40000".into(), ..Form::default() }.error().unwrap().contains("32767"));
    }
}

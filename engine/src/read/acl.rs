//! A row as its author wrote it: an entry of `acls`.

mod fault;

use super::fields::{Fields, Item, Out, Placed, unknown_value};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::{Action, Direction, Priority, Tier};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use fault::Fault;
pub(crate) use fault::fault;

/// An entry of `acls`, valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry {
    /// Which way it looks.
    pub direction: Direction,
    /// Its priority.
    pub priority: Priority,
    /// Its match, byte for byte.
    pub matches: Placed<String>,
    /// What it does.
    pub action: Placed<Action>,
    /// Its tier; only an inventory can say so.
    pub tier: Option<Placed<Tier>>,
    /// `options:apply-after-lb`; only an inventory can say so.
    pub after_lb: bool,
    /// Its name; only an inventory can say so.
    pub name: Option<String>,
    /// Its path in the object, for example `spec.acls[0]`.
    pub field: String,
    /// The whole entry.
    pub place: Place,
}

/// What is left of an entry of which another field than the match is wrong: the match may be wrong as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its match, byte for byte.
    pub matches: Placed<String>,
    /// What it should do, where that is known.
    pub action: Option<Action>,
}

/// Who refuses a wrong row, and with what effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    /// The row of a Subnet, on its way through the Kubernetes API and Kube-OVN.
    Subnet,
    /// A row that goes into the database as it is.
    Database,
}

impl Taker {
    /// What follows from a value that the database's schema does not take (kube-ovn `SetLogicalSwitchAclsFailed`).
    fn refused(self) -> &'static str {
        match self {
            Self::Subnet => {
                ", which OVN refuses: Kube-OVN 1.16 and newer then write none of this Subnet's ACLs, \
                 older ones do not take the Subnet"
            }
            Self::Database => ", which OVN refuses; this row is left out",
        }
    }

    fn required(self) -> &'static str {
        match self {
            Self::Subnet => ": Kube-OVN then writes none of this Subnet's ACLs",
            Self::Database => "; this row is left out",
        }
    }

    fn mistyped(self) -> &'static str {
        match self {
            Self::Subnet => ": the API server does not take the Subnet",
            Self::Database => "; this row is left out",
        }
    }

    fn known(self) -> &'static [&'static str] {
        match self {
            Self::Subnet => &["direction", "priority", "match", "action"],
            Self::Database => &["direction", "priority", "match", "action", "tier", "options", "name"],
        }
    }
}

/// The entries of a list of rows that are valid, and what is left of the others.
pub(crate) fn entries(items: &[Item<'_>], taker: Taker, out: &mut Out) -> (Vec<AclEntry>, Vec<Stray>) {
    let (mut valid, mut strays) = (Vec::new(), Vec::new());
    for (path, item) in items {
        let Some(fields) = Fields::of(item, path.clone(), out) else { continue };
        match entry(&fields.losing(taker.mistyped()), path, taker, out) {
            Ok(entry) => valid.push(entry),
            Err(stray) => strays.extend(stray),
        }
    }
    (valid, strays)
}

fn entry(fields: &Fields<'_>, path: &str, taker: Taker, out: &mut Out) -> Result<AclEntry, Option<Stray>> {
    fields.only(taker.known(), out);
    let direction = direction(fields, taker, out);
    let priority = priority(fields, taker, out);
    let action = action(fields, taker, out);
    let tier = tier(fields, taker, out);
    let matches = matches(fields, taker, out);
    let after_lb = taker == Taker::Database && after_lb(fields, out);
    let name = if taker == Taker::Database { fields.word("name", out) } else { None };
    let Some(matches) = matches else { return Err(None) };
    let (Some(direction), Some(priority), Some(action), Some(tier)) = (direction, priority, action.clone(), tier)
    else {
        return Err(Some(Stray { matches, action: action.map(|action| action.value) }));
    };
    Ok(AclEntry {
        direction,
        priority,
        matches,
        action,
        tier,
        after_lb,
        name: name.map(|name| name.value),
        field: path.to_string(),
        place: fields.place(),
    })
}

fn required(fields: &Fields<'_>, key: &str, help: &str, taker: Taker, out: &mut Out) -> Option<Placed<String>> {
    if fields.get(key).is_none() {
        out.push(fields.missing(key, taker.required(), help));
        return None;
    }
    let before = out.len();
    let text = fields.text(key, out);
    if let Some(mistyped) = out.get_mut(before).filter(|_| key != "match") {
        mistyped.help = Some(help.to_string());
    }
    let text = text?;
    if text.value.is_empty() {
        let message = format!("`{}` is empty{}", fields.path(key), taker.required());
        out.push(Diagnostic::new(Code::MissingField, message).at(text.place).help(help));
        return None;
    }
    Some(text)
}

fn matches(fields: &Fields<'_>, taker: Taker, out: &mut Out) -> Option<Placed<String>> {
    required(
        fields,
        "match",
        "write a match such as `ip4.src == 172.20.10.2`, or `1` in quotes for every packet",
        taker,
        out,
    )
}

fn direction(fields: &Fields<'_>, taker: Taker, out: &mut Out) -> Option<Direction> {
    let text = required(
        fields,
        "direction",
        "write `to-lport` (towards the machine) or `from-lport` (away from it)",
        taker,
        out,
    )?;
    let direction = Direction::from_name(&text.value);
    if direction.is_none() {
        let diagnostic = unknown_value(&text, &fields.path("direction"), &["from-lport", "to-lport"], taker.refused());
        out.push(match meant_direction(&text.value) {
            Some(meant) => diagnostic.help(format!("write `{meant}`")).fix(text.place, text.instead(meant)),
            None => diagnostic,
        });
    }
    direction
}

fn meant_direction(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().replace('_', "-").as_str() {
        "ingress" | "in" | "inbound" | "to" | "to-lport" | "to-port" => Some("to-lport"),
        "egress" | "out" | "outbound" | "from" | "from-lport" | "from-port" => Some("from-lport"),
        _ => None,
    }
}

fn action(fields: &Fields<'_>, taker: Taker, out: &mut Out) -> Option<Placed<Action>> {
    let text = required(fields, "action", "write `allow`, `allow-related` or `drop`", taker, out)?;
    if let Some(action) = Action::from_name(&text.value) {
        return Some(text.with(action));
    }
    let names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
    let diagnostic = unknown_value(&text, &fields.path("action"), &names, taker.refused());
    out.push(match meant_action(&text.value) {
        Some(meant) => diagnostic.help(format!("write `{meant}`")).fix(text.place, text.instead(meant)),
        None => diagnostic,
    });
    None
}

fn meant_action(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase().replace('_', "-");
    match text.as_str() {
        "deny" | "block" | "discard" | "blackhole" => Some("drop"),
        "accept" | "permit" => Some("allow"),
        "allow-established" | "allow-stateful" | "related" => Some("allow-related"),
        "refuse" => Some("reject"),
        _ => Action::from_name(&text).map(Action::name),
    }
}

fn priority(fields: &Fields<'_>, taker: Taker, out: &mut Out) -> Option<Priority> {
    if fields.get("priority").is_none() {
        let missing = fields.missing(
            "priority",
            "; it counts as 0, the lowest",
            "write a number from 0 to 32767; the higher one wins",
        );
        out.push(missing.severity(Severity::Warning));
        return Some(Priority::default());
    }
    let number = fields.integer("priority", out)?;
    let priority = Priority::new(number.value);
    if priority.is_none() {
        let message = format!("`{}` is {}{}", fields.path("priority"), number.value, taker.refused());
        out.push(
            Diagnostic::new(Code::OutOfRange, message)
                .at(number.place)
                .help("write a number from 0 to 32767; the higher one wins"),
        );
    }
    priority
}

/// Outer nothing: a tier that is wrong; inner nothing: no tier.
fn tier(fields: &Fields<'_>, taker: Taker, out: &mut Out) -> Option<Option<Placed<Tier>>> {
    if taker == Taker::Subnet || fields.get("tier").is_none() {
        return Some(None);
    }
    let number = fields.integer("tier", out)?;
    let tier = Tier::new(number.value);
    if tier.is_none() {
        let message = format!("`{}` is {}{}", fields.path("tier"), number.value, taker.refused());
        out.push(
            Diagnostic::new(Code::OutOfRange, message)
                .at(number.place)
                .help("write a number from 0 to 3; tier 0 is asked first"),
        );
    }
    tier.map(|tier| Some(number.with(tier)))
}

fn after_lb(fields: &Fields<'_>, out: &mut Out) -> bool {
    let Some(options) = fields.fields("options", out) else { return false };
    options.only(&["apply-after-lb"], out);
    // The database holds text; a bare `true` is what people write.
    options.word("apply-after-lb", out).is_some_and(|value| value.value == "true")
}

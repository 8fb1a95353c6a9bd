//! YAML whose indentation got lost on the way: all lines stand in one column, and only the names of the fields tell what
//! belongs to what.

/// What stands below a field.
enum Shape {
    /// One value, or a list in brackets.
    Value,
    /// Names that anybody may choose.
    Names,
    /// These fields.
    Fields(&'static [(&'static str, Shape)]),
    /// A list.
    List(&'static Shape),
}

use Shape::{Fields, List, Names, Value};

const META: Shape = Fields(&[
    ("name", Value),
    ("namespace", Value),
    ("generateName", Value),
    ("labels", Names),
    ("annotations", Names),
]);

const SUBNET: Shape = Fields(&[
    ("acls", List(&Fields(&[("action", Value), ("direction", Value), ("match", Value), ("priority", Value)]))),
    ("allowEWTraffic", Value),
    ("allowSubnets", List(&Value)),
    ("cidrBlock", Value),
    ("default", Value),
    ("dhcpV4Options", Value),
    ("dhcpV6Options", Value),
    ("enableDHCP", Value),
    ("enableLb", Value),
    ("excludeIps", List(&Value)),
    ("gateway", Value),
    ("gatewayNode", Value),
    ("gatewayType", Value),
    ("namespaces", List(&Value)),
    ("natOutgoing", Value),
    ("private", Value),
    ("protocol", Value),
    ("provider", Value),
    ("vpc", Value),
]);

const SELECTOR: Shape = Fields(&[
    ("matchLabels", Names),
    ("matchExpressions", List(&Fields(&[("key", Value), ("operator", Value), ("values", List(&Value))]))),
]);

const PEERS: Shape = List(&Fields(&[
    ("ipBlock", Fields(&[("cidr", Value), ("except", List(&Value))])),
    ("namespaceSelector", SELECTOR),
    ("podSelector", SELECTOR),
]));

const PORTS: Shape = List(&Fields(&[("endPort", Value), ("port", Value), ("protocol", Value)]));

const POLICY: Shape = Fields(&[
    ("egress", List(&Fields(&[("ports", PORTS), ("to", PEERS)]))),
    ("ingress", List(&Fields(&[("from", PEERS), ("ports", PORTS)]))),
    ("podSelector", SELECTOR),
    ("policyTypes", List(&Value)),
]);

/// The fields of kinds that are found on pages; what stands beside `spec` by mistake is theirs, too.
const KINDS: &[(&str, Shape)] = &[
    ("Subnet", Fields(&[("apiVersion", Value), ("kind", Value), ("metadata", META), ("spec", SUBNET)])),
    ("NetworkPolicy", Fields(&[("apiVersion", Value), ("kind", Value), ("metadata", META), ("spec", POLICY)])),
];

/// A field or a list whose lines may follow.
struct Open {
    shape: &'static Shape,
    indent: usize,
    seen: Vec<String>,
}

/// How far to the right each line belongs; nothing where the lines have their indentation, or where it cannot be told.
pub(super) fn restored(lines: &[&str]) -> Option<Vec<usize>> {
    if !is_lost(lines) {
        return None;
    }
    let mut indents = vec![0; lines.len()];
    let mut start = 0;
    for document in lines.split(|line| line.trim() == "---") {
        let found = document_of(document)?;
        indents.get_mut(start..start + found.len())?.copy_from_slice(&found);
        start += found.len() + 1;
    }
    Some(indents)
}

/// Whether all lines stand in one column, though one of them opens a mapping.
fn is_lost(lines: &[&str]) -> bool {
    let told: Vec<&str> = lines.iter().copied().filter(|line| !is_empty(line) && line.trim() != "---").collect();
    let column = |line: &str| line.len() - line.trim_start().len();
    let flat = told.windows(2).all(|two| matches!(two, [one, other] if column(one) == column(other)));
    let opens = |two: &[&str]| matches!(two, [one, other] if one.trim_end().ends_with(':') && !other.trim_start().starts_with('-'));
    flat && told.windows(2).any(opens)
}

fn is_empty(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn document_of(lines: &[&str]) -> Option<Vec<usize>> {
    let kind = lines.iter().find_map(|line| line.trim().strip_prefix("kind:")).map(str::trim);
    let Some(kind) = kind else { return lines.iter().all(|line| is_empty(line)).then(|| vec![0; lines.len()]) };
    let (_, shape) = KINDS.iter().find(|(name, _)| *name == kind)?;
    let mut open = vec![Open { shape, indent: 0, seen: Vec::new() }];
    lines.iter().map(|line| if is_empty(line) { Some(0) } else { place(&mut open, line.trim()) }).collect()
}

/// Finds the innermost open field into which a line fits, and closes all those within it.
fn place(open: &mut Vec<Open>, line: &str) -> Option<usize> {
    let Some(item) = line.strip_prefix("- ") else { return field(open, line) };
    let fits = |shape: &Shape| match shape {
        List(Fields(fields)) => fields.iter().any(|(name, _)| Some(*name) == name_of(item)),
        List(Value) => true,
        List(_) | Value | Names | Fields(_) => false,
    };
    let at = open.iter().rposition(|one| fits(one.shape))?;
    open.truncate(at + 1);
    let Open { shape: List(inner), indent, .. } = open.last()? else { return None };
    let (inner, indent) = (*inner, *indent);
    if let Fields(_) = inner {
        open.push(Open { shape: inner, indent: indent + 2, seen: Vec::new() });
        field(open, item)?;
    }
    Some(indent)
}

fn field(open: &mut Vec<Open>, line: &str) -> Option<usize> {
    let name = name_of(line)?;
    let known = |one: &Open| match one.shape {
        Fields(fields) if !one.seen.iter().any(|seen| excludes(seen, name)) => {
            fields.iter().find(|(known, _)| *known == name).map(|(_, shape)| shape)
        }
        Fields(_) | Value | Names | List(_) => None,
    };
    let innermost = |one: &Open| matches!(one.shape, Names);
    let found = open.iter().enumerate().rev().find_map(|(at, one)| Some((at, known(one)?)));
    // A name that anybody may choose is one only where no field has it.
    let (at, shape) = found.or_else(|| Some((open.iter().rposition(innermost)?, &Value)))?;
    open.truncate(at + 1);
    let parent = open.last_mut()?;
    parent.seen.push(name.to_owned());
    let indent = parent.indent;
    if line.ends_with(':') {
        open.push(Open { shape, indent: indent + 2, seen: Vec::new() });
    }
    Some(indent)
}

/// Whether a field that is there leaves no room for another: for itself, and for a selector beside an `ipBlock`.
fn excludes(seen: &str, name: &str) -> bool {
    seen == name || seen == "ipBlock" && name.ends_with("Selector")
}

fn name_of(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| name.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored_text(text: &str) -> Option<String> {
        let lines: Vec<&str> = text.lines().collect();
        let indents = restored(&lines)?;
        Some(lines.iter().zip(indents).map(|(line, indent)| format!("{}{line}\n", " ".repeat(indent))).collect())
    }

    #[test]
    fn a_subnet_finds_its_way_back() {
        let flat = "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata:\nname: a\nspec:\nacls:\n- action: drop\n# why\n\
                    match: ip4.src == 10.0.0.1\n- action: allow\npriority: 7\ncidrBlock: 10.0.0.0/24\nexcludeIps:\n- 10.0.0.1\nvpc: v\n";
        let whole = "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata:\n  name: a\nspec:\n  acls:\n    - action: drop\n# why\n      \
                     match: ip4.src == 10.0.0.1\n    - action: allow\n      priority: 7\n  cidrBlock: 10.0.0.0/24\n  excludeIps:\n    - 10.0.0.1\n  vpc: v\n";
        assert_eq!(restored_text(flat).as_deref(), Some(whole));
    }

    #[test]
    fn a_policy_too_with_selectors_and_lists_of_its_own() {
        let flat = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nname: p\nspec:\npodSelector:\nmatchLabels:\n\
                    app.kubernetes.io/name: db\ningress:\n- from:\n- ipBlock:\ncidr: 10.0.0.0/30\n- namespaceSelector: {}\npodSelector:\n\
                    matchExpressions:\n- key: a\noperator: In\nvalues:\n- x\nports:\n- port: 80\nprotocol: TCP\npolicyTypes:\n- Ingress\n";
        let whole = restored_text(flat).unwrap();
        let deep =
            |line: &str| whole.lines().find(|known| known.trim_start() == line).map(|known| known.len() - line.len());
        assert_eq!(deep("app.kubernetes.io/name: db"), Some(6));
        assert_eq!(deep("- from:"), Some(4));
        assert_eq!(deep("- namespaceSelector: {}"), Some(8));
        assert_eq!(deep("matchExpressions:"), Some(12));
        assert_eq!(deep("ports:"), Some(6));
        assert_eq!(deep("policyTypes:"), Some(2));
    }

    #[test]
    fn what_has_its_indentation_or_another_kind_is_left_alone() {
        assert_eq!(restored_text("kind: Subnet\nmetadata:\n  name: a\n"), None);
        assert_eq!(restored_text("kind: Subnet\nmetadata: {name: a}\n"), None);
        assert_eq!(restored_text("kind: Widget\nmetadata:\nname: a\n"), None);
        assert_eq!(restored_text("kind: Subnet\nspec:\ncolour: red\n"), None);
    }
}

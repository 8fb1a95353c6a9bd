//! What must hold of every match: checked on random ones.

use super::expression::{Expression, Header, PortSet, Truth, Value, ones};
use super::symbol::Definition;
use super::*;
use crate::ovn::field::{Field, PortField};
use crate::ovn::network::Version;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use proptest::prelude::*;

/// A match to be, from which a text is made that OVN accepts.
#[derive(Debug, Clone)]
enum Plan {
    Leaf { symbol: usize, relop: usize, bits: (u32, u32), values: Vec<u128>, masked: bool, turned: bool },
    Not(Box<Plan>),
    All(Vec<Plan>),
    Any(Vec<Plan>),
}

fn plan() -> impl Strategy<Value = Plan> {
    let value = prop_oneof![0..4u128, Just(0x800), Just(0x86dd), Just(6), Just(17), Just(58), Just(80), any::<u128>()];
    let leaf = (
        0..500usize,
        0..6usize,
        (0..128u32, 1..9u32),
        prop::collection::vec(value, 1..4),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(symbol, relop, bits, values, masked, turned)| Plan::Leaf {
            symbol,
            relop,
            bits,
            values,
            masked,
            turned,
        });
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|plan| Plan::Not(Box::new(plan))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Plan::All),
            prop::collection::vec(inner, 2..4).prop_map(Plan::Any),
        ]
    })
}

fn text(plan: &Plan, version: Version, negated: bool) -> String {
    let join = |plans: &[Plan], with| {
        plans.iter().map(|plan| format!("({})", text(plan, version, negated))).collect::<Vec<_>>().join(with)
    };
    match plan {
        Plan::Not(inner) => format!("!({})", text(inner, version, !negated)),
        Plan::All(plans) => join(plans, " && "),
        Plan::Any(plans) => join(plans, "||"),
        Plan::Leaf { symbol, relop, bits, values, masked, turned } => {
            let symbols: Vec<_> = Symbol::all(version).collect();
            leaf(symbols[symbol % symbols.len()], *relop, *bits, values, *masked, *turned, negated)
        }
    }
}

fn leaf(
    symbol: &Symbol,
    relop: usize,
    bits: (u32, u32),
    values: &[u128],
    masked: bool,
    turned: bool,
    negated: bool,
) -> String {
    let name = symbol.name();
    let wanted = if negated { "!=" } else { "==" };
    if symbol.width() == 0 {
        return format!("{name} {wanted} {{\"a\", \"b\\\\\", @pg}}");
    }
    if symbol.is_predicate() && symbol.level() == Level::Nominal {
        return format!("{name} == {}", u8::from(!negated));
    }
    let relops: &[&str] = match symbol.level() {
        Level::Nominal => &[wanted],
        Level::Boolean => &["==", "!="],
        Level::Ordinal => &["==", "!=", "<", "<=", ">", ">="],
    };
    let relop = relops[relop % relops.len()];
    let low = bits.0 % symbol.width();
    let high = (low + bits.1 - 1).min(symbol.width() - 1);
    let subject =
        if symbol.level() == Level::Ordinal && masked { format!("{name}[{low}..{high}]") } else { name.to_string() };
    let constants: Vec<_> = values.iter().map(|value| format!("{:#x}", value & ones(symbol.width()))).collect();
    if relop.starts_with(['<', '>']) {
        return if turned {
            format!("{} {relop} {subject}", constants[0])
        } else {
            format!("{subject} {relop} {}", constants[0])
        };
    }
    let constants = if turned && constants.len() > 1 {
        format!("{}/{}", constants[0], constants[1])
    } else {
        format!("{{{}}}", constants.join(" "))
    };
    if turned { format!("{constants} {relop} {subject}") } else { format!("{subject} {relop} {constants}") }
}

/// A packet of random numbers; a field that was not drawn is zero.
#[derive(Debug, Clone)]
struct Packet(Vec<u128>, bool);

impl Header for Packet {
    fn field(&self, field: Field) -> Value {
        let at = Field::ALL.iter().position(|one| *one == field).unwrap();
        Value::Known(self.0[at] & ones(field.width()))
    }

    fn port(&self, _: PortField, set: &PortSet) -> bool {
        self.1 && *set != PortSet::Name("a".to_string())
    }
}

fn packet() -> impl Strategy<Value = Packet> {
    let value = prop_oneof![0..4u128, Just(0x800), Just(0x86dd), Just(6), Just(17), Just(58), any::<u128>()];
    (
        prop::collection::vec(value, Field::ALL.len()),
        prop::sample::select(vec![0u128, 0x800, 0x86dd, 0x806]),
        any::<bool>(),
    )
        .prop_map(|(mut numbers, ethertype, port)| {
            let at = Field::ALL.iter().position(|field| *field == Field::EthType).unwrap();
            numbers[at] = ethertype;
            Packet(numbers, port)
        })
}

fn context(version: Version) -> Context {
    Context::new(version)
        .with_port_group("pg")
        .with_address_set("set", ["10.0.0.1", "10.1.0.0/16"])
        .advised_by(Adviser::FULL)
}

/// The reading of a person with the manual in hand, straight from the tree.
fn naive(node: &Node, packet: &Packet, version: Version, negated: bool) -> bool {
    let define = |text: &str| naive(parse(text, &Context::new(version)).unwrap().root(), packet, version, false);
    match &node.kind {
        NodeKind::Constant(holds) => *holds != negated,
        NodeKind::Not(inner) => naive(inner, packet, version, !negated),
        NodeKind::All(parts) if negated => parts.iter().any(|part| naive(part, packet, version, true)),
        NodeKind::All(parts) => parts.iter().all(|part| naive(part, packet, version, false)),
        NodeKind::Any(parts) if negated => parts.iter().all(|part| naive(part, packet, version, true)),
        NodeKind::Any(parts) => parts.iter().any(|part| naive(part, packet, version, false)),
        NodeKind::Resident(_) => panic!("never planned"),
        NodeKind::Test(test) => {
            let symbol = test.subject.symbol;
            let number = match symbol.definition() {
                Definition::Predicate(text) => u128::from(define(text)),
                Definition::Port(field) => return ports(field, &test.condition, packet),
                Definition::Field(field) => known(packet, field),
                Definition::Bits { field, low, .. } => known(packet, field) >> low,
            };
            let number = (number >> test.subject.low) & ones(test.subject.width);
            // OVN does not look at the mask when it expands a predicate.
            let masks = if symbol.is_predicate() { u128::MAX } else { 0 };
            let compared = compare(&test.condition, number, ones(test.subject.width), masks);
            let prerequisite = symbol.prerequisite().is_none_or(define);
            prerequisite && (compared != negated)
        }
    }
}

fn known(packet: &Packet, field: Field) -> u128 {
    match packet.field(field) {
        Value::Known(number) => number,
        Value::Unknown => panic!("every number is known"),
    }
}

fn ports(field: PortField, condition: &Condition, packet: &Packet) -> bool {
    let Condition::Compare(_, constants) = condition else { panic!("ports are compared") };
    constants.elements.iter().any(|element| match &element.kind {
        ElementKind::Text(name) => packet.port(field, &PortSet::Name(name.clone())),
        ElementKind::PortGroup(name) => packet.port(field, &PortSet::Group(name.clone())),
        ElementKind::Number(_) | ElementKind::AddressSet(..) => panic!("no port"),
    })
}

fn compare(condition: &Condition, number: u128, kept: u128, masks: u128) -> bool {
    let Condition::Compare(relop, constants) = condition else { return number != 0 };
    let equal =
        constants.numbers().any(|it| (number ^ it.value()) & (it.mask().unwrap_or(u128::MAX) | masks) & kept == 0);
    let bound = constants.numbers().next().unwrap().value() & kept;
    match relop {
        Relop::Equal => equal,
        Relop::NotEqual => !equal,
        Relop::Less => number < bound,
        Relop::LessOrEqual => number <= bound,
        Relop::Greater => number > bound,
        Relop::GreaterOrEqual => number >= bound,
    }
}

fn reparse(text: &str, version: Version) -> Match {
    parse(text, &context(version)).unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn printing_and_parsing_is_the_identity(plan in plan(), version in prop::sample::select(Version::ALL)) {
        let parsed = reparse(&text(&plan, version, false), version);
        let printed = parsed.to_string();
        let again = reparse(&printed, version);
        prop_assert_eq!(&again, &parsed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn annotation_agrees_with_a_naive_reading(plan in plan(), packet in packet(), version in prop::sample::select(Version::ALL)) {
        let parsed = reparse(&text(&plan, version, false), version);
        let naive = naive(parsed.root(), &packet, version, false);
        prop_assert_eq!(parsed.annotate().evaluate(&packet), Truth::from(naive), "{}", parsed);
    }

    #[test]
    fn simplification_keeps_the_truth(plan in plan(), packet in packet()) {
        let annotated = reparse(&text(&plan, Version::Main, false), Version::Main).annotate();
        let simple = annotated.clone().simplify();
        prop_assert_eq!(simple.evaluate(&packet), annotated.evaluate(&packet));
        prop_assert_eq!(simple.clone().simplify(), simple);
    }

    #[test]
    fn no_text_breaks_the_parser(text in "[ -~é\n]{0,60}") {
        check(&text);
    }

    #[test]
    fn no_sequence_of_tokens_breaks_the_parser(words in prop::collection::vec(prop::sample::select(WORDS), 0..25)) {
        check(&words.join(" "));
        check(&words.concat());
    }
}

const WORDS: &[&str] = &[
    "ip4",
    "tcp.dst",
    "inport",
    "foo",
    "and",
    "not",
    "in",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "==",
    "!=",
    "<",
    ">=",
    "=",
    "!",
    "&&",
    "||",
    "&",
    "|",
    "..",
    ",",
    ";",
    "-",
    ":",
    "/",
    "//",
    "/*",
    "80",
    "080",
    "0x",
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "1.2",
    "$set",
    "$",
    "@pg",
    "@x",
    "^t",
    "\"a\"",
    "\"",
    "'",
    "#",
    "é",
    "is_chassis_resident",
    "0",
    "1",
    "\n",
];

/// Errors lie inside the text, and a fix mends what it is offered for.
fn check(text: &str) {
    for version in Version::ALL {
        let Err(errors) = parse(text, &context(*version)) else { continue };
        for error in errors.iter() {
            assert!(text.get(error.span().range()).is_some(), "{text:?} {error:?}");
            assert!(error.help().is_some(), "{text:?} {error:?}");
            assert!(!error.message().is_empty());
        }
        let first = errors.first();
        if let Some((span, replacement)) = first.fix() {
            let (before, after) = (text.get(..span.start).unwrap(), text.get(span.end..).unwrap());
            let mended = format!("{before}{replacement}{after}");
            if let Err(again) = parse(&mended, &context(*version)) {
                let same = again.first().message() == first.message() && again.first().span() == first.span();
                assert!(!same || mended.len() < text.len(), "{text:?} {mended:?} {first:?}");
            }
        }
    }
}

#[test]
fn deep_and_long_texts_do_no_harm() {
    let deep = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&deep(100), &Context::default()).is_ok());
    assert_eq!(parse(&deep(101), &Context::default()).unwrap_err().first().message(), "Parentheses nested too deeply.");
    let many = 100_000;
    for text in
        [deep(many), "!".repeat(many), "!(".repeat(many), "{".repeat(many), "1 && ".repeat(many), "\"".repeat(many)]
    {
        assert!(parse(&text, &Context::default()).is_err());
    }
    let chain = format!("{}1", "tcp.dst == 80 || ".repeat(many));
    let annotated = parse(&chain, &Context::default()).unwrap().annotate();
    let tcp = "tcp.dst == 80 && ip.proto == 6 && eth.type == {0x800, 0x86dd}";
    assert_eq!(
        annotated.simplify(),
        Expression::Any(vec![reparse(tcp, Version::Main).annotate().simplify(), Expression::Constant(true)]).simplify()
    );
}

#[test]
fn an_address_set_stays_one_test() {
    let elements: Vec<_> = (0..5000).map(|n| format!("10.0.{}.{}", n / 256, n % 256)).collect();
    let context = Context::default().with_address_set("big", elements);
    let Expression::All(parts) = parse("ip4.src == $big", &context).unwrap().annotate() else { panic!() };
    let Expression::Field(FieldTest { relation: Relation::In(list), .. }) = &parts[0] else { panic!() };
    assert_eq!(list.len(), 5000);
}

//! Label selectors (`metav1.LabelSelector`).

use super::fields::{Fields, Placed, text};
use super::naming;
use super::node::Node;
use super::review::Review;
use super::suggest::did_you_mean;
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A label selector: all of its requirements must hold; one without any selects everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Selector {
    /// `matchLabels`, then `matchExpressions`, in the order of the text.
    pub requirements: Vec<Requirement>,
}

/// What a label must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// What its value must be.
    pub test: LabelTest,
    /// Where it is written.
    pub place: Place,
}

/// A test of one label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelTest {
    /// The label is there, with one of these values, which are sorted.
    In(Vec<String>),
    /// The label is not there, or has none of these values, which are sorted.
    NotIn(Vec<String>),
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
}

impl Selector {
    /// Whether it selects something with these labels.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels))
    }

    /// Whether it has no requirement and selects everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl Requirement {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match &self.test {
            LabelTest::In(values) => value.is_some_and(|value| values.binary_search(value).is_ok()),
            LabelTest::NotIn(values) => value.is_none_or(|value| values.binary_search(value).is_err()),
            LabelTest::Exists => value.is_some(),
            LabelTest::DoesNotExist => value.is_none(),
        }
    }
}

/// A selector as it is written at a field; a requirement that the API refuses is left out.
pub(crate) fn selector(node: &Node, path: &str, review: &mut Review) -> Selector {
    let mut found = Vec::new();
    let fields = Fields::of(node, path, &mut found);
    review.share(&mut found);
    let Some(fields) = fields else { return Selector::default() };
    review.only(&fields, &["matchLabels", "matchExpressions"]);
    let mut requirements = labels(&fields, review);
    let listed = fields.items("matchExpressions", &mut found);
    review.share(&mut found);
    requirements.extend(listed.iter().filter_map(|(path, item)| expression(item, path, review)));
    Selector { requirements }
}

fn labels(fields: &Fields<'_>, review: &mut Review) -> Vec<Requirement> {
    let mut found = Vec::new();
    let labels = fields.fields("matchLabels", &mut found);
    let mut requirements = Vec::new();
    for (key, at, node) in labels.iter().flat_map(Fields::entries) {
        let path = format!("{}[{key}]", fields.path("matchLabels"));
        check_key(&fields.path("matchLabels"), &Placed::new(key.to_string(), at), review);
        // A label without a value has the empty one.
        let value =
            if node.is_null() { Some(String::new()) } else { text(node, &path, &mut found).map(|text| text.value) };
        let Some(value) = value else { continue };
        check_value(&fields.path("matchLabels"), &Placed::new(value.clone(), node.place), review);
        let test = LabelTest::In(alloc::vec![value]);
        requirements.push(Requirement { key: key.to_string(), test, place: node.place });
    }
    review.share(&mut found);
    requirements
}

const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

fn expression(item: &Node, path: &str, review: &mut Review) -> Option<Requirement> {
    let mut found = Vec::new();
    let fields = Fields::of(item, path, &mut found);
    let Some(fields) = fields else {
        review.share(&mut found);
        return None;
    };
    review.only(&fields, &["key", "operator", "values"]);
    // What is not written is the empty text.
    let blank = || Placed::new(String::new(), fields.place());
    let key = fields.text("key", &mut found).unwrap_or_else(blank);
    let operator = fields.text("operator", &mut found).unwrap_or_else(blank);
    let listed = fields.items("values", &mut found);
    let texts: Vec<(&String, Placed<String>)> =
        listed.iter().filter_map(|(path, item)| Some((path, text(item, path, &mut found)?))).collect();
    review.share(&mut found);
    texts.iter().for_each(|(path, value)| check_value(path, value, review));
    let mut values: Vec<String> = texts.into_iter().map(|(_, text)| text.value).collect();
    values.sort_unstable();
    values.dedup();
    let place = fields.place();
    check_key(&fields.path("key"), &key, review);
    let test = match operator.value.as_str() {
        "In" | "NotIn" if values.is_empty() => {
            let detail = "must be specified when `operator` is 'In' or 'NotIn'";
            review.required(&fields.path("values"), detail, place, "write `values: [..]`, or `operator: Exists`");
            return None;
        }
        "In" => LabelTest::In(values),
        "NotIn" => LabelTest::NotIn(values),
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            review.forbidden(&fields.path("values"), detail, place, "remove `values`, or write `operator: In`");
            return None;
        }
        "Exists" => LabelTest::Exists,
        "DoesNotExist" => LabelTest::DoesNotExist,
        word => {
            let help = did_you_mean(word, OPERATORS)
                .unwrap_or_else(|| "write `In`, `NotIn`, `Exists` or `DoesNotExist`".into());
            review.invalid(&fields.path("operator"), &operator, "not a valid selector operator", help);
            return None;
        }
    };
    (!key.value.is_empty()).then_some(Requirement { key: key.value, test, place })
}

/// `ValidateLabelName`.
pub(super) fn check_key(path: &str, key: &Placed<String>, review: &mut Review) {
    for fault in naming::qualified(&key.value) {
        let help = "write letters, digits, `-`, `_` and `.`, and before a slash the name of a domain";
        review.invalid(path, key, &fault, help);
    }
}

/// The second half of `ValidateLabels`.
pub(super) fn check_value(path: &str, value: &Placed<String>, review: &mut Review) {
    for fault in naming::label_value(&value.value) {
        review.invalid(path, value, fault, "write at most 63 letters, digits, `-`, `_` and `.`");
    }
}

//! What the API server would say of an object.
//!
//! An object is read leniently: what the API does not know or take is left out, as an older client or a rendered page
//! would have it. Beside that the review notes each reason for which the API server refuses the object, in its own words
//! (`k8s.io/apimachinery/pkg/util/validation/field`), so that the strict reading is: no reason, or no object.

use super::fields::{Fields, Placed};
use super::{naming, selector};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Every field of `metadata` (`metav1.ObjectMeta`).
pub(crate) const METADATA: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

/// What is wrong with a name.
pub(crate) type Rule = fn(&str) -> Vec<&'static str>;

/// The reasons for which the API server refuses an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Review {
    refusals: Vec<Diagnostic>,
}

impl Review {
    /// The reasons; none where the API server takes the object.
    pub(crate) fn refusals(self) -> Vec<Diagnostic> {
        self.refusals
    }

    /// A reason in words of one's own choice, with advice.
    pub(crate) fn refuse(&mut self, message: String, place: Place, help: impl Into<String>) {
        self.refusals.push(Diagnostic::new(Code::ApiRefused, message).at(place).help(help));
    }

    /// `field.Invalid`: ``spec.x: Invalid value: "v": detail``.
    pub(crate) fn invalid(&mut self, path: &str, value: &Placed<String>, detail: &str, help: impl Into<String>) {
        self.refuse(format!("{path}: Invalid value: \"{}\": {detail}", value.value), value.place, help);
    }

    /// `field.NotSupported`: ``spec.x: Unsupported value: "v": supported values: "A", "B"``.
    pub(crate) fn unsupported(&mut self, path: &str, value: &Placed<String>, known: &[&str], help: impl Into<String>) {
        let quoted: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
        let message =
            format!("{path}: Unsupported value: \"{}\": supported values: {}", value.value, quoted.join(", "));
        self.refuse(message, value.place, help);
    }

    /// `field.Required`: `spec.x: Required value: detail`.
    pub(crate) fn required(&mut self, path: &str, detail: &str, place: Place, help: impl Into<String>) {
        let message = if detail.is_empty() {
            format!("{path}: Required value")
        } else {
            format!("{path}: Required value: {detail}")
        };
        self.refuse(message, place, help);
    }

    /// `field.Forbidden`: `spec.x: Forbidden: detail`.
    pub(crate) fn forbidden(&mut self, path: &str, detail: &str, place: Place, help: impl Into<String>) {
        self.refuse(format!("{path}: Forbidden: {detail}"), place, help);
    }

    /// `field.Invalid` of a value that is no text: ``spec.x: Invalid value: 7: detail``.
    pub(crate) fn invalid_value(
        &mut self,
        path: &str,
        value: &str,
        detail: &str,
        place: Place,
        help: impl Into<String>,
    ) {
        self.refuse(format!("{path}: Invalid value: {value}: {detail}"), place, help);
    }

    /// An edit that mends what was refused last.
    pub(crate) fn fix(&mut self, place: Place, replacement: impl Into<String>) {
        if let Some(last) = self.refusals.pop() {
            self.refusals.push(last.fix(place, replacement));
        }
    }

    /// What the API says of `metadata` (`ValidateObjectMeta`).
    pub(crate) fn metadata(&mut self, object: &Fields<'_>, name: &Placed<String>) {
        self.name(name, naming::subdomain);
        let mut found = Vec::new();
        let Some(metadata) = object.fields("metadata", &mut found) else { return self.share(&mut found) };
        metadata.text("name", &mut found);
        if let Some(namespace) = metadata.text("namespace", &mut found) {
            self.namespace(&namespace);
        }
        self.labels(metadata.fields("labels", &mut found).as_ref(), &mut found);
        if let Some(annotations) = metadata.fields("annotations", &mut found) {
            for (key, place, _) in annotations.entries() {
                let lower = Placed::new(key.to_ascii_lowercase(), place);
                selector::check_key("metadata.annotations", &lower, self);
            }
        }
        self.share(&mut found);
    }

    /// What the API says of a name, by the rule of its kind.
    pub(crate) fn name(&mut self, name: &Placed<String>, rule: Rule) {
        for fault in rule(&name.value) {
            let lower = name.value.to_ascii_lowercase();
            let mended = Some(&lower).filter(|lower| rule(lower).is_empty());
            let dots = if rule("a.b").is_empty() { "digits, `-` and `.`" } else { "digits and `-`" };
            let other = || format!("write lower case letters, {dots}");
            let help = mended.map_or_else(other, |lower| format!("write `{lower}`"));
            self.invalid("metadata.name", name, fault, help);
            if let Some(lower) = mended {
                self.fix(name.place, name.instead(lower));
            }
        }
    }

    /// What the API says of the namespace of an object.
    pub(crate) fn namespace(&mut self, namespace: &Placed<String>) {
        for fault in naming::label(&namespace.value) {
            self.invalid("metadata.namespace", namespace, fault, "write lower case letters, digits and `-`");
        }
    }

    fn labels(&mut self, labels: Option<&Fields<'_>>, found: &mut Vec<Diagnostic>) {
        for (key, place, node) in labels.into_iter().flat_map(Fields::entries) {
            selector::check_key("metadata.labels", &Placed::new(key.to_string(), place), self);
            let path = format!("metadata.labels[{key}]");
            let value = if node.is_null() { None } else { super::fields::text(node, &path, found) };
            if let Some(value) = value {
                selector::check_value("metadata.labels", &value, self);
            }
        }
    }

    /// Each field that the API does not know: refused by strict validation (`fieldValidation=Strict`, which kubectl asks
    /// for), dropped otherwise.
    pub(crate) fn only(&mut self, fields: &Fields<'_>, known: &[&str]) {
        self.only_advised(fields, known, |_| None);
    }

    /// The same with a word on where a field belongs.
    pub(crate) fn only_advised(
        &mut self,
        fields: &Fields<'_>,
        known: &[&str],
        advice: impl Fn(&str) -> Option<String>,
    ) {
        let mut found = Vec::new();
        fields.only(known, &mut found);
        let unknown = fields.entries().filter(|(key, _, _)| !known.contains(key));
        for ((key, place, _), hint) in unknown.zip(found) {
            let message = format!("strict decoding error: unknown field \"{}\"", fields.path(key));
            let help = advice(key).or(hint.help).unwrap_or_else(|| "remove it".to_string());
            self.refuse(message, place, help);
        }
    }

    /// Findings of a reader that the API server shares: a value of the wrong type cannot be decoded.
    pub(crate) fn share(&mut self, found: &mut Vec<Diagnostic>) {
        for mut diagnostic in found.drain(..) {
            diagnostic.code = Code::ApiRefused;
            self.refusals.push(diagnostic);
        }
    }
}

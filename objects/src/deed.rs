//! The change of one object.

use crate::content::Content;
use crate::portion::Portion;
use crate::reference::Reference;
use serde_json::Value;

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The object, or a row of it, comes.
    Create,
    /// It is altered.
    Alter,
    /// Nothing but our note at it changes.
    Note,
    /// It goes.
    Delete,
}

impl Kind {
    /// `create`, `alter`, `note` or `delete`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Alter => "alter",
            Self::Note => "note",
            Self::Delete => "delete",
        }
    }
}

/// The change of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Which object.
    pub reference: Reference,
    /// What kind of change.
    pub kind: Kind,
    /// What the policy set said of it; nothing where it said nothing.
    pub old: Option<Content>,
    /// What it will say.
    pub new: Option<Content>,
    /// The object as the server has it.
    pub before: Option<Value>,
    /// The object as it will be, as far as that can be foretold.
    pub after: Option<Value>,
    /// What the server is sent; nothing where the object is deleted.
    pub(crate) body: Value,
}

impl Deed {
    /// What changes in it, a line each: rows of a Subnet, parts of the others.
    pub fn lines(&self) -> Vec<(Kind, String)> {
        let spec =
            |object: &Option<Value>| object.as_ref().and_then(|object| object.get("spec")).cloned().unwrap_or_default();
        let (before, after) = (spec(&self.before), spec(&self.after));
        let mut lines = match self.new.as_ref().or(self.old.as_ref()) {
            Some(Content::Portion(_)) => portion(&before, &after),
            Some(Content::Whole(_)) | None if self.kind == Kind::Alter => parts(&before, &after),
            Some(Content::Whole(_)) | None => vec![(self.kind, String::new())],
        };
        if lines.is_empty() {
            let what = if self.kind == Kind::Note { "what is noted of whose it is" } else { "metadata" };
            lines.push((self.kind, what.to_owned()));
        }
        lines
    }
}

fn parts(before: &Value, after: &Value) -> Vec<(Kind, String)> {
    let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut names = keys(after);
    names.extend(keys(before).into_iter().filter(|name| after.get(name).is_none()));
    let differs = |name: &String| before.get(name) != after.get(name);
    names.into_iter().filter(differs).map(|name| (Kind::Alter, format!("spec.{name}"))).collect()
}

fn portion(before: &Value, after: &Value) -> Vec<(Kind, String)> {
    let (before, after) = (Portion::written(before), Portion::written(after));
    let mut gone = before.acls.clone();
    let mut come = Vec::new();
    for row in &after.acls {
        match gone.iter().position(|known| known == row) {
            Some(at) => drop(gone.remove(at)),
            None => come.push((Kind::Create, said(row))),
        }
    }
    let mut lines = come;
    lines.extend(gone.iter().map(|row| (Kind::Delete, said(row))));
    let names = after.fields.keys().chain(before.fields.keys().filter(|name| !after.fields.contains_key(*name)));
    for name in names.filter(|name| before.fields.get(*name) != after.fields.get(*name)) {
        let value = |portion: &Portion| portion.fields.get(name).map_or("not set".to_owned(), Value::to_string);
        lines.push((Kind::Alter, format!("spec.{name}: {} (was {})", value(&after), value(&before))));
    }
    lines
}

/// A row of a Subnet in the order in which a row of OVN is told.
fn said(row: &Value) -> String {
    let word = |key: &str| match row.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".to_owned(),
    };
    format!("{} {} {} ({})", word("direction"), word("priority"), word("action"), word("match"))
}

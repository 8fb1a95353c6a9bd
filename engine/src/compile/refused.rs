//! What becomes of objects that the API server refuses: decided here, for every kind.

use super::Strictness;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::{AdminPolicy, NetworkPolicy, SecurityGroup};
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// An object that the API server has been asked about.
pub(super) trait Reviewed {
    /// What follows where it is not there.
    const WITHOUT: &'static str;

    /// Its kind and name.
    fn title(&self) -> String;

    /// Where it is named.
    fn place(&self) -> Place;

    /// Why the API server refuses it; nothing where it takes it.
    fn refusals(&self) -> &[Diagnostic];
}

impl Reviewed for NetworkPolicy {
    const WITHOUT: &'static str = "what it should restrict is open";

    fn title(&self) -> String {
        format!("NetworkPolicy `{}`", self.id())
    }

    fn place(&self) -> Place {
        self.name.place
    }

    fn refusals(&self) -> &[Diagnostic] {
        &self.refusals
    }
}

impl Reviewed for AdminPolicy {
    const WITHOUT: &'static str = "none of its rules applies";

    fn title(&self) -> String {
        AdminPolicy::title(self)
    }

    fn place(&self) -> Place {
        self.name.place
    }

    fn refusals(&self) -> &[Diagnostic] {
        &self.refusals
    }
}

impl Reviewed for SecurityGroup {
    const WITHOUT: &'static str = "ports that are in no other group are open";

    fn title(&self) -> String {
        format!("SecurityGroup `{}`", self.name.value)
    }

    fn place(&self) -> Place {
        self.name.place
    }

    fn refusals(&self) -> &[Diagnostic] {
        &self.refusals
    }
}

/// The objects that have an effect, in their order. Of each refused one it is told why, and what follows.
pub(super) fn in_force<'o, T: Reviewed>(
    objects: &'o [T],
    strictness: Strictness,
    out: &mut Vec<Diagnostic>,
) -> Vec<&'o T> {
    let effective = |object: &&T| {
        let taken = object.refusals().is_empty();
        if !taken {
            tell(*object, strictness, out);
        }
        taken || strictness == Strictness::Lenient
    };
    objects.iter().filter(effective).collect()
}

fn tell<T: Reviewed>(object: &T, strictness: Strictness, out: &mut Vec<Diagnostic>) {
    let title = object.title();
    let (severity, note) = match strictness {
        Strictness::Strict => {
            let message = format!("{title} has no effect here, because the API server refuses it: {}", T::WITHOUT);
            let help =
                "mend each field that is refused; read leniently, it has the effect of what is left without them";
            (Severity::Error, Diagnostic::new(Code::ApiRefused, message).help(help))
        }
        Strictness::Lenient => {
            let message = format!(
                "{title} is read leniently: wrong fields are dropped and defaulted, where the API server refuses all of it"
            );
            (Severity::Warning, Diagnostic::new(Code::ApiRefused, message).severity(Severity::Info))
        }
    };
    out.push(note.at(object.place()));
    out.extend(object.refusals().iter().map(|refusal| refusal.clone().severity(severity)));
}

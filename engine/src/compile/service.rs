//! Services that nobody is behind.

use super::balancers::{behind, has_strangers, selected};
use super::compiler::Compiler;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::Selector;
use crate::world::{Scope, Service};
use alloc::format;
use alloc::vec::Vec;

/// Says which Services select nobody, where pods of their namespace are known.
pub(super) fn remarks(compiler: &Compiler<'_>, out: &mut Vec<Diagnostic>) {
    let has_pods = |service: &&Service| {
        let here = Scope::Namespace(service.namespace.clone());
        !compiler.roster.pods(&here, &Selector::default()).is_empty()
    };
    let is_empty = |service: &&Service| {
        selected(service).is_some() && behind(compiler, service).is_empty() && !has_strangers(compiler, service)
    };
    out.extend(compiler.world.services.iter().filter(is_empty).filter(has_pods).map(|service| {
        let message =
            format!("Service `{}/{}` selects no pod: nobody answers at its address", service.namespace, service.name);
        let help = "write labels that pods of its namespace have; a virtual machine's are those of its template";
        Diagnostic::new(Code::SelectsNothing, message).at(service.place).help(help)
    }));
}

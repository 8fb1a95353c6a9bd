//! Which pods a selector selects.
//!
//! Machines are found by their labels, so that a policy costs what it selects and not what there is.

use super::{Machine, Namespace, World};
use crate::read::{LabelTest, Presence, Requirement, Selector};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use hashbrown::{HashMap, HashSet};

/// What somebody asks: namespaces by name or selector, pods by selector.
type Question = (Scope, Selector);

/// Whose pods are asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Those of one namespace.
    Namespace(String),
    /// Those of every namespace that a selector selects.
    Selected(Selector),
}

/// The pods of a world by their labels. Machines without a pod of their own are in it nowhere.
#[derive(Debug)]
pub struct Roster<'w> {
    world: &'w World,
    by_label: HashMap<(&'w str, &'w str), Vec<usize>>,
    by_key: HashMap<&'w str, Vec<usize>>,
    by_namespace: HashMap<&'w str, Vec<usize>>,
    known: RefCell<HashMap<Question, Rc<[usize]>>>,
}

impl<'w> Roster<'w> {
    /// Indexes a world.
    pub fn new(world: &'w World) -> Self {
        let mut roster = Self {
            world,
            by_label: HashMap::new(),
            by_key: HashMap::new(),
            by_namespace: HashMap::new(),
            known: RefCell::default(),
        };
        let machines = world.machines.iter().enumerate();
        for (index, machine) in machines.filter(|(_, machine)| machine.pod == Presence::Running) {
            roster.by_namespace.entry(&machine.namespace).or_default().push(index);
            for (key, value) in &machine.labels {
                roster.by_label.entry((key, value)).or_default().push(index);
                roster.by_key.entry(key).or_default().push(index);
            }
        }
        roster
    }

    /// The world that is asked about.
    pub fn world(&self) -> &'w World {
        self.world
    }

    /// A machine of it, by index.
    pub fn machine(&self, index: usize) -> Option<&'w Machine> {
        self.world.machines.get(index)
    }

    /// The namespaces that a selector selects, in the order of their names.
    pub fn namespaces(&self, selector: &Selector) -> impl Iterator<Item = &'w Namespace> {
        self.world.namespaces.values().filter(move |namespace| selector.selects(&namespace.labels))
    }

    /// The machines whose pods are selected, by index, in ascending order.
    pub fn pods(&self, scope: &Scope, selector: &Selector) -> Rc<[usize]> {
        // Places are no part of a question.
        let question = (plain_scope(scope), plain(selector));
        if let Some(known) = self.known.borrow().get(&question) {
            return Rc::clone(known);
        }
        let found: Rc<[usize]> = self.find(scope, selector).into();
        self.known.borrow_mut().insert(question, Rc::clone(&found));
        found
    }

    /// The pods that have ended and are selected.
    pub fn ended(&self, scope: &Scope, selector: &Selector) -> impl Iterator<Item = &'w Machine> {
        let world = self.world;
        let is_here = move |namespace: &str| match scope {
            Scope::Namespace(name) => name == namespace,
            Scope::Selected(selector) => {
                world.namespaces.get(namespace).is_some_and(|known| selector.selects(&known.labels))
            }
        };
        world.ended.iter().filter(move |pod| selector.selects(&pod.labels) && is_here(&pod.namespace))
    }

    fn find(&self, scope: &Scope, selector: &Selector) -> Vec<usize> {
        let namespaces: Vec<&str> = match scope {
            Scope::Namespace(name) => alloc::vec![name.as_str()],
            Scope::Selected(selector) => self.namespaces(selector).map(|namespace| namespace.name.as_str()).collect(),
        };
        let inside: usize = namespaces.iter().filter_map(|name| self.by_namespace.get(name)).map(Vec::len).sum();
        let labelled = selector.requirements.iter().filter_map(|requirement| self.with(requirement));
        let narrowest = labelled.min_by_key(|found| found.iter().map(|part| part.len()).sum::<usize>());
        let selects = |index: &usize| self.machine(*index).is_some_and(|machine| selector.selects(&machine.labels));
        let mut found: Vec<usize> = match narrowest {
            Some(parts) if parts.iter().map(|part| part.len()).sum::<usize>() < inside => {
                let wanted: HashSet<&str> = namespaces.into_iter().collect();
                let here = |index: &usize| {
                    self.machine(*index).is_some_and(|machine| wanted.contains(machine.namespace.as_str()))
                };
                parts.into_iter().flatten().copied().filter(here).filter(selects).collect()
            }
            _ => {
                let parts = namespaces.iter().filter_map(|name| self.by_namespace.get(name)).flatten().copied();
                parts.filter(selects).collect()
            }
        };
        found.sort_unstable();
        found
    }

    /// The machines with a label that a requirement needs; nothing where it needs none.
    fn with<'s>(&'s self, requirement: &'s Requirement) -> Option<Vec<&'s Vec<usize>>> {
        let key = requirement.key.as_str();
        match &requirement.test {
            LabelTest::In(values) => {
                Some(values.iter().filter_map(|value| self.by_label.get(&(key, value.as_str()))).collect())
            }
            LabelTest::Exists => Some(self.by_key.get(key).into_iter().collect()),
            LabelTest::NotIn(_) | LabelTest::DoesNotExist => None,
        }
    }
}

fn plain_scope(scope: &Scope) -> Scope {
    match scope {
        Scope::Namespace(name) => Scope::Namespace(name.clone()),
        Scope::Selected(selector) => Scope::Selected(plain(selector)),
    }
}

fn plain(selector: &Selector) -> Selector {
    use crate::source::{Place, SourceId, Span};
    let nowhere = Place { source: SourceId(0), span: Span::default() };
    let requirements = selector.requirements.iter().map(|of| Requirement { place: nowhere, ..of.clone() });
    Selector { requirements: requirements.collect() }
}

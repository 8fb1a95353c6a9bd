//! Which rows of a stage may match a packet of another at all.

use super::space::{Hull, Space};
use crate::ovn::field::PortField;
use crate::ovn::pipeline::{Row, StageRows, Tracking};
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Steps for what one row matches.
const MOST_STEPS: usize = 1_000;

/// What the rows of a stage match, roughly: never less than they do.
#[derive(Debug)]
pub(super) struct Hulls<'a> {
    /// OVN's own rows, then the others in the order in which they are asked.
    rows: Vec<&'a Row>,
    hulls: Vec<Known>,
    /// Rows by the only port that they are about; and those that are about no single one.
    by_port: HashMap<(PortField, u128), Vec<usize>>,
    others: Vec<usize>,
}

#[derive(Debug)]
enum Known {
    /// It is no more than this.
    Hull(Hull),
    /// It matches nothing.
    Nothing,
    /// Too much to find out.
    Anything,
}

impl<'a> Hulls<'a> {
    /// The hulls of a stage's rows.
    pub(super) fn of(rows: &'a StageRows, space: &mut Space) -> Self {
        let rows: Vec<&Row> = rows.fixed.iter().chain(&rows.acls).collect();
        let mut known = |row: &Row| {
            space.refill(MOST_STEPS);
            match space.of_row(row, Tracking::ALL) {
                Ok(packets) => Hull::of(&packets).map_or(Known::Nothing, Known::Hull),
                Err(_) => Known::Anything,
            }
        };
        let hulls: Vec<Known> = rows.iter().map(|row| known(row)).collect();
        let (mut by_port, mut others): (HashMap<_, Vec<usize>>, _) = (HashMap::new(), Vec::new());
        for (index, known) in hulls.iter().enumerate() {
            match known.port() {
                Some(port) => by_port.entry(port).or_default().push(index),
                None => others.push(index),
            }
        }
        Self { rows, hulls, by_port, others }
    }

    /// The rows that may match a packet that this one matches, in the order in which they are asked.
    pub(super) fn near(&self, row: &Row) -> Vec<&'a Row> {
        let Some(at) = self.rows.iter().position(|other| other.origin == row.origin) else { return self.rows.clone() };
        let own = self.hulls.get(at);
        let mut near: Vec<usize> = match own.and_then(Known::port) {
            None => (0..self.rows.len()).collect(),
            // A row about another field's port may match, too.
            Some((field, port)) => {
                let same = self.by_port.iter().filter(|((of, name), _)| *of != field || *name == port);
                same.flat_map(|(_, rows)| rows).chain(&self.others).copied().collect()
            }
        };
        near.retain(|index| own.zip(self.hulls.get(*index)).is_none_or(|(own, other)| own.meets(other)));
        near.sort_unstable();
        near.into_iter().filter_map(|index| self.rows.get(index).copied()).collect()
    }
}

impl Known {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Hull(one), Self::Hull(other)) => one.meets(other),
            (Self::Nothing, _) | (_, Self::Nothing) => false,
            (Self::Anything, _) | (_, Self::Anything) => true,
        }
    }

    fn port(&self) -> Option<(PortField, u128)> {
        let Self::Hull(hull) = self else { return None };
        [PortField::Inport, PortField::Outport].into_iter().find_map(|field| Some((field, hull.port(field)?)))
    }
}

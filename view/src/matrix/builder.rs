//! How a matrix is made: fan by fan, each answer put into words once.

use super::Cell;
use super::rows::{NONE, Rows};
use hashbrown::HashMap;
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::reach::{AnswerId, Asker, Fan, Reach};
use std::sync::Arc;

/// A matrix that is being made.
pub(super) struct Builder<'b, 'n> {
    reach: &'b mut Reach<'n>,
    filter: Filter,
    /// By class of the matrix: the evaluation's.
    bases: Vec<usize>,
    pub(super) rows: Rows,
    pub(super) kinds: Vec<Cell>,
    numbers: HashMap<Cell, u32>,
    /// By the number of an answer: its kind.
    known: Vec<u32>,
    /// By who asks: the row.
    asked: HashMap<Asker, usize>,
    models: Vec<Model>,
}

/// What fans have in common.
struct Model {
    /// One of them.
    fan: Arc<Fan>,
    /// Its number among the rows.
    common: usize,
    /// By group: the columns.
    columns: Vec<Vec<usize>>,
}

impl<'b, 'n> Builder<'b, 'n> {
    pub(super) fn new(reach: &'b mut Reach<'n>, filter: Filter, bases: Vec<usize>) -> Self {
        Self {
            reach,
            filter,
            bases,
            rows: Rows::default(),
            kinds: Vec::new(),
            numbers: HashMap::new(),
            known: Vec::new(),
            asked: HashMap::new(),
            models: Vec::new(),
        }
    }

    /// The row of the next class, which the evaluation has by this number.
    pub(super) fn push(&mut self, base: usize) {
        let asker = self.reach.asker(base);
        let row = match self.asked.get(&asker) {
            Some(row) => *row,
            None => {
                let fan = self.reach.fan(base);
                let row = self.row(&fan);
                // Who asks alike may be known better now.
                self.asked.insert(self.reach.asker(base), row);
                row
            }
        };
        self.rows.push(row);
    }

    fn row(&mut self, fan: &Arc<Fan>) -> usize {
        let known = self.models.iter().position(|model| model.fan.is_like(fan));
        let at = known.unwrap_or_else(|| self.model(fan));
        let mut own: Vec<(usize, Option<AnswerId>)> = Vec::new();
        let Some(model) = self.models.get(at) else { return usize::MAX };
        for (group, answer) in fan.own() {
            let columns = usize::try_from(group).ok().and_then(|group| model.columns.get(group));
            own.extend(columns.into_iter().flatten().map(|column| (*column, answer)));
        }
        own.sort_unstable_by_key(|(column, _)| *column);
        let common = model.common;
        let own = own.into_iter().map(|(column, answer)| (column, self.kind(answer))).collect();
        self.rows.row(common, own)
    }

    /// The number of a new model.
    fn model(&mut self, fan: &Arc<Fan>) -> usize {
        let bases = self.bases.clone();
        // Kinds are numbered as somebody meets them who reads row by row.
        for base in &bases {
            self.kind(fan.of(*base));
        }
        let mut columns: Vec<Vec<usize>> = Vec::new();
        let mut numbers = Vec::with_capacity(bases.len());
        for (column, base) in bases.iter().enumerate() {
            let group = fan.group(*base).unwrap_or_default();
            let at = usize::try_from(group).unwrap_or_default();
            columns.resize_with(columns.len().max(at + 1), Vec::new);
            columns.get_mut(at).into_iter().for_each(|columns| columns.push(column));
            numbers.push(self.kind(fan.common(group)));
        }
        let common = self.rows.common(numbers);
        self.models.push(Model { fan: Arc::clone(fan), common, columns });
        self.models.len() - 1
    }

    fn kind(&mut self, answer: Option<AnswerId>) -> u32 {
        let Some(answer) = answer else { return NONE };
        let known = self.known.get(answer.number()).copied().unwrap_or(NONE);
        if known != NONE {
            return known;
        }
        let Some(told) = self.reach.told_as(answer) else { return NONE };
        let made = Cell::of(&told, self.filter);
        let kind = *self.numbers.entry(made).or_insert_with_key(|made| {
            self.kinds.push(made.clone());
            u32::try_from(self.kinds.len() - 1).unwrap_or(NONE)
        });
        self.known.resize(self.known.len().max(answer.number() + 1), NONE);
        self.known.get_mut(answer.number()).into_iter().for_each(|known| *known = kind);
        kind
    }
}

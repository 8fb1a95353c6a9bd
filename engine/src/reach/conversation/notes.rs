//! Which rows are met by the conversations that are asked about.

use super::{Solver, What};
use crate::ovn::pipeline::{AclId, Stage};
use crate::reach::arena::L4Id;
use crate::reach::lens::Lens;
use crate::reach::scene::Mode;
use alloc::collections::BTreeSet;

impl Solver<'_> {
    /// Notes what comes to a stage, where somebody wants to know which rows are met.
    pub(super) fn note(
        &mut self,
        switch: usize,
        stage: Stage,
        mode: Mode,
        (source, target): (usize, usize),
        coming: L4Id,
    ) {
        if let Some(number) = self.is_noting.then(|| self.lens(switch, What::Stage(stage), mode)).flatten()
            && let Some(lens) = self.lenses.get_mut(number)
        {
            lens.note(source, target, coming, &mut self.arena);
        }
    }

    /// The rows of the database that some header is noted to have got to and matched.
    pub(in crate::reach) fn met(&self) -> BTreeSet<AclId> {
        self.lenses.iter().flat_map(Lens::met).collect()
    }
}

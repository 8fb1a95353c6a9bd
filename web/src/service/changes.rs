//! What is different from before.

use super::reach;
use crate::protocol::{ChangeLine, Changes};
use ringfence_engine::answers::diff::{Side, changes as changed, matched};
use ringfence_view::difference::{Difference, Kind};
use ringfence_view::loaded::Loaded;

/// Compares two inputs, in connections. The pairs are those of the new one.
pub(super) fn changes(old: &Loaded, new: &Loaded) -> Changes {
    let matched = matched(&old.compiled.endpoints, &new.compiled.endpoints);
    let found = changed(&matched, &mut reach(old), &mut reach(new));
    let difference = Difference { old, new, matched: &matched, changes: &found };
    let pair = |change: &ringfence_engine::answers::diff::Change| {
        let families = change.families();
        let gained = families.iter().any(|family| !family.gained.is_empty());
        let lost = families.iter().any(|family| !family.lost.is_empty());
        let sign = match (gained, lost) {
            (true, false) => '+',
            (false, true) => '-',
            (true, true) => '±',
            (false, false) => '~',
        };
        let index = |common: usize| matched.common.get(common).map(|common| common.new);
        Some((index(change.from)?, index(change.to)?, sign))
    };
    let ends = difference.endpoints().into_iter().map(|(side, id)| ChangeLine {
        sign: if side == Side::New { '+' } else { '-' },
        who: id.to_owned(),
        what: if side == Side::New { "is new" } else { "is gone" }.to_owned(),
        ..ChangeLine::default()
    });
    let lines = ends.chain(lines(&difference)).collect();
    Changes { summary: difference.summary(), lines, pairs: found.iter().filter_map(pair).collect() }
}

/// Of more rows behind one line only the first ones are told.
const MOST_REASONS: usize = 2;

/// The changes in words.
pub(super) fn lines(difference: &Difference<'_>) -> Vec<ChangeLine> {
    let line = |line: ringfence_view::difference::Line| ChangeLine {
        sign: Kind::sign(line.kind),
        verdicts: line.verdicts(),
        because: line.because(MOST_REASONS),
        who: line.who,
        what: line.what,
    };
    difference.lines("→", usize::MAX).told.into_iter().map(line).collect()
}

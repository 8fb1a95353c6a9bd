//! What of a conversation the rows look at at all: modes that no row tells apart share one lens.

use super::conversation::FIRST_TTL;
use super::scene::{Half, Mode, Scene};
use crate::ovn::acl::Direction;
use crate::ovn::field::Field;
use crate::ovn::matching::Expression;
use crate::ovn::pipeline::{Pipeline, Stage, StageRows, Tracking};
use alloc::vec::Vec;

/// Which of the things that change within a conversation some row looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sensitivity {
    flags: bool,
    tracking: bool,
    ttl: bool,
}

impl Sensitivity {
    /// What the rows of some switches look at.
    pub fn of(pipelines: &[Pipeline]) -> Self {
        let mut found = Self::default();
        for pipeline in pipelines {
            let stages = || Stage::ALL.into_iter().filter_map(|stage| pipeline.stage(stage));
            let differs = |rows: &StageRows| rows.default_for(Tracking::New) != rows.default_for(Tracking::Untracked);
            found.tracking |= stages().any(differs);
            let rows = stages().flat_map(|rows| &rows.acls);
            rows.for_each(|row| found.look(&row.matches));
            [Direction::FromLport, Direction::ToLport]
                .into_iter()
                .flat_map(|direction| pipeline.stateless(direction))
                .for_each(|matches| found.look(matches));
        }
        found
    }

    fn look(&mut self, expression: &Expression) {
        match expression {
            Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| self.look(part)),
            Expression::Field(test) => match test.field {
                Field::TcpFlags => self.flags = true,
                Field::CtState | Field::CtMark => self.tracking = true,
                Field::IpTtl => self.ttl = true,
                _ => {}
            },
            Expression::Constant(_) | Expression::Port(_) | Expression::Resident { .. } => {}
        }
    }

    /// Every mode in which a scene may be asked about, less what no row looks at; nothing where the TTL counts, of which
    /// there are as many as there are ways.
    pub fn modes(self, scene: Scene) -> Option<Vec<Mode>> {
        if self.ttl {
            return None;
        }
        let mut modes = Vec::new();
        for half in [Half::Request, Half::Reply] {
            for tracking in [Tracking::Untracked, Tracking::New, Tracking::Invalid] {
                let mode = self.seen(Mode { scene, half, tracking, ttl: FIRST_TTL });
                if !modes.contains(&mode) {
                    modes.push(mode);
                }
            }
        }
        Some(modes)
    }

    /// The mode without what no match looks at: the trees of its rows are the same.
    pub fn seen(self, mode: Mode) -> Mode {
        let mode = self.reduce(mode);
        if self.tracking { mode } else { Mode { tracking: Tracking::Untracked, ..mode } }
    }

    /// The mode without what no row looks at. New and untracked packets are asked by the same rows.
    pub fn reduce(self, mode: Mode) -> Mode {
        Mode {
            scene: mode.scene,
            half: if self.flags { mode.half } else { Half::Request },
            tracking: match mode.tracking {
                Tracking::New if !self.tracking => Tracking::Untracked,
                other => other,
            },
            ttl: if self.ttl { mode.ttl } else { FIRST_TTL },
        }
    }
}

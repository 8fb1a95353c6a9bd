//! What of a conversation the rows look at at all: modes that no row tells apart share one lens.

use super::conversation::FIRST_TTL;
use super::scene::{Half, Mode, Scene};
use crate::ovn::acl::Direction;
use crate::ovn::pipeline::{Looks, Pipeline, Stage, Tracking};
use alloc::vec::Vec;

/// Which of the things that change within a conversation some row looks at.
#[derive(Debug, Clone, Copy)]
pub struct Sensitivity(Looks);

impl Sensitivity {
    /// What the rows of some switches look at: OVN's own say nothing of a packet that their guards do not.
    pub fn of(pipelines: &[Pipeline]) -> Self {
        let mut looks = Looks::default();
        for pipeline in pipelines {
            for rows in Stage::ALL.into_iter().filter_map(|stage| pipeline.stage(stage)) {
                looks.tracking |= rows.default_for(Tracking::New) != rows.default_for(Tracking::Untracked);
                rows.acls.iter().for_each(|row| looks |= row.looks);
            }
            let stateless = Direction::ALL.into_iter().flat_map(|direction| pipeline.stateless(direction));
            stateless.for_each(|matches| looks |= Looks::of(matches));
        }
        Self(looks)
    }

    /// Every mode in which a scene may be asked about, less what no row looks at; nothing where the TTL counts, of which
    /// there are as many as there are ways.
    pub fn modes(self, scene: Scene) -> Option<Vec<Mode>> {
        if self.0.ttl {
            return None;
        }
        let mut modes = Vec::new();
        for half in [Half::Request, Half::Reply] {
            for tracking in [Tracking::Untracked, Tracking::New, Tracking::Invalid, Tracking::Reply] {
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
        if self.0.tracking { mode } else { Mode { tracking: Tracking::Untracked, ..mode } }
    }

    /// The mode without what no row looks at. New and untracked packets are asked by the same rows.
    pub fn reduce(self, mode: Mode) -> Mode {
        Mode {
            scene: mode.scene,
            half: if self.0.flags { mode.half } else { Half::Request },
            tracking: match mode.tracking {
                Tracking::New if !self.0.tracking => Tracking::Untracked,
                other => other,
            },
            ttl: if self.0.ttl { mode.ttl } else { FIRST_TTL },
        }
    }
}

//! A lab that is put up again when it falls.
//!
//! The conntrack of Open vSwitch 3.1's userspace datapath sometimes dies of an assertion of its own (`conn_update_state`
//! in `lib/conntrack.c`): about once in two hundred rule sets, whatever the rules are. With some rule sets it fell four
//! times in a row on one machine, and never in twenty-five runs on another.

use super::lab::Lab;
use std::io;

/// How often a piece of work is begun anew.
const ATTEMPTS: usize = 12;

/// A lab, when it is up.
#[derive(Debug, Default)]
pub struct Bench {
    lab: Option<Lab>,
    falls: usize,
}

impl Bench {
    /// A bench whose lab is started with the first work.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often the lab had to be put up again.
    pub fn falls(&self) -> usize {
        self.falls
    }

    /// Does work in the lab; with a new lab, and from the beginning, when it fails.
    pub fn work<T>(&mut self, work: impl Fn(&Lab) -> io::Result<T>) -> io::Result<T> {
        for _ in 1..ATTEMPTS {
            match self.attempt(&work) {
                Ok(done) => return Ok(done),
                Err(error) => {
                    println!("the lab is put up again: {error}");
                    self.falls += 1;
                    self.lab = None;
                }
            }
        }
        self.attempt(&work)
    }

    fn attempt<T>(&mut self, work: &impl Fn(&Lab) -> io::Result<T>) -> io::Result<T> {
        if self.lab.is_none() {
            self.lab = Some(Lab::start()?);
        }
        let lab = self.lab.as_ref().ok_or_else(|| io::Error::other("there is no lab"))?;
        let done = work(lab)?;
        // Packets that did not arrive in a lab that has fallen say nothing of rows.
        lab.still_alive()?;
        Ok(done)
    }
}
